"""Attainment of goals at day, week and month grain, against a target that follows the season."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.market_files import day_number, day_text
from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.sheet import read_sheet
from bailiwick.api.sources import tabular
from bailiwick.domain import FloatArray, Notice, OrderTable
from bailiwick.domain.said import Said, figure, say
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.formats.orders import read_orders
from bailiwick.pictures.insight_charts import bar_chart

Grain = Literal["day", "week", "month"]
ALL = "(all)"


def goal_attainment(
    orders: Any,
    goals: Any,
    *,
    start: str,
    end: str,
    by: str | None = None,
    grain: Grain = "month",
    today: str | None = None,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
) -> Findings:
    """What was reached of each goal up to today, by day, week or month, against the part that the season expects by then.

    Parameters
    ----------
    orders
        Orders with date and amount; those before ``start`` tell the season, where they cover a year.
    goals
        Table with one row per group and a column ``goal`` (for the whole period), or a mapping group → amount.
    start, end
        The period, both days included.
    by
        Column of the orders that holds the groups; without it the goal of ``(all)`` counts.
    grain
        ``day``, ``week`` (from Monday) or ``month``.
    today
        Up to when; by default the last day of the orders in the period.

    Raises
    ------
    InputError
        If the period is empty or no goal is there.

    Examples
    --------
    >>> orders = {"customer": ["a", "a"], "date": ["2026-01-10", "2026-02-10"], "amount": [60, 30]}
    >>> found = goal_attainment(orders, {"(all)": 200}, start="2026-01-01", end="2026-04-30", today="2026-02-28")
    >>> found["attainment"][["upto", "actual", "attainment"]].values.tolist()
    [['2026-01-31', 60.0, 0.3], ['2026-02-28', 90.0, 0.45]]
    """
    import pandas as pd

    if grain not in ("day", "week", "month"):
        raise InputError(f"expected day, week or month as grain, found {grain!r}", code="insight_setting", field="grain")
    table = read_orders(tabular(orders), column_map=column_map, group_columns=[by] if by else [], date_order=date_order)
    first, last = int(day_number(start, "start") or 0), int(day_number(end, "end") or 0)
    if last < first:
        raise InputError("the period ends before it starts", code="insight_setting", field="end")
    now = min(last, day_number(today, "today") or max(first, int(table.days[table.days <= last].max(initial=first))))
    wanted = _goals(goals)
    plan, how = _pace(table, first, last)
    ends = _ends(first, now, grain)
    groups = table.groups[by] if by else np.full(table.n_lines, ALL, dtype=object)
    rows, told = [], []
    for name, goal in wanted.items():
        mask = (groups == name) if name != ALL else np.ones(table.n_lines, bool)
        if not mask.any():
            told.append(Notice("no_sales", say("%(name)s has a goal and no orders", name=name), 1, (name,)))
        inside = mask & (table.days >= first)
        for day in ends:
            actual = float(table.amounts[inside & (table.days <= day)].sum())
            target = goal * float(plan[day - first])
            record = {"group": name, "upto": day_text(int(day)), "actual": actual, "goal": goal, "attainment": actual / goal}
            rows.append({**record, "expected_by_now": target, "pace": actual / target if target > 0 else np.nan, "gap": actual - target})
    frame = pd.DataFrame(rows)
    latest = frame.groupby("group", sort=False).tail(1)
    sentences = _sentences(latest, day_text(now), how)
    order = latest.sort_values("pace", ascending=False, kind="stable")
    chart = bar_chart(
        "Attainment against pace",
        "1 = as expected by now",
        "pace",
        order["group"].tolist(),
        order["pace"].to_numpy(dtype=np.float64),
        format=".0%",
    )
    facts = {
        "start": start,
        "end": end,
        "today": day_text(now),
        "grain": grain,
        "pace": how,
        "interval": say("none: counted, not estimated"),
    }
    return Findings("attainment", {"attainment": frame}, facts, tuple(sentences), {"attainment": chart}, (*table.notices, *told))


def _sentences(latest: Any, day: str, how: Any) -> list[Said]:
    """Who is on pace, and who is farthest behind."""
    behind = latest[latest["pace"] < 0.95].sort_values("gap")
    on_pace = int((latest["pace"] >= 1).sum())
    words = {"day": day, "n": on_pace, "all": len(latest), "how": how}
    sentences = [say("Up to %(day)s %(n)s of %(all)s goals are on pace (%(how)s).", **words)]
    if len(behind):
        worst = behind.iloc[0]
        sentences.append(
            say(
                "Farthest behind: %(name)s, %(share)s reached, %(short)s short of the pace.",
                name=worst["group"],
                share=percent(float(worst["attainment"])),
                short=figure(-worst["gap"]),
            )
        )
    return sentences


def _goals(goals: Any) -> dict[str, float]:
    if isinstance(goals, Mapping) and all(isinstance(v, int | float) for v in goals.values()):
        found = {str(k): float(v) for k, v in goals.items()}
    else:
        sheet = read_sheet(goals)
        key = sheet.find("group", needed=False) or sheet.table.names[0]
        values = sheet.numbers(sheet.column("goal", "goals"))
        found = dict(zip(sheet.texts(key).tolist(), values.tolist(), strict=True))
    found = {k: v for k, v in found.items() if v > 0}
    if not found:
        raise InputError("no goal is above 0", code="too_little_data", field="goals")
    return found


def _pace(table: OrderTable, first: int, last: int) -> tuple[FloatArray, str]:
    """Share of the goal that is expected by each day of the period, shape (days,)."""
    days = np.arange(first, last + 1)
    weight, how = np.ones(len(days)), say("each day the same")
    past = table.days < first
    if past.any() and first - int(table.days.min()) >= 365:
        recent = past & (table.days >= first - 365)
        month = _month_of(table.days[recent])
        sums = np.bincount(month, np.maximum(table.amounts[recent], 0), minlength=12) / np.maximum(_days_of_months(first), 1)
        if (sums > 0).all():
            weight, how = sums[_month_of(days)], say("by the months of the year before")
    return np.cumsum(weight) / weight.sum(), how


def _month_of(days: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12)


def _days_of_months(first: int) -> NDArray[np.int64]:
    return np.bincount(_month_of(np.arange(first - 365, first)), minlength=12)


def _ends(first: int, now: int, grain: Grain) -> NDArray[np.int64]:
    """Last days of the grains up to today, today included."""
    days = np.arange(first, now + 1)
    if grain == "day":
        return days
    key = (days + 3) // 7 if grain == "week" else days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return days[np.r_[np.diff(key) != 0, True]]
