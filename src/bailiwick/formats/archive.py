"""Look into zip archives before anything unpacks them: a few kilobytes can hold gigabytes."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from bailiwick.domain.said import say
from bailiwick.errors import InputError

MAX_UNPACKED_BYTES = 2 << 30
"""Largest total size that an archive may unpack to."""

MAX_CELLS = 28_000_000
"""Largest rectangle of a sheet, cells: 26 columns over all 1,048,576 rows that a sheet can have."""

_BOMB_BYTES, _BOMB_RATIO = 48 << 20, 150
_CHUNK = 1 << 20
_OVERLAP = 64
_WIDE_CELL = re.compile(rb'\br="([A-Z]{2,3})\d')
_CELL_ROW = re.compile(rb'\br="[A-Z]{0,3}(\d{2,7})"')
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(/?)>")
_ODS_COLUMNS = re.compile(rb'number-columns-repeated="(\d+)"')
_ODS_ROWS = re.compile(rb'number-rows-repeated="(\d+)"')


def check_archive(path: Path) -> list[zipfile.ZipInfo]:
    """List the files of an archive after making sure that it is no bomb.

    Raises
    ------
    InputError
        If the archive is damaged, locked by a password, or would unpack to more than is reasonable.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise InputError(
            say("%(path)s is a damaged zip file; save or download it again", path=path), code="damaged_file", field=str(path)
        ) from None
    total = sum(m.file_size for m in members)
    if total > MAX_UNPACKED_BYTES:
        raise _bomb(path, f"it would unpack to {total / 2**30:,.1f} GiB, more than the {MAX_UNPACKED_BYTES >> 30} GiB that are allowed")
    for member in members:
        if member.flag_bits & 1:
            raise InputError(
                say("%(path)s is locked by a password; save it without one", path=path), code="encrypted_file", field=str(path)
            )
        if member.file_size > _BOMB_BYTES and member.file_size > _BOMB_RATIO * max(member.compress_size, 1):
            times = member.file_size // max(member.compress_size, 1)
            raise _bomb(path, f"{member.filename!r} would unpack to {times:,} times its size")
    return members


def read_member(path: Path, member: zipfile.ZipInfo) -> bytes:
    """Content of one file of a checked archive."""
    return b"".join(_chunks(path, member))


def check_workbook(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Make sure that the sheets of an XLSX or ODS file have reasonable dimensions and their stated size.

    Raises
    ------
    InputError
        If a sheet spans far more cells than a table could, or the archive does not hold what it says.
    """
    for member in members:
        name = member.filename.lower()
        if re.search(r"worksheets/[^/]*\.xml$", name):
            n_cells = _xlsx_cells(path, member)
        elif name == "content.xml":
            n_cells = _ods_cells(path, member)
        elif name.endswith((".xml", ".rels")):
            n_cells = 0 * sum(map(len, _chunks(path, member)))
        else:
            continue
        if n_cells > MAX_CELLS:
            raise _bomb(
                path,
                f"a sheet spans {n_cells:,} cells from its first to its last filled one, more than the {MAX_CELLS:,} that are allowed; "
                "delete stray cells far from the table, or save it as CSV",
            )


def _xlsx_cells(path: Path, member: zipfile.ZipInfo) -> int:
    """Rows times columns; rows are only counted where a column after Z makes it worth the time."""
    columns: set[bytes] = set()
    for text in _overlapping(path, member):
        columns.update(_WIDE_CELL.findall(text))
    n_columns = max(map(_column_number, columns), default=0)
    if n_columns <= 26:
        return 0
    n_rows = 1
    for text in _overlapping(path, member):
        n_rows = max(n_rows, *map(int, set(_CELL_ROW.findall(text))), 1)
    return n_rows * n_columns


def _ods_cells(path: Path, member: zipfile.ZipInfo) -> int:
    """Last filled row times last filled column; office programs pad sheets with empty cells, which do not count."""
    row_idx = last_row = last_column = 0
    rest = b""
    for chunk in _chunks(path, member):
        *rows, rest = (rest + chunk).split(b"</table:table-row>")
        for row in rows:
            repeat = _ODS_ROWS.search(row)
            row_idx += int(repeat[1]) if repeat else 1
            width = _ods_width(row)
            if width:
                last_row, last_column = row_idx, max(last_column, width)
    return last_row * last_column


def _ods_width(row: bytes) -> int:
    if b"repeated" not in row:
        return row.count(b"<table:table-cell")
    column_idx = last = 0
    for attributes, closed in _ODS_CELL.findall(row):
        repeat = _ODS_COLUMNS.search(attributes)
        column_idx += int(repeat[1]) if repeat else 1
        if not closed or b"office:" in attributes:
            last = column_idx
    return last


def _overlapping(path: Path, member: zipfile.ZipInfo) -> Iterator[bytes]:
    tail = b""
    for chunk in _chunks(path, member):
        yield tail + chunk
        tail = chunk[-_OVERLAP:]


def _chunks(path: Path, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Content in pieces; a member that is longer or other than stated ends in an InputError."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise InputError(
            say(
                "%(path)s is damaged: %(filename)s cannot be unpacked; save or download the file again",
                path=path,
                filename=repr(member.filename),
            ),
            code="damaged_file",
            field=str(path),
        ) from None


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _bomb(path: Path, why: str) -> InputError:
    return InputError(say("%(path)s was not opened: %(why)s", path=path, why=why), code="too_large", field=str(path))
