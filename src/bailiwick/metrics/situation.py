"""A plan under judgement, with the sums that several metrics share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bailiwick.domain import FloatArray, IntArray, Problem
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km
from bailiwick.metrics.balance import territory_sums
from bailiwick.metrics.contiguity import pieces
from bailiwick.metrics.distance import weighted_centroids


@dataclass(frozen=True, eq=False)
class Situation:
    """What a metric looks at; shared sums are computed once, when first asked for.

    Attributes
    ----------
    problem
        What was asked.
    territory_idx
        Territory index of each unit, or −1 for a unit without a territory, shape (n,).
    centre_coordinates
        Shape (K, 2), like ``UnitTable.coordinates``; NaN rows for empty territories without a centre.
    baseline_idx
        Territory index of each unit in the alignment it is compared with, or −1, shape (n,); the labels need not match.
    sites
        With travel times, the unit that is the centre of each territory, or −1 for its fixed one, shape (K,).
    """

    problem: Problem
    territory_idx: IntArray
    centre_coordinates: FloatArray
    baseline_idx: IntArray | None = None
    sites: IntArray | None = None

    @property
    def k(self) -> int:
        """Number of territories."""
        return self.problem.n_territories

    @cached_property
    def is_assigned(self) -> np.ndarray:
        """Mask of the units that have a territory, shape (n,)."""
        return self.territory_idx >= 0

    @cached_property
    def is_moved(self) -> np.ndarray:
        """Mask of the units that leave the territory that they have in the baseline of the problem, shape (n,)."""
        baseline = self.problem.baseline
        return np.zeros(len(self.territory_idx), bool) if baseline is None else baseline.is_moved(self.territory_idx)

    @cached_property
    def unit_counts(self) -> IntArray:
        """Units per territory, shape (K,)."""
        return np.bincount(self.territory_idx[self.is_assigned], minlength=self.k).astype(np.int32)

    @cached_property
    def points(self) -> FloatArray:
        """Unit positions in km, shape (n, 2) or (n, 3)."""
        return points_km(self.problem.units)

    @cached_property
    def n_pieces(self) -> IntArray:
        """Connected pieces of each territory, shape (K,). Needs a neighbour graph."""
        assert self.problem.adjacency is not None
        return pieces(self.problem.adjacency, self.territory_idx, self.k)

    @cached_property
    def centroids(self) -> FloatArray:
        """Weighted middle of each territory in km, shape (K, 2) or (K, 3)."""
        return weighted_centroids(self.points, self.problem.weights, self.territory_idx, self.k)

    @cached_property
    def totals(self) -> FloatArray:
        """Sum of each measure per territory, shape (K, M)."""
        return territory_sums(self.problem.measure_matrix, self.territory_idx, self.k)

    @cached_property
    def targets(self) -> FloatArray:
        """What each territory should get of each measure, shape (K, M)."""
        return np.outer(self.problem.target_shares, self.problem.measure_matrix.sum(axis=0))

    @cached_property
    def centre_distance_km(self) -> FloatArray:
        """Distance of each unit from the centre of its territory, shape (n,); 0 without one."""
        points = coordinates_to_points(self.centre_coordinates, is_planar=self.problem.units.is_planar)
        found = distance_km(self.points, points[self.territory_idx])
        return np.where(self.is_assigned, found, 0.0)

    @cached_property
    def minutes(self) -> FloatArray:
        """Minutes from each unit to the centre of its territory, shape (n,); 0 without one. Needs travel times or a pace."""
        problem = self.problem
        if problem.travel is None or self.sites is None:
            return self.centre_distance_km * (0.0 if problem.pace is None else problem.pace.minutes_per_km)
        rows = np.nan_to_num(problem.travel.rows(self.sites))
        return np.where(self.is_assigned, rows[self.territory_idx, np.arange(problem.n_units)], 0.0)
