"""How healthy a relation is: signs at a day, what came after it, a calibrated risk where the past can teach it, else a stated rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, OrderTable
from bailiwick.insight.extra import one_thread
from bailiwick.insight.forecasting.next_orders import LEAST_GAPS, purchases, rhythm

if TYPE_CHECKING:
    import pandas as pd

LEAST_OF_EACH = 30
"""Below so many accounts that left, or that stayed, nothing is learned."""
USUAL_GAP_DAYS = 120.0
"""Assumed between two orders where nobody ordered often enough to tell."""
_HORIZON_GAPS, _LEAST_HORIZON, _MOST_HORIZON = 2.0, 60, 365
_HALF, _QUARTER, _YEAR = 180, 90, 365
_LONG_PAUSE = 6.0
RULE = (
    ("pause", 45, "nothing lost up to the usual pause between orders, all at three times as long"),
    ("trend", 20, "all lost where half a year brought nothing"),
    ("complaints", 20, "half lost for each complaint of the last half year"),
    ("contact_days", 15, "nothing lost up to 90 days without contact, all at 270"),
)
"""Sign, points of 100 that it can cost, and how."""


@dataclass(frozen=True, eq=False)
class Touches:
    """Things that happened with customers: contacts, cases or visits to the website.

    Attributes
    ----------
    customer_idx
        Index of the customer, shape (m,).
    days, until
        When it began and ended, in days since 1970-01-01, shape (m,); NaN: it has not ended.
    """

    customer_idx: NDArray[np.int64]
    days: FloatArray
    until: FloatArray


def usual_gaps(orders: OrderTable, day: int) -> FloatArray:
    """Days that usually lie between two purchases of each customer up to a day, drawn towards those of all, shape (n,)."""
    seen = (orders.amounts > 0) & (orders.days <= day)
    customer, days, _amount = purchases(orders.customer_idx[seen], orders.days[seen], orders.amounts[seen])
    same = np.diff(customer) == 0
    gap, owner = np.diff(days)[same].astype(np.float64), customer[1:][same]
    if len(gap) < LEAST_GAPS:
        return np.full(orders.n_customers, float(np.median(gap)) if len(gap) > 1 else USUAL_GAP_DAYS)
    members = np.unique(owner)
    mean, _spread = rhythm(np.log(gap), owner, members)
    found = np.full(orders.n_customers, float(np.exp(np.log(gap).mean())))
    found[members] = np.exp(mean)
    return found


def horizon_days(orders: OrderTable, day: int) -> int:
    """How long without an order means that a customer has left: twice the median usual pause, 60 to 365 days."""
    return int(np.clip(_HORIZON_GAPS * np.median(usual_gaps(orders, day)), _LEAST_HORIZON, _MOST_HORIZON))


def signs_at(
    orders: OrderTable, day: int, *, contacts: Touches | None = None, cases: Touches | None = None, visits: Touches | None = None
) -> pd.DataFrame:
    """What could be known of every customer at the end of a day; n rows, columns of numbers.

    ``pause`` is the time since the last purchase in usual pauses of the customer, ``trend`` what the last half year brought above the one
    before (−1 nothing any more, 1 from nothing), ``returns`` the share of the year that came back. The last purchase is NaN for who never
    bought.

    Examples
    --------
    >>> orders = OrderTable(np.array(["a", "b"], object), np.array([0, 0, 1]), np.array([0, 300, 10]), np.array([5.0, 5, 5]))
    >>> found = signs_at(orders, 310)
    >>> found["since_days"].tolist(), found["orders"].tolist(), found["trend"].tolist()
    ([10.0, 300.0], [2.0, 1.0], [0.0, -1.0])
    """
    import pandas as pd

    n = orders.n_customers
    past = orders.days <= day
    bought = past & (orders.amounts > 0)
    last = np.full(n, -np.inf)
    np.maximum.at(last, orders.customer_idx[bought], orders.days[bought].astype(np.float64))
    since = np.where(np.isfinite(last), day - last, np.nan)
    year = past & (orders.days > day - _YEAR)
    keys = np.unique(np.column_stack([orders.customer_idx[bought & year], orders.days[bought & year]]), axis=0)
    late, before = (_sum(orders, past & (orders.days > day - a) & (orders.days <= day - b), n) for a, b in ((_HALF, 0), (2 * _HALF, _HALF)))
    late, before = np.maximum(late, 0), np.maximum(before, 0)
    gross, back = _sum(orders, year & (orders.amounts > 0), n), -_sum(orders, year & (orders.amounts < 0), n)
    columns: dict[str, FloatArray] = {
        "since_days": since,
        "pause": np.minimum(since / usual_gaps(orders, day), _LONG_PAUSE),
        "orders": np.bincount(keys[:, 0], minlength=n).astype(np.float64),
        "trend": np.divide(late - before, late + before, out=np.full(n, -1.0), where=late + before > 0),
        "returns": np.divide(back, gross, out=np.zeros(n), where=gross > 0),
    }
    return pd.DataFrame(columns | _touch_signs(n, day, contacts, cases, visits))


def _sum(orders: OrderTable, mask: NDArray[np.bool_], n: int) -> FloatArray:
    return np.bincount(orders.customer_idx[mask], orders.amounts[mask], minlength=n).astype(np.float64)


def _touch_signs(n: int, day: int, contacts: Touches | None, cases: Touches | None, visits: Touches | None) -> dict[str, FloatArray]:
    found: dict[str, FloatArray] = {}
    if contacts is not None:
        last = np.full(n, -np.inf)
        seen = contacts.days <= day
        np.maximum.at(last, contacts.customer_idx[seen], contacts.days[seen])
        found["contact_days"] = np.minimum(day - last, _YEAR)
    if cases is not None:
        seen = cases.days <= day
        is_open = seen & ~(cases.until <= day)
        found["open_cases"] = np.bincount(cases.customer_idx[is_open], minlength=n).astype(np.float64)
        late = seen & (cases.days > day - _HALF)
        found["complaints"] = np.bincount(cases.customer_idx[late], minlength=n).astype(np.float64)
    if visits is not None:
        late = (visits.days <= day) & (visits.days > day - _QUARTER)
        found["web_visits"] = np.bincount(visits.customer_idx[late], minlength=n).astype(np.float64)
    return found


def is_alive(signs: pd.DataFrame, horizon: int) -> NDArray[np.bool_]:
    """Who bought lately enough that leaving is still a question, shape (n,)."""
    return np.asarray(signs["since_days"] <= 2 * horizon)


def has_left(orders: OrderTable, day: int, horizon: int) -> NDArray[np.bool_]:
    """Who bought nothing within the horizon after a day, shape (n,)."""
    after = (orders.amounts > 0) & (orders.days > day) & (orders.days <= day + horizon)
    return np.bincount(orders.customer_idx[after], minlength=orders.n_customers) == 0


@dataclass(frozen=True, eq=False)
class Lesson:
    """Accounts at days in the past, and whether they left after it.

    Attributes
    ----------
    signs
        A row per account and day.
    left
        Shape (r,), 1 where it left.
    """

    signs: pd.DataFrame
    left: NDArray[np.int64]

    def is_enough(self) -> bool:
        """Whether enough left and enough stayed to learn from."""
        return min(int(self.left.sum()), int((1 - self.left).sum())) >= LEAST_OF_EACH


def lesson(orders: OrderTable, days: list[int], horizon: int, touches: dict[str, Touches | None]) -> Lesson:
    """What some days in the past teach."""
    import pandas as pd

    frames, left = [], []
    for day in days:
        signs = signs_at(orders, day, **touches)
        alive = is_alive(signs, horizon)
        frames.append(signs[alive])
        left.append(has_left(orders, day, horizon)[alive])
    return Lesson(pd.concat(frames, ignore_index=True), np.concatenate(left).astype(np.int64))


def learned_risk(train: Lesson, seed: int) -> Any:
    """A scorer whose probabilities are calibrated out of fold."""
    from bailiwick.insight.scoring.winning import WinScorer

    with one_thread():
        return WinScorer(candidates=("logistic", "additive trees"), seed=seed).fit(train.signs, train.left)


def rule_points(signs: pd.DataFrame) -> pd.DataFrame:
    """Points of 100 that each sign costs by the rule; signs that nobody knows cost nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> rule_points(pd.DataFrame({"pause": [1.0, 2.0, 9.0], "trend": [0.5, 0.0, -1.0]})).sum(axis=1).tolist()
    [0.0, 22.5, 65.0]
    """
    import pandas as pd

    shares = {
        "pause": lambda v: (v - 1) / 2,
        "trend": lambda v: -v,
        "complaints": lambda v: v / 2,
        "contact_days": lambda v: (v - _QUARTER) / _HALF,
    }
    found = {name: points * np.clip(shares[name](signs[name].fillna(_LONG_PAUSE)), 0, 1) for name, points, _how in RULE if name in signs}
    return pd.DataFrame(found)
