"""Which units make up each territory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SHORT = np.iinfo(np.int16).max
"""Territories up to which indices fit two bytes, which NumPy sorts in one pass (radix)."""


def by_territory(territory_idx: NDArray[np.integer], n_territories: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Units in the order of their territories, those of one territory ascending, and where each territory begins, shape (K + 1,).

    Units with −1 are in none; they stand before all others.

    Examples
    --------
    >>> order, start = by_territory(np.array([1, 0, -1, 1]), 3)
    >>> order.tolist(), start.tolist()
    ([2, 1, 0, 3], [1, 2, 4, 4])
    """
    short = territory_idx.astype(np.int16) if n_territories <= _SHORT else territory_idx
    order = np.argsort(short, kind="stable")
    ends = np.cumsum(np.bincount(territory_idx + 1, minlength=n_territories + 1))
    return order, ends.astype(np.int64)


def members_of_territories(territory_idx: NDArray[np.integer], n_territories: int) -> list[NDArray[np.int64]]:
    """Indices of the units of each territory, ascending: K arrays, empty ones included.

    Parameters
    ----------
    territory_idx
        Territory index of each unit, shape (n,); units with −1 are in none.
    n_territories
        K.

    Notes
    -----
    One sort for all territories.

    Examples
    --------
    >>> [members.tolist() for members in members_of_territories(np.array([1, 0, -1, 1]), 3)]
    [[1], [0, 3], []]
    """
    order, start = by_territory(territory_idx, n_territories)
    return [order[start[j] : start[j + 1]] for j in range(n_territories)]
