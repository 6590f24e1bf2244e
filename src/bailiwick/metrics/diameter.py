"""The largest distance between two units of one territory."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray, IntArray
from bailiwick.domain.grouping import by_territory
from bailiwick.geography.geodesy import chord_to_arc


def diameters_km(points: FloatArray, territory_idx: IntArray, n_territories: int) -> FloatArray:
    """Largest distance between two units of each territory in km, exactly, shape (K,); 0 for fewer than two units.

    Parameters
    ----------
    points
        Unit positions in km: two columns in the plane, three on the sphere (great-circle distance).

    Notes
    -----
    The arc grows with the chord, so the farthest two points are the same in either. From point to farthest point gives
    nearly the largest distance; a pair can only be farther apart if both distances from the middle sum to more, so few pairs are
    left to be looked at, unless most points lie on a circle. O(n log n) otherwise.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0], [0.0, 4.0], [1.0, 1.0]])
    >>> diameters_km(square, np.array([0, 0, 0, 0, 0]), 2).tolist()
    [5.0, 0.0]
    """
    from bailiwick.compiled import PARALLEL_UNITS
    from bailiwick.geography import span_kernels  # compiled code, loaded only where it is needed

    order, start = by_territory(territory_idx, n_territories)
    is_large = len(points) >= PARALLEL_UNITS
    widest_pairs = span_kernels.widest_pairs_parallel if is_large else span_kernels.widest_pairs
    chords: FloatArray = widest_pairs(np.ascontiguousarray(points, np.float64), order, start)
    return chords if points.shape[1] == 2 else chord_to_arc(chords)
