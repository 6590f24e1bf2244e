"""Cohorts: of those who bought first in a quarter, how many still buy, and how many ever bought again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import OrderTable, TextArray
from bailiwick.insight.forecasting.next_orders import purchases

YEAR_DAYS = 365
QUARTER_MONTHS = 3


@dataclass(frozen=True, eq=False)
class Cohorts:
    """Cohorts of the customers of one group.

    Attributes
    ----------
    quarters
        First quarter of each cohort, in quarters since 1970, shape (c,).
    size
        Customers of each cohort, shape (c,).
    active
        How many of them bought in each quarter since, the first one included, shape (c, q); −1 for quarters to come.
    watched, again
        Customers whose first purchase lies a year back, and how many of those bought again within it.
    watched_long, stayed
        Customers whose first purchase lies two years back, and how many of those bought in the second one.
    """

    quarters: NDArray[np.int64]
    size: NDArray[np.int64]
    active: NDArray[np.int64]
    watched: int
    again: int
    watched_long: int
    stayed: int


def quarters_of(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Quarters since 1970 of days since 1970-01-01.

    Examples
    --------
    >>> quarters_of(np.array([0, 89, 90, 365])).tolist()
    [0, 0, 1, 4]
    """
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) // QUARTER_MONTHS


def first_groups(orders: OrderTable, groups: TextArray) -> TextArray:
    """Group of the first purchase of each customer, shape (n,); empty for who bought nothing."""
    found = np.full(orders.n_customers, "", dtype=object)
    bought = np.flatnonzero(orders.amounts > 0)
    order = bought[np.argsort(-orders.days[bought], kind="stable")]
    found[orders.customer_idx[order]] = groups[order]
    return found


def cohorts(orders: OrderTable, members: NDArray[np.bool_], until: int) -> Cohorts:
    """Cohorts by the quarter of the first purchase; the quarter of ``until`` counts as far as it went.

    Parameters
    ----------
    members
        Customers that count, shape (n,).
    until
        Last day that is known, in days since 1970-01-01.

    Examples
    --------
    >>> orders = OrderTable(np.array(["a", "b"], object), np.array([0, 0, 1]), np.array([5, 100, 7]), np.array([1.0, 1, 1]))
    >>> found = cohorts(orders, np.ones(2, bool), 500)
    >>> found.active[0].tolist(), found.watched, found.again
    ([2, 1, 0, 0, 0, 0], 2, 1)
    """
    seen = (orders.amounts > 0) & members[orders.customer_idx] & (orders.days <= until)
    customer, day, _amount = purchases(orders.customer_idx[seen], orders.days[seen], orders.amounts[seen])
    is_first = np.r_[True, np.diff(customer) != 0]
    who, place = customer[is_first], np.cumsum(is_first) - 1
    first_day = day[is_first]
    start = quarters_of(first_day)
    found, cohort = np.unique(start, return_inverse=True)
    last = int(quarters_of(np.array([until]))[0])
    width = last - int(found[0]) + 1
    since = quarters_of(day) - start[place]
    keys = np.unique(np.column_stack([place, since]), axis=0)
    active = np.zeros((len(found), width), np.int64)
    np.add.at(active, (cohort[keys[:, 0]], keys[:, 1]), 1)
    active[np.arange(width) > (last - found)[:, None]] = -1
    age = day - first_day[place]
    again = np.bincount(place[~is_first & (age <= YEAR_DAYS)], minlength=len(who)) > 0
    stayed = np.bincount(place[(age > YEAR_DAYS) & (age <= 2 * YEAR_DAYS)], minlength=len(who)) > 0
    is_watched, is_long = (first_day <= until - years * YEAR_DAYS for years in (1, 2))
    counts = (int(m.sum()) for m in (is_watched, again & is_watched, is_long, stayed & is_long))
    return Cohorts(found, np.bincount(cohort), active, *counts)
