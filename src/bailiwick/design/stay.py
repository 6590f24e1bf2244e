"""What staying is worth: today's alignment as the kernels see it.

Every unit saves the price of its disruption where it stays. This is a constant per unit and territory, so it enters the
scores of the transport, the search and the bound alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bailiwick.compiled import leaf
from bailiwick.domain import FloatArray, IntArray, Problem


class Stay(NamedTuple):
    """Shares of the disruption that nodes keep in the territories that they have today, in compressed rows.

    Attributes
    ----------
    ptr
        Row borders, shape (n + 1,); empty if nothing stands today.
    territory, share
        Territory today and share of all disruption that stays if the node stays there. A group of units may have several.
    price
        What the whole disruption counts, in the unit of the objective.
    cap
        Largest share that may move; infinite for any.
    """

    ptr: IntArray
    territory: IntArray
    share: FloatArray
    price: float
    cap: float

    @property
    def is_there(self) -> bool:
        """Whether anything stands today."""
        return len(self.ptr) > 0

    @property
    def total(self) -> float:
        """Share of the disruption that can move at all: that of the units with a territory today."""
        return float(self.share.sum())

    def scaled(self, factor: float) -> Stay:
        """The same with the price in another unit."""
        return self._replace(price=self.price * factor)

    def moved(self, label: IntArray) -> float:
        """Share of the disruption that a plan moves."""
        if not self.is_there:
            return 0.0
        row = np.repeat(np.arange(len(self.ptr) - 1), np.diff(self.ptr))
        return float(self.share[label[row] != self.territory].sum())

    def today(self) -> IntArray:
        """Territory of each node today, where it keeps most; −1 for nodes that are new, shape (n,)."""
        row = np.repeat(np.arange(len(self.ptr) - 1), np.diff(self.ptr))
        label = np.full(len(self.ptr) - 1, -1, np.int32)
        order = np.lexsort((-self.territory, self.share))  # the last that is written is the largest
        label[row[order]] = self.territory[order]
        return label


NOTHING = Stay(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0), 0.0, np.inf)


def compile_stay(problem: Problem, node_of_unit: IntArray, n: int) -> Stay:
    """Rows of a problem with a baseline; :data:`NOTHING` without one."""
    if problem.baseline is None:
        return NOTHING
    k, today = problem.n_territories, problem.baseline.territory_idx
    has = today >= 0
    key, place = np.unique(node_of_unit[has].astype(np.int64) * k + today[has], return_inverse=True)
    total = float(problem.disruption.sum())
    share = np.bincount(place.ravel(), weights=problem.disruption[has], minlength=len(key)) / (total if total > 0 else 1.0)
    ptr = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(key // k, minlength=n), out=ptr[1:])
    cap = problem.baseline.max_moved_share
    return Stay(ptr, (key % k).astype(np.int32), share, problem.baseline.price * total, np.inf if cap is None else cap + 1e-12)


@leaf
def kept_by(ptr, territory, share, i, j):  # type: ignore[no-untyped-def]
    """Share that node i keeps in territory j."""
    for at in range(ptr[i], ptr[i + 1]):
        if territory[at] == j:
            return share[at]
    return 0.0
