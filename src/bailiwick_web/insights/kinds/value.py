"""What customers are worth: those without a contract, and those with one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick.errors import InputError
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind
from bailiwick_web.insights.models import DataTable

_READ = ("customer", "date", "amount", "quantity", "price")
_TEST_WEEKS = 13.0


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
)
