"""Every test that the table of worst bugs names is there, and every way to break the code in them still fits it."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

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


def breaks() -> ModuleType:
    """The tool that breaks the code."""
    spec = importlib.util.spec_from_file_location("breaks", ROOT / "tools" / "breaks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["breaks"] = module
    spec.loader.exec_module(module)
    return module


def test_every_bug_is_tried_by_a_break_that_fits_the_code() -> None:
    tool = breaks()
    table = tool.breaks()
    assert {one.bug for one in table} == set(WANTED)
    named = set(re.findall(r"`(tests/[\w/.]+)::", TABLE.read_text(encoding="utf-8")))
    for one in table:
        assert tool.broken(one, ROOT) != (ROOT / one.file).read_text(encoding="utf-8"), one.what
        for test in one.tests:
            file, _, name = test.partition("::")
            assert file in named, f"{file} is not in the row of {one.bug}"
            assert not name or f"def {name.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8"), test
