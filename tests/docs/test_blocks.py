"""Commands and scripts in the documentation run; those of the how-to guides in the files beside this one."""

from __future__ import annotations

from pathlib import Path

import pytest
from guide_blocks import PAGES, PARTS, ROOT, name_of, run_blocks


def test_the_tutorial_and_every_howto_show_commands() -> None:
    guides = {*(ROOT / "docs" / "tutorials").glob("*.md"), *(ROOT / "docs" / "howto").glob("*.md")}
    assert guides
    assert guides <= set(PAGES)


def test_every_page_is_run_by_one_file() -> None:
    files = {"pages": "test_blocks.py", **{name: f"test_blocks_{name}.py" for name in PARTS if name != "pages"}}
    assert sorted(path for part in PARTS.values() for path in part) == PAGES
    assert all(f'PARTS["{name}"]' in (ROOT / "tests" / "docs" / file).read_text(encoding="utf-8") for name, file in files.items())


@pytest.mark.parametrize("path", PARTS["pages"], ids=name_of)
def test_blocks_run(path: Path, tmp_path: Path) -> None:
    run_blocks(path, tmp_path)
