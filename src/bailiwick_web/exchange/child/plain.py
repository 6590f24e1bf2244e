"""Read any table as it is: every column as text, with what stands in it. What it means is asked later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather

from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.numbers import parse_numbers
from bailiwick_web.exchange.child.profile import profile
from bailiwick_web.exchange.child.tables import open_table

_NUMBERS = ("number", "whole number")


def read_plain(path: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Write ``rows.arrow`` and tell the columns."""
    table = open_table(path, options)
    if not len(table):
        raise InputError(say("%(source)s has a header but no rows below it", source=table.source), code="no_rows", field=table.source)
    columns = profile(table)
    data = {column["name"]: _cells(table, column) for column in columns}
    feather.write_feather(pa.table(data), out / "rows.arrow")
    return {"columns": columns, "n_read": len(table) + len(table.malformed), "n_used": len(table)}


def _cells(table: Any, column: dict[str, Any]) -> Any:
    """Text as it stands; numbers with a decimal comma as numbers, for later nobody knows that there was one."""
    text = table.text(column["name"])
    if table.decimal == "," and column["type"] in _NUMBERS:
        values = parse_numbers(text, decimal=",").values
        return pa.array([None if value != value else f"{value:.15g}" for value in values.tolist()], pa.string())
    return text
