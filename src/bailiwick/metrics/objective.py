"""The values that a design minimises."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray, IntArray, Problem
from bailiwick.geography.geodesy import points_km
from bailiwick.metrics.centres import best_sites


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


def resolve_centres(problem: Problem, territory_idx: IntArray) -> FloatArray:
    """Centre of each territory, shape (K, 2): the fixed one, else its best unit; NaN for an empty one.

    The best unit is that of the least Σ weight · distance² for the objective ``inertia``, of the least
    Σ weight · distance otherwise.
    """
    centres = np.array(problem.centre_coordinates)
    free = ~problem.is_fixed
    if free.any():
        keep = np.where((territory_idx >= 0) & free[territory_idx], territory_idx, -1)
        power = 2 if problem.objective == "inertia" else 1
        sites = best_sites(points_km(problem.units), problem.weights, keep, problem.n_territories, power=power)
        chosen = free & (sites >= 0)
        centres[chosen] = problem.units.coordinates[sites[chosen]]
    return centres
