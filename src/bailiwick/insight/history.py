"""From orders to the four numbers that the models of repeat buying need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, Notice, OrderTable, TextArray
from bailiwick.domain.said import figure, say_n
from bailiwick.errors import InputError

DAYS_PER_WEEK = 7.0
_FEW = 3
_Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PurchaseHistory:
    """Recency, frequency, age and spend of customers.

    Attributes
    ----------
    customer_ids
        Shape (n,).
    frequency
        Repeat purchases: days with a purchase, without the first one, shape (n,).
    recency_weeks
        Weeks from the first purchase to the last one, shape (n,); 0 without a repeat.
    age_weeks
        Weeks from the first purchase to the end of the observation, shape (n,).
    monetary
        Mean amount of the repeat purchases in currency, shape (n,); 0 without a repeat.
    total
        Amount of all purchases in currency, returns taken off, shape (n,).
    groups
        Name of a column → text per customer, shape (n,): what stands on the latest line.
    end_day
        Last day of the observation, counted from 1970-01-01.
    notices
        What was left out.
    """

    customer_ids: TextArray
    frequency: _Index
    recency_weeks: FloatArray
    age_weeks: FloatArray
    monetary: FloatArray
    total: FloatArray
    groups: Mapping[str, TextArray] = field(default_factory=dict)
    end_day: int = 0
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))

    @property
    def n_customers(self) -> int:
        """Number of customers with at least one purchase."""
        return len(self.customer_ids)


def purchase_history(orders: OrderTable, *, end_day: int | None = None) -> PurchaseHistory:
    """Recency, frequency, age and spend of every customer.

    What a customer buys on one day is one purchase, also when it costs nothing. A day whose amounts add up to less than nothing is a
    return: it is set off against the latest earlier purchases of the customer, and what was returned as a whole counts as never bought.
    Returns of what was bought before the observation are left out and told.

    Parameters
    ----------
    orders
        The order lines.
    end_day
        Last day of the observation, counted from 1970-01-01; later lines are left out. None: the day of the last line.

    Raises
    ------
    InputError
        If no customer has a purchase up to that day.

    Notes
    -----
    O(m log m) for m lines.

    Examples
    --------
    >>> orders = OrderTable(np.array(["a"], object), np.zeros(4, int), np.array([0, 7, 21, 22]), np.array([5.0, 10.0, 20.0, -20.0]))
    >>> history = purchase_history(orders, end_day=28)
    >>> history.frequency.tolist(), history.recency_weeks.tolist(), history.age_weeks.tolist(), history.monetary.tolist()
    ([1], [1.0], [4.0], [10.0])
    """
    if not orders.n_lines:
        raise InputError("the orders have no usable line", code="no_rows", field="orders")
    end_day = int(orders.days.max()) if end_day is None else int(end_day)
    seen = orders.days <= end_day
    customer, day, amount, is_free = _by_day(orders.customer_idx[seen], orders.days[seen], orders.amounts[seen])
    amount, unmatched = _set_off_returns(customer, amount)
    bought = (amount > 0) | is_free
    if not bought.any():
        raise InputError("no customer has a purchase in the observation that was not returned", code="no_purchase", field="orders")
    customer, day, amount = customer[bought], day[bought], amount[bought]
    known, first, n_days = np.unique(customer, return_index=True, return_counts=True)
    last = first + n_days - 1
    frequency = (n_days - 1).astype(np.int64)
    total = np.add.reduceat(amount, first)
    return PurchaseHistory(
        customer_ids=orders.customer_ids[known],
        frequency=frequency,
        recency_weeks=(day[last] - day[first]) / DAYS_PER_WEEK,
        age_weeks=(end_day - day[first]) / DAYS_PER_WEEK,
        monetary=np.where(frequency > 0, (total - amount[first]) / np.maximum(frequency, 1), 0.0),
        total=total,
        groups=_latest_groups(orders, seen, known),
        end_day=end_day,
        notices=_notices(orders, known, seen, unmatched),
    )


def _by_day(customer: _Index, day: _Index, amount: FloatArray) -> tuple[_Index, _Index, FloatArray, NDArray[np.bool_]]:
    """One row per customer and day, by customer and then by day; the last column marks days on which all was free."""
    if not len(day):
        return customer, day, amount, np.zeros(0, bool)
    order = np.lexsort((day, customer))
    customer, day, amount = customer[order], day[order], amount[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(customer) != 0) | (np.diff(day) != 0)])
    is_free = np.maximum.reduceat(np.abs(amount), starts) == 0
    return customer[starts], day[starts], np.add.reduceat(amount, starts), is_free


def _set_off_returns(customer: _Index, amount: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Take returns off the latest earlier purchases of the same customer; amounts, and what found no purchase per customer row."""
    amount = np.where(np.abs(amount) < 1e-9, 0.0, amount)
    left: dict[int, float] = {}
    for row in np.flatnonzero(amount < 0):
        owed, amount[row] = -amount[row], 0.0
        earlier = row - 1
        while owed > 0 and earlier >= 0 and customer[earlier] == customer[row]:
            taken = min(owed, amount[earlier])
            amount[earlier] -= taken
            owed -= taken
            earlier -= 1
        if owed > 1e-9:
            left[int(row)] = owed
    return amount, np.array(list(left.values()))


def _latest_groups(orders: OrderTable, seen: NDArray[np.bool_], known: _Index) -> dict[str, TextArray]:
    if not orders.groups:
        return {}
    lines = np.flatnonzero(seen)
    order = lines[np.argsort(orders.days[lines], kind="stable")]
    latest = np.zeros(orders.n_customers, np.int64)
    latest[orders.customer_idx[order]] = order
    return {name: texts[latest[known]] for name, texts in orders.groups.items()}


def _notices(orders: OrderTable, known: _Index, seen: NDArray[np.bool_], unmatched: FloatArray) -> tuple[Notice, ...]:
    told = list(orders.notices)
    in_sight = np.unique(orders.customer_idx[seen])
    without = np.setdiff1d(in_sight, known)
    if len(without):
        names = tuple(map(str, orders.customer_ids[without[:_FEW]]))
        text = say_n(
            "%(n)s customer has nothing that was not returned, and no place in the result",
            "%(n)s customers have nothing that was not returned, and no place in the result",
            len(without),
        )
        told.append(Notice("no_purchase_left", text, len(without), names))
    if len(unmatched):
        text = say_n(
            "%(n)s return exceeds what the customer bought before it in the observation, by %(sum)s; this part is left out",
            "%(n)s returns exceed what the customer bought before it in the observation, by %(sum)s in all; this part is left out",
            len(unmatched),
            sum=figure(float(unmatched.sum()), 2),
        )
        told.append(Notice("unmatched_returns", text, len(unmatched)))
    return tuple(told)
