"""Run the ``sh`` and ``python`` blocks of a page in their order, in an empty folder.

The pages are shared out over several test files, because workers share the suite file by file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)
PAGES = [p for p in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]) if BLOCK.search(p.read_text(encoding="utf-8"))]
HOWTOS = [path for path in PAGES if path.parent.name == "howto"]
PARTS = {
    "pages": [path for path in PAGES if path.parent.name != "howto"],
    **{f"howto_{part}": HOWTOS[part - 1 :: 3] for part in (1, 2, 3)},
}


def name_of(path: Path) -> str:
    """The page as the tests call it."""
    return str(path.relative_to(ROOT))


def run_blocks(path: Path, folder: Path) -> None:
    """A command that is to end with another code than 0 says so itself: ``… || test $? = 3``."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for language, block in BLOCK.findall(path.read_text(encoding="utf-8")):
        command, script = (["sh"], f"set -eu\n{block}") if language == "sh" else ([sys.executable, "-"], block)
        done = subprocess.run(command, input=script, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{block}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
