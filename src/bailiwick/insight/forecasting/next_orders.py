"""When each account is expected to order next, and who is overdue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, OrderTable, TextArray
from bailiwick.errors import InputError

LEAST_GAPS = 30
LEVEL = 0.80
_OVERDUE = 0.90
_PRIOR = (0.05, 20.0)


@dataclass(frozen=True, eq=False)
class NextOrders:
    """Result for n accounts with two purchases or more.

    Attributes
    ----------
    customer_ids
        Shape (n,).
    last_day, expected_day, low_day, high_day
        Days since 1970-01-01, shape (n,); the interval holds 80 %.
    overdue_share
        Share of gaps of such an account that are shorter than the time since its last order, shape (n,).
    is_overdue
        Whether that is above 90 %, shape (n,).
    usual_amount
        Median amount of an order, shape (n,).
    coverage, error, naive_error, n_tested
        On the last gap of accounts, held back: share inside the interval, median absolute error in days, the same of repeating the gap
        before.
    """

    customer_ids: TextArray
    last_day: FloatArray
    expected_day: FloatArray
    low_day: FloatArray
    high_day: FloatArray
    overdue_share: FloatArray
    is_overdue: NDArray[np.bool_]
    usual_amount: FloatArray
    coverage: float
    error: float
    naive_error: float
    n_tested: int


def next_orders(orders: OrderTable, *, today: int | None = None) -> NextOrders:
    """Expected day of the next order of every account.

    Notes
    -----
    Logarithms of the gaps between days with a purchase are normal around a mean of the account; the mean is drawn towards that of all
    accounts, the more the less accounts differ (empirical Bayes), and the spread is that inside accounts. Overdue is an account whose pause
    is longer than 90 % of such gaps. Returns and free days do not count.

    Raises
    ------
    InputError
        If there are fewer than 30 gaps.

    Examples
    --------
    >>> days = np.tile(np.arange(0, 400, 10), 2)
    >>> table = OrderTable(np.array(["a", "b"], object), np.repeat([0, 1], 40), days, np.ones(80))
    >>> found = next_orders(table, today=500)
    >>> found.expected_day.round().tolist(), found.is_overdue.tolist()
    ([400.0, 400.0], [True, True])
    """
    bought = orders.amounts > 0
    customer, day, amount = purchases(orders.customer_idx[bought], orders.days[bought], orders.amounts[bought])
    same = np.diff(customer) == 0
    gap, owner = np.diff(day)[same].astype(np.float64), customer[1:][same]
    if len(gap) < LEAST_GAPS:
        raise InputError(
            f"{len(gap)} repeat orders are too few to learn a rhythm; expected {LEAST_GAPS} or more", code="too_little_data", field="orders"
        )
    now = int(day.max()) if today is None else today
    members = np.unique(owner)
    from scipy.stats import norm

    mean, spread = rhythm(np.log(gap), owner, members)
    last = np.array([day[customer == c].max() for c in members]) if len(members) < 2000 else _last(customer, day, members)
    z = float(norm.ppf(0.5 + LEVEL / 2))
    since = np.maximum(now - last, 0)
    share = norm.cdf((np.log(np.maximum(since, 0.5)) - mean) / spread)
    usual = _medians(customer, amount, members)
    coverage, error, naive, n_tested = _test(np.log(gap), owner, z)
    return NextOrders(
        customer_ids=orders.customer_ids[members],
        last_day=last.astype(float),
        expected_day=np.asarray(last + np.exp(mean), np.float64),
        low_day=np.asarray(last + np.exp(mean - z * spread), np.float64),
        high_day=np.asarray(last + np.exp(mean + z * spread), np.float64),
        overdue_share=share,
        is_overdue=share > _OVERDUE,
        usual_amount=usual,
        coverage=coverage,
        error=error,
        naive_error=naive,
        n_tested=n_tested,
    )


def purchases(
    customer: NDArray[np.int64], day: NDArray[np.int64], amount: FloatArray
) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """Days with a purchase, by customer and day: customer, day and amount of each, shape (q,)."""
    order = np.lexsort((day, customer))
    customer, day, amount = customer[order], day[order], amount[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(customer) != 0) | (np.diff(day) != 0)])
    return customer[starts], day[starts], np.add.reduceat(amount, starts)


def rhythm(logs: FloatArray, owner: NDArray[np.int64], members: NDArray[np.int64]) -> tuple[FloatArray, float]:
    """Mean of every member, drawn towards the common one, and the spread inside, with the doubt about the mean."""
    place = np.searchsorted(members, owner)
    count = np.bincount(place, minlength=len(members)).astype(np.float64)
    own = np.bincount(place, logs, minlength=len(members)) / np.maximum(count, 1)
    common = float(logs.mean())
    inside = logs - own[place]
    freedom = max(len(logs) - len(members), 1)
    spread = max(float(np.sqrt((inside**2).sum() / freedom)) if freedom > 1 else float(logs.std()), 0.05)
    between = float(np.average((own - common) ** 2, weights=count)) - spread**2 / float(count.mean())
    weight = float(np.clip(spread**2 / max(between, 1e-9), *_PRIOR))
    mean = (count * own + weight * common) / (count + weight)
    return mean, spread * float(np.sqrt(1 + 1 / (np.median(count) + weight)))


def _last(customer: NDArray[np.int64], day: NDArray[np.int64], members: NDArray[np.int64]) -> NDArray[np.int64]:
    ends = np.flatnonzero(np.r_[np.diff(customer) != 0, True])
    return day[ends][np.searchsorted(customer[ends], members)]


def _medians(customer: NDArray[np.int64], amount: FloatArray, members: NDArray[np.int64]) -> FloatArray:
    import pandas as pd

    return pd.Series(amount).groupby(customer).median().reindex(members).to_numpy(dtype=np.float64)


def _test(logs: FloatArray, owner: NDArray[np.int64], z: float) -> tuple[float, float, float, int]:
    """Hold back the last gap of everybody with three or more."""
    is_last = np.r_[owner[1:] != owner[:-1], True]
    count = np.bincount(owner)
    held = is_last & (count[owner] >= 3)
    if held.sum() < 5:
        return float("nan"), float("nan"), float("nan"), int(held.sum())
    members = np.unique(owner[~held])
    mean, spread = rhythm(logs[~held], owner[~held], members)
    ahead = mean[np.searchsorted(members, owner[held])]
    naive = logs[np.flatnonzero(held) - 1]
    inside = np.abs(logs[held] - ahead) <= z * spread
    error = float(np.median(np.abs(np.exp(logs[held]) - np.exp(ahead))))
    return float(inside.mean()), error, float(np.median(np.abs(np.exp(logs[held]) - np.exp(naive)))), int(held.sum())
