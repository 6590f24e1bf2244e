"""A table of accounts, leads or deals: columns by name or by role, as text, numbers, days or features of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.api.sources import tabular
from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.rules import Column, Rule
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder, parse_dates
from bailiwick.formats.numbers import looks_numeric, parse_numbers
from bailiwick.formats.reading import read_table
from bailiwick.formats.recognise import resolve_column
from bailiwick.formats.synonyms import MISSING_WORDS, name_key
from bailiwick.formats.table import Table
from bailiwick.formats.wording import as_map, quoted

if TYPE_CHECKING:
    import pandas as pd

_MOST_LEVELS = 60
_MOSTLY_NUMBERS = 0.95
SYNONYMS: dict[str, tuple[str, ...]] = {
    "id": ("id", "account_id", "account", "customer_id", "customer", "lead_id", "lead", "opportunity_id", "deal_id", "Cust_num", "StoreID",
           "customer key", "unit_id", "zipcode", "zip", "postcode", "name"),
    "customer": ("customer_id", "customer", "account_id", "account", "StoreID", "customer key", "id"),
    "sales": ("sales", "revenue", "annual sales", "amount", "total", "turnover"),
    "territory": ("territory", "territory_id", "territory key", "region", "SalesTerritoryKey", "TerritoryIDs"),
    "stage": ("stage", "deal_stage", "status", "stage_name"),
    "outcome": ("outcome", "won", "converted", "result", "y", "deal_stage", "stage", "status"),
    "value": ("value", "amount", "close_value", "deal_value", "expected_value"),
    "hours": ("hours", "effort_hours", "workload", "workload_hours"),
    "product": ("product", "product_name", "Description", "ProductKey", "sku"),
    "reason": ("reason", "loss_reason", "win_reason", "lost_reason", "closed_reason"),
    "start": ("start", "valid_from", "start_date", "engage_date", "created", "created_date", "contract_start"),
    "end": ("end", "valid_until", "end_date", "close_date", "closed", "contract_end", "cancelled"),
    "lost": ("lost", "is_lost", "churned", "left"),
    "date": ("date", "order_date", "OrderDate", "InvoiceDate", "day", "close_date"),
    "group": ("territory", "segment", "region", "group"),
}  # fmt: skip
"""Role → usual names of its column, in the order in which they are looked for."""


@dataclass(eq=False)
class Sheet:
    """A table whose columns are asked for by name or role.

    Attributes
    ----------
    table
        As read.
    column_map
        Role → column, as the user said.
    notices
        What was noticed while columns were read.

    Examples
    --------
    >>> sheet = read_sheet({"Account": ["a", "b"], "Staff": ["5", ""], "Kind": ["x", "y"]})
    >>> sheet.ids("id").tolist(), sheet.numbers("staff").tolist(), sheet.find("sales", needed=False)
    (['a', 'b'], [5.0, nan], None)
    """

    table: Table
    column_map: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    notices: list[Notice] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.table)

    def column(self, name: str, role: str = "") -> str:
        """Name of a column as it stands in the table."""
        return resolve_column(self.table, name, role=role)

    def find(self, role: str, *, needed: bool = True) -> str | None:
        """Column of a role: as mapped, else by its usual names.

        Raises
        ------
        InputError
            If it is needed and not there.
        """
        if role in self.column_map:
            return self.column(self.column_map[role], role)
        by_key = {name_key(name): name for name in reversed(self.table.names)}
        found = next((by_key[name_key(word)] for word in SYNONYMS.get(role, (role,)) if name_key(word) in by_key), None)
        if found is None and needed:
            raise InputError(
                f"{self.table.source} has no column that looks like the {role}; it has: {quoted(self.table.names)}; "
                f"say which it is, for example {as_map(role, self.table.names[0])}",
                code="unknown_column",
                field=role,
            )
        return found

    def needed(self, role: str) -> str:
        """Column of a role that must be there."""
        return str(self.find(role))

    def texts(self, name: str) -> TextArray:
        """Stripped text, empty where nothing stands, shape (n,)."""
        texts = pc.utf8_trim_whitespace(self.table.text(self.column(name)))
        missing = pc.is_in(pc.utf8_lower(texts), value_set=_missing_words())
        found = pc.if_else(missing, "", texts).to_numpy(zero_copy_only=False)
        return np.asarray(found, dtype=object)

    def ids(self, role: str) -> TextArray:
        """Ids of a role as text, shape (n,)."""
        return self.texts(self.needed(role))

    def numbers(self, name: str) -> FloatArray:
        """Numbers, NaN where none stands, shape (n,)."""
        return parse_numbers(self.table.data.column(self.column(name)), decimal=self.table.decimal).values

    def days(self, name: str) -> FloatArray:
        """Days since 1970-01-01, NaN where there is no date, shape (n,)."""
        column = self.column(name)
        dates = parse_dates(self.table.data.column(column), order=self.date_order, name=say("the column %(name)s", name=repr(column)))
        self.notices.extend(dates.notices)
        return np.where(dates.is_bad | dates.is_missing, np.nan, dates.days.astype(np.float64))

    def is_numeric(self, name: str) -> bool:
        """Whether nearly all that stands in a column are numbers."""
        return looks_numeric(self.table.data.column(self.column(name)), decimal=self.table.decimal)[0] >= _MOSTLY_NUMBERS

    def rule_columns(self, rule: Rule) -> dict[str, Column]:
        """The columns that a rule needs."""
        return {name: Column(self.texts(name), self.numbers(name)) for name in dict.fromkeys(rule.fields())}

    def feature_names(self, *, without: Sequence[str] = ()) -> list[str]:
        """Columns from which a model may learn: numbers, and texts that repeat; no ids, constants, dates."""
        return [name for name in self.table.names if name not in set(without) and self._is_feature(name)]

    def _is_feature(self, name: str) -> bool:
        texts = self.texts(name)
        levels = len(set(texts.tolist()) - {""})
        if levels < 2 or name_key(name) in _CODES:
            return False
        if self.is_numeric(name):
            values = self.numbers(name)
            is_running = levels == len(self) and len(self) > 2 and bool((np.abs(np.diff(values)) == 1).all())
            return not is_running
        return levels <= min(_MOST_LEVELS, max(len(self) // 3, 2))

    def features(self, names: Sequence[str]) -> pd.DataFrame:
        """Numbers as float columns, texts as object columns."""
        import pandas as pd

        columns: dict[str, NDArray[Any]] = {}
        for wanted in names:
            name = self.column(wanted)
            columns[name] = self.numbers(name) if self.is_numeric(name) else self.texts(name)
        return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()})


_CODES = {
    name_key(word)
    for word in ("id", "account_id", "customer_id", "lead_id", "Cust_num", "lat", "lon", "lng", "latitude", "longitude", "StoreID", "phone",
                 "email", "postcode", "zip", "zipcode", "PostalCode")
}  # fmt: skip


def _missing_words() -> Any:
    import pyarrow as pa

    return pa.array(MISSING_WORDS)


def read_sheet(source: Any, *, column_map: Mapping[str, str] | None = None, date_order: DateOrder | None = None) -> Sheet:
    """Read a file or a table in memory.

    Raises
    ------
    InputError
        If it cannot be read or has no rows.
    """
    if isinstance(source, Sheet):
        return source
    table = read_table(tabular(source))
    if not len(table):
        raise InputError(f"{table.source} has a header but no rows below it", code="no_rows", field="table")
    return Sheet(table, dict(column_map or {}), date_order, list(table.notices))
