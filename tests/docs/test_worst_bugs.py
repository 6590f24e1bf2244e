"""Every test that the table of worst bugs names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "explanation" / "thirty-requirements.md"
COUNTS = {"A": 11, "B": 7, "C": 2, "D": 4, "E": 3, "F": 3}
WANTED = [f"{letter}{i}" for letter, n in COUNTS.items() for i in range(1, n + 1)]


def test_every_bug_names_tests_that_there_are() -> None:
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"\| ([A-F]\d+(?:, [A-F]\d+)*) \|", line):
            rows |= dict.fromkeys(found[1].split(", "), re.findall(r"`(tests/[\w/.]+)::(test_\w+)`", line))
    assert sorted(rows) == sorted(WANTED)
    missing = []
    for bug, tests in rows.items():
        assert tests, bug
        for file, name in tests:
            path = ROOT / file
            if not path.exists() or not re.search(rf"def {name}\(", path.read_text(encoding="utf-8")):
                missing.append((bug, file, name))
    assert missing == []
