"""How answers are shown: which columns, under which names, in which form, and what stands behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.templatetags.words import number, percent, signed_percent, words

Text = str | Promise
TABLES: dict[str, Text] = {
    "territories": _("Territories"),
    "units": _("Customers or areas"),
    "accounts": _("Accounts"),
    "groups": _("Groups"),
    "drivers": _("Drivers"),
    "test": _("Test on what was held back"),
    "forecast": _("Forecast by month"),
    "methods": _("Which method, and why"),
    "seasonality": _("Season"),
    "deals": _("Open deals"),
    "rates": _("Chances"),
    "figures": _("Key figures"),
    "waterfall": _("From period to period"),
    "quadrant": _("Acquisition and retention"),
    "measures": _("What the formulas were given"),
    "lines": _("Order lines behind it"),
    "leads": _("Leads, the best first"),
    "reliability": _("What was said, and what came"),
    "importance": _("What tells most"),
    "drift": _("What has shifted"),
    "suspects": _("Columns that seem to know the outcome"),
    "prospects": _("Prospects, the best fit first"),
    "profile": _("Profile of customers"),
    "lookalikes": _("Who resembles the best"),
    "segments": _("Segments"),
    "members": _("Who is in which segment"),
    "products": _("Products by segment"),
    "reasons": _("Why won and lost"),
    "clusters": _("Clusters"),
    "effect": _("Effect"),
    "path": _("Course"),
    "pairs": _("Who was compared with whom"),
    "blend": _("What the blend is made of"),
}
LABELS: dict[str, Text] = {
    "territory": _("Territory"),
    "units": _("Units"),
    "unit": _("Unit"),
    "name": _("Name"),
    "score": _("Quality"),
    "class": _("Class"),
    "class_stability": _("Class holds"),
    "potential_score": _("Potential"),
    "concentration_score": _("Concentration"),
    "travel_score": _("Travel"),
    "competition_score": _("Competition"),
    "score_low": _("from"),
    "score_high": _("to"),
    "raise_first": _("Raise first"),
    "top_20_share": _("Largest 20 % hold"),
    "travel_km": _("Way from the middle, km"),
    "apart_km": _("Apart, km"),
    "penetration": _("Penetration"),
    "open_potential": _("Still to be won"),
    "share_gap": _("Potential less effort"),
    "abc": "ABC",
    "spot": _("Spot"),
    "spot_score": "G*",
    "spot_p_value": "p",
    "p_value": "p",
    "account": _("Account"),
    "sales": _("Sales"),
    "potential": _("Potential"),
    "low": _("from"),
    "high": _("to"),
    "group": _("Group"),
    "series": _("Series"),
    "month": _("Month"),
    "forecast": _("Forecast"),
    "method": _("Method"),
    "mase": _("Error (MASE)"),
    "mase_seasonal_naive": _("Error of the year before"),
    "is_better_than_naive": _("Better than the year before"),
    "index": _("Index"),
    "last_order": _("Last order"),
    "expected": _("Expected"),
    "from": _("from"),
    "to": _("to"),
    "is_overdue": _("Overdue"),
    "usual_amount": _("Usual order"),
    "deals": _("Deals"),
    "deal": _("Deal"),
    "value": _("Value"),
    "open_value": _("Open value"),
    "probability": _("Chance"),
    "goal": _("Goal"),
    "coverage": _("Coverage"),
    "chance_of_goal": _("Chance to reach the goal"),
    "closed": _("Closed"),
    "win_rate": _("Share won"),
    "lead": _("Lead"),
    "reasons": _("Reasons"),
    "leads": _("Leads"),
    "won": _("Won"),
    "won_low": _("from"),
    "won_high": _("to"),
    "is_held": _("Held"),
    "column": _("Column"),
    "auc_lost_when_shuffled": _("Ranking lost without it"),
    "auc_alone": _("Ranking by it alone"),
    "reason": _("Reason"),
    "level": _("How far"),
    "fit": _("Fit"),
    "segment": _("Segment"),
    "accounts": _("Accounts"),
    "demographics": _("Demographics"),
    "purchasing_history": _("Purchasing history"),
    "estimated_revenue_potential": _("Estimated revenue potential"),
    "potential_low": _("from"),
    "potential_high": _("to"),
    "stability": _("Stability"),
    "effect": _("Effect"),
    "before_effect": _("Before the change"),
    "treated": _("With the change"),
    "control": _("Compared with"),
    "controls": _("Without it"),
    "synthetic": _("Blend"),
    "period": _("Period"),
    "is_after": _("After"),
    "date": _("Date"),
    "customer": _("Customer"),
    "amount": _("Amount"),
    "revenue": _("Revenue"),
    "revenue_before": _("Revenue before"),
    "gap": _("Gap to the mean"),
    "main_factor": _("Mostly by"),
    "effect potential": _("Potential"),
    "effect coverage": _("Coverage"),
    "effect conversion": _("Conversion"),
    "effect deal size": _("Deal size"),
    "opportunities": _("Opportunities"),
    "conversion": _("Conversion"),
    "conversion_low": _("from"),
    "conversion_high": _("to"),
    "deal_size": _("Deal size"),
    "customers": _("Customers"),
    "orders": _("Orders"),
    "customers_before": _("Customers before"),
    "customers_new": _("New customers"),
    "customers_kept": _("Customers kept"),
    "customers_lost": _("Customers lost"),
    "new": _("New"),
    "expansion": _("Expansion"),
    "contraction": _("Contraction"),
    "churn": _("Churn"),
    "acquisition_rate": _("Acquired"),
    "retention_rate": _("Retained"),
    "quadrant": _("Field"),
    "hours": _("Hours"),
    "lost": _("Lost"),
    "year_factor": _("Years in the period, inverse"),
    "trait": _("Trait"),
    "weight": _("Weight"),
}
PERCENTS = frozenset(
    {
        "class_stability",
        "top_20_share",
        "penetration",
        "probability",
        "win_rate",
        "won",
        "won_low",
        "won_high",
        "coverage",
        "conversion",
        "conversion_low",
        "conversion_high",
        "chance_of_goal",
        "acquisition_rate",
        "retention_rate",
        "retention_low",
        "retention_high",
        "share",
        "share_extrapolated",
    }
)
SHARES: dict[tuple[str, str], str] = {
    ("effect", "low"): "effect",
    ("effect", "high"): "effect",
    ("effect", "weight"): "share",
}
"""Question and column → the column in whose form it is shown, where the same name means something else elsewhere."""
SCORES = frozenset(
    {"score", "potential_score", "concentration_score", "travel_score", "competition_score", "score_low", "score_high", "fit"}
)
"""0 to 100: parts of a point say nothing."""
SIGNED = frozenset({"share_gap", "effect", "before_effect", "growth"})
"""Shares with a sign."""
SHOWN: dict[tuple[str, str], tuple[str, ...]] = {
    ("market", "territories"): (
        "territory", "score", "class", "class_stability", "potential_score", "concentration_score", "travel_score", "competition_score",
        "raise_first", "units", "penetration", "open_potential", "share_gap", "top_20_share", "travel_km",
    ),
    ("forecast", "forecast"): ("series", "month", "forecast", "low", "high"),
    ("forecast", "methods"): ("series", "method", "mase", "mase_seasonal_naive", "is_better_than_naive"),
    ("segments", "segments"): (
        "segment", "accounts", "demographics", "purchasing_history", "estimated_revenue_potential", "potential_low", "potential_high",
    ),
    ("segments", "members"): ("account", "segment"),
    ("gap", "groups"): (
        "group", "revenue", "gap", "main_factor", "effect potential", "effect coverage", "effect conversion", "effect deal size",
        "opportunities", "coverage", "conversion", "conversion_low", "conversion_high", "deal_size",
    ),
}  # fmt: skip
"""Columns of a table on the page, in this order, where not all are shown; the whole table has them all."""
ASIDE: dict[str, tuple[str, ...]] = {"key_figures": ("figures", "measures", "lines"), "effect": ("pairs",)}
"""Tables that are only linked from a page: what they hold is shown in another way, or is behind each number."""
ORDER: dict[str, tuple[str, ...]] = {
    "market": ("territories", "units"),
    "forecast": ("methods", "forecast", "seasonality"),
    "lead_scores": ("suspects", "leads", "reliability", "importance", "drift"),
}
"""Tables of a page in their order; those that are not named come after."""
WORDS: dict[str, Text] = {
    "high": _("high"),
    "medium": _("medium"),
    "low": _("low"),
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
    "panel trees": _("trees over all series"),
    "grows and keeps": _("grows and keeps"),
    "wins and loses": _("wins and loses"),
    "keeps, wins few": _("keeps, wins few"),
    "loses, wins few": _("loses, wins few"),
    "matched": _("most alike"),
    "synthetic": _("blend of all"),
    "(all)": _("all"),
    "total": _("all"),
    "now": _("now"),
    "before": _("before"),
}
"""Values that are words of ours."""
WORD_COLUMNS = frozenset({"class", "spot", "raise_first", "main_factor", "method", "quadrant", "group", "series", "period", "control"})
EXPLAINED: dict[str, Text] = {
    "score": _("Weighted mean of the sub-scores, 0 to 100. A sub-score is the share of the other territories that are beaten, ties half."),
    "class": _("Thirds of the scores: high, medium, low."),
    "class_stability": _("Share of 1,000 random draws of the weights in which the class stays the same."),
    "raise_first": _("The factor that would lift the score most if it came up to the best territory."),
    "top_20_share": _("Share of the measure that the largest fifth of the units of the territory holds."),
    "gini": _("0: all units alike; 1: one unit holds everything."),
    "travel_km": _("Mean distance of a unit from the middle of its territory, weighted by the measure."),
    "apart_km": _("Median distance of a unit from the nearest other unit of its territory."),
    "penetration": _("Sales ÷ potential."),
    "open_potential": _("Potential − sales, not below 0."),
    "share_gap": _("Share of all potential − share of all effort (of the sales where no effort is known). Above 0: served too little."),
    "spot": _("Units whose neighbourhood is high or low beyond chance: Getis-Ord G*, by permutation, at a false discovery rate of 5 %."),
    "abc": _("A: the largest units that hold 80 % together; B: up to 95 %; C: the rest."),
    "mase": _("Mean absolute error in the back-test ÷ that of repeating the year before inside the history: below 1 is better."),
    "mase_seasonal_naive": _("The same error for repeating the year before, on the same months."),
    "probability": _("Calibrated: of the leads with 30 %, about 30 in 100 are won, as the reliability table shows on leads held back."),
    "reasons": _("What moves this lead from the mean of all, the strongest first."),
    "auc_lost_when_shuffled": _("How much worse leads are ranked if the column is shuffled."),
    "auc_alone": _("How well the column alone ranks leads: 0.5 by chance, 1 perfectly. Close to 1 it seems to know the outcome."),
    "gap": _("Revenue of the group − mean revenue of the groups. The four effects add up to it."),
    "conversion": _("Won ÷ worked."),
    "coverage": _("Worked ÷ all opportunities."),
    "deal_size": _("Revenue ÷ won deals."),
    "effect": _(
        "Change of the treated less that of their controls, relative: those most alike before, and a blend of all that went like them."
    ),
    "before_effect": _("The same within the time before, where nothing happened: should be near 0."),
    "p_value": _("How often chance alone gives as much."),
    "fit": _("0 to 100: how much a prospect looks like a customer, by the weights of the profile."),
    "stability": _("How alike a cluster is on other samples of the accounts: 0.75 and more is stable."),
    "estimated_revenue_potential": _("Sum over the accounts of the segment, with an interval by bootstrap."),
    "potential": _("What one in four similar accounts reaches, and never less than the own sales."),
    "expected": _("By the rhythm of the account; from and to hold the day in 80 of 100 cases."),
    "forecast": _("By the method that did best on the past; territories are reconciled so that they add up to all."),
}
"""Column → how it is made."""
FIGURES: dict[str, Text] = {
    "revenue": _("Revenue"),
    "revenue_growth": _("Revenue growth"),
    "customer_satisfaction": _("Customer satisfaction (net promoter score)"),
    "rep_productivity": _("Revenue per hour"),
    "market_penetration": _("Market penetration"),
    "conversion_rate": _("Conversion rate"),
    "acquisition_rate": _("Customers acquired"),
    "retention_rate": _("Customers retained"),
    "churn_rate": _("Customers lost"),
    "average_order": _("Average order"),
    "revenue_per_customer": _("Revenue per customer"),
    "pipeline_coverage": _("Pipeline coverage"),
    "attainment": _("Attainment of the goal"),
    "calls_per_day": _("Calls a day"),
    "net_revenue_retention": _("Revenue kept of last period's customers"),
}
LINKS: dict[tuple[str, str], tuple[str, str]] = {
    ("market", "territories"): ("units", "territory"),
    ("segments", "segments"): ("members", "segment"),
    ("forecast", "methods"): ("forecast", "series"),
    ("effect", "effect"): ("path", ""),
}
"""Table → the table with the rows behind each of its rows, and the column by which it is narrowed."""


def label(column: str) -> str:
    """Heading of a column.

    >>> str(label("open_potential")), str(label("annual_sales"))
    ('Still to be won', 'Annual sales')
    """
    return str(LABELS[column]) if column in LABELS else words(column)


def cell(column: str, value: Any, kind: str = "") -> str:
    """A value as it is shown.

    >>> cell("penetration", 0.25), cell("class", "high"), cell("sales", 1234.5), cell("x", None), cell("is_held", True)
    ('25.0 %', 'high', '1,234', '–', '✓')
    """
    if value is None or value != value:
        return "–"
    if value == "none" and column == "spot":
        return "–"
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, int | float):
        return _figure(SHARES.get((kind, column), column), float(value))
    text = str(value)
    return str(WORDS[text]) if column in WORD_COLUMNS and text in WORDS else text


def _figure(column: str, value: float) -> str:
    if column in SIGNED:
        return signed_percent(value)
    if column in PERCENTS:
        return percent(value)
    if column in SCORES:
        return number(round(value))
    if "p_value" in column:
        return f"{value:.3f}"
    return number(value)


def figure_text(unit: str, value: float | None) -> str:
    """A key figure by its unit.

    >>> figure_text("fraction", 0.5), figure_text("currency", 12.0), figure_text("ratio", None)
    ('50.0 %', '12', '–')
    """
    return percent(value) if unit == "fraction" else number(value)


def is_number(values: Sequence[Any]) -> bool:
    """Whether a column is set to the right."""
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)


def grid(
    kind: str,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    records: Mapping[tuple[str, str], tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """Rows ready for a page: headings, cells, and where each row leads.

    Parameters
    ----------
    records
        Column and value → address and name of the record that it stands for.
    """
    known = records or {}
    target, by = LINKS.get((kind, name), ("", ""))
    heads = [{"key": c, "label": label(c), "is_number": is_number([row[c] for row in rows]), "about": EXPLAINED.get(c)} for c in columns]
    lines = []
    for row in rows:
        cells = []
        for c, head in zip(columns, heads, strict=True):
            address, said = known.get((c, str(row[c])), ("", cell(c, row[c], kind)))
            cells.append({"text": said, "address": address, **head, "is_bad": row[c] == "low" and c == "class"})
        lines.append({"cells": cells, "value": "" if not by else row.get(by, row.get(columns[0], ""))})
    return {"heads": heads, "lines": lines, "target": target, "by": by}
