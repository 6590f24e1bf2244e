"""CSV, TSV and their relatives."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from bailiwick.domain import Notice
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.encoding import decode
from bailiwick.formats.layout import Layout, find_layout
from bailiwick.formats.table import MalformedRow, Table, blank_rows, clean_names, one_array
from bailiwick.formats.wording import in_rows

MAX_LINE_BYTES = 4 << 20
"""A line longer than this is no row of a table."""

_SAMPLE_BYTES = 256 << 10
_BLOCK_BYTES = 16 << 20


def read_delimited(
    data: bytes, *, source: str, encoding: str | None = None, separator: str | None = None, header_row: int | None = None
) -> Table:
    """Read delimited text; encoding, separator and header row are found where they are not given.

    Raises
    ------
    InputError
        If the bytes are no text, hold no table, have a line beyond reason or quotes that never close.
    """
    text, notices = decode(data, encoding=encoding, source=source)
    if b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    if not text.endswith(b"\n"):
        text += b"\n"  # a header without its line end is still a header
    _check_lines(text, source)
    layout = find_layout(_sample(text), separator=separator, header_row=header_row)
    if layout.n_columns == 0:
        raise InputError(
            say("%(source)s holds no table; expected a header row and rows below it", source=source), code="empty_file", field=source
        )
    names, renamed = clean_names(layout.cells or [f"column_{i}" for i in range(1, layout.n_columns + 1)])
    if layout.header_row < 0 or not layout.cells:
        renamed += (
            Notice(
                "no_header",
                say(
                    "%(source)s seems to have no header row; its columns were called column_1 to column_%(n)s",
                    source=source,
                    n=str(len(names)),
                ),
            ),
        )
    table, ragged = _parse(text, names, layout, source, quoting=True)
    swallowed = _row_that_swallows(table, ragged, layout) if text.count(b'"') % 2 else 0
    if swallowed:
        table, ragged, told = _reread_without_quotes(text, names, layout, source, first_row=swallowed)
        renamed += told
    table, row_numbers, malformed, told = _mend_ragged(table, ragged, layout)
    keep = ~blank_rows(table)
    if not keep.all():
        table, row_numbers = table.filter(pa.array(keep)), row_numbers[keep]
    return Table(table, row_numbers, source, None, (*notices, *renamed, *told), malformed, layout.decimal)


def _check_lines(text: bytes, source: str) -> None:
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == 10)
    lengths = np.diff(np.concatenate([[-1], ends, [len(text)]]))
    longest = int(lengths.argmax())
    if lengths[longest] > MAX_LINE_BYTES:
        raise InputError(
            say(
                "line %(value)s of %(source)s is %(n)s bytes long; expected a table with one line per row (lines up "
                "to %(max_line_bytes)s bytes)",
                value=str(longest + 1),
                source=source,
                n=int(lengths[longest]),
                max_line_bytes=int(MAX_LINE_BYTES),
            ),
            code="line_too_long",
            field=source,
            row=longest + 1,
        )


def _sample(text: bytes) -> str:
    if len(text) <= _SAMPLE_BYTES:
        return text.decode("utf-8")
    end = text.rfind(b"\n", 0, _SAMPLE_BYTES) + 1 or text.find(b"\n") + 1 or len(text)
    return text[:end].decode("utf-8")


def _parse(text: bytes, names: list[str], layout: Layout, source: str, *, quoting: bool) -> tuple[Any, list[tuple[int, str]]]:
    ragged: list[tuple[int, str]] = []

    def keep_ragged(row: Any) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    try:
        table = pacsv.read_csv(
            pa.BufferReader(text),
            read_options=pacsv.ReadOptions(
                use_threads=False, block_size=_BLOCK_BYTES, column_names=names, skip_rows_after_names=layout.header_row + 1
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=layout.separator,
                quote_char='"' if quoting else False,
                newlines_in_values=quoting,
                ignore_empty_lines=False,
                invalid_row_handler=keep_ragged,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types={name: pa.string() for name in names}, strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return pa.table({name: pa.array([], pa.string()) for name in names}), []
        raise InputError(
            say(
                "%(source)s cannot be read as a table separated by %(separator)s; look for a quote that is never closed",
                source=source,
                separator=repr(layout.separator),
            ),
            code="unreadable_table",
            field=source,
        ) from None
    return table, ragged


def _row_that_swallows(table: Any, ragged: list[tuple[int, str]], layout: Layout) -> int:
    """Row of a record over several lines that a quote too many may have made; 0 if there is none."""
    for number, text in ragged:
        if "\n" in text.strip():
            return number
    last = table.slice(max(0, table.num_rows - 1))
    if any("\n" in (cell or "") for column in last.columns for cell in column.to_pylist()):
        return layout.header_row + 1 + table.num_rows + len(ragged)
    return 0


def _reread_without_quotes(
    text: bytes, names: list[str], layout: Layout, source: str, *, first_row: int
) -> tuple[Any, list[tuple[int, str]], tuple[Notice, ...]]:
    """An odd number of quotes swallowed the end of the file: take quotes as plain characters if that makes a table."""
    table, ragged = _parse(text, names, layout, source, quoting=False)
    if len(ragged) * 20 > table.num_rows:
        raise InputError(
            say(
                "a quote that opens in row %(first_row)s of %(source)s is never closed and swallows the rest; close or remove it",
                first_row=str(first_row),
                source=source,
            ),
            code="unclosed_quote",
            field=source,
            row=first_row,
        )
    notice = Notice(
        "unclosed_quote",
        say("a quote in row %(first_row)s is never closed; all quotes were read as plain characters", first_row=str(first_row)),
        1,
    )
    return table, ragged, (notice,)


def _mend_ragged(
    table: Any, ragged: list[tuple[int, str]], layout: Layout
) -> tuple[Any, np.ndarray, tuple[MalformedRow, ...], tuple[Notice, ...]]:
    """Pad rows that are too short, trim empty cells of rows that are too long; set the others aside."""
    n_all = table.num_rows + len(ragged)
    numbers = np.arange(layout.header_row + 2, layout.header_row + 2 + n_all)
    if not ragged:
        return table, numbers, (), ()
    is_ragged = np.zeros(n_all, bool)
    is_ragged[np.array([number for number, _ in ragged]) - numbers[0]] = True
    mended: list[list[str]] = []
    mended_rows, n_short = [], 0
    malformed = []
    for number, line in ragged:
        cells = next(csv.reader([line], delimiter=layout.separator), [])
        if len(cells) > layout.n_columns and any(cell.strip() for cell in cells[layout.n_columns :]):
            malformed.append(MalformedRow(number, tuple(cells)))
            continue
        n_short += len(cells) < layout.n_columns
        mended.append((cells + [""] * layout.n_columns)[: layout.n_columns])
        mended_rows.append(number)
    extra = pa.table([pa.array(column, pa.string()) for column in zip(*mended, strict=True)], names=table.column_names) if mended else None
    row_numbers = numbers[~is_ragged]
    if extra is not None:
        row_numbers = np.concatenate([row_numbers, np.array(mended_rows)])
        order = np.argsort(row_numbers, kind="stable")
        joined = pa.concat_tables([table, extra])
        table = pa.table([one_array(c) for c in joined.columns], names=table.column_names).take(pa.array(order))
        row_numbers = row_numbers[order]
    told: tuple[Notice, ...] = ()
    if n_short:
        text = say("%(rows)s with fewer cells than the header: the missing ones were taken as empty", rows=in_rows(n_short))
        told = (Notice("short_rows", text, n_short, tuple(f"row {r}" for r in mended_rows[:3])),)
    return table, row_numbers, tuple(malformed), told
