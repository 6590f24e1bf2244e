"""Travel times as the engine sees them: what each node costs each territory, for the present centres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.domain import FloatArray, IntArray, Problem, TravelTable
from bailiwick.geography.geodesy import coordinates_to_points, points_km
from bailiwick.metrics.centres import best_sites_by_travel


@dataclass(frozen=True, eq=False)
class Travel:
    """Costs of travel in place of a distance between points.

    A centre is not a point then but a *site*, the number of a unit, or −1 for the home of a territory; and where the engine
    elsewhere hands centres around, it hands around *rows*: row j is what every node costs in territory j, shape (K, n).

    Attributes
    ----------
    table
        Minutes between units and sites, or homes.
    power
        1: cost is minutes. 2: squared minutes.
    weights
        Weight of distance per unit, shape (n_units,).
    node_of_unit
        Node of each unit, shape (n_units,).
    share
        Share of each unit in the weight of its node, shape (n_units,); equal shares in a node of no weight.
    is_free
        Mask of the territories whose centre is free, shape (K,).
    unit_points, homes
        Positions of the units and of the fixed centres in km, shape (n_units, d) and (K, d); NaN rows where free.
    """

    table: TravelTable
    power: int
    weights: FloatArray
    node_of_unit: IntArray
    share: FloatArray
    is_free: np.ndarray
    unit_points: FloatArray
    homes: FloatArray

    @classmethod
    def of(cls, problem: Problem, node_of_unit: IntArray) -> Travel | None:
        """The travel of a problem, None if it measures straight km."""
        if problem.travel is None:
            return None
        heft = problem.weights + 1e-9 * max(float(problem.weights.mean()), 1e-300)
        homes = coordinates_to_points(problem.centre_coordinates, is_planar=problem.units.is_planar)
        return cls(
            table=problem.travel,
            power=2 if problem.objective == "inertia" else 1,
            weights=problem.weights,
            node_of_unit=node_of_unit,
            share=heft / np.bincount(node_of_unit, weights=heft)[node_of_unit],
            is_free=~problem.is_fixed,
            unit_points=points_km(problem.units),
            homes=homes,
        )

    @property
    def has_groups(self) -> bool:
        """Whether a node can be several units."""
        return len(self.node_of_unit) > int(self.node_of_unit.max()) + 1

    def rows(self, sites: IntArray) -> FloatArray:
        """What each node costs in each territory, shape (K, n): the mean over its units of their minutes ** power.

        Parameters
        ----------
        sites
            Unit that is the centre of each territory, or −1 for its home, shape (K,).
        """
        cost = self.table.rows(sites) ** self.power
        n = int(self.node_of_unit.max()) + 1
        if not self.has_groups:
            rows = np.empty((len(sites), n))
            rows[:, self.node_of_unit] = cost
            return rows
        return np.stack([np.bincount(self.node_of_unit, weights=self.share * row, minlength=n) for row in cost])

    def best_sites(self, label: IntArray) -> IntArray:
        """The best unit of each territory as its centre, −1 where the centre is fixed or there is none, shape (K,).

        Parameters
        ----------
        label
            Territory per node, shape (n,).
        """
        k = len(self.is_free)
        if self.table.unit_minutes is None or not self.is_free.any():
            return np.full(k, -1, np.int32)
        idx = label[self.node_of_unit]
        keep = np.where(self.is_free[idx], idx, -1)
        return best_sites_by_travel(self.table.unit_minutes, self.weights, keep, k, power=self.power)

    def points(self, sites: IntArray) -> FloatArray:
        """Positions of sites and homes in km, shape (K, d)."""
        return np.where((sites >= 0)[:, None], self.unit_points[sites], self.homes)

    def nearest_sites(self, points: FloatArray) -> IntArray:
        """A unit of its own for each free centre, the nearest that is left; −1 for fixed ones, shape (K,).

        Parameters
        ----------
        points
            Where the centres would be if they could be anywhere, shape (K, d).
        """
        sites = np.full(len(points), -1, np.int32)
        is_taken = np.zeros(len(self.unit_points), bool)
        for j in np.flatnonzero(self.is_free):
            square = ((self.unit_points - points[j]) ** 2).sum(axis=1)
            square[is_taken] = np.inf
            sites[j] = np.argmin(square)
            is_taken[sites[j]] = True
        return sites
