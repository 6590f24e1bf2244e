"""Tables as CSV and as workbooks, safe to open in a spreadsheet program; everything as an archive."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import IO, Any

from bailiwick_web.core.access import Actor
from bailiwick_web.core.roles import Right
from bailiwick_web.exchange.exports.shapes import Table
from bailiwick_web.exchange.exports.tables import TABLES, cells, headers, records
from bailiwick_web.exchange.record_kinds import GUARDED, ONLY_OUT, OUT_FOLDER, RAW

RISKY = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS = 1_000_000
"""What a sheet of a workbook holds, with its header."""
CHUNK = 1 << 16


def guarded(cell: Any) -> str:
    """A cell that no spreadsheet program takes for a formula; numbers and days stay as they are.

    A text that looks guarded already gets a guard of its own, so that taking guards away gives every text back.

    >>> guarded("=1+1"), guarded(-5), guarded("'=x"), guarded("O'Neil")
    ("'=1+1", '-5', "''=x", "O'Neil")
    """
    text = _text(cell)
    if isinstance(cell, int | float | Decimal | date):
        return text
    return f"'{text}" if text.lstrip("'").startswith(RISKY) else text


def _text(cell: Any) -> str:
    return f"{cell:f}" if isinstance(cell, Decimal) else cell.isoformat() if isinstance(cell, date) else str(cell)


def csv_lines(actor: Actor, table: Table, wanted: Mapping[str, str], *, is_raw: bool) -> Iterator[str]:
    """Lines of a CSV file, as they are read."""
    made = _text if is_raw else guarded
    yield _line(f"{name}{RAW}" if is_raw and name in GUARDED else name for name in headers(table))
    for record in records(actor, table, wanted):
        yield _line(map(made, cells(table, record)))


def _line(texts: Iterable[str]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(texts)
    return buffer.getvalue()


def workbook(actor: Actor, table: Table, wanted: Mapping[str, str]) -> IO[bytes]:
    """A workbook with one sheet: texts are texts, whatever they begin with; nothing is a formula or a link."""
    import xlsxwriter

    file = tempfile.TemporaryFile()  # noqa: SIM115  whoever sends it closes it
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}
    with xlsxwriter.Workbook(file, safe) as book:
        sheet = book.add_worksheet(table.kind.replace("_", " ").capitalize())
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        bold = book.add_format({"bold": True})
        for at, header in enumerate(headers(table)):
            sheet.write_string(0, at, f"{header}{RAW}" if header in GUARDED else header, bold)
        sheet.freeze_panes(1, 1)
        for row, record in enumerate(records(actor, table, wanted), start=1):
            if row >= MOST_ROWS:
                break
            _write(sheet, row, cells(table, record), day)
    file.seek(0)
    return file


def _write(sheet: Any, row: int, values: Sequence[Any], day: Any) -> None:
    for at, value in enumerate(values):
        if isinstance(value, int | float | Decimal):
            sheet.write_number(row, at, value)
        elif isinstance(value, date):
            sheet.write_datetime(row, at, value, day)
        elif value:
            sheet.write_string(row, at, value[:32_767])


def everything(actor: Actor, *, is_raw: bool) -> IO[bytes]:
    """All records of all kinds, a CSV file each, in one archive that the importer takes as it is; administrators may.

    A kind of which there is no record has no file; those that do not come in again lie in a folder of their own, which it passes over.
    """
    actor.need(Right.PRIVACY)
    file = tempfile.TemporaryFile()  # noqa: SIM115  whoever sends it closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in TABLES.values():
            if next(records(actor, table, {}), None) is None:
                continue
            folder = f"{OUT_FOLDER}/" if table.kind in ONLY_OUT else ""
            with archive.open(f"{folder}{table.kind}.csv", "w") as member:
                for line in csv_lines(actor, table, {}, is_raw=is_raw):
                    member.write(line.encode())
    file.seek(0)
    return file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """A file bit by bit; closed at the end."""
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
