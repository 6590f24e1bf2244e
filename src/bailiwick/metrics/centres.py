"""The unit of a territory from which the objective is least: the centre of a territory without a fixed one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, IntArray
from bailiwick.domain.grouping import by_territory, members_of_territories

_ROWS = 1024


def best_sites(points: FloatArray, weights: FloatArray, territory_idx: IntArray, n_territories: int, *, power: int) -> IntArray:
    """Index of the unit of each territory with the least Σ weight · distance ** power to the others, shape (K,); −1 if empty.

    Parameters
    ----------
    points
        Unit positions in km: two columns in the plane, three on the sphere (great-circle distance).
    weights
        Zero or more, shape (n,). In a territory of no weight at all every unit counts the same.
    power
        1 or 2.

    Notes
    -----
    Exact. The cost is a convex function of the position (on the sphere: of the position in space, since the arc is a
    convex function of the chord), so that every site that was tried bounds the cost of all others from below by its
    tangent, sharpened by the term of the site itself (power 1) or by the second derivative (power 2). Sites are tried
    in the order of that bound until none can be better: a few dozen of them, however many units there are; of fewer
    units every one, and of equal ones the first is taken. Sums are taken without BLAS, whose rounding depends on the
    number of threads.

    Examples
    --------
    >>> line = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]])
    >>> best_sites(line, np.array([1.0, 1.0, 1.0]), np.array([0, 0, 0]), 1, power=1).tolist()
    [1]
    """
    from bailiwick.compiled import PARALLEL_UNITS
    from bailiwick.geography import site_kernels  # compiled code, loaded only where it is needed

    order, start = by_territory(territory_idx, n_territories)
    is_large = len(points) >= PARALLEL_UNITS
    best_rows = site_kernels.best_rows_parallel if is_large else site_kernels.best_rows
    sites: IntArray = best_rows(np.ascontiguousarray(points), np.asarray(weights, np.float64), order, start, power)
    return sites


def best_site(points: FloatArray, weights: FloatArray, *, power: int) -> int:
    """Row of the unit of one territory with the least Σ weight · distance ** power to the others; see :func:`best_sites`."""
    return int(best_sites(points, weights, np.zeros(len(points), np.int32), 1, power=power)[0])


def best_sites_by_travel(
    minutes: NDArray[np.floating], weights: FloatArray, territory_idx: IntArray, n_territories: int, *, power: int
) -> IntArray:
    """Like :func:`best_sites` for any table of travel, from each unit to each unit as a centre, shape (n, n).

    Notes
    -----
    Exact: road minutes are not convex in the position, so every unit of a territory is tried. O(n² ÷ K) for K equal ones.

    Examples
    --------
    >>> minutes = np.array([[0.0, 9.0, 2.0], [9.0, 0.0, 3.0], [2.0, 3.0, 0.0]])
    >>> best_sites_by_travel(minutes, np.array([1.0, 1.0, 1.0]), np.array([0, 0, 0]), 1, power=1).tolist()
    [2]
    """
    sites = np.full(n_territories, -1, np.int32)
    for territory, members in enumerate(members_of_territories(territory_idx, n_territories)):
        if len(members):
            weight = weights[members] if weights[members].any() else np.ones(len(members))
            cost = np.zeros(len(members))
            for row in range(0, len(members), _ROWS):
                block = minutes[members[row : row + _ROWS, None], members[None, :]].astype(np.float64)
                cost += (weight[row : row + _ROWS, None] * block**power).sum(axis=0)
            sites[territory] = members[np.argmin(cost)]
    return sites
