"""The key figures: each with its formula, unit and direction, under a key and a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bailiwick.domain import FloatArray
from bailiwick.errors import InputError
from bailiwick.insight.kpis.formula import Formula


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A key figure.

    Attributes
    ----------
    key
        Stable short name.
    version
        Grows when the formula changes, so that stored values are not compared with new ones.
    title
        For people.
    formula
        Over named measures; see `Formula`.
    unit
        ``fraction``, ``currency``, ``currency per hour``, ``points`` or ``ratio``.
    better
        ``up``, ``down`` or ``none``.
    share_of
        Measures that are counted and of which they are a part, for the interval of a share.
    """

    key: str
    version: int
    title: str
    formula: str
    unit: str
    better: Literal["up", "down", "none"]
    share_of: tuple[str, str] | None = None


KEY_FIGURES: tuple[KeyFigure, ...] = (
    KeyFigure("revenue", 1, "Revenue", "revenue", "currency", "up"),
    KeyFigure("revenue_growth", 1, "Revenue growth", "revenue / revenue_before - 1", "fraction", "up"),
    KeyFigure(
        "customer_satisfaction",
        1,
        "Customer satisfaction (net promoter score)",
        "100 * (promoters - detractors) / responses",
        "points",
        "up",
    ),
    KeyFigure("rep_productivity", 1, "Productivity of reps", "revenue / hours", "currency per hour", "up"),
    KeyFigure("market_penetration", 1, "Market penetration", "revenue * year_factor / potential", "fraction", "up"),
    KeyFigure("conversion_rate", 1, "Conversion rate", "won / (won + lost)", "fraction", "up", ("won", "won + lost")),
    KeyFigure("acquisition_rate", 1, "Customers acquired", "customers_new / customers_before", "fraction", "up"),
    KeyFigure(
        "retention_rate",
        1,
        "Customers retained",
        "customers_kept / customers_before",
        "fraction",
        "up",
        ("customers_kept", "customers_before"),
    ),
    KeyFigure(
        "churn_rate", 1, "Customers lost", "customers_lost / customers_before", "fraction", "down", ("customers_lost", "customers_before")
    ),
    KeyFigure("average_order", 1, "Average order", "revenue / orders", "currency", "up"),
    KeyFigure("revenue_per_customer", 1, "Revenue per customer", "revenue / customers", "currency", "up"),
    KeyFigure("pipeline_coverage", 1, "Pipeline coverage", "open_value / max(goal - revenue, 0)", "ratio", "up"),
    KeyFigure("attainment", 1, "Attainment of the goal", "revenue / goal", "fraction", "up"),
    KeyFigure("calls_per_day", 1, "Calls a day", "calls / days_worked", "ratio", "up"),
    KeyFigure(
        "net_revenue_retention",
        1,
        "Revenue kept of last period's customers",
        "(revenue_before + expansion - contraction - churn) / revenue_before",
        "fraction",
        "up",
    ),
)
"""All built-in key figures; those whose measures are there are computed."""


def measure_names(figure: KeyFigure) -> tuple[str, ...]:
    """Measures that a key figure needs."""
    return Formula(figure.formula).measures


def own_figure(text: str) -> KeyFigure:
    """A key figure of the user: ``key = formula``.

    Raises
    ------
    InputError
        If it has not that form, the formula cannot be read, or the key is taken.

    Examples
    --------
    >>> own_figure("revenue_per_call = revenue / calls").formula
    'revenue / calls'
    """
    key, equals, formula = text.partition("=")
    key = key.strip()
    if not equals or not key.isidentifier():
        raise InputError(f"expected NAME=FORMULA, found {text!r}; for example per_call=revenue/calls", code="formula", field="formula")
    if any(figure.key == key for figure in KEY_FIGURES):
        raise InputError(f"{key!r} is the name of a built-in key figure; choose another", code="formula", field=key)
    Formula(formula)
    return KeyFigure(key, 1, key.replace("_", " "), formula.strip(), "as computed", "none")


def compute(figures: tuple[KeyFigure, ...], measures: Mapping[str, FloatArray]) -> dict[str, tuple[FloatArray, FloatArray, FloatArray]]:
    """Key → value and interval, shape (n,) each, of all figures whose measures are there; NaN where there is no interval.

    Shares of counted things have Wilson's interval.
    """
    from bailiwick.insight.scoring.judging import wilson

    found = {}
    for figure in figures:
        formula = Formula(figure.formula)
        if any(name not in measures for name in formula.measures):
            continue
        value = formula.value(measures)
        low = high = np.full(len(value), np.nan)
        if figure.share_of is not None:
            part, whole = (Formula(text).value(measures) for text in figure.share_of)
            low, high = wilson(np.nan_to_num(part), np.nan_to_num(whole))
            known = np.isfinite(value)
            low, high = np.where(known, low, np.nan), np.where(known, high, np.nan)
        found[figure.key] = (value, low, high)
    return found
