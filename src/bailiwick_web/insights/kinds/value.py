"""What customers are worth: those without a contract, and those with one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick.errors import InputError
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind, Text
from bailiwick_web.insights.models import DataTable

_READ = ("customer", "date", "amount", "quantity", "price")
_TEST_WEEKS = 13.0
_PERIODS: dict[str, tuple[float, Text]] = {
    "year": (365.25, _("year")),
    "quarter": (91.3125, _("quarter")),
    "month": (30.4375, _("month")),
}
"""How long a contract runs before it is renewed: days, and what it is called."""


def customer_value(given: Given) -> Findings:
    """Lifetime value of every customer, tested on the last quarter where the observation is long enough."""
    by = [str(name) for name in (given.said("by"), given.said("then_by")) if name]
    settings: dict[str, Any] = {
        "months": int(given.options.get("months") or 12),
        "discount": float(given.options.get("discount", 10)) / 100,
        "margin": float(given.options.get("margin") or 100) / 100,
        "by": by,
        "column_map": given.columns("orders", *_READ),
    }
    try:
        found = api.customer_value(given.tables["orders"], hold_out_weeks=_TEST_WEEKS, **settings)
    except InputError:  # too short to hold a quarter back; what is wrong otherwise is said by the second try
        found = api.customer_value(given.tables["orders"], **settings)
    document = found.document()
    facts = {name: value for name, value in document.items() if name not in {"groups", "warnings", "kind"}}
    tables = {"groups": found.groups, "customers": found.customers}
    return Findings("customer_value", tables, facts, tuple(found.lines()), found.charts(), found.notices, frozenset({"customers"}))


def contract_value(given: Given) -> Findings:
    """How long customers with a contract stay, and what those who are there will bring."""
    by = given.said("by")
    return api.contract_value(
        given.tables["contracts"],
        period_days=_PERIODS[str(given.said("period") or "year")][0],
        horizon=int(given.options.get("horizon") or 5),
        discount=float(given.options.get("discount", 10)) / 100,
        margin=float(given.options.get("margin") or 100) / 100,
        by=[str(by)] if by else (),
        until=given.said("until"),
        column_map=given.columns("contracts", "id", "start", "end", "periods", "lost", "value"),
    )


KINDS = (
    Kind(
        key="customer_value",
        page="value",
        label=_("Value of customers"),
        about=_("Who is still a customer, what they will buy and what that is worth today, with intervals, by segment and territory."),
        teaches=_("Bring orders with customer, date and amount, of a year or more; some customers must have ordered again."),
        run=customer_value,
        is_for_all=True,
        inputs=(Input("orders", _("Orders"), (DataTable.Kind.ORDERS,)),),
        fields=(
            Field("months", _("Months ahead"), "number", default=12, least=1, most=60, is_whole=True),
            Field("by", _("By"), "column", of="orders", role="territory"),
            Field("then_by", _("And by"), "column", of="orders", help=_("A segment, for example.")),
            Field("discount", _("Discount a year, %"), "number", default=10, least=0, most=100, is_rare=True),
            Field("margin", _("Margin, %"), "number", default=100, least=1, most=100, is_rare=True, help=_("100 counts revenue.")),
        ),
    ),
    Kind(
        key="retention",
        page="value",
        label=_("Value of contracts"),
        about=_("How long customers with a contract stay, and what those who are still there will bring, by segment or territory."),
        teaches=_(
            "Bring a table of contracts, one row for each customer: start, end (empty while it runs) and the amount a period. "
            "At least 5 must have left, and some must have renewed."
        ),
        run=contract_value,
        inputs=(Input("contracts", _("Contracts"), (DataTable.Kind.CONTRACTS,)),),
        fields=(
            Field(
                "period",
                _("Renewed every"),
                "choice",
                default="year",
                choices=tuple((key, label) for key, (_days, label) in _PERIODS.items()),
                help=_("Where the table has dates. Amounts and the discount are for one such period."),
            ),
            Field("horizon", _("Periods ahead"), "number", default=5, least=1, most=120, is_whole=True),
            Field("by", _("By"), "column", of="contracts", role="territory"),
            Field("until", _("As of"), "date", help=_("Empty: the latest date in the table."), is_rare=True),
            Field("discount", _("Discount a period, %"), "number", default=10, least=0, most=100, is_rare=True),
            Field("margin", _("Margin, %"), "number", default=100, least=1, most=100, is_rare=True, help=_("100 counts revenue.")),
        ),
    ),
)
