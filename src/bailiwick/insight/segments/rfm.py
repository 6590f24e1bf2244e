"""Recency, frequency, money: classes of customers from what they bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, TextArray
from bailiwick.domain.said import say
from bailiwick.insight.history import DAYS_PER_WEEK, PurchaseHistory

CLASSES = (
    ("Champions", say("bought lately, often and much")),
    ("Loyal", say("bought often or much, and not long ago")),
    ("Recent", say("bought lately for the first times")),
    ("Promising", say("in the middle, and recent enough to grow")),
    ("Needs attention", say("in the middle, and the last purchase is getting old")),
    ("At risk", say("bought often or much, but not for long")),
    ("Hibernating", say("bought seldom, and not for long")),
)
"""Name and meaning of the classes, the most valuable first."""
_N_SCORES = 5


@dataclass(frozen=True, eq=False)
class RfmTable:
    """Scores of n customers.

    Attributes
    ----------
    days_since, orders, amount
        Days since the last purchase, days with a purchase, sum in currency, shape (n,).
    recency, frequency, money
        Scores 1 (worst fifth) to 5, shape (n,).
    classes
        Name of the class, shape (n,).
    """

    days_since: FloatArray
    orders: NDArray[np.int64]
    amount: FloatArray
    recency: NDArray[np.int64]
    frequency: NDArray[np.int64]
    money: NDArray[np.int64]
    classes: TextArray


def rfm(history: PurchaseHistory) -> RfmTable:
    """Score customers by fifths and name their class.

    Equal values get equal scores: the fifth in which their middle lies.

    Examples
    --------
    >>> weeks = np.array([0.0, 40.0])
    >>> ids, spent = np.array(["a", "b"], object), np.array([5.0, 900.0])
    >>> history = PurchaseHistory(ids, np.array([0, 9]), weeks, np.array([50.0, 40.0]), weeks, spent)
    >>> table = rfm(history)
    >>> table.days_since.tolist(), table.classes.tolist()
    ([350.0, 0.0], ['Hibernating', 'Champions'])
    """
    since = np.round((history.age_weeks - history.recency_weeks) * DAYS_PER_WEEK)
    orders = history.frequency + 1
    r, f, m = fifths(-since), fifths(orders.astype(np.float64)), fifths(history.total)
    return RfmTable(since, orders, history.total, r, f, m, _classes(r, f, m))


def fifths(values: FloatArray) -> NDArray[np.int64]:
    """Score 1 for the lowest fifth to 5 for the highest; equal values get one score.

    Examples
    --------
    >>> fifths(np.array([1.0, 2, 3, 4, 5])).tolist(), fifths(np.array([7.0, 7, 7])).tolist()
    ([1, 2, 3, 4, 5], [3, 3, 3])
    """
    from scipy.stats import rankdata

    share = (rankdata(values) - 0.5) / max(len(values), 1)
    return np.minimum((share * _N_SCORES).astype(np.int64) + 1, _N_SCORES)


def _classes(r: NDArray[np.int64], f: NDArray[np.int64], m: NDArray[np.int64]) -> TextArray:
    worth = np.maximum(f, m)
    names = [name for name, _ in CLASSES]
    conditions = [
        (r >= 4) & (f >= 4) & (m >= 4),
        (r >= 3) & (worth >= 4),
        (r >= 4) & (f <= 2),
        r >= 3,
        (r == 2) & (worth >= 3),
        worth >= 4,
    ]
    return np.array(names, dtype=object)[np.select(conditions, range(len(conditions)), default=len(names) - 1)]
