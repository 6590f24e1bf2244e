"""What of our customers can be asked about: each source with its columns, what they are, and how many rows somebody sees."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Missing
from bailiwick_web.crm import models as m
from bailiwick_web.crm.queries import tables as crm
from bailiwick_web.insights.models import DataTable, Study

PREFIX = "own:"
_ORDER_COLUMNS = (
    *("customer", "order", "date", "amount", "quantity", "product", "product_line"),
    *("territory", "territory_today", "rep", "segment", "industry"),
)
_DEAL_COLUMNS = (
    *("deal", "name", "account", "stage", "value", "start", "end", "source"),
    *("territory", "rep", "reason", "industry", "segment", "employees"),
)
_ACCOUNT_COLUMNS = ("account", "name", "is_customer", "industry", "segment", "employees", "city", "region", "country", "territory", "sales")
_LEAD_COLUMNS = (
    *("lead", "name", "outcome", "source", "campaign", "industry", "employees", "region", "country", "value", "is_hot"),
    *("budget", "authority", "need", "timing", "territory"),
)


@dataclass(frozen=True)
class _Source:
    """A kind of records."""

    kind: str
    label: Promise
    model: Any
    read: Callable[[Actor], Mapping[str, Sequence[Any]]]
    columns: tuple[str, ...]
    roles: Mapping[str, str]


_SOURCES: dict[str, _Source] = {
    "orders": _Source(
        DataTable.Kind.ORDERS,
        _("Our customers: orders"),
        m.Order,
        crm.order_lines,
        _ORDER_COLUMNS,
        {"customer": "customer", "date": "date", "amount": "amount", "product": "product", "territory": "territory"},
    ),
    "deals": _Source(
        DataTable.Kind.DEALS,
        _("Our customers: deals"),
        m.Opportunity,
        crm.deals,
        _DEAL_COLUMNS,
        {
            **{role: role for role in ("stage", "value", "start", "end", "reason", "territory")},
            "id": "deal",
            "outcome": "stage",
        },
    ),
    "accounts": _Source(
        DataTable.Kind.ACCOUNTS,
        _("Our customers: accounts"),
        m.Account,
        crm.accounts,
        _ACCOUNT_COLUMNS,
        {"id": "account", "outcome": "is_customer", "sales": "sales", "territory": "territory"},
    ),
    "months": _Source(
        DataTable.Kind.PANEL,
        _("Our customers: sales by territory and month"),
        m.Order,
        crm.territory_months,
        ("territory", "month", "revenue"),
        {"unit": "territory", "period": "month", "value": "revenue"},
    ),
    "leads": _Source(
        DataTable.Kind.ACCOUNTS,
        _("Our customers: leads"),
        m.Lead,
        crm.leads,
        _LEAD_COLUMNS,
        {"id": "lead", "outcome": "outcome", "value": "value", "territory": "territory"},
    ),
}


@dataclass(frozen=True)
class OwnTable:
    """Records of our customers as a table, as somebody sees them; to be used where a table that was brought in can be.

    Attributes
    ----------
    public_id
        ``own:`` and the name of the source.
    n_rows
        Records of the kind that are within the scope.
    """

    public_id: str
    name: str
    kind: str
    n_rows: int
    column_names: tuple[str, ...]
    roles: Mapping[str, str]

    @property
    def pk(self) -> str:
        """What tells it from other tables in a form."""
        return self.public_id

    @property
    def key(self) -> str:
        """Name of the source."""
        return self.public_id.removeprefix(PREFIX)


def is_own(identifier: Any) -> bool:
    """Whether an identifier is one of ours."""
    return isinstance(identifier, str) and identifier.startswith(PREFIX)


def made_of_ours(study: Study) -> bool:
    """Whether an answer was made from our records, so that its amounts are in the currency of the house and its accounts have pages."""
    return any(is_own(entry.get("table")) for entry in study.inputs.values())


def label_of(identifier: str) -> str:
    """What a source is called in the present language; empty if it is none of ours."""
    found = _SOURCES.get(identifier.removeprefix(PREFIX)) if is_own(identifier) else None
    return "" if found is None else str(found.label)


def source_of(actor: Actor, identifier: str) -> OwnTable:
    """A source as somebody sees it.

    Raises
    ------
    Missing
        If there is none of that name.
    """
    key = identifier.removeprefix(PREFIX)
    found = _SOURCES.get(key)
    if found is None:
        raise Missing(gettext("There is no such table."))
    return OwnTable(f"{PREFIX}{key}", str(found.label), str(found.kind), crm.count(actor, found.model), found.columns, found.roles)


def fitting(actor: Actor, kinds: Sequence[str]) -> list[OwnTable]:
    """Sources of some kinds that hold anything for somebody."""
    wanted = [key for key, source in _SOURCES.items() if source.kind in kinds]
    return [table for key in wanted if (table := source_of(actor, PREFIX + key)).n_rows]


def rows_of(actor: Actor, identifier: str) -> pa.Table:
    """The rows that somebody sees; numbers and days as such."""
    source = _SOURCES[identifier.removeprefix(PREFIX)]
    found = source.read(actor)
    return pa.table({name: pa.array(found.get(name, []), from_pandas=True) for name in source.columns})


@dataclass(frozen=True)
class Beside:
    """What stands beside the orders of those whom somebody sees."""

    actor: Actor

    def measures(self, start: date, end: date) -> pa.Table | None:
        """What was done per territory in a period; None for nothing."""
        found = crm.measures(self.actor, start, end)
        return pa.table(found) if len(found) > 1 else None

    def contacts(self) -> pa.Table:
        """Calls, visits and messages: customer, date."""
        return pa.table(crm.contacts_made(self.actor))

    def qualification(self) -> pa.Table:
        """Of open leads the four answers with their days."""
        return pa.table(crm.qualification(self.actor))

    def seats(self) -> dict[str, list[tuple[str, str, str]]]:
        """Position → who filled it, from when to when (empty: until today), of positions within the scope."""
        return crm.seats(self.actor)

    def cases(self) -> pa.Table:
        """Questions and complaints: customer, opened, solved."""
        return pa.table(crm.cases(self.actor))


def digest(actor: Actor) -> str:
    """What changes whenever a record within the scope does."""
    return hashlib.sha256(crm.stamp(actor).encode()).hexdigest()
