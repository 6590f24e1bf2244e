"""Values of tables that are words of ours."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
WORDS: dict[str, Text] = {
    "high": _("high"),
    "medium": _("medium"),
    "low": _("low"),
    "gone": _("gone"),
    "urban": _("urban"),
    "intermediate": _("intermediate"),
    "rural": _("rural"),
    "sales": _("sales"),
    "growth": _("growth"),
    "workload": _("workload"),
    "hot": _("hot"),
    "cold": _("cold"),
    "potential": _("potential"),
    "concentration": _("concentration"),
    "travel": _("travel"),
    "competition": _("competition"),
    "coverage": _("coverage"),
    "conversion": _("conversion"),
    "deal size": _("deal size"),
    "seasonal naive": _("as in the year before"),
    "exponential smoothing": _("exponential smoothing"),
    "theta": "Theta",
    "arima": "ARIMA",
    "trees over all series": _("trees over all series"),
    "mean of all methods": _("mean of all methods"),
    "grows and keeps": _("grows and keeps"),
    "wins and loses": _("wins and loses"),
    "keeps, wins few": _("keeps, wins few"),
    "loses, wins few": _("loses, wins few"),
    "matched": _("most alike"),
    "synthetic": _("blend of all"),
    "(all)": _("all"),
    "all customers": _("all customers"),
    "total": _("all"),
    "some": _("some"),
    "much": _("much"),
    "growing": _("growing"),
    "shrinking": _("shrinking"),
    "unclear": _("unclear"),
    "now": _("now"),
    "before": _("before"),
}
"""Values that are words of ours."""
WORD_COLUMNS = frozenset(
    {
        "class",
        "density_class",
        "level",
        "spot",
        "raise_first",
        "main_factor",
        "method",
        "quadrant",
        "group",
        "series",
        "period",
        "control",
        "direction",
    }
)
