"""Rows of reps, judged one by one before the library reads them, which refuses a whole file for one bad row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from bailiwick.domain.said import say
from bailiwick.formats.numbers import parse_numbers
from bailiwick_web.exchange.child.mapping import Columns
from bailiwick_web.exchange.child.rejecting import Account


def usable_reps(table: Any, columns: Columns, account: Account) -> Any:
    """The table without rows whose id is empty or stood above, or whose capacity is no positive number; these go to the account."""
    identity = columns.fields.get("id") or columns.fields.get("name")
    ids = table.text(identity).to_pylist() if identity else [str(row) for row in table.row_numbers]
    capacity = columns.fields.get("capacity")
    is_bad = _bad_capacity(table, capacity) if capacity else np.zeros(len(table), bool)
    first: dict[str, int] = {}
    keep = np.ones(len(table), bool)
    cells = [table.text(name).to_pylist() for name in table.names]
    for i, text in enumerate(ids):
        reason = _reason(text, first, identity or "", capacity or "", is_bad=bool(is_bad[i]))
        if reason is None:
            first[text] = int(table.row_numbers[i])
            continue
        keep[i] = False
        column, code, words = reason
        account.add(int(table.row_numbers[i]), column, code, words, [values[i] for values in cells])
    for row in table.malformed:
        account.add_long(row.row, row.cells)
    if keep.all():
        return replace(table, malformed=())
    geometry = None if table.geometry is None else table.geometry[keep]
    return replace(table, data=table.data.filter(pa.array(keep)), row_numbers=table.row_numbers[keep], geometry=geometry, malformed=())


def _reason(text: str, first: dict[str, int], identity: str, capacity: str, *, is_bad: bool) -> tuple[str, str, str] | None:
    if not text.strip():
        return identity, "missing_id", say("the id of the rep (%(column)s) is empty", column=repr(identity))
    if text in first:
        said = say("the id %(id)s stands already in row %(row)s; give each rep an id of its own", id=repr(text), row=str(first[text]))
        return identity, "duplicate_id", said
    if is_bad:
        return capacity, "capacity", say("the capacity (%(column)s) must be a positive number", column=repr(capacity))
    return None


def _bad_capacity(table: Any, column: str) -> Any:
    numbers = parse_numbers(table.data.column(column), decimal=table.decimal)
    return numbers.is_bad | numbers.is_missing | ~(np.nan_to_num(numbers.values) > 0)
