"""The unit of a territory from which the objective is least: the centre of a territory without a fixed one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from bailiwick.domain import FloatArray, IntArray
from bailiwick.domain.grouping import members_of_territories
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, chord_to_arc

_FEW = 48
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
    in the order of that bound until none can be better: a few dozen of them, however many units there are. Sums are
    taken without BLAS, whose rounding depends on the number of threads.

    Examples
    --------
    >>> line = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]])
    >>> best_sites(line, np.array([1.0, 1.0, 1.0]), np.array([0, 0, 0]), 1, power=1).tolist()
    [1]
    """
    from bailiwick.geography import site_kernels  # compiled code, loaded only where it is needed

    order = np.argsort(territory_idx, kind="stable")
    start = np.searchsorted(territory_idx[order], np.arange(n_territories + 1))
    is_large = len(points) >= site_kernels.PARALLEL_UNITS
    best_rows = site_kernels.best_rows_parallel if is_large else site_kernels.best_rows
    sites: IntArray = best_rows(np.ascontiguousarray(points), np.asarray(weights, np.float64), order, start, power)
    return sites


def best_site(points: FloatArray, weights: FloatArray, *, power: int) -> int:
    """Row of the unit of one territory with the least Σ weight · distance ** power to the others; see :func:`best_sites`."""
    return _best_site(points, weights if weights.any() else np.ones(len(points)), power)


def _best_site(points: FloatArray, weight: FloatArray, power: int) -> int:
    if len(points) <= _FEW:
        return int(np.argmin((_length(cdist(points, points), points) ** power * weight).sum(axis=1)))
    total = float(weight.sum())
    at = int(np.argmin(((points - (weight[:, None] * points).sum(axis=0) / total) ** 2).sum(axis=1)))
    floor = np.zeros(len(points))
    best, best_cost = at, np.inf
    while True:
        cost, slope, chord = _cost_and_slope(points, weight, at, power)
        if cost < best_cost:
            best, best_cost = at, cost
        curve = weight[at] * chord if power == 1 else total * chord**2
        np.maximum(floor, cost + ((points - points[at]) * slope).sum(axis=1) + curve, out=floor)
        floor[at] = np.inf
        at = int(np.argmin(floor))
        if floor[at] >= best_cost * (1 - 1e-12):
            return best


def _cost_and_slope(points: FloatArray, weight: FloatArray, at: int, power: int) -> tuple[float, FloatArray, FloatArray]:
    """Cost of site ``at``, its gradient in the position of the site, and the chords from the site to all points."""
    offset = points[at] - points
    chord = np.sqrt((offset**2).sum(axis=1))
    length = _length(chord, points)
    steep = np.divide(weight, chord, out=np.zeros_like(weight), where=chord > 0)
    if points.shape[1] == 3:
        steep /= np.sqrt(np.maximum(1 - (chord / (2 * EARTH_RADIUS_KM)) ** 2, 1e-12))
    if power == 2:
        steep *= 2 * length
    return float((length**power * weight).sum()), (steep[:, None] * offset).sum(axis=0), chord


def _length(chord: FloatArray, points: FloatArray) -> FloatArray:
    return chord if points.shape[1] == 2 else chord_to_arc(chord)


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
