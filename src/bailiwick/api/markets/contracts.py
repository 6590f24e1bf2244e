"""How long customers with a contract stay, and what they are worth: shifted-beta-geometric, by segment and territory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.market_files import day_number, rounded
from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import FloatArray, Notice
from bailiwick.domain.said import say, say_n
from bailiwick.domain.wording import counted, percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.insight.retention import LEAST_LOST, RetentionModel, expected_stay
from bailiwick.pictures.insight_charts import lines_chart

if TYPE_CHECKING:
    import pandas as pd

_DRAWS = 200
ALL = "(all)"


def contract_value(
    contracts: Any,
    *,
    period_days: float = 365.25,
    horizon: int = 5,
    discount: float = 0.10,
    margin: float = 1.0,
    by: Sequence[str] = (),
    until: str | None = None,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
    seed: int = 0,
) -> Findings:
    """Retention of customers with a contract and what those who are still there will bring, by segment and territory.

    Parameters
    ----------
    contracts
        One row per customer: columns ``periods`` and ``lost``, or ``start`` and ``end`` (empty while the contract runs); and ``value``, the
        amount a period.
    period_days
        Length of a period where there are dates.
    horizon
        Periods that count.
    discount
        Rate a period as a fraction.
    margin
        Share of an amount that is contribution.
    by
        Columns to add up by; a model of its own is fitted for every group with enough lost and kept customers.
    until
        Last day of the observation where there are dates; by default the latest date.

    Raises
    ------
    InputError
        If columns are missing or too few customers were lost.

    Examples
    --------
    >>> lost = [1] * 300 + [2] * 150 + [3] * 90 + [3] * 460
    >>> table = {"id": [str(i) for i in range(1000)], "periods": lost, "lost": ["yes"] * 540 + ["no"] * 460, "value": [10] * 1000}
    >>> found = contract_value(table, horizon=2, discount=0.0)
    >>> found["groups"][["group", "customers", "left", "retention"]].round(2).values.tolist()
    [['(all)', 1000, 540, 0.7]]
    """
    sheet = read_sheet(contracts, column_map=column_map, date_order=date_order)
    periods, is_lost, told = _periods(sheet, period_days, until)
    amount_column = sheet.find("value", needed=False)
    amount = np.nan_to_num(sheet.numbers(amount_column)) * margin if amount_column else np.ones(len(sheet))
    whole = RetentionModel().fit(periods, is_lost)
    contracts_read = _Contracts(periods, is_lost, amount, horizon, discount)
    groups, curves = _by_group(sheet, contracts_read, by, whole, np.random.default_rng(seed))
    told += _shared_model(groups)
    worth = "contribution" if margin < 1 else "revenue"
    basis = worth if amount_column else "periods paid (no column of amounts)"
    facts = {
        "horizon": horizon,
        "discount": discount,
        "margin": margin,
        "has_amounts": amount_column is not None,
        "alpha": rounded(whole.alpha_),
        "beta": rounded(whole.beta_),
        "intervals": whole.fit_.intervals.tolist(),
        "interval": say("95 %%, %(n)s draws of the parameters and of who stays", n=_DRAWS),
    }
    tables = {"groups": groups, "survival": _survival(curves, horizon)}
    charts = {"survival": _survival_chart(curves, by[0] if by else "", horizon)}
    sentences = _sentences(groups, contracts_read, whole, basis)
    return Findings("retention", tables, facts, sentences, charts, (*sheet.notices, *told))


@dataclass(frozen=True, eq=False)
class _Contracts:
    """Periods that each lasted, whether it is lost, amount a period; and how far to look."""

    periods: FloatArray
    is_lost: NDArray[np.bool_]
    amount: FloatArray
    horizon: int
    discount: float

    def of(self, mask: NDArray[np.bool_]) -> _Contracts:
        return _Contracts(self.periods[mask], self.is_lost[mask], self.amount[mask], self.horizon, self.discount)


_Curve = tuple[str, str, RetentionModel]
"""Column, group, its model."""


def _by_group(
    sheet: Sheet, contracts: _Contracts, by: Sequence[str], whole: RetentionModel, rng: np.random.Generator
) -> tuple[pd.DataFrame, list[_Curve]]:
    """Figures and model of all, and of every group of every column."""
    import pandas as pd

    rows, curves = [], []
    for column in ["", *by]:
        texts = sheet.texts(column) if column else np.full(len(sheet), ALL, dtype=object)
        for name in sorted(set(texts.tolist())):
            some = contracts.of(texts == name)
            model, is_own = _model(some.periods, some.is_lost, whole)
            group = name or "(none)"
            rows.append({"column": column, "group": group, **_figures(model, some, rng), "has_own_model": is_own})
            curves.append((column, group, model))
    return pd.DataFrame(rows), curves


def _shared_model(groups: pd.DataFrame) -> list[Notice]:
    shared = int((~groups["has_own_model"]).sum())
    text = say_n(
        "%(n)s group has fewer than %(least)s lost customers or none kept and shares the model of all",
        "%(n)s groups have fewer than %(least)s lost customers or none kept and share the model of all",
        shared,
        least=LEAST_LOST,
    )
    return [Notice("shared_model", text, shared)] if shared else []


def _survival(curves: Sequence[_Curve], horizon: int) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {"column": c, "group": g, "period": t, "still_there": float(s)} for c, g, m in curves for t, s in enumerate(m.survival(horizon))
    ]
    return pd.DataFrame(rows)


def _survival_chart(curves: Sequence[_Curve], column: str, horizon: int) -> dict[str, Any]:
    shown = [(g, m) for c, g, m in curves if c == column][:10]
    lines = {g: (np.arange(horizon + 1.0), m.survival(horizon)) for g, m in shown}
    return lines_chart(
        "How long customers stay", say("share of new customers still there"), "periods", say("still there"), lines, format=".0%"
    )


def _sentences(groups: pd.DataFrame, contracts: _Contracts, whole: RetentionModel, basis: str) -> tuple[str, ...]:
    first, horizon = groups.iloc[0], contracts.horizon
    return (
        (
            f"{counted(len(contracts.periods), 'customer', 'customers')}, {int(contracts.is_lost.sum()):,} left; a new one stays a first "
            f"period with {percent(float(first['retention']))} and {horizon} with {percent(float(whole.survival(horizon)[-1]))}."
        ),
        (
            f"Those still there bring {first['value']:,.0f} of {basis} within {counted(horizon, 'period', 'periods')}, "
            f"{first['value_low']:,.0f} to {first['value_high']:,.0f}."
        ),
    )


def _periods(sheet: Sheet, period_days: float, until: str | None) -> tuple[FloatArray, NDArray[np.bool_], list[Notice]]:
    lasting = sheet.find("periods", needed=False)
    if lasting is not None:
        lost = sheet.find("lost", needed=False)
        if lost is None:
            raise InputError(
                "with a column of periods expected one that says who left: lost, churned or left", code="unknown_column", field="lost"
            )
        is_lost = np.isin(np.array([t.casefold() for t in sheet.texts(lost)]), ["yes", "true", "1", "lost", "y"])
        periods = sheet.numbers(lasting)
        if not np.isfinite(periods).all():
            raise InputError("the column of periods has cells that are no number", code="periods", field="periods")
        return periods, is_lost, []
    starts, ends = sheet.days(sheet.needed("start")), sheet.days(sheet.needed("end"))
    day = day_number(until, "until")
    last = float(day) if day is not None else float(np.nanmax(np.r_[starts, ends]))
    is_lost = np.isfinite(ends) & (ends <= last)
    lasted = np.where(is_lost, ends, last) - starts
    usable = np.isfinite(lasted) & (lasted >= 0)
    if not usable.any():
        raise InputError("no contract has a start that can be read and that lies before its end", code="date", field="start")
    told = []
    if not usable.all():
        n = int((~usable).sum())
        told.append(
            Notice(
                "no_date",
                say_n(
                    "%(n)s contract has no start, or one after the end, and counts as just begun",
                    "%(n)s contracts have no start, or one after the end, and count as just begun",
                    n,
                ),
                n,
            )
        )
    whole = np.where(usable, lasted, 0.0) / period_days
    return np.where(is_lost & usable, np.maximum(np.ceil(whole - 1e-9), 1), np.floor(whole)), is_lost & usable, told


def _model(periods: FloatArray, is_lost: NDArray[np.bool_], whole: RetentionModel) -> tuple[RetentionModel, bool]:
    try:
        return RetentionModel().fit(periods, is_lost), True
    except InputError:
        return whole, False


def _figures(model: RetentionModel, contracts: _Contracts, rng: np.random.Generator) -> dict[str, Any]:
    """Value of those who are still there, with an interval from draws of the parameters and of who stays."""
    periods, is_lost, amount, horizon = contracts.periods, contracts.is_lost, contracts.amount, contracts.horizon
    kept = ~is_lost
    factors = (1 + contracts.discount) ** -np.arange(1, horizon + 1)
    n_kept = int(kept.sum())
    value = float((amount[kept] * (expected_stay(model.fit_.values, periods[kept], horizon) @ factors)).sum()) if n_kept else 0.0
    draws, first = np.zeros(_DRAWS), np.zeros(_DRAWS)
    for i, parameters in enumerate(model.fit_.draws(_DRAWS, rng)):
        first[i] = parameters[1] / parameters.sum()
        if n_kept:
            stay = expected_stay(parameters, periods[kept], horizon)
            stays = rng.random(n_kept)[:, None] < stay
            draws[i] = float((amount[kept] * (stays @ factors)).sum())
    low, high = np.quantile(draws, [0.025, 0.975])
    return {
        "customers": len(periods),
        "left": int(is_lost.sum()),
        "retention": float(model.survival(1)[1]),
        "retention_low": float(np.quantile(first, 0.025)),
        "retention_high": float(np.quantile(first, 0.975)),
        "alpha": model.alpha_,
        "beta": model.beta_,
        "value": value,
        "value_low": min(float(low), value),
        "value_high": max(float(high), value),
    }
