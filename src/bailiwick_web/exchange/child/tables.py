"""The table of a file, prepared for the readers of the library: every column is what the mapping says and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bailiwick import formats
from bailiwick.domain import Notice
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick_web.exchange.child.mapping import Columns
from bailiwick_web.exchange.record_kinds import GUARDED

MOST_COLUMNS = 500
KEPT = "\u2063kept"
"""At the end of the name of a column that is kept as text: no reader takes it for something by its name."""
ROW, NAME, LON, LAT = "\u2063row", "\u2063full\u2063", "\u2063lon\u2063", "\u2063lat\u2063"
"""Columns that are added: the row in the file, a name made of first and last name, a place that is none."""
SAFE_HEAD, RAW_HEAD = ("row", "column", "reason_code", "reason"), ("row", "column", "code", "reason")
"""First columns of an error file; the raw one is not guarded against formulas."""
ERROR_FILE = "error_file"
READING = ("encoding", "separator", "header_row", "sheet", "layer")
_ERROR_FILE = re.compile(rb"\A(?:\xef\xbb\xbf)?row([,;\t])column\1(?:reason_)?code\1reason(?:\1|\r|\n)")
_GUARD = "^'('*[=+\\-@\t\r])"


def open_table(path: Path, options: dict[str, Any]) -> Any:
    """Read the table of a file as the user says; of an error file, the rows as they were."""
    said = {name: options[name] for name in READING if options.get(name) not in {None, ""}}
    table = formats.read_table(path, **{**_layout_of_error_file(path), **said})
    if options.get("decimal") in {",", "."}:
        table = replace(table, decimal="," if options["decimal"] == "," else None)
    if len(table.names) > MOST_COLUMNS:
        raise InputError(
            say(
                "the table has %(n)s columns, more than the %(most_columns)s that are allowed; delete those that are not needed",
                n=len(table.names),
                most_columns=str(MOST_COLUMNS),
            ),
            code="too_many_columns",
        )
    return _as_it_was(table)


def _layout_of_error_file(path: Path) -> dict[str, Any]:
    """An error file says in its first line what it is; its cells may look like anything."""
    with path.open("rb") as stream:
        found = _ERROR_FILE.match(stream.read(64))
    return {} if found is None else {"header_row": 1, "separator": found[1].decode(), "encoding": "utf-8"}


def _as_it_was(table: Any) -> Any:
    """What was exported here is imported again: without the columns that tell reasons and without the guards of its cells."""
    head = tuple(table.names[:4])
    if head not in {SAFE_HEAD, RAW_HEAD}:
        return _without_guards(table) if GUARDED & set(table.names) else table
    columns = {_unguarded(name) if head == SAFE_HEAD else name: table.data.column(name) for name in table.names[4:]}
    if head == SAFE_HEAD:
        columns = {
            name: pc.replace_substring_regex(table.text(raw), _GUARD, r"\1") for name, raw in zip(columns, table.names[4:], strict=True)
        }
    malformed = tuple(replace(m, cells=m.cells[4:]) for m in table.malformed)
    told = Notice(ERROR_FILE, say("this is a file of rejected rows: the columns with the reasons were left out"))
    return replace(table, data=pa.table(columns), malformed=malformed, notices=(told, *table.notices))


def _without_guards(table: Any) -> Any:
    """A table that was exported here, whose texts are guarded against being run."""
    columns = {name: pc.replace_substring_regex(table.text(name), _GUARD, r"\1") for name in table.names}
    return replace(table, data=pa.table(columns))


def _unguarded(name: str) -> str:
    return re.sub(_GUARD, r"\1", name)


def arranged(table: Any, columns: Columns, *, is_placed: bool = True) -> tuple[Any, dict[str, str]]:
    """The table as the readers get it, and their column map.

    Columns that serve no field get a name that means nothing; the row numbers go along as a column.
    """
    columns = _with_full_name(table, columns)
    mapped = {**columns.fields, **{f"measure:{name}": name for name in columns.measures}}
    serving = set(mapped.values())
    data = {name if name in serving else name + KEPT: table.data.column(name) for name in table.names}
    if columns.fields.get("name") == NAME:
        data[NAME] = _full_names(table, columns)
    if not is_placed:
        data[LON] = data[LAT] = pa.array(["1"] * len(table), pa.string())
        mapped |= {"lon": LON, "lat": LAT}
    data[ROW + KEPT] = pa.array([str(row) for row in table.row_numbers.tolist()], pa.string())
    return replace(table, data=pa.table(data)), {field.removeprefix("measure:"): column for field, column in mapped.items()}


def _with_full_name(table: Any, columns: Columns) -> Columns:
    has_parts = {"first_name", "last_name"} <= columns.attributes.keys()
    if "name" in columns.fields or not has_parts:
        return columns
    return replace(columns, fields={**columns.fields, "name": NAME})


def _full_names(table: Any, columns: Columns) -> Any:
    first, last = (table.text(columns.attributes[part]) for part in ("first_name", "last_name"))
    return pc.utf8_trim_whitespace(pc.binary_join_element_wise(first, last, " "))


def original_names(names: Any) -> list[str]:
    """Names of the columns of the file among those of an arranged table."""
    added = {ROW + KEPT, NAME, LON, LAT}
    return [name for name in names if name not in added]
