"""The built map workspace is that of the sources; seen without Node. ``make test`` also builds it anew and compares."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))
import workspace  # noqa: E402

MOST_BYTES = 180_000
"""All scripts and styles together, before compression."""
MOST_LINES = 420


def test_the_bundle_is_built_from_these_sources() -> None:
    told = json.loads(workspace.MANIFEST.read_text(encoding="utf-8"))
    assert told["sources"] == workspace.sources_digest(), "run `make workspace` and commit src/bailiwick_web/static/workspace"
    found = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in workspace.BUNDLE.iterdir() if f != workspace.MANIFEST}
    assert told["files"] == found


def test_the_digest_sees_every_change(tmp_path: Path) -> None:
    copy = tmp_path / "workspace"
    for file in [*(workspace.SOURCE / name for name in workspace.MADE_OF), *(workspace.SOURCE / "src").rglob("*.ts")]:
        target = copy / file.relative_to(workspace.SOURCE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    kept = workspace.SOURCE
    try:
        workspace.SOURCE = copy
        before = workspace.sources_digest()
        (copy / "src" / "main.ts").write_bytes((copy / "src" / "main.ts").read_bytes() + b" ")
        assert workspace.sources_digest() != before
    finally:
        workspace.SOURCE = kept


def test_the_bundle_stays_small_and_asks_nobody() -> None:
    files = [f for f in workspace.BUNDLE.iterdir() if f != workspace.MANIFEST]
    assert sum(f.stat().st_size for f in files) < MOST_BYTES
    script = (workspace.BUNDLE / "workspace.js").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[\w.]+", script)) <= {"http://www.w3.org"}
    assert not re.search(r"\beval\(|new Function\(", script)


def test_the_lock_names_no_registry() -> None:
    lock = (workspace.SOURCE / "package-lock.json").read_text(encoding="utf-8")
    assert "registry" not in lock
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 50


def test_sources_are_small_and_typed() -> None:
    for file in (workspace.SOURCE / "src").rglob("*.ts"):
        text = file.read_text(encoding="utf-8")
        assert text.count("\n") <= MOST_LINES, file.name
        assert not re.search(r"\bas any\b|: any\b|<any>|@ts-ignore|@ts-nocheck", text), file.name


def test_model_and_journal_know_neither_page_nor_map() -> None:
    for room in ("model", "journal"):
        for file in (workspace.SOURCE / "src" / room).glob("*.ts"):
            imports = re.findall(r'from "(\.[^"]+)"', file.read_text(encoding="utf-8"))
            assert [i for i in imports if not i.startswith(("./", "../model/"))] == [], file.name
