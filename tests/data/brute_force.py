"""Every plan of a problem of a few units, and what is true of each: the judge that no heuristic can fool."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bailiwick.domain import Problem
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km

SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class AllPlans:
    """All K to the power of n assignments of a problem that keep locks, bars and groups and leave no territory empty.

    Masks and sums have one row per plan; ``label`` has shape (plans, n).
    """

    problem: Problem

    @cached_property
    def label(self) -> np.ndarray:
        """Plans that keep the hard rules, territory per unit."""
        problem, k, n = self.problem, self.problem.n_territories, self.problem.n_units
        assert float(k) ** n <= 1_100_000, "too many plans to count"
        plans = np.stack(np.unravel_index(np.arange(k**n), (k,) * n), axis=1).astype(np.int8)
        keep = np.ones(len(plans), bool)
        for j in range(k):
            keep &= (plans == j).any(axis=1)
        if problem.locked is not None:
            for i in np.flatnonzero(problem.locked >= 0):
                keep &= plans[:, i] == problem.locked[i]
        if problem.forbidden is not None:
            for i, j in problem.forbidden:
                keep &= plans[:, i] != j
        if problem.groups is not None:
            for group in np.unique(problem.groups[problem.groups >= 0]):
                members = np.flatnonzero(problem.groups == group)
                keep &= (plans[:, members] == plans[:, members[:1]]).all(axis=1)
        return plans[keep]

    @cached_property
    def subsets(self) -> np.ndarray:
        """Units of each territory as bits of an integer, shape (plans, K)."""
        bit = 1 << np.arange(self.problem.n_units)
        return np.stack([(self.label == j) @ bit for j in range(self.problem.n_territories)], axis=1)

    @cached_property
    def is_connected(self) -> np.ndarray:
        """Mask of the plans without a territory in pieces; all where contiguity is not asked for."""
        if self.problem.adjacency is None:
            return np.ones(len(self.label), bool)
        return connected_subsets(self.problem)[self.subsets].all(axis=1)

    @cached_property
    def deviations(self) -> np.ndarray:
        """Relative deviation from the target, shape (plans, K, M)."""
        problem = self.problem
        values = problem.measure_matrix
        totals = np.stack([(self.label == j) @ values for j in range(problem.n_territories)], axis=1)
        target = np.outer(problem.target_shares, values.sum(axis=0))
        return np.divide(totals, target, out=np.ones_like(totals), where=target > 0) - 1.0

    @cached_property
    def is_balanced(self) -> np.ndarray:
        """Mask of the plans within every tolerance."""
        allowed = np.array([np.inf if m.tolerance is None else m.tolerance for m in self.problem.measures])
        return (np.abs(self.deviations) <= allowed + SLACK).all(axis=(1, 2))

    def as_bounded(self, plan: int, words: str) -> np.ndarray:
        """Mask of the plans that a bound of one of them speaks of: measures that ``words`` name are within, or as far outside."""
        meant = np.ones(len(self.label), bool)
        for m, measure in enumerate(self.problem.measures):
            if measure.tolerance is not None and measure.name in words.partition("keep")[2]:
                mine = self.deviations[plan, :, m]
                low, high = np.minimum(mine, -measure.tolerance) - SLACK, np.maximum(mine, measure.tolerance) + SLACK
                meant &= ((self.deviations[:, :, m] >= low) & (self.deviations[:, :, m] <= high)).all(axis=1)
        return meant

    @cached_property
    def is_feasible(self) -> np.ndarray:
        """Mask of the plans that keep every rule."""
        return self.is_connected & self.is_balanced

    def costs_from(self, centre_coordinates: np.ndarray) -> np.ndarray:
        """Objective of each plan, measured from given centres."""
        problem, power = self.problem, 2 if self.problem.objective == "inertia" else 1
        centres = coordinates_to_points(centre_coordinates, is_planar=problem.units.is_planar)
        table = distance_km(points_km(problem.units)[:, None, :], centres[None, :, :]) ** power * problem.weights[:, None]
        return table[np.arange(problem.n_units), self.label].sum(axis=1)

    def least_costs(self) -> np.ndarray:
        """Objective of each plan from its own centres: the fixed ones, and the best unit of the other territories."""
        problem = self.problem
        points = points_km(problem.units)
        between = distance_km(points[:, None, :], points[None, :, :])
        bits = (np.arange(1 << problem.n_units)[:, None] >> np.arange(problem.n_units)) & 1
        if problem.objective == "diameter":
            of_subset = np.array([between[np.ix_(s, s)].max(initial=0.0) for s in (np.flatnonzero(row) for row in bits)])
            return of_subset[self.subsets].max(axis=1)
        power = 2 if problem.objective == "inertia" else 1
        # the weight of a territory without any weight does not matter for its cost, which is zero
        from_site = bits @ (between**power * problem.weights[:, None])
        from_site[bits == 0] = np.inf
        free = from_site.min(axis=1)
        total = np.zeros(len(self.label))
        centres = coordinates_to_points(problem.centre_coordinates, is_planar=problem.units.is_planar)
        for j in range(problem.n_territories):
            if problem.is_fixed[j]:
                from_home = bits @ (distance_km(points, centres[j]) ** power * problem.weights)
                total += from_home[self.subsets[:, j]]
            else:
                total += free[self.subsets[:, j]]
        return total


def connected_subsets(problem: Problem) -> np.ndarray:
    """Mask over all subsets of the units, as bits: in one piece, and not empty."""
    n = problem.n_units
    assert problem.adjacency is not None
    near = [int(sum(1 << int(u) for u in problem.adjacency.neighbours(i))) for i in range(n)]
    is_connected = np.zeros(1 << n, bool)
    for subset in range(1, 1 << n):
        reached = frontier = subset & -subset
        while frontier:
            unit = (frontier & -frontier).bit_length() - 1
            frontier &= frontier - 1
            fresh = near[unit] & subset & ~reached
            reached |= fresh
            frontier |= fresh
        is_connected[subset] = reached == subset
    return is_connected
