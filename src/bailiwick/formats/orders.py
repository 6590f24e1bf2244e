"""Read orders: customer, date, amount."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, Notice, OrderTable, TextArray
from bailiwick.domain.said import say, say_n
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder, Dates, parse_dates
from bailiwick.formats.numbers import parse_numbers
from bailiwick.formats.reading import read_table
from bailiwick.formats.recognise import resolve_column
from bailiwick.formats.synonyms import MISSING_WORDS, ORDER_SYNONYMS, name_key
from bailiwick.formats.table import Table, to_objects
from bailiwick.formats.wording import as_map, quoted

_Mask = NDArray[np.bool_]


def read_orders(
    source: Any,
    *,
    column_map: Mapping[str, str] | None = None,
    group_columns: Sequence[str] = (),
    date_order: DateOrder | None = None,
) -> OrderTable:
    """Read orders or order lines from a file or a table in memory.

    Lines without a customer, with a date or an amount that is none, are left out and told. Returns have a negative amount or quantity.

    Parameters
    ----------
    source
        Whatever `read_table` takes.
    column_map
        ``customer``, ``date``, ``amount``, ``quantity``, ``price`` → column, where the names are not known. Without an amount it is
        quantity times price.
    group_columns
        Columns to keep: segments or territories.
    date_order
        ``"dmy"`` or ``"mdy"`` where dates such as 3/4/2026 do not tell.

    Raises
    ------
    InputError
        If the file cannot be read, a column is not found, or no line can be used.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = read_orders(pd.DataFrame({"CustomerID": ["7", "7", ""], "Date": ["1970-01-03"] * 3, "Amount": ["5", "-2", "1"]}))
    >>> orders.customer_ids.tolist(), orders.days.tolist(), orders.amounts.tolist(), orders.notices[0].count
    (['7'], [2, 2], [5.0, -2.0], 1)
    """
    table = read_table(source)
    if not len(table):
        raise InputError(f"{table.source} has a header but no rows below it", code="no_rows", field="orders")
    mapped = dict(column_map or {})
    customers = pc.utf8_trim_whitespace(table.text(_find(table, "customer", mapped)))
    date_column = _find(table, "date", mapped)
    dates = parse_dates(table.data.column(date_column), order=date_order, name=say("the column %(name)s", name=repr(date_column)))
    amounts = _amounts(table, mapped)
    groups = {name: to_objects(table.text(resolve_column(table, name, role="--by"))) for name in group_columns}
    is_used, told = _judge(table, customers, dates, amounts)
    rows = np.flatnonzero(is_used)
    encoded = _whole_ids(customers.take(pa.array(rows))).dictionary_encode()
    return OrderTable(
        customer_ids=to_objects(encoded.dictionary),
        customer_idx=encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        days=dates.days[rows],
        amounts=amounts[rows],
        groups={name: _named(texts[rows]) for name, texts in groups.items()},
        notices=(*table.notices, *dates.notices, *told),
    )


def _find(table: Table, role: str, mapped: Mapping[str, str]) -> str:
    found = _find_or_none(table, role, mapped)
    if found is None:
        raise InputError(
            f"{table.source} has no column that looks like the {role} of an order; it has: {quoted(table.names)}; "
            f"say which it is, for example {as_map(role, table.names[0])}",
            code="order_columns",
            field=role,
        )
    return found


def _find_or_none(table: Table, role: str, mapped: Mapping[str, str]) -> str | None:
    if role in mapped:
        return resolve_column(table, mapped[role], role=role)
    by_key = {name_key(name): name for name in reversed(table.names)}
    return next((by_key[name_key(word)] for word in ORDER_SYNONYMS[role] if name_key(word) in by_key), None)


def _amounts(table: Table, mapped: Mapping[str, str]) -> FloatArray:
    """Currency per line, NaN where there is none."""
    amount = _find_or_none(table, "amount", mapped)
    quantity, price = (_find_or_none(table, role, mapped) for role in ("quantity", "price"))
    if amount is None and quantity is not None and price is not None:
        return _values(table, quantity) * _values(table, price)
    return _values(table, amount if amount is not None else _find(table, "amount", mapped))


def _values(table: Table, column: str) -> FloatArray:
    return parse_numbers(table.data.column(column), decimal=table.decimal).values


def _judge(table: Table, customers: Any, dates: Dates, amounts: FloatArray) -> tuple[_Mask, list[Notice]]:
    """Which lines can be used, and a notice for each reason why others cannot."""
    is_nobody = pc.is_in(pc.utf8_lower(customers), value_set=pa.array(MISSING_WORDS)).to_numpy(zero_copy_only=False)
    is_used = np.ones(len(table), bool)
    told: list[Notice] = []
    reasons = (("no_customer", is_nobody), ("no_date", dates.is_bad | dates.is_missing), ("no_amount", ~np.isfinite(amounts)))
    for code, mask in reasons:
        rows = np.flatnonzero(mask & is_used)
        if len(rows):
            is_used[rows] = False
            first = int(table.row_numbers[rows[0]])
            share = percent(len(rows) / len(table))
            words = _LEFT_OUT[code](len(rows), share=share, source=table.source, first=str(first))
            told.append(Notice(code, words, len(rows), (f"row {first}",)))
    if not is_used.any():
        reasons_told = "; ".join(notice.message for notice in told)
        raise InputError(f"no row of {table.source} can be used: {reasons_told}", code="no_usable_order", field="orders")
    return is_used, told


_LEFT_OUT: dict[str, Callable[..., str]] = {
    "no_customer": lambda n, **words: say_n(
        "%(n)s row (%(share)s) of %(source)s has no customer and is left out: row %(first)s",
        "%(n)s rows (%(share)s) of %(source)s have no customer and are left out; the first is row %(first)s",
        n,
        **words,
    ),
    "no_date": lambda n, **words: say_n(
        "%(n)s row (%(share)s) of %(source)s has no date that can be read and is left out: row %(first)s",
        "%(n)s rows (%(share)s) of %(source)s have no date that can be read and are left out; the first is row %(first)s",
        n,
        **words,
    ),
    "no_amount": lambda n, **words: say_n(
        "%(n)s row (%(share)s) of %(source)s has no amount that can be read and is left out: row %(first)s",
        "%(n)s rows (%(share)s) of %(source)s have no amount that can be read and are left out; the first is row %(first)s",
        n,
        **words,
    ),
}


def _whole_ids(texts: Any) -> Any:
    """Ids without the ``.0`` that a program adds to whole numbers when others are missing."""
    if pc.all(pc.match_substring_regex(texts, r"^[0-9]+\.0$")).as_py():
        return pc.replace_substring_regex(texts, r"\.0$", "")
    return texts


def _named(texts: TextArray) -> TextArray:
    return np.where(np.array([not text.strip() for text in texts], bool), "(none)", texts).astype(object)
