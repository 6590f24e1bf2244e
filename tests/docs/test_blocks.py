"""Commands and scripts in the documentation run: the ``sh`` and ``python`` blocks of a page in their order, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)
PAGES = [p for p in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]) if BLOCK.search(p.read_text(encoding="utf-8"))]


def test_the_tutorial_and_every_howto_show_commands() -> None:
    guides = {*(ROOT / "docs" / "tutorials").glob("*.md"), *(ROOT / "docs" / "howto").glob("*.md")}
    assert guides
    assert guides <= set(PAGES)


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_blocks_run(path: Path, tmp_path: Path) -> None:
    """A command that is to end with another code than 0 says so itself: ``… || test $? = 3``."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for language, block in BLOCK.findall(path.read_text(encoding="utf-8")):
        command, script = (["sh"], f"set -eu\n{block}") if language == "sh" else ([sys.executable, "-"], block)
        done = subprocess.run(command, input=script, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{block}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
