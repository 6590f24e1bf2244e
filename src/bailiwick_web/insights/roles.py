"""What columns of a table are: guessed by their names, said by the user."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bailiwick.api.markets.sheet import SYNONYMS
from bailiwick.formats.synonyms import ORDER_SYNONYMS, name_key
from bailiwick_web.insights.models import DataTable

Kind = DataTable.Kind
LABELS: dict[str, str | Promise] = {
    "id": _("Id"),
    "customer": _("Customer"),
    "date": _("Date"),
    "amount": _("Amount"),
    "quantity": _("Quantity"),
    "price": _("Price"),
    "product": _("Product"),
    "territory": _("Territory"),
    "stage": _("Stage or result"),
    "outcome": _("Outcome"),
    "value": _("Value"),
    "start": _("Start"),
    "end": _("End"),
    "reason": _("Reason"),
    "sales": _("Sales a year"),
    "group": _("Territory or group"),
    "unit": _("Unit"),
    "period": _("Period"),
    "treated": _("Had the change"),
    "periods": _("Periods paid"),
    "lost": _("Has left"),
}
ROLES: dict[str, tuple[str, ...]] = {
    Kind.ORDERS: ("customer", "date", "amount", "quantity", "price", "product", "territory"),
    Kind.DEALS: ("id", "stage", "value", "start", "end", "product", "reason", "territory"),
    Kind.ACCOUNTS: ("id", "outcome", "value", "sales", "territory"),
    Kind.MEASURES: ("group",),
    Kind.PANEL: ("unit", "period", "value", "treated"),
    Kind.VISITS: ("customer", "date"),
    Kind.CONTRACTS: ("id", "start", "end", "periods", "lost", "value", "territory"),
}
"""Kind of a table → what its columns may be."""


_OWN_IDS: dict[str, tuple[str, ...]] = {Kind.DEALS: ("opportunity_id", "deal_id", "opportunity", "deal")}
"""Names of the id of a row, where the usual ones could also be that of its account."""


_PAGES = frozenset({"url", "page", "pageviews", "visits", "referrer", "session"})


def guess_kind(names: Sequence[str]) -> str:
    """What the rows of a table are, by the names of its columns.

    >>> guess_kind(["CustomerID", "InvoiceDate", "Quantity", "UnitPrice"]), guess_kind(["id", "y"])
    ('orders', 'accounts')
    >>> guess_kind(["customer_id", "contract_start", "contract_end", "amount"]), guess_kind(["id", "periods", "lost", "value"])
    ('contracts', 'contracts')
    """
    orders, deals = guess_roles(Kind.ORDERS, names), guess_roles(Kind.DEALS, names)
    if {"customer", "date"} <= orders.keys() and ("amount" in orders or {"quantity", "price"} <= orders.keys()) and "stage" not in deals:
        return str(Kind.ORDERS)
    if {"stage", "value"} <= deals.keys():
        return str(Kind.DEALS)
    keys = {name_key(name) for name in names}
    if {"unit", "period", "value"} <= keys:
        return str(Kind.PANEL)
    if {"customer", "date"} <= orders.keys() and keys & _PAGES:
        return str(Kind.VISITS)
    contracts = guess_roles(Kind.CONTRACTS, names)
    if {"id", "start", "end"} <= contracts.keys() or {"id", "periods", "lost"} <= contracts.keys():
        return str(Kind.CONTRACTS)
    is_measures = "id" not in guess_roles(Kind.ACCOUNTS, names) and "group" in guess_roles(Kind.MEASURES, names)
    return str(Kind.MEASURES if is_measures else Kind.ACCOUNTS)


def guess_roles(kind: str, names: Iterable[str]) -> dict[str, str]:
    """Role → column, by the usual names.

    >>> guess_roles("orders", ["Order Date", "CustomerKey", "amount"])
    {'customer': 'CustomerKey', 'date': 'Order Date', 'amount': 'amount'}
    """
    by_key = {name_key(name): name for name in reversed(list(names))}
    found: dict[str, str] = {}
    for role in ROLES[kind]:
        usual = ORDER_SYNONYMS.get(role, ()) if kind == Kind.ORDERS else _OWN_IDS.get(kind, ()) if role == "id" else ()
        for word in (*usual, *SYNONYMS.get(role, ()), role):
            name = by_key.get(name_key(word))
            if name is not None and name not in found.values():
                found[role] = name
                break
    return found
