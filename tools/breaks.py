"""Break the code in the ways of ``breaks.toml``, one at a time, and see that the tests that are named there notice it.

``python tools/breaks.py`` takes all, ``python tools/breaks.py A1 B3`` those of some bugs; ``--whole`` also shows that the same tests pass
unbroken. Everything happens in a copy of the tree. It takes about ten seconds a break, so that it is no part of ``make test``, which
looks only whether each break still fits the code (tests/docs/test_worst_bugs.py).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = Path(__file__).with_suffix(".toml")
PARTS = ("src", "tests", "docs", "tools", "conftest.py", "pyproject.toml")
PASSED, FAILED = 0, 1
"""What pytest says; all else means that the tests did not run."""


@dataclass(frozen=True)
class Break:
    """One way to break the code: what stands where, what takes its place, who has to notice."""

    bug: str
    what: str
    file: str
    was: str
    now: str
    tests: tuple[str, ...]


def breaks(wanted: Sequence[str] = ()) -> list[Break]:
    """The breaks of the table, of all bugs or of some."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["breaks"]
    found = [Break(**{**row, "tests": tuple(row["tests"])}) for row in rows]
    return [one for one in found if not wanted or one.bug in wanted]


def broken(one: Break, root: Path) -> str:
    """The text of the file with the break in it.

    Raises
    ------
    ValueError
        If what is to be broken does not stand there just once: the code changed, and the table has to follow.
    """
    text = (root / one.file).read_text(encoding="utf-8")
    if text.count(one.was) != 1:
        raise ValueError(f"{one.bug}, {one.what}: stands {text.count(one.was)} times in {one.file}")
    return text.replace(one.was, one.now)


def run(tests: Sequence[str], root: Path) -> tuple[int, str]:
    """Run tests in a tree: what pytest says of them, and its last words."""
    env = {**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-migrations", "--tb=line", *tests]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout[-4_000:]


def is_noticed(one: Break, root: Path) -> list[tuple[str, bool, str]]:
    """Every test of a break, whether it fails with it, and by what."""
    path = root / one.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(broken(one, root), encoding="utf-8")
    try:
        found = []
        for test in one.tests:
            code, said = run([test], root)
            why = re.findall(r"^(?:/\S+:\d+: |FAILED |ERROR )(.*)$", said, re.M)
            found.append((test, code == FAILED, why[0][:150] if why else said[-200:]))
        return found
    finally:
        path.write_text(whole, encoding="utf-8")


def copy(folder: Path) -> Path:
    """The tree in another place, to be broken there."""
    root = folder / "tree"
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / name)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """1 if a break stays unnoticed, or a test fails without one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bugs", nargs="*", help="A1, B3, …; all without")
    parser.add_argument("--whole", action="store_true", help="run the tests without a break first")
    given = parser.parse_args(arguments)
    table, unnoticed = breaks(given.bugs), 0
    with tempfile.TemporaryDirectory() as folder:
        root = copy(Path(folder))
        if given.whole:
            code, said = run(sorted({test for one in table for test in one.tests}), root)
            print("without a break:", said.strip().splitlines()[-1])
            unnoticed += code != PASSED
        for one in table:
            for test, fails, why in is_noticed(one, root):
                print(f"{one.bug:4}{'noticed ' if fails else 'UNNOTICED'} {one.what}\n      {test}\n      {why}", flush=True)
                unnoticed += not fails
    print(f"{len(table)} breaks, {unnoticed} unnoticed")
    return int(unnoticed > 0)


if __name__ == "__main__":
    sys.exit(main())
