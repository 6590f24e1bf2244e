"""Every rule of a small problem as a switch of one integer programme."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from bailiwick.domain import FloatArray, IntArray, Problem
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km

MOST_BRANCHES = 3_000
SAFETY = 1e-6
INFEASIBLE = 2
Row = tuple[dict[int, float], float, float]


@dataclass(frozen=True, eq=False)
class Least:
    """The least change of one rule while all others are kept.

    Attributes
    ----------
    value
        The tolerance, share or km that would do, or the number of locks, pairs or groups.
    units
        Units of the locks, pairs or groups that would give way.
    """

    value: float
    units: IntArray


@dataclass(frozen=True, eq=False)
class Switches:
    """Unit i in territory j is variable i · K + j.

    Attributes
    ----------
    active
        Rules that were asked for, those that people would rather give up last: ``tolerance:NAME`` for each measure, ``contiguity`` …
    """

    problem: Problem
    active: tuple[str, ...]
    known: dict[tuple[str, ...], bool] = field(default_factory=dict)

    @staticmethod
    def can_say_all(problem: Problem) -> bool:
        """Whether every rule of the problem can be said without knowing the centres that a plan will have."""
        is_by_centre = problem.max_distance_km is not None and not problem.is_fixed.all()
        return not is_by_centre and problem.max_minutes is None and bool((problem.target_shares > 0).all())

    @classmethod
    def of(cls, problem: Problem) -> Switches:
        """The switches of a problem."""
        baseline = problem.baseline
        others = {
            "max_moved": baseline is not None and baseline.max_moved_share is not None,
            "max_distance": problem.max_distance_km is not None,
            "forbidden": problem.forbidden is not None and len(problem.forbidden) > 0,
            "lock": problem.locked is not None and bool((problem.locked >= 0).any()),
            "group": problem.groups is not None and bool((problem.groups >= 0).any()),
            "contiguity": problem.adjacency is not None,
        }
        totals = problem.measure_matrix.sum(axis=0)
        measures = [
            f"tolerance:{m.name}" for m, total in zip(problem.measures, totals, strict=True) if m.tolerance is not None and total > 0
        ]
        return cls(problem, (*measures, *(rule for rule, is_there in others.items() if is_there)))

    def clash(self, rules: tuple[str, ...]) -> bool:
        """Whether it is proven that no plan keeps some rules together."""
        key = tuple(rule for rule in self.active if rule in rules)
        if key not in self.known:
            self.known[key] = _Programme(self.problem, key, None).solved().status == INFEASIBLE
        return self.known[key]

    def least(self, rule: str, beside: tuple[str, ...]) -> Least | None:
        """The least change of one rule that would do while some others are kept; None if none would, or that is not known."""
        programme = _Programme(self.problem, tuple(other for other in self.active if other in (*beside, rule)), rule)
        found = programme.solved()
        if found.status != 0:
            return None
        return Least(float(found.fun), programme.given_up(found.x))


class _Programme:
    """Rows of the programme with some rules kept, and one of them as little broken as can be."""

    def __init__(self, problem: Problem, rules: tuple[str, ...], soft: str | None) -> None:
        self.problem, self.n, self.k = problem, problem.n_units, problem.n_territories
        self.rows: list[Row] = []
        self.cost: list[float] = [0.0] * (self.n * self.k)
        self.upper: list[float] = [1.0] * (self.n * self.k)
        self.is_whole: list[int] = [1] * (self.n * self.k)
        self.giving: dict[int, list[int]] = {}
        for i in range(self.n):
            self.rows.append(({self.x(i, j): 1.0 for j in range(self.k)}, 1.0, 1.0))
        for j in range(self.k):
            self.rows.append(({self.x(i, j): 1.0 for i in range(self.n)}, 1.0, np.inf))
        for rule in rules:
            kind, _, name = rule.partition(":")
            adders = {
                "lock": self._lock,
                "forbidden": self._forbidden,
                "group": self._group,
                "contiguity": self._contiguity,
                "max_distance": self._distance,
                "max_moved": self._moved,
            }
            if kind == "tolerance":
                self._tolerance(name, is_soft=rule == soft)
            else:
                adders[kind](is_soft=rule == soft)

    def x(self, i: int, j: int) -> int:
        """The variable that says that unit i is in territory j."""
        return i * self.k + j

    def solved(self) -> OptimizeResult:
        """What the solver finds, within so many branches."""
        at = np.array([(r, c) for r, (entries, _, _) in enumerate(self.rows) for c in entries], dtype=np.int64)
        values = np.array([value for entries, _, _ in self.rows for value in entries.values()])
        matrix = sp.csr_matrix((values, (at[:, 0], at[:, 1])), shape=(len(self.rows), len(self.cost)))
        limits = LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows])
        return milp(
            np.array(self.cost),
            integrality=np.array(self.is_whole),
            bounds=Bounds(np.zeros(len(self.cost)), np.array(self.upper)),
            constraints=limits,
            options={"node_limit": MOST_BRANCHES, "mip_rel_gap": 0.0},
        )

    def given_up(self, found: FloatArray) -> IntArray:
        """Units of what the solution breaks."""
        units = [unit for variable, members in self.giving.items() if found[variable] > 0.5 for unit in members]
        return np.unique(np.array(units, dtype=np.int32))

    def _variable(self, *, cost: float = 0.0, upper: float = np.inf, is_whole: bool = False) -> int:
        self.cost.append(cost)
        self.upper.append(upper)
        self.is_whole.append(int(is_whole))
        return len(self.cost) - 1

    def _gives(self, units: list[int]) -> int:
        variable = self._variable(cost=1.0, upper=1.0, is_whole=True)
        self.giving[variable] = units
        return variable

    def _tolerance(self, name: str, *, is_soft: bool) -> None:
        problem = self.problem
        values = problem.units.measures[name]
        allowed = next(float(m.tolerance or 0.0) for m in problem.measures if m.name == name)
        t = self._variable(cost=1.0) if is_soft else None
        for j in range(self.k):
            target = float(problem.target_shares[j] * values.sum())
            share = {self.x(i, j): float(values[i]) / target for i in range(self.n) if values[i]}
            if t is None:
                self.rows.append((share, 1.0 - allowed - SAFETY, 1.0 + allowed + SAFETY))
            else:
                self.rows += [({**share, t: -1.0}, -np.inf, 1.0), ({**share, t: 1.0}, 1.0, np.inf)]

    def _lock(self, *, is_soft: bool) -> None:
        assert self.problem.locked is not None
        for i in np.flatnonzero(self.problem.locked >= 0).tolist():
            entries = {self.x(i, int(self.problem.locked[i])): 1.0}
            self.rows.append(({**entries, self._gives([i]): 1.0} if is_soft else entries, 1.0, np.inf))

    def _forbidden(self, *, is_soft: bool) -> None:
        assert self.problem.forbidden is not None
        for i, j in np.unique(self.problem.forbidden, axis=0).tolist():
            entries = {self.x(i, j): 1.0}
            self.rows.append(({**entries, self._gives([i]): -1.0} if is_soft else entries, -np.inf, 0.0))

    def _group(self, *, is_soft: bool) -> None:
        groups = self.problem.groups
        assert groups is not None
        for group in np.unique(groups[groups >= 0]):
            first, *others = np.flatnonzero(groups == group).tolist()
            gives = self._gives([first, *others]) if is_soft else None
            for i in others:
                for j in range(self.k):
                    for sign in (1.0, -1.0):
                        entries = {self.x(first, j): sign, self.x(i, j): -sign}
                        self.rows.append((entries if gives is None else {**entries, gives: -1.0}, -np.inf, 0.0))

    def _distance(self, *, is_soft: bool) -> None:
        problem, points = self.problem, points_km(self.problem.units)
        limit = float(problem.max_distance_km or 0.0) * (1 + 1e-9)
        most = self._variable(cost=1.0) if is_soft else None
        for j in range(self.k):
            home = coordinates_to_points(problem.centre_coordinates[[j]], is_planar=problem.units.is_planar)[0]
            for i, km in enumerate(distance_km(points, home).tolist()):
                if most is not None:
                    self.rows.append(({self.x(i, j): km, most: -1.0}, -np.inf, 0.0))
                elif km > limit:
                    self.rows.append(({self.x(i, j): 1.0}, 0.0, 0.0))

    def _moved(self, *, is_soft: bool) -> None:
        problem, baseline = self.problem, self.problem.baseline
        assert baseline is not None
        stakes = np.where(baseline.territory_idx >= 0, problem.disruption, 0.0)
        total = float(problem.disruption.sum())
        leaves = {
            self.x(i, j): float(stakes[i]) / total
            for i in np.flatnonzero(stakes > 0).tolist()
            for j in range(self.k)
            if j != baseline.territory_idx[i]
        }
        if is_soft:
            self.rows.append(({**leaves, self._variable(cost=1.0): -1.0}, -np.inf, 0.0))
        else:
            self.rows.append((leaves, -np.inf, float(baseline.max_moved_share or 0.0) + SAFETY))

    def _contiguity(self, *, is_soft: bool) -> None:
        """A flow from one root to every unit of the territory; the root is the unit of the lowest number."""
        if is_soft:
            self._variable(cost=0.0)
            return
        graph = self.problem.adjacency
        assert graph is not None
        arcs = np.vstack([graph.pairs, graph.pairs[:, ::-1]]).tolist()
        for j in range(self.k):
            roots = [self._variable(upper=1.0, is_whole=True) for _ in range(self.n)]
            flows = [self._variable() for _ in arcs]
            self.rows.append((dict.fromkeys(roots, 1.0), 1.0, 1.0))
            net: list[dict[int, float]] = [{} for _ in range(self.n)]
            for flow, (a, b) in zip(flows, arcs, strict=True):
                net[b][flow], net[a][flow] = 1.0, -1.0
                for end in (a, b):
                    self.rows.append(({flow: 1.0, self.x(end, j): -float(self.n)}, -np.inf, 0.0))
            for i in range(self.n):
                self.rows.append(({roots[i]: 1.0, self.x(i, j): -1.0}, -np.inf, 0.0))
                self.rows.append(({**net[i], self.x(i, j): -1.0, roots[i]: float(self.n)}, 0.0, np.inf))
                self.rows += [({roots[i]: 1.0, self.x(h, j): 1.0}, -np.inf, 1.0) for h in range(i)]
