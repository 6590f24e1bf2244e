"""The last step: boundary units move while every level stays within tolerance and in one piece."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bailiwick.design.construct.build import proposal_graph
from bailiwick.design.hierarchy.kernels import move_units
from bailiwick.design.model import DIAMETER, INERTIA, Model, compile_problem
from bailiwick.design.relay import Relay
from bailiwick.design.travel import Travel
from bailiwick.domain import FloatArray, IntArray, Level, Problem
from bailiwick.geography.geodesy import distance_km
from bailiwick.metrics.centres import best_sites


@dataclass(frozen=True)
class PolishParams:
    """Effort and temperatures.

    Attributes
    ----------
    per_node, most
        Proposals for each node, and at most.
    n_slices
        Slices of the cooling; between slices centres move and the watch is asked.
    hot, cold
        First and last temperature, in mean costs of a unit.
    price, price_growth
        Price of imbalance in mean costs of a territory for an excess of its whole target, and its growth per slice while
        anything is out of balance.
    bend
        How much dearer a large excess is than the same excess spread over several groups.
    pull
        Weight of the distance to the centre of a group of any level above the territories, beside 1 for a territory.
    """

    per_node: int = 2_000
    most: int = 20_000_000
    n_slices: int = 20
    hot: float = 1.0
    cold: float = 0.005
    price: float = 10.0
    price_growth: float = 1.5
    bend: float = 10.0
    pull: float = 0.05


@dataclass(frozen=True, eq=False)
class Polished:
    """A plan with levels.

    Attributes
    ----------
    label
        Territory of each unit, shape (n_units,).
    excess
        Sum over territories, groups and measures of the relative amount outside the windows.
    costs
        Objective of the territories and of each level, coarsest last, weights scaled to sum to K, shape (L + 1,).
    """

    label: IntArray
    excess: float
    costs: FloatArray


def polish(
    problem: Problem,
    levels: tuple[Level, ...],
    parents: list[IntArray],
    label: IntArray,
    relay: Relay,
    *,
    seed: int,
    done: tuple[float, float],
    params: PolishParams | None = None,
) -> Polished:
    """Anneal a plan with levels at all levels together; never worse than the plan it starts from.

    Parameters
    ----------
    parents
        Group of each territory per level, coarsest first.
    label
        Territory of each unit, shape (n_units,).
    done
        Shares of the whole work before and after this step.
    """
    params = params or PolishParams()
    course = _Course(problem, levels, parents, label, params)
    n_proposals = min(params.per_node * course.model.n, params.most) // max(params.n_slices, 1)
    ladder = np.geomspace(params.hot, params.cold, params.n_slices)
    random = np.array([(seed * 2 + 1) * 0x9E3779B97F4A7C15 % 2**64], np.uint64)
    if course.model.objective == DIAMETER and course.best.excess == 0:
        return course.best
    for at in range(params.n_slices):
        if relay.report("improve", done[0] + (done[1] - done[0]) * at / params.n_slices) or relay.is_over(done[1]):
            break
        hot = 0.0 if at == params.n_slices - 1 else float(ladder[at])
        course.run(hot, n_proposals, random)
        course.look()
    return course.best


class _Course:
    """The arrays that the kernel edits, and the best plan so far."""

    def __init__(self, problem: Problem, levels: tuple[Level, ...], parents: list[IntArray], label: IntArray, params: PolishParams) -> None:
        self.params, self.levels = params, levels[::-1]
        model = compile_problem(problem)
        self.model, self.graph = model, proposal_graph(model)
        self.power = {DIAMETER: 0, INERTIA: 2}.get(model.objective, 1)
        sizes = np.array([model.k, *(level.n_groups for level in self.levels)])
        self.first = np.cumsum(sizes) - sizes
        rows = [np.arange(model.k), *(group + start for group, start in zip(parents[::-1], self.first[1:], strict=True))]
        self.parent = np.array(rows, dtype=np.int32)
        self.is_closed = np.array([False, *(level.of_unit is not None for level in self.levels)])
        self.must_connect = np.array([model.must_connect, *(model.must_connect and not level.is_given for level in self.levels)])
        self.pull = np.array([1.0, *(params.pull,) * len(levels)])
        self.lower, self.upper, self.target = _windows(model, problem, self.levels, parents[::-1])
        self.weight = model.weight * (model.k / max(float(model.weight.sum()), 1e-300))
        self.labels = np.ascontiguousarray(self.parent[:, model.to_nodes(label)])
        self.centres = np.zeros((int(sizes.sum()), model.points.shape[1]))
        self.rows = np.zeros((0 if model.travel is None else int(sizes.sum()), model.n))
        self.scratch = np.zeros(model.n, np.int64), np.zeros(1, np.int64), np.empty(model.n, np.int32)
        self._sum_up()
        self._recentre()
        self.best = self._now()
        spread = max(float(self.best.costs[0]), 1e-9)
        self.unit_cost, self.price = spread / model.n, params.price * spread / model.k

    def _sum_up(self) -> None:
        t = len(self.target)
        load = self.model.load
        self.loads = np.zeros((t, load.shape[1]))
        self.size = np.zeros(t, np.int64)
        for row in self.labels:
            self.size += np.bincount(row, minlength=t)
            self.loads += np.column_stack([np.bincount(row, weights=column, minlength=t) for column in load.T])

    def _recentre(self) -> None:
        model = self.model
        for level, start in enumerate(self.first):
            stop = self.first[level + 1] if level + 1 < len(self.first) else len(self.centres)
            site = best_sites(model.points, self.weight, self.labels[level] - start, stop - start, power=max(self.power, 1))
            self.centres[start:stop] = model.points[np.maximum(site, 0)]
        if model.travel is not None:
            self._recentre_by_travel(model.travel)
            return
        fixed = np.flatnonzero(model.is_fixed)
        self.centres[fixed] = model.centres[fixed]

    def _recentre_by_travel(self, travel: Travel) -> None:
        """What each node costs in minutes; in groups straight km at the pace of the plan, where minutes are known to homes only."""
        model, k = self.model, self.model.k
        self.rows[:k] = travel.rows(travel.best_sites(self.labels[0]))
        if travel.table.unit_minutes is None:
            km = distance_km(model.points[None], self.centres[k:, None]) ** max(self.power, 1)
            straight = sum((self.weight * km[row - k, np.arange(model.n)]).sum() for row in self.labels[1:]) / max(len(self.labels) - 1, 1)
            by_road = (self.weight * self.rows[self.labels[0], np.arange(model.n)]).sum()
            self.rows[k:] = km * (by_road / max(float(straight), 1e-12))
            return
        for row, start, level in zip(self.labels[1:], self.first[1:].tolist(), self.levels, strict=True):
            groups = replace(travel, is_free=np.ones(level.n_groups, bool))
            self.rows[start : start + level.n_groups] = groups.rows(groups.best_sites(row - start))

    def run(self, heat: float, n_proposals: int, random: np.ndarray) -> None:
        """One slice at one temperature, in mean costs of a unit."""
        model, params = self.model, self.params
        hot = heat * self.unit_cost
        move_units(
            *self.graph, model.points, self.weight, model.load, model.pinned, model.barred_ptr, model.barred, self.power, model.is_sphere,
            self.must_connect, self.parent, self.is_closed, self.pull, self.lower, self.upper, self.target, model.emphasis, self.labels,
            self.loads, self.size, self.centres, self.rows, self.price, params.bend, hot, hot, n_proposals, *self.scratch, random,
        )  # fmt: skip

    def look(self) -> None:
        """Move the centres, keep the plan if it is the best, and make imbalance dearer while there is some."""
        self._sum_up()  # sums drift a little with every move
        self._recentre()
        now = self._now()
        if (round(now.excess, 9), self._joint(now)) < (round(self.best.excess, 9), self._joint(self.best)):
            self.best = now
        if now.excess > 1e-9:
            self.price *= self.params.price_growth

    def _joint(self, plan: Polished) -> float:
        return float((plan.costs * self.pull).sum())

    def _now(self) -> Polished:
        over = np.maximum(np.maximum(self.loads - self.upper, self.lower - self.loads), 0.0)
        over = np.divide(over, self.target, out=np.zeros_like(over), where=self.target > 0)
        power = max(self.power, 1)
        if len(self.rows):
            costs = [(self.weight * self.rows[row, np.arange(self.model.n)]).sum() for row in self.labels]
        else:
            costs = [(self.weight * distance_km(self.model.points, self.centres[row]) ** power).sum() for row in self.labels]
        excess = float(over[over > 1e-9].sum())
        return Polished(self.model.to_units(self.labels[0].copy()), excess, np.array(costs))


def _windows(
    model: Model, problem: Problem, levels: tuple[Level, ...], parents: list[IntArray]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Windows of territories and groups, finest first, and their targets; what is given by units has no window."""
    balanced = [m for m in problem.measures if m.tolerance is not None]
    lower, upper, target = [model.lower], [model.upper], [model.target]
    for level, of_territory in zip(levels, parents, strict=True):
        mine = np.column_stack([np.bincount(of_territory, weights=column, minlength=level.n_groups) for column in model.target.T]).astype(
            np.float64
        )
        slack = np.array([m.tolerance if level.tolerance is None else level.tolerance for m in balanced] or [1e6])
        if level.of_unit is not None:
            slack = np.full(len(slack), 1e6)
        lower.append(mine * np.maximum(1 - slack, 0.0))
        upper.append(mine * (1 + slack))
        target.append(mine)
    return np.vstack(lower), np.vstack(upper), np.vstack(target)
