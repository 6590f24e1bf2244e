"""Segments by rules, by orders, by clusters."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick.errors import InputError
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind, Text
from bailiwick_web.insights.models import DataTable

RULES, RFM, CLUSTERS = "rules", "rfm", "clusters"
TEMPLATES = ("coffee", "luxury-cars")
CLASS_NAMES: dict[str, Text] = {
    "Champions": _("Champions"),
    "Loyal": _("Loyal"),
    "Recent": _("Recent"),
    "Promising": _("Promising"),
    "Needs attention": _("Needs attention"),
    "At risk": _("At risk"),
    "Hibernating": _("Hibernating"),
    "Never bought": _("Never bought"),
}
"""Classes by orders, called in the language of whoever asks: the names stand on accounts and in rules afterwards."""


def segments(given: Given) -> Findings:
    """Segments of accounts."""
    method = given.options.get("method") or RFM
    clusters = given.said("clusters")
    if method == RFM and "orders" not in given.tables:
        raise InputError("classes by orders need a table of orders; choose one", code="no_table", field="orders")
    return api.segment_accounts(
        given.by_role("accounts", "id"),
        orders=given.by_role("orders", "customer", "date", "amount", "quantity", "price", "product"),
        rules=_rules(given) if method == RULES else None,
        template=method if method in TEMPLATES else None,
        clusters=(int(clusters) if clusters else "auto") if method == CLUSTERS else None,
        deals=given.tables.get("deals"),
        class_names={ours: str(name) for ours, name in CLASS_NAMES.items()} if method == RFM else None,
    )


def _rules(given: Given) -> list[dict[str, str]]:
    """``name: condition`` lines."""
    found = []
    for line in given.said("rules") or ():
        name, colon, where = str(line).partition(":")
        if not colon or not where.strip():
            raise InputError(f"expected NAME: CONDITION, found {line!r}; for example Large: staff >= 250", code="rule", field="rules")
        found.append({"name": name.strip(), "where": where.strip()})
    if not found:
        raise InputError("write at least one rule, such as Large: staff >= 250", code="rule", field="rules")
    return found


def density(given: Given) -> Findings:
    """Urban, intermediate and rural units of a plan."""
    assert given.arrays is not None
    return api.classify_density(given.arrays.units.table, people_per_km2=given.said("people"))


KINDS = (
    Kind(
        key="segments",
        page="segments",
        label=_("Segments"),
        about=_(
            "Accounts that are to be treated alike: who they are, what they bought, what they could bring; by rules, orders or clusters."
        ),
        teaches=_(
            "Bring orders for classes by recency, frequency and money; or accounts with what is known of them for rules and clusters."
        ),
        run=segments,
        is_for_all=True,
        inputs=(
            Input("orders", _("Orders"), (DataTable.Kind.ORDERS,), is_needed=False, is_proposed=True),
            Input("accounts", _("Accounts"), (DataTable.Kind.ACCOUNTS,), is_needed=False),
            Input("deals", _("Deals with reasons"), (DataTable.Kind.DEALS,), is_needed=False),
        ),
        fields=(
            Field(
                "method",
                _("How"),
                "choice",
                default=RFM,
                choices=(
                    (RFM, _("by orders: recency, frequency, money")),
                    (CLUSTERS, _("by clusters")),
                    (RULES, _("by rules")),
                    ("coffee", _("template: supplier of coffee beans")),
                    ("luxury-cars", _("template: luxury cars")),
                ),
            ),
            Field(
                "rules",
                _("Rules, one a line, the first that holds"),
                "lines",
                help=_("Name: condition, such as Large: staff >= 250 and kind = 'Bank'"),
            ),
            Field("clusters", _("Number of clusters"), "number", least=2, most=20, is_whole=True, help=_("Empty: as many as are stable.")),
        ),
    ),
    Kind(
        key="density",
        page="segments",
        label=_("Town or country"),
        about=_("Which customers or areas lie in town, between, or in the country, and how long it takes there to the next call."),
        teaches=_("Bring customers or areas with positions, and make a plan of them."),
        run=density,
        needs_scenario=True,
        fields=(Field("people", _("People per km²"), "measure", role="people", help=_("Empty: how near the places are to each other.")),),
    ),
)
