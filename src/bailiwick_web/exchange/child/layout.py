"""How a file was read, for the page: encoding, separator, header row, sheet, and its first lines as they stand."""

from __future__ import annotations

import csv
import re
from itertools import islice
from pathlib import Path
from typing import Any

from bailiwick.formats.encoding import decode
from bailiwick.formats.layout import find_layout
from bailiwick.formats.sniff import file_kind, read_head

LINES, WIDTH, LONGEST = 6, 12, 40
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_HEAD = 256 << 10


def layout_of(path: Path, table: Any, options: dict[str, Any]) -> dict[str, Any]:
    """What was found or said: only what the kind of file has."""
    kind = file_kind(read_head(path), path)
    if kind == "text":
        return _of_text(path, table, options)
    if kind == "ole" or (kind == "zip" and path.suffix.lower() in {".xlsx", ".xlsm", ".ods"}):
        return _of_workbook(path, table, options)
    if kind == "sqlite":
        import pyogrio

        return {"kind": "map", "layers": [str(name) for name in pyogrio.list_layers(str(path))[:, 0]], "layer": options.get("layer") or ""}
    return {"kind": kind}


def _of_text(path: Path, table: Any, options: dict[str, Any]) -> dict[str, Any]:
    with path.open("rb") as stream:
        data = stream.read(_HEAD)
    whole = whole_lines(data)
    encoding = options.get("encoding") or _encoding(data, table)
    text = decode(whole, encoding=None if encoding == "mixed" else encoding, source=path.name)[0].decode("utf-8", "replace")
    text = text.removeprefix("\ufeff")
    said = options.get("header_row")
    header_row = int(said) if said not in {None, ""} else None
    layout = find_layout(text, separator=options.get("separator") or None, header_row=header_row)
    lines = csv.reader(text[: 64 << 10].splitlines(keepends=True), delimiter=layout.separator)
    rows = list(islice(lines, max(LINES, layout.header_row + 4)))
    return {
        "kind": "text",
        "encoding": encoding,
        "separator": layout.separator,
        "header_row": layout.header_row + 1,
        "decimal": table.decimal or layout.decimal or ".",
        "lines": [[_cell(c) for c in row[:WIDTH]] for row in rows],
    }


def whole_lines(data: bytes) -> bytes:
    r"""The beginning of a file up to the end of its last whole line, with no character torn apart.

    Examples
    --------
    >>> whole_lines(b"a,b\n1,2\n3"), whole_lines("a\n1".encode("utf-16")) == "a\n".encode("utf-16"), whole_lines(b"a")
    (b'a,b\n1,2\n', True, b'a')
    """
    wide = next((name for mark, name in _MARKS if data.startswith(mark) and name != "utf-8"), "")
    if not wide:
        return data[: data.rfind(b"\n") + 1] or data
    unit = 4 if wide == "utf-32" else 2
    data = data[: len(data) - len(data) % unit]
    is_little = data[:1] == b"\xff"
    end = (b"\n" + b"\0" * (unit - 1)) if is_little else b"\0" * (unit - 1) + b"\n"
    at = next((i for i in range(len(data) - unit, 0, -unit) if data[i : i + unit] == end), None)
    return data if at is None else data[: at + unit]


def _encoding(data: bytes, table: Any) -> str:
    mark = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if mark:
        return mark
    for notice in table.notices:
        if notice.code in {"encoding", "encoding_guessed"}:
            found = re.search(r"read as ([\w-]+)", notice.message)
            return found[1] if found else "utf-8"
        if notice.code == "mixed_encodings":
            return "mixed"
    return "utf-8"


def _of_workbook(path: Path, table: Any, options: dict[str, Any]) -> dict[str, Any]:
    import python_calamine

    with python_calamine.load_workbook(str(path)) as book:
        sheets = [str(name) for name in book.sheet_names]
        chosen = re.match(r"read sheet '(.*)'; not read", next((n.message for n in table.notices if n.code == "sheet_chosen"), ""))
        sheet = options.get("sheet") or (
            chosen[1] if chosen else next((s for s in sheets if book.get_sheet_by_name(s).end is not None), "")
        )
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=40) if sheet in sheets else []
    said = options.get("header_row")
    lines = [[_cell(c) for c in row[:WIDTH]] for row in rows]
    header_row = int(said) if said not in {None, ""} else _header_row(lines, table)
    return {"kind": "workbook", "sheets": sheets, "sheet": sheet, "header_row": header_row, "lines": lines[: max(LINES, header_row + 3)]}


def _header_row(lines: list[list[str]], table: Any) -> int:
    names = [" ".join(str(n).split()) for n in table.names[:3]]
    for number, row in enumerate(lines, start=1):
        if [" ".join(c.split()) for c in row if c.strip()][: len(names)] == [n[:LONGEST] for n in names]:
            return number
    return int(table.row_numbers[0]) - 1 if len(table) else 1


def _cell(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
