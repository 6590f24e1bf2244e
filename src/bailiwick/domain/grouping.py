"""Which units make up each territory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


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
    One sort for all territories: O(n log n).

    Examples
    --------
    >>> [members.tolist() for members in members_of_territories(np.array([1, 0, -1, 1]), 3)]
    [[1], [0, 3], []]
    """
    order = np.argsort(territory_idx, kind="stable")
    first = np.searchsorted(territory_idx[order], np.arange(n_territories + 1))
    return [order[first[j] : first[j + 1]] for j in range(n_territories)]
