"""What changed between two periods: new, kept and lost customers, expansion and contraction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, OrderTable, TextArray


@dataclass(frozen=True, eq=False)
class Change:
    """Measures of g groups in a period and the one before.

    Attributes
    ----------
    names
        Shape (g,).
    measures
        Name → value, shape (g,): revenue, revenue_before, orders, customers, customers_before, customers_new, customers_kept,
        customers_lost, new, expansion, contraction, churn.
    """

    names: TextArray
    measures: dict[str, FloatArray]


def change_between(orders: OrderTable, groups: TextArray, start: int, end: int, before: int) -> Change:
    """Compare the orders of ``[start, end]`` with those of ``[before, start)``.

    A customer belongs to the group in which most was bought; lost ones to that of the period before. What a customer bought more or less
    than before is expansion or contraction of the group of the customer, so that the steps add up exactly within each group.

    Parameters
    ----------
    groups
        Group of each line, shape (m,).
    start, end, before
        Days since 1970-01-01; ``end`` is included.

    Examples
    --------
    >>> orders = OrderTable(np.array(["a", "b", "c"], object), np.array([0, 0, 1, 2]), np.array([5, 15, 5, 15]), np.array([10.0, 14, 8, 3]))
    >>> found = change_between(orders, np.full(4, "x", object), 10, 19, 0)
    >>> [found.measures[k][0] for k in ("revenue_before", "new", "expansion", "contraction", "churn", "revenue")] == [18, 3, 4, 0, 8, 17]
    True
    """
    names, code = np.unique(groups.astype(str), return_inverse=True)
    now = (orders.days >= start) & (orders.days <= end)
    past = (orders.days >= before) & (orders.days < start)
    n = orders.n_customers
    amount_now = np.bincount(orders.customer_idx[now], orders.amounts[now], minlength=n)
    amount_past = np.bincount(orders.customer_idx[past], orders.amounts[past], minlength=n)
    home_now, home_past = (_home(orders, code, mask, n) for mask in (now, past))
    home = np.where(home_now >= 0, home_now, home_past)
    is_now, is_past = home_now >= 0, home_past >= 0
    steps = {
        "revenue": amount_now * is_now,
        "revenue_before": amount_past * is_past,
        "customers": is_now,
        "customers_before": is_past,
        "customers_new": is_now & ~is_past,
        "customers_kept": is_now & is_past,
        "customers_lost": is_past & ~is_now,
        "new": amount_now * (is_now & ~is_past),
        "expansion": np.maximum(amount_now - amount_past, 0) * (is_now & is_past),
        "contraction": np.maximum(amount_past - amount_now, 0) * (is_now & is_past),
        "churn": amount_past * (is_past & ~is_now),
    }
    seen = home >= 0
    measures: dict[str, FloatArray] = {
        name: np.bincount(home[seen], weights=values[seen].astype(float), minlength=len(names)).astype(np.float64)
        for name, values in steps.items()
    }
    keys = np.unique(np.column_stack([orders.customer_idx[now & (orders.amounts > 0)], orders.days[now & (orders.amounts > 0)]]), axis=0)
    measures["orders"] = np.bincount(home[keys[:, 0]], minlength=len(names)).astype(np.float64)
    return Change(names.astype(object), measures)


def _home(orders: OrderTable, code: NDArray[np.int64], mask: NDArray[np.bool_], n: int) -> NDArray[np.int64]:
    """Group in which each customer bought most in a period, −1 without a purchase."""
    home = np.full(n, -1, np.int64)
    bought = mask & (orders.amounts > 0)
    if not bought.any():
        return home
    n_groups = int(code.max()) + 1
    keys = orders.customer_idx[bought] * n_groups + code[bought]
    found, place = np.unique(keys, return_inverse=True)
    total = np.bincount(place, orders.amounts[bought])
    order = np.argsort(total, kind="stable")
    home[found[order] // n_groups] = found[order] % n_groups
    return home
