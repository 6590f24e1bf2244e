"""Whether the model would have foreseen the last weeks, next to repeating the past."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bailiwick.domain import OrderTable
from bailiwick.errors import InputError
from bailiwick.insight.history import DAYS_PER_WEEK, purchase_history
from bailiwick.insight.repeat_buying import RepeatBuyingModel


@dataclass(frozen=True, slots=True)
class BackTest:
    """Purchases of held-back weeks, as predicted from the weeks before and as they came.

    Attributes
    ----------
    weeks
        How many weeks were held back.
    n_customers
        Customers known before.
    actual, predicted, naive
        Purchases of all of them: as they came, by the model, and by repeating the past.
    error, naive_error
        Mean absolute error per customer in purchases.
    """

    weeks: float
    n_customers: int
    actual: int
    predicted: float
    naive: float
    error: float
    naive_error: float

    @property
    def is_better(self) -> bool:
        """Whether the model errs less per customer than repeating the past."""
        return self.error < self.naive_error


def back_test(orders: OrderTable, weeks: float, *, end_day: int | None = None) -> BackTest:
    """Fit without the last weeks and compare with them.

    Repeating the past means that every customer buys as often as in the equally long time before.

    Parameters
    ----------
    orders
        The order lines.
    weeks
        To hold back.
    end_day
        Last day of the observation; None: the day of the last line.

    Raises
    ------
    InputError
        If the weeks are not above 0 or leave too little to learn from.
    """
    if not weeks > 0:
        raise InputError(f"expected a number of weeks above 0 to hold back, found {weeks:g}", code="value_setting", field="hold_out_weeks")
    end_day = int(orders.days.max()) if end_day is None else end_day
    held_back = round(weeks * DAYS_PER_WEEK)
    cut = end_day - held_back
    before, whole = purchase_history(orders, end_day=cut), purchase_history(orders, end_day=end_day)
    model = RepeatBuyingModel().fit(before.frequency, before.recency_weeks, before.age_weeks)
    place = {customer: row for row, customer in enumerate(whole.customer_ids.tolist())}
    later = np.array([whole.frequency[place[c]] if c in place else -1 for c in before.customer_ids.tolist()])
    actual = np.maximum(later - before.frequency, 0)
    predicted = model.predict(weeks, before.frequency, before.recency_weeks, before.age_weeks)
    repeated = _purchases_between(orders, cut - held_back, cut)
    naive = np.array([repeated.get(c, 0) for c in before.customer_ids.tolist()], dtype=np.float64)
    return BackTest(
        weeks=weeks,
        n_customers=before.n_customers,
        actual=int(actual.sum()),
        predicted=float(predicted.sum()),
        naive=float(naive.sum()),
        error=float(np.abs(predicted - actual).mean()),
        naive_error=float(np.abs(naive - actual).mean()),
    )


def _purchases_between(orders: OrderTable, after: int, end_day: int) -> dict[str, int]:
    """Purchases per customer after one day and up to another."""
    later = orders.days > after
    if not (later & (orders.days <= end_day)).any():
        return {}
    some = replace(orders, customer_idx=orders.customer_idx[later], days=orders.days[later], amounts=orders.amounts[later], groups={})
    history = purchase_history(some, end_day=end_day)
    return dict(zip(history.customer_ids.tolist(), (history.frequency + 1).tolist(), strict=True))
