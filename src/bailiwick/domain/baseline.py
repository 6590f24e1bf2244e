"""Today's alignment: what a realignment starts from, and what every change of hands costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.domain.units import FloatArray, IntArray, frozen
from bailiwick.errors import InputError


@dataclass(frozen=True, eq=False)
class Baseline:
    """Who has what today, and what it costs to change that.

    Attributes
    ----------
    territory_idx
        Territory of each unit today as an index into the territories of the problem, or −1 for a unit that is new,
        shape (n,).
    disruption
        What is lost or at stake when a unit changes hands, zero or more, shape (n,): money, or a measure. None: the first
        measure of the problem.
    price
        What one of disruption counts in the objective, in its unit: weight · km, weight · km² or km.
    max_moved_share
        Largest allowed share of the disruption of all units that may change hands, 0..1; None: any.
    name
        What the disruption is, for people; empty for the first measure.

    Raises
    ------
    InputError
        If a number is negative or not finite, or the lengths differ.

    Examples
    --------
    >>> today = Baseline([0, 0, 1, -1], disruption=[5.0, 1.0, 2.0, 9.0])
    >>> today.is_moved(np.array([0, 1, 1, 0])).tolist()
    [False, True, False, False]
    """

    territory_idx: IntArray
    disruption: FloatArray | None = None
    price: float = 0.0
    max_moved_share: float | None = None
    name: str = ""

    def __post_init__(self) -> None:
        idx = np.asarray(self.territory_idx, dtype=np.int32)
        object.__setattr__(self, "territory_idx", frozen(idx))
        if not 0 <= self.price < np.inf:
            raise InputError(f"the price of disruption must be zero or more, found {self.price}", code="price", field="price")
        if self.max_moved_share is not None and not 0 <= self.max_moved_share <= 1:
            raise InputError(
                f"the largest share that may move must lie in 0..1, found {self.max_moved_share}; 0.1 means 10 %",
                code="max_moved",
                field="max_moved_share",
            )
        if self.disruption is not None:
            object.__setattr__(self, "disruption", frozen(_checked(self.disruption, idx)))

    def is_moved(self, territory_idx: IntArray) -> np.ndarray:
        """Mask of the units that have a territory today and would lie elsewhere, shape (n,)."""
        return np.asarray((self.territory_idx >= 0) & (self.territory_idx != territory_idx))


def _checked(disruption: FloatArray, territory_idx: IntArray) -> FloatArray:
    values = np.asarray(disruption, dtype=np.float64)
    if values.shape != territory_idx.shape:
        raise InputError(
            f"disruption must have one number for each of the {len(territory_idx)} units, found shape {values.shape}",
            code="length",
            field="disruption",
        )
    bad = np.flatnonzero(~(values >= 0) | np.isinf(values))
    if len(bad):
        raise InputError(
            f"the disruption of unit {bad[0]} is {values[bad[0]]}; expected a number, zero or more",
            code="disruption",
            field="disruption",
            row=int(bad[0]) + 1,
        )
    return values
