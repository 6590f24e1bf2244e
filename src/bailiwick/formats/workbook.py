"""XLSX, XLS and ODS workbooks."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bailiwick.domain import Notice
from bailiwick.errors import InputError
from bailiwick.formats.archive import check_workbook
from bailiwick.formats.layout import count_known, find_header
from bailiwick.formats.table import Table, blank_rows, clean_names

_HEADER_SAMPLE = 200


def read_workbook(
    path: Path, members: list[zipfile.ZipInfo] | None, *, sheet: str | None = None, header_row: int | None = None, source: str
) -> Table:
    """Read one sheet of a workbook.

    Parameters
    ----------
    members
        Files in the archive (XLSX, ODS), or None for the old XLS format.
    sheet
        Name of the sheet; by default the first visible one with rows below column names that are known, else the first with rows at
        all, else the first that holds something.
    header_row
        If known, counted from 1; 0 means that there is none.

    Raises
    ------
    InputError
        If the workbook is locked, damaged, beyond reason or empty, or the sheet does not exist.
    """
    if members is not None:
        check_workbook(path, members)
    name, cells, told = _load(path, sheet, source)
    sample = [[_cell_text(cell) for cell in row] for row in cells[:_HEADER_SAMPLE]]
    header = find_header(sample) if header_row is None else header_row - 1
    width = len(cells[0])
    title = sample[header] if header >= 0 else [""] * width
    names, renamed = clean_names(title)
    if header < 0:
        renamed += (Notice("no_header", f"sheet {name!r} seems to have no header row; its columns were called column_1 to column_{width}"),)
    body = cells[header + 1 :]
    data = pa.table([_column([row[i] for row in body]) for i in range(width)], names=names)
    row_numbers = np.arange(header + 2, header + 2 + len(body))
    keep_columns = [n for n, raw in zip(names, title, strict=True) if raw.strip() or data.column(n).null_count < len(body)]
    data = data.select([n for n in keep_columns if not _is_padding(n, data)])
    keep = ~blank_rows(data)
    return Table(data.filter(pa.array(keep)), row_numbers[keep], source, None, (*told, *renamed))


def _load(path: Path, sheet: str | None, source: str) -> tuple[str, list[list[Any]], tuple[Notice, ...]]:
    import python_calamine

    try:
        with python_calamine.load_workbook(str(path)) as book:
            visible = [
                m.name
                for m in book.sheets_metadata
                if m.visible == python_calamine.SheetVisibleEnum.Visible and m.typ == python_calamine.SheetTypeEnum.WorkSheet
            ]
            if sheet is not None and sheet not in book.sheet_names:
                known = ", ".join(map(repr, book.sheet_names))
                raise InputError(f"{source} has no sheet {sheet!r}; it has: {known}", code="unknown_sheet", field=sheet)
            name = _first_table(book, visible if sheet is None else [sheet])
            if name is not None:
                cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                return name, cells, _tell_sheets(name, [v for v in visible if v != name])
    except python_calamine.PasswordError:
        raise InputError(
            f"{source} is locked by a password; open it in a spreadsheet program and save it without one",
            code="encrypted_file",
            field=source,
        ) from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise InputError(
            f"{source} cannot be read as a workbook: the file is damaged; save it again as .xlsx", code="damaged_file", field=source
        ) from None
    raise InputError(f"{source} has no sheet with anything in it; expected a table with a header row", code="empty_file", field=source)


def _first_table(book: Any, names: Sequence[str]) -> str | None:
    """The first sheet that is most like a table; notes and covers often stand before it."""
    filled = [name for name in names if book.get_sheet_by_name(name).end is not None]
    if len(filled) < 2:
        return filled[0] if filled else None
    likeness = [_likeness(book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=_HEADER_SAMPLE)) for name in filled]
    return filled[likeness.index(max(likeness))]


def _likeness(cells: list[list[Any]]) -> int:
    """2 with rows below known names of columns, 1 with rows, else 0."""
    sample = [[_cell_text(cell) for cell in row] for row in cells]
    header = find_header(sample)
    if not any(cell.strip() for row in sample[header + 1 :] for cell in row):
        return 0
    return 2 if header >= 0 and count_known(sample[header]) else 1


def _tell_sheets(name: str, others: list[str]) -> tuple[Notice, ...]:
    if not others:
        return ()
    return (Notice("sheet_chosen", f"read sheet {name!r}; not read: {', '.join(map(repr, others[:5]))}", len(others), tuple(others[:5])),)


def _column(cells: Sequence[Any]) -> Any:
    """Numbers as numbers if nothing else stands there, else text."""
    kinds = set(map(type, cells))
    if kinds <= {float, int, str} and kinds & {float, int}:
        texts = {cell for cell in cells if type(cell) is str} if str in kinds else set()
        if texts <= {""}:
            return pa.array([None if cell == "" else float(cell) for cell in cells], pa.float64())
    if kinds == {str}:
        return pa.array(cells, pa.string())
    return pa.array([_cell_text(cell) for cell in cells], pa.string())


def _cell_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def _is_padding(name: str, data: Any) -> bool:
    """A column without header and content: office programs leave such on the right."""
    return name.startswith("column_") and bool(blank_rows(data.select([name])).all())
