"""The values that a design minimises."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray, IntArray, Problem
from bailiwick.geography.geodesy import points_km
from bailiwick.metrics.centres import best_sites, best_sites_by_travel


def weighted_distance(weights: FloatArray, centre_distance_km: FloatArray, *, power: int = 1) -> float:
    """Σ weight · distance to the centre ** power, in weight · km or weight · km².

    Examples
    --------
    >>> weighted_distance(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    11.0
    >>> weighted_distance(np.array([1.0, 2.0]), np.array([3.0, 4.0]), power=2)
    41.0
    """
    return float((weights * centre_distance_km**power).sum())


def resolve_sites(problem: Problem, territory_idx: IntArray) -> IntArray:
    """Unit that is the centre of each territory, shape (K,): its best one; −1 where the centre is fixed or there is no unit.

    The best unit is that of the least Σ weight · distance² for the objective ``inertia``, of the least
    Σ weight · distance otherwise; with travel times, minutes are the distance.
    """
    k = problem.n_territories
    free = ~problem.is_fixed
    if not free.any():
        return np.full(k, -1, np.int32)
    keep = np.where((territory_idx >= 0) & free[territory_idx], territory_idx, -1)
    power = 2 if problem.objective == "inertia" else 1
    if problem.travel is not None and problem.travel.unit_minutes is not None:
        return best_sites_by_travel(problem.travel.unit_minutes, problem.weights, keep, k, power=power)
    return best_sites(points_km(problem.units), problem.weights, keep, k, power=power)


def resolve_centres(problem: Problem, territory_idx: IntArray) -> FloatArray:
    """Centre of each territory, shape (K, 2): the fixed one, else its best unit; NaN for an empty one."""
    return place_centres(problem, resolve_sites(problem, territory_idx))


def place_centres(problem: Problem, sites: IntArray) -> FloatArray:
    """Positions of the fixed centres and of the units chosen as free ones (−1: none), shape (K, 2)."""
    centres = np.array(problem.centre_coordinates)
    chosen = ~problem.is_fixed & (sites >= 0)
    centres[chosen] = problem.units.coordinates[sites[chosen]]
    return centres
