"""What the open deals will bring: by simulation from the deals that were closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.market_files import day_number
from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.fits import ids_of
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.wording import counted, percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.insight.forecasting.pipeline import simulate, stage_rates
from bailiwick.pictures.market_charts import interval_chart

LEAST_CLOSED = 20
_WON, _LOST = {"won", "closed won", "gewonnen", "success"}, {"lost", "closed lost", "verloren", "failure"}


def forecast_pipeline(
    deals: Any,
    *,
    days: float = 90.0,
    by: str | None = None,
    rate_by: str | None = None,
    goals: Mapping[str, float] | None = None,
    today: str | None = None,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
    n_simulations: int = 2_000,
    seed: int = 0,
) -> Findings:
    """Amount that the open deals will bring within some days, by territory, with an interval and the chance to reach a goal.

    Parameters
    ----------
    deals
        Closed and open deals: stage (won, lost, or an open stage), value, and start and end dates where known. Open deals without a value
        get the median of the won ones (of their product where there is such a column).
    days
        Horizon.
    by
        Column to add up by: territory, rep.
    rate_by
        Column by which rates of winning differ: the stage from which a deal was closed, product, region. By default all deals share one
        rate.
    goals
        Group → amount still to reach.
    today
        By default the latest date of the deals.

    Raises
    ------
    InputError
        If fewer than 20 deals were closed or none is open.
    """
    import pandas as pd

    sheet = read_sheet(deals, column_map=column_map, date_order=date_order)
    stage = np.array([t.casefold() for t in sheet.ids("stage")], dtype=object)
    is_won, is_lost = np.isin(stage, list(_WON)), np.isin(stage, list(_LOST))
    is_open = ~is_won & ~is_lost & (stage != "")
    if (is_won | is_lost).sum() < LEAST_CLOSED or not is_open.any():
        raise InputError(
            (
                f"{int((is_won | is_lost).sum())} closed and {int(is_open.sum())} open deals; expected {LEAST_CLOSED} closed "
                "(won, lost) and some open ones"
            ),
            code="too_little_data",
            field="stage",
        )
    value, told = _values(sheet, is_won, is_open)
    start, end = (_days(sheet, role) for role in ("start", "end"))
    now = float(day_number(today, "today") or np.nanmax(np.r_[start, end, 0.0]))
    cycle = (end - start)[is_won & np.isfinite(end - start)]
    age = np.nan_to_num(now - start[is_open])
    classes = sheet.texts(rate_by) if rate_by else np.full(len(sheet), "", dtype=object)
    names, code = np.unique(classes.astype(str), return_inverse=True)
    closed = is_won | is_lost
    alpha, beta = stage_rates(code[is_open], len(names), code[closed], is_won[closed])
    groups = sheet.texts(by)[is_open] if by else np.full(int(is_open.sum()), "(all)", dtype=object)
    group_names, group = np.unique(groups.astype(str), return_inverse=True)
    lasted = np.where(closed, end - start, now - start)
    usable = np.isfinite(lasted) & (closed | is_open)
    history = (np.maximum(lasted[usable], 0), is_won[usable], is_lost[usable])
    if not (usable & is_won).any():
        raise InputError(
            "no won deal has a start and an end, so that nothing tells how long they take", code="too_little_data", field="start"
        )
    lift = (alpha[code[is_open]], beta[code[is_open]])
    run = simulate(value[is_open], group, np.maximum(age, 0), history, lift, days, n_simulations=n_simulations, seed=seed)
    table = _group_table(group_names, group, value[is_open], run.totals, goals)
    rows = pd.DataFrame(
        {
            "deal": ids_of(sheet)[is_open],
            "group": groups,
            "value": value[is_open],
            "probability": run.probability,
            "expected": value[is_open] * run.probability,
        }
    ).sort_values("expected", ascending=False, kind="stable")
    rates = pd.DataFrame(
        {
            "class": names,
            "closed": np.bincount(code[closed], minlength=len(names)),
            "win_rate": alpha / (alpha + beta),
            **_rate_interval(alpha, beta),
        }
    )
    whole = table.iloc[0]
    sentences = (
        (
            f"{counted(int(is_open.sum()), 'open deal', 'open deals')} worth {value[is_open].sum():,.0f}; within {days:g} "
            f"days they bring {whole['expected']:,.0f}, 90 % interval {whole['low']:,.0f} to {whole['high']:,.0f}."
        ),
        (
            f"{percent(float(is_won[closed].mean()))} of {counted(int(closed.sum()), 'closed deal', 'closed deals')} were "
            f"won; a won deal takes {np.median(cycle) if len(cycle) else float('nan'):.0f} days (median)."
        ),
    )
    chart = _chart(table, days)
    facts = {
        "days": days,
        "n_simulations": n_simulations,
        "seed": seed,
        "interval": "90 %, simulated: what the history may have been, rates of classes, who wins",
    }
    return Findings(
        "pipeline",
        {"groups": table, "deals": rows, "rates": rates},
        facts,
        sentences,
        {"pipeline": chart},
        (*sheet.notices, *told),
        frozenset({"deals"}),
    )


def _chart(table: Any, days: float) -> dict[str, Any]:
    return interval_chart(
        f"{table.iloc[min(1, len(table) - 1)]['group']} brings most",
        "lines are 90 % intervals",
        f"won within {days:g} days",
        table["group"].to_numpy(dtype=object),
        *(table[c].to_numpy(dtype=np.float64) for c in ("expected", "low", "high")),
    )


def _days(sheet: Sheet, role: str) -> FloatArray:
    column = sheet.find(role, needed=False)
    return sheet.days(column) if column else np.full(len(sheet), np.nan)


def _values(sheet: Sheet, is_won: NDArray[np.bool_], is_open: NDArray[np.bool_]) -> tuple[FloatArray, list[Notice]]:
    value = sheet.numbers(sheet.needed("value"))
    missing = is_open & ~np.isfinite(value)
    if not missing.any():
        return np.nan_to_num(value), []
    product = sheet.find("product", needed=False)
    kinds: TextArray = sheet.texts(product) if product else np.full(len(sheet), "", dtype=object)
    known = is_won & np.isfinite(value)
    middle = float(np.median(value[known])) if known.any() else 0.0
    by_kind = {k: float(np.median(value[known & (kinds == k)])) for k in set(kinds[known].tolist())}
    value = value.copy()
    value[missing] = [by_kind.get(k, middle) for k in kinds[missing]]
    text = (
        f"{counted(int(missing.sum()), 'open deal has', 'open deals have')} no value and count as the median of the won "
        f"ones{' of their product' if product else ''}"
    )
    return np.nan_to_num(value), [Notice("no_value", text, int(missing.sum()))]


def _group_table(
    names: NDArray[np.str_], group: NDArray[np.int64], value: FloatArray, totals: FloatArray, goals: Mapping[str, float] | None
) -> Any:
    import pandas as pd

    whole = totals.sum(axis=1)
    rows = []
    for name, draws, mask in [
        ("(all)", whole, np.ones(len(group), bool)),
        *((str(n), totals[:, i], group == i) for i, n in enumerate(names) if len(names) > 1),
    ]:
        low, high = np.quantile(draws, [0.05, 0.95])
        row: dict[str, Any] = {
            "group": name,
            "deals": int(mask.sum()),
            "open_value": float(value[mask].sum()),
            "expected": float(draws.mean()),
            "low": float(low),
            "high": float(high),
        }
        goal = (goals or {}).get(name)
        if goal is not None:
            row |= {
                "goal": goal,
                "coverage": float(draws.mean()) / max(goal, 1e-12),
                "open_coverage": float(value[mask].sum()) / max(goal, 1e-12),
                "chance_of_goal": float((draws >= goal).mean()),
            }
        rows.append(row)
    table = pd.DataFrame(rows)
    return pd.concat([table.iloc[:1], table.iloc[1:].sort_values("expected", ascending=False, kind="stable")], ignore_index=True)


def _rate_interval(alpha: FloatArray, beta: FloatArray) -> dict[str, FloatArray]:
    from scipy.stats import beta as distribution

    return {"low": distribution.ppf(0.05, alpha, beta), "high": distribution.ppf(0.95, alpha, beta)}
