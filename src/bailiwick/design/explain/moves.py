"""What a move would do to a plan: exactly what judging the changed plan would say, in a fraction of the time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, IntArray, Prices, Problem
from bailiwick.domain.grouping import members_of_territories
from bailiwick.domain.units import frozen
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km
from bailiwick.metrics.balance import TOLERANCE_SLACK, deviations
from bailiwick.metrics.centres import best_site, best_sites_by_travel
from bailiwick.metrics.contiguity import pieces_of_members
from bailiwick.metrics.diameter import diameters_km
from bailiwick.metrics.evaluation import Evaluation

Indices = NDArray[np.integer]

OBSTACLES = ("lock", "forbidden", "last_unit", "max_distance", "max_moved", "contiguity", "balance")
"""Rules that a move can break, in the order in which they are named."""
NOTICEABLE = 10 * TOLERANCE_SLACK
"""Change of what lies beyond the tolerances that counts: the slack of four sums of deviations alone is less."""


@dataclass(frozen=True, eq=False)
class Half:
    """One territory before or after a move.

    Attributes
    ----------
    cost
        Its part of the objective; its diameter in km for the objective ``diameter``.
    centre
        Position in km, shape (d,); NaN if empty.
    site
        With travel times, the unit at a free centre; else −1.
    totals
        Sum of each measure, shape (M,).
    deviations
        ``total / target − 1``, shape (M,).
    excess
        Sum over the balanced measures of the deviation beyond the tolerance.
    n_too_far
        Units beyond the largest distance or the most minutes.
    pieces
        Unit indices of each connected piece, the one with most of the first measure first; one piece where connection is
        not asked for.
    """

    cost: float
    centre: FloatArray
    site: int
    totals: FloatArray
    deviations: FloatArray
    excess: float
    n_too_far: int
    pieces: tuple[Indices, ...]


@dataclass(frozen=True, eq=False)
class MoveEffect:
    """What is true after a unit, with its group, went to another territory.

    Attributes
    ----------
    unit_idx
        The units that move, shape (s,).
    origin, goal
        Territory indices.
    objective_change
        Objective after minus before; below 0 the plan gets better.
    kilometres
        Mean distance of the units that move to the centre of their territory, before and after the move, by weight.
    minutes
        The same in minutes where travel times are the distance of the plan, else None.
    before, after
        The two territories, origin first, goal second.
    obstacles
        Rules that stand against it, of :data:`OBSTACLES`.
    price_gap
        Cost of the units in the goal less that in the origin at the present centres, room paid at its price; NaN without
        prices. Zero or more: the prices alone say that they stay.
    disruption_change
        How much more of the disruption would change hands against the alignment of today; below 0 less, 0 without one.
    """

    unit_idx: IntArray
    origin: int
    goal: int
    objective_change: float
    kilometres: tuple[float, float]
    minutes: tuple[float, float] | None
    before: tuple[Half, Half]
    after: tuple[Half, Half]
    obstacles: tuple[str, ...]
    price_gap: float
    disruption_change: float


class MoveJudge:
    """Judges moves of one plan; what they share is computed once.

    Parameters
    ----------
    evaluation
        The plan. Its centres must be the fixed ones and the best units of the other territories.
    prices
        What room is worth, or None.

    Notes
    -----
    A move is judged in O(m log m) for the m units of the two territories. Free centres are found anew in both.
    """

    def __init__(self, evaluation: Evaluation, prices: Prices | None = None) -> None:
        self.evaluation = evaluation
        self.problem: Problem = evaluation.problem
        self.prices = prices
        self.power = 2 if self.problem.objective == "inertia" else 1
        self.is_diameter = self.problem.objective == "diameter"
        self.points = points_km(self.problem.units)
        self.centres = coordinates_to_points(evaluation.centre_coordinates, is_planar=self.problem.units.is_planar)
        self.members = members_of_territories(evaluation.territory_idx, self.problem.n_territories)
        self.values = self.problem.measure_matrix
        self._tolerance = np.array([np.inf if m.tolerance is None else m.tolerance for m in self.problem.measures])
        self._halves: dict[int, Half] = {}
        self._minutes = _minutes_to_centres(evaluation)

    @cached_property
    def diameters(self) -> FloatArray:
        """Diameter of each territory in km, shape (K,)."""
        return np.asarray(self.evaluation.column("diameter_km"), dtype=np.float64)

    def together_with(self, unit: int) -> IntArray:
        """The unit and those that must go with it, ascending."""
        groups = self.problem.groups
        if groups is None or groups[unit] < 0:
            return np.array([unit], dtype=np.int32)
        return np.flatnonzero(groups == groups[unit]).astype(np.int32)

    def km_to(self, units: Indices, territory: int) -> FloatArray:
        """Distance of units to the present centre of one territory in km, shape (s,)."""
        return distance_km(self.points[units], self.centres[territory])

    def away(self, units: Indices, territory: int) -> FloatArray:
        """Distance of units to the present centre of one territory as the plan measures it: minutes, else km, shape (s,)."""
        return self.km_to(units, territory) if self._minutes is None else self._minutes[territory, units]

    def centre_distance(self, units: Indices) -> FloatArray:
        """The same to every present centre, shape (s, K); NaN for a territory without one."""
        if self._minutes is not None:
            return self._minutes[:, units].T
        return distance_km(self.points[units][:, None, :], self.centres[None, :, :])

    def centre_costs(self, units: Indices) -> FloatArray:
        """Cost of units at every present centre, shape (s, K): weight · distance, or squared; NaN for a territory without one.

        With the price of leaving the territory of today, where there is one.
        """
        costs = self.problem.weights[units][:, None] * self.centre_distance(units) ** self.power
        baseline = self.problem.baseline
        if baseline is None or baseline.price == 0:
            return costs
        today = baseline.territory_idx[units][:, None]
        leaves = (today >= 0) & (today != np.arange(self.problem.n_territories))
        return np.asarray(costs + baseline.price * self.problem.disruption[units][:, None] * leaves)

    def touched(self, units: Indices) -> IntArray:
        """Territories, other than their own, that the units touch; all where connection is not asked for."""
        graph, label = self.problem.adjacency, self.evaluation.territory_idx
        own = int(label[units[0]])
        if graph is None:
            return np.delete(np.arange(self.problem.n_territories), own).astype(np.int32)
        near = np.unique(np.concatenate([label[graph.neighbours(int(i))] for i in units]))
        return near[near != own]

    def before(self, territory: int) -> Half:
        """A territory as it is."""
        if territory not in self._halves:
            self._halves[territory] = self.half(territory, self.members[territory])
        return self._halves[territory]

    def effects(self, unit: int, goals: IntArray) -> list[MoveEffect]:
        """Judge the move of a unit and its group to each of some territories other than its own."""
        moved = self.together_with(unit)
        origin = int(self.evaluation.territory_idx[unit])
        rest = np.setdiff1d(self.members[origin], moved, assume_unique=True)
        left = self.half(origin, rest)
        costs = self.centre_costs(moved).sum(axis=0)
        return [self._effect(moved, origin, int(goal), left, costs) for goal in goals]

    def _effect(self, moved: IntArray, origin: int, goal: int, left: Half, costs: FloatArray) -> MoveEffect:
        before = self.before(origin), self.before(goal)
        joined = np.union1d(self.members[goal], moved)
        after = left, self.half(goal, joined)
        return MoveEffect(
            unit_idx=frozen(moved),
            origin=origin,
            goal=goal,
            objective_change=self._change(origin, goal, before, after) + self._disruption_change(moved, goal),
            kilometres=(self._mean_km(moved, before[0].centre), self._mean_km(moved, after[1].centre)),
            minutes=self._mean_minutes(moved, (origin, before[0]), (goal, after[1])),
            before=before,
            after=after,
            obstacles=self._obstacles(moved, goal, before, after),
            price_gap=self._price_gap(moved, origin, goal, costs),
            disruption_change=self.newly_moved(moved, goal),
        )

    def half(self, territory: int, members: Indices) -> Half:
        """A territory as it would be with some members."""
        problem, points = self.problem, self.points[members]
        totals = self.values[members].sum(axis=0)
        deviation = deviations(totals, self.evaluation.targets[territory])
        site = self._site(territory, members)
        centre = self._centre(territory, members, site)
        km = distance_km(points, centre[None, :])
        away = km if self.problem.travel is None else self._minutes_to(members, territory, site)
        if self.is_diameter:
            cost = float(diameters_km(points, np.zeros(len(members), np.int32), 1)[0])
        else:
            cost = float((problem.weights[members] * away**self.power).sum())
        return Half(
            cost=cost,
            centre=frozen(centre),
            site=site,
            totals=frozen(totals),
            deviations=frozen(deviation),
            excess=float(self._beyond(deviation)),
            n_too_far=self._n_too_far(km, away),
            pieces=self._pieces(members),
        )

    def excess_of(self, totals: FloatArray, targets: FloatArray) -> FloatArray:
        """Sum over the balanced measures of the deviation beyond the tolerance, of totals and targets of shape (c, M)."""
        return self._beyond(deviations(totals, targets))

    def _beyond(self, deviation: FloatArray) -> FloatArray:
        return np.asarray(np.maximum(np.abs(deviation) - self._tolerance - TOLERANCE_SLACK, 0.0).sum(axis=-1))

    def _n_too_far(self, km: FloatArray, away: FloatArray) -> int:
        problem, is_far = self.problem, np.zeros(len(km), bool)
        if problem.max_distance_km is not None:
            is_far |= km > problem.max_distance_km * (1 + TOLERANCE_SLACK)
        if problem.max_minutes is not None:
            minutes = away if problem.pace is None else km * problem.pace.minutes_per_km
            is_far |= minutes > problem.max_minutes * (1 + TOLERANCE_SLACK)
        return int(is_far.sum())

    def _site(self, territory: int, members: Indices) -> int:
        """With travel times the unit at a free centre, else −1."""
        table = self.problem.travel
        if table is None or table.unit_minutes is None or self.problem.is_fixed[territory] or not len(members):
            return -1
        block = table.unit_minutes[np.ix_(members, members)]
        label = np.zeros(len(members), np.int32)
        return int(members[best_sites_by_travel(block, self.problem.weights[members], label, 1, power=self.power)[0]])

    def _minutes_to(self, units: Indices, territory: int, site: int) -> FloatArray:
        """Minutes of units to a site, or to the home of a territory, shape (s,); needs travel times."""
        table = self.problem.travel
        assert table is not None
        if site >= 0 and table.unit_minutes is not None:
            return table.unit_minutes[units, site].astype(np.float64)
        if table.home_minutes is not None and self.problem.is_fixed[territory]:
            return table.home_minutes[units, territory].astype(np.float64)
        return np.full(len(units), np.nan)

    def _mean_minutes(self, units: IntArray, before: tuple[int, Half], after: tuple[int, Half]) -> tuple[float, float] | None:
        if self.problem.travel is None:
            return None
        weight = self.problem.weights[units] if self.problem.weights[units].any() else np.ones(len(units))
        means = [float((self._minutes_to(units, j, half.site) * weight).sum() / weight.sum()) for j, half in (before, after)]
        return means[0], means[1]

    def _centre(self, territory: int, members: Indices, site: int) -> FloatArray:
        if self.problem.is_fixed[territory]:
            return self.centres[territory]
        if site >= 0:
            return self.points[site]
        if not len(members):
            return np.full(self.points.shape[1], np.nan)
        points = self.points[members]
        return points[best_site(points, self.problem.weights[members], power=self.power)]

    def _pieces(self, members: Indices) -> tuple[Indices, ...]:
        if self.problem.adjacency is None or len(members) < 2:
            return (members,) if len(members) else ()
        number = pieces_of_members(self.problem.adjacency, members)
        n_pieces = int(number.max()) + 1
        heft = np.bincount(number, weights=self.problem.weights[members], minlength=n_pieces)
        order = np.lexsort((np.arange(n_pieces), -np.bincount(number, minlength=n_pieces), -heft))
        return tuple(members[number == piece] for piece in order)

    def _change(self, origin: int, goal: int, before: tuple[Half, Half], after: tuple[Half, Half]) -> float:
        if not self.is_diameter:
            return (after[0].cost - before[0].cost) + (after[1].cost - before[1].cost)
        return self.diameter_change([origin, goal], before, after)

    def diameter_change(self, territories: list[int], before: tuple[Half, ...], after: tuple[Half, ...]) -> float:
        """Largest diameter after minus before where some territories change."""
        largest = float(np.delete(self.diameters, territories).max(initial=0.0))
        return max(largest, *(half.cost for half in after)) - max(largest, *(half.cost for half in before))

    def _disruption_change(self, moved: IntArray, goal: int) -> float:
        """What the changes of hands of some units cost more, or less, in the objective if they went to another territory."""
        baseline = self.problem.baseline
        return 0.0 if baseline is None else baseline.price * self.newly_moved(moved, goal)

    def newly_moved(self, moved: IntArray, goal: int) -> float:
        """How much more of the disruption would change hands if some units went to another territory."""
        baseline = self.problem.baseline
        if baseline is None:
            return 0.0
        today, label = baseline.territory_idx[moved], self.evaluation.territory_idx[moved]
        leaves, left = (today >= 0) & (today != goal), (today >= 0) & (today != label)
        return float((self.problem.disruption[moved] * (leaves.astype(float) - left)).sum())

    def _mean_km(self, units: IntArray, centre: FloatArray) -> float:
        away, weight = distance_km(self.points[units], centre[None, :]), self.problem.weights[units]
        return float((away * weight).sum() / weight.sum()) if weight.any() else float(away.mean())

    def _obstacles(self, moved: IntArray, goal: int, before: tuple[Half, Half], after: tuple[Half, Half]) -> tuple[str, ...]:
        problem = self.problem
        found = set()
        if problem.locked is not None and ((problem.locked[moved] >= 0) & (problem.locked[moved] != goal)).any():
            found.add("lock")
        if problem.forbidden is not None and np.isin(moved, problem.forbidden[problem.forbidden[:, 1] == goal, 0]).any():
            found.add("forbidden")
        if not after[0].pieces:
            found.add("last_unit")
        if sum(half.n_too_far for half in after) > sum(half.n_too_far for half in before):
            found.add("max_distance")
        if self.passes_cap(self.newly_moved(moved, goal)):
            found.add("max_moved")
        if any(len(new.pieces) > max(len(old.pieces), 1) for old, new in zip(before, after, strict=True)):
            found.add("contiguity")
        if sum(half.excess for half in after) > sum(half.excess for half in before) + NOTICEABLE:
            found.add("balance")
        return tuple(rule for rule in OBSTACLES if rule in found)

    def passes_cap(self, more: float) -> bool:
        """Whether more of the disruption would change hands than may."""
        baseline = self.problem.baseline
        if baseline is None or baseline.max_moved_share is None:
            return False
        allowed = baseline.max_moved_share * float(self.problem.disruption.sum())
        return more > 0 and self.evaluation.number("moved_disruption") + more > allowed * (1 + TOLERANCE_SLACK)

    def _price_gap(self, moved: IntArray, origin: int, goal: int, costs: FloatArray) -> float:
        if self.prices is None:
            return float("nan")
        load = np.array([self.problem.units.measures[name][moved].sum() for name in self.prices.measures])
        price = self.prices.values
        return float(costs[goal] - costs[origin] + (load * (price[goal] - price[origin])).sum())


def _minutes_to_centres(evaluation: Evaluation) -> FloatArray | None:
    """Minutes to the centre of each territory from each unit, NaN rows without one, shape (K, n); None without travel times."""
    travel, sites = evaluation.problem.travel, evaluation.sites
    if travel is None or sites is None:
        return None
    rows = travel.rows(sites)
    rows[(sites < 0) & ~evaluation.problem.is_fixed] = np.nan
    return rows
