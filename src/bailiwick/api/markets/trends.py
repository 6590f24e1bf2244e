"""Trends of sales by industry, segment or any other group, with intervals, from the own orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.markets.findings import Findings
from bailiwick.api.sources import tabular
from bailiwick.domain import FloatArray, Notice, OrderTable
from bailiwick.domain.said import Said, say, say_n
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.formats.orders import read_orders
from bailiwick.insight.trends import LEAST_MONTHS, trend
from bailiwick.pictures.market_charts import interval_chart

if TYPE_CHECKING:
    import pandas as pd

ALL, _NONE = "(all)", "(none)"
_LAST_DAYS = 2
"""Days at the end of a month that may lack orders: a weekend."""


def sales_trends(orders: Any, *, by: str, column_map: Mapping[str, str] | None = None, date_order: DateOrder | None = None) -> Findings:
    """How sales of each group change a year, apart from the season, with a 95 % interval.

    Parameters
    ----------
    orders
        Orders with date and amount, of 24 whole months or more. A first month whose first order is later than its third day counts as
        begun in the middle and is left out, as is a last one whose last order is earlier than two days before its end.
    by
        Column of the group: industry, segment, region.

    Returns
    -------
    Table ``trends``: group, months, revenue of the last 12 months and of the 12 before, trend with ``trend_low`` and ``trend_high``
    (a year, as a fraction), direction: growing, shrinking, or unclear where the interval holds 0; empty where there is too little.

    Raises
    ------
    InputError
        If fewer than 24 whole months are there.

    Examples
    --------
    >>> days = [f"{2023 + m // 12}-{m % 12 + 1:02}-28" for m in range(36)]
    >>> orders = {"customer": ["a"] * 72, "date": days * 2, "amount": [100 * 1.2 ** (m / 12) for m in range(36)] + [50.0] * 36}
    >>> found = sales_trends({**orders, "industry": ["Hotels"] * 36 + ["Offices"] * 36}, by="industry")
    >>> found["trends"][["group", "trend", "direction"]].round(3).values.tolist()
    [['(all)', 0.141, 'growing'], ['Hotels', 0.2, 'growing'], ['Offices', 0.0, 'unclear']]
    """
    import pandas as pd

    table = read_orders(tabular(orders), column_map=column_map, group_columns=[by], date_order=date_order)
    months, first, n = _months(table)
    if n < LEAST_MONTHS:
        text = say_n(
            "the orders cover %(n)s whole month; expected %(least)s to tell a trend from the season",
            "the orders cover %(n)s whole months; expected %(least)s to tell a trend from the season",
            n,
            least=LEAST_MONTHS,
        )
        raise InputError(text, code="too_little_data", field="date")
    groups = np.where(table.groups[by] == "", _NONE, table.groups[by]).astype(str)
    names = [str(name) for name in np.unique(groups)]
    is_bare = names == [_NONE]
    is_inside = (months >= 0) & (months < n)
    rows = [_row(ALL, months[is_inside], table.amounts[is_inside], n, first)]
    for name in () if is_bare else names:
        mask = is_inside & (groups == name)
        rows.append(_row(name, months[mask], table.amounts[mask], n, first))
    frame = pd.DataFrame(rows)
    frame = pd.concat([frame[:1], frame[1:].sort_values("revenue", ascending=False, kind="stable")], ignore_index=True)
    unknown = frame["group"][~np.isfinite(frame["trend"])].tolist()
    told = [Notice("too_little_data", say("%(name)s has too few months with sales for a trend", name=g), 1, (g,)) for g in unknown[:20]]
    if is_bare:
        told.append(Notice("too_little_data", say("no order says its %(column)s, so the trend is that of all together", column=by), 1, ()))
    facts = {
        "by": by,
        "months": n,
        "first_month": _month_text(first),
        "last_month": _month_text(first + n - 1),
        "interval": say("95 %%: log-linear trend with month effects; wider where the deviations of neighbouring months go together"),
    }
    return Findings("trends", {"trends": frame}, facts, tuple(_sentences(frame)), _charts(frame), (*table.notices, *told))


def _months(table: OrderTable) -> tuple[FloatArray, int, int]:
    """Month of each line from the first whole one on, that month as a number since the year 0, and how many whole months there are."""
    days = table.days.astype("datetime64[D]")
    number = days.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    last_day, last = days.max(), int(number.max())
    ends = (np.datetime64(days.max(), "M") + 1).astype("datetime64[D]") - 1
    if last_day < ends - np.timedelta64(_LAST_DAYS, "D"):
        last -= 1  # the month is not over
    first_day, first = days.min(), int(number.min())
    if first_day.astype(object).day > 1 + _LAST_DAYS:
        first += 1  # it may have begun in the middle
    return (number - first).astype(np.float64), first, max(last - first + 1, 0)


def _row(name: str, months: FloatArray, amounts: FloatArray, n: int, first: int) -> dict[str, Any]:
    sums = np.bincount(months.astype(np.int64), amounts, minlength=n).astype(np.float64)
    active = np.flatnonzero(sums > 0)
    start = int(active[0]) if len(active) else 0
    found = trend(sums[start:], (first + start) % 12 + 1)
    ends = (np.nan, np.nan, np.nan) if found is None else (found.per_year, found.low, found.high)
    direction = "" if found is None else "growing" if found.low > 0 else "shrinking" if found.high < 0 else "unclear"
    record = {"group": name, "months": n - start, "revenue": float(sums[-12:].sum()), "revenue_before": float(sums[-24:-12].sum())}
    return {**record, "trend": ends[0], "trend_low": ends[1], "trend_high": ends[2], "direction": direction}


def _month_text(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"


def _sentences(frame: pd.DataFrame) -> list[Said]:
    said = [say("All together: %(trend)s a year (%(low)s to %(high)s).", **_words(frame.iloc[0]))]
    named = frame[1:][frame[1:]["group"] != _NONE]
    growing, shrinking = (named[named["direction"] == word].sort_values("trend", kind="stable") for word in ("growing", "shrinking"))
    if len(growing):
        said.append(say("%(name)s grows most: %(trend)s a year (%(low)s to %(high)s).", **_words(growing.iloc[-1])))
    if len(shrinking):
        said.append(say("%(name)s shrinks most: %(trend)s a year (%(low)s to %(high)s).", **_words(shrinking.iloc[0])))
    return said


def _words(row: Any) -> dict[str, Any]:
    ends = {key: percent(row[name], signed=True) for key, name in (("trend", "trend"), ("low", "trend_low"), ("high", "trend_high"))}
    return {"name": row["group"], **ends}


def _charts(frame: pd.DataFrame) -> dict[str, Any]:
    known = frame[np.isfinite(frame["trend"])]
    if not len(known):
        return {}
    columns = [known[name].to_numpy(np.float64) for name in ("trend", "trend_low", "trend_high")]
    names = known["group"].to_numpy(object)
    spec = interval_chart(
        say("Trend of sales"), say("Change a year; the line is the 95 %% interval"), say("Change a year"), names, *columns
    )
    for layer in spec["layer"]:
        layer["encoding"]["x"]["axis"] = {"format": "+.0%"}
    return {"trends": spec}
