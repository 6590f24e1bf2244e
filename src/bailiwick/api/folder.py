"""Write a folder whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from bailiwick.errors import InputError

PLAN_FILE, REJECTED_FILE, MOVES_FILE = "plan.parquet", "rejected.csv", "moves.csv"
PLAN_FILES = (
    *(
        "alignment.csv",
        "territories.csv",
        "territories.geojson",
        "hierarchy.csv",
        MOVES_FILE,
        "plan.json",
        PLAN_FILE,
        "map.html",
        "report.pdf",
    ),
    REJECTED_FILE,
)


def check_folder(folder: Path, files: Collection[str] = PLAN_FILES) -> None:
    """Make sure that a plan may be written to ``folder``: new, empty, or holding an older plan and nothing else.

    Parameters
    ----------
    files
        Names that an older plan may have there.

    Raises
    ------
    InputError
        If it is a file, holds anything that is not of a plan, or cannot be made.
    """
    try:
        _check_content(folder, files)
        _check_parent(folder)
    except OSError as error:
        raise _unwritable(folder, error.strerror or str(error)) from None


def _check_content(folder: Path, files: Collection[str]) -> None:
    if folder.is_dir():
        strange = sorted(p.name for p in folder.iterdir() if p.name not in files)
        if strange:
            some = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
            raise InputError(
                f"{folder} holds files that this command does not write ({some}); "
                "name a new or empty folder, so that nothing of yours is replaced",
                code="foreign_files",
                field="out",
            )
    elif folder.exists() or folder.is_symlink():
        raise InputError(f"{folder} is a file; expected a folder to write the plan to", code="not_a_folder", field="out")


def _check_parent(folder: Path) -> None:
    """The search may take minutes: a folder that can never be made is worth knowing before."""
    parent = next(p for p in folder.absolute().parents if p.exists())
    if not parent.is_dir():
        raise _unwritable(folder, f"{parent} is a file")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise _unwritable(folder, f"you may not write to {parent}")


@contextmanager
def whole_folder(folder: Path, files: Collection[str] = PLAN_FILES) -> Iterator[Path]:
    """Give an empty folder beside ``folder`` that takes its place at the end; after an error nothing is left behind.

    Raises
    ------
    InputError
        If ``folder`` may not be written; see :func:`check_folder`.
    """
    folder = Path(folder).absolute()
    check_folder(folder, files)
    fresh = _beside(folder, "new")
    try:
        yield fresh
        try:
            _swap(fresh, folder)
        except OSError as error:
            raise _unwritable(folder, error.strerror or str(error)) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: Path, folder: Path) -> None:
    if not folder.exists():
        fresh.rename(folder)
        return
    old = _beside(folder, "old")
    old.rmdir()
    folder.rename(old)
    try:
        fresh.rename(folder)
    except BaseException:  # Ctrl-C must not cost the older plan either
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _beside(folder: Path, word: str) -> Path:
    """A new empty folder in the same parent, so that a rename is enough to move it."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            candidate = folder.parent / f".{folder.name}.{word}{number}"
            try:
                candidate.mkdir()
            except FileExistsError:
                continue
            return candidate
    except OSError as error:
        raise _unwritable(folder, error.strerror or str(error)) from None
    raise _unwritable(folder, "too many leftovers of broken runs beside it")


def _unwritable(folder: Path, why: str) -> InputError:
    return InputError(f"{folder} cannot be written: {why}; name another folder", code="unwritable", field="out")
