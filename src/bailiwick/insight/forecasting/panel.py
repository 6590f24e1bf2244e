"""Orders as monthly series of a hierarchy: all, groups, groups within groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, Notice, OrderTable, TextArray
from bailiwick.domain.said import say
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError

TOTAL = "(all)"
LEAST_MONTHS = 12
"""Below so many full months nothing is forecast."""
MOST_SERIES = 400


@dataclass(frozen=True, eq=False)
class Panel:
    """Monthly sums of n series over T months.

    Attributes
    ----------
    names
        ``(all)``, then groups, then ``group / group``, shape (n,).
    level
        0 for all, 1 and 2 below, shape (n,).
    months
        Months since 1970-01, shape (T,).
    values
        Shape (n, T).
    summing
        Which of the lowest series add up to which series, shape (n, b) of 0 and 1.
    notices
        What was left out.
    """

    names: TextArray
    level: NDArray[np.int64]
    months: NDArray[np.int64]
    values: FloatArray
    summing: FloatArray
    notices: tuple[Notice, ...] = ()

    @property
    def dates(self) -> TextArray:
        """First day of each month as text, shape (T,)."""
        return month_texts(self.months)


def month_texts(months: NDArray[np.int64]) -> TextArray:
    """First day of months as text.

    Examples
    --------
    >>> month_texts(np.array([0, 13])).tolist()
    ['1970-01-01', '1971-02-01']
    """
    return np.array([f"{m}-01" for m in np.asarray(months).astype("datetime64[M]").astype(str)], dtype=object)


def monthly_panel(orders: OrderTable, by: Sequence[str] = (), *, keep_last: bool = False) -> Panel:
    """Sum orders by month and group.

    The first and the last month are left out if the orders do not reach their ends, because part of a month looks like a slump.

    Parameters
    ----------
    orders
        With the columns of ``by`` among its groups.
    by
        None, one or two columns.
    keep_last
        Whether the last month counts although orders end before it does.

    Raises
    ------
    InputError
        If there are fewer than twelve full months or too many groups.
    """
    months = orders.days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    first, last = int(months.min()), int(months.max())
    told = []
    if not keep_last and int(orders.days.max()) < _last_day(last) - 1:
        told.append(
            Notice(
                "part_of_month",
                say(
                    "the orders end before %(month)s; their last month is left out as incomplete",
                    month=month_texts(np.array([last + 1]))[0],
                ),
            )
        )
        last -= 1
    if int(orders.days.min()) > _last_day(first - 1) + 4:
        told.append(Notice("part_of_month", say("the orders begin within a month; it is left out as incomplete")))
        first += 1
    count = last - first + 1
    if count < LEAST_MONTHS:
        raise InputError(
            f"the orders cover {counted(max(count, 0), 'full month', 'full months')}; expected {LEAST_MONTHS} or more",
            code="too_little_data",
            field="orders",
        )
    inside = (months >= first) & (months <= last)
    names, level, member = _series(orders, by)
    lowest = level == level.max()
    position = member[inside]
    sums = np.zeros((int(lowest.sum()), count))
    np.add.at(sums, (position, months[inside] - first), orders.amounts[inside])
    summing = _summing(names, level)
    return Panel(names, level, np.arange(first, last + 1), summing @ sums, summing, tuple(told))


def _last_day(month: int) -> int:
    return int(np.datetime64(month + 1, "M").astype("datetime64[D]").astype(np.int64)) - 1


def _series(orders: OrderTable, by: Sequence[str]) -> tuple[TextArray, NDArray[np.int64], NDArray[np.int64]]:
    """Names and levels of all series, and the lowest series of each line."""
    if not by:
        return np.array([TOTAL], dtype=object), np.zeros(1, np.int64), np.zeros(orders.n_lines, np.int64)
    keys = [orders.groups[name].astype(str) for name in by]
    joined = keys[0] if len(keys) == 1 else np.array([f"{a} / {b}" for a, b in zip(*keys, strict=True)])
    low, member = np.unique(joined, return_inverse=True)
    if len(low) > MOST_SERIES:
        raise InputError(f"{len(low):,} groups are more than {MOST_SERIES}; choose a coarser column", code="insight_setting", field="by")
    upper = [] if len(keys) == 1 else np.unique(keys[0]).tolist()
    names = np.array([TOTAL, *upper, *low], dtype=object)
    levels = np.array([0] + [1] * len(upper) + [len(keys)] * len(low))
    return names, levels, member.astype(np.int64)


def _summing(names: TextArray, level: NDArray[np.int64]) -> FloatArray:
    low = names[level == level.max()]
    rows = []
    for name, depth in zip(names, level, strict=True):
        if depth == level.max():
            rows.append(low == name)
        elif depth == 0:
            rows.append(np.ones(len(low), bool))
        else:
            rows.append(np.array([str(n).startswith(f"{name} / ") for n in low]))
    return np.array(rows, dtype=np.float64)
