"""Where one move would break the balance, two may keep it: the unit goes, and another one makes room for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.design.explain.moves import NOTICEABLE, Half, MoveEffect, MoveJudge
from bailiwick.domain import FloatArray, IntArray

N_JUDGED = 10
"""So many second moves, the cheapest at the present centres of those that keep the balance, are judged exactly."""


@dataclass(frozen=True, eq=False)
class Exchange:
    """Two moves that together break no rule that the plan keeps.

    Attributes
    ----------
    first
        The move that alone breaks the balance.
    unit, goal
        The unit of the territory where it goes that leaves there, and where to: the territory that the first one left, or a third.
    objective_change
        Objective after both moves minus before.
    """

    first: MoveEffect
    unit: int
    goal: int
    objective_change: float

    @property
    def is_swap(self) -> bool:
        """Whether the second unit goes to the territory that the first one leaves."""
        return self.goal == self.first.origin


def best_exchange(judge: MoveJudge, first: MoveEffect) -> Exchange | None:
    """The cheapest second move that makes a move keep the balance; None where none is known, or something else stands against it.

    Notes
    -----
    Second units are single ones, without lock or group, on the border of their territory where connection is asked for.
    """
    if first.obstacles != ("balance",):
        return None
    units, goals = _candidates(judge, first)
    if not len(units):
        return None
    keeps = _excess_after(judge, first, units, goals) <= NOTICEABLE
    units, goals = units[keeps], goals[keeps]
    costs = judge.centre_costs(units)
    rise = costs[np.arange(len(units)), goals] - costs[:, first.goal]
    order = np.lexsort((goals, units, np.nan_to_num(rise, nan=np.inf)))[:N_JUDGED]
    judged = [_judged(judge, first, int(units[at]), int(goals[at])) for at in order]
    return min((found for found in judged if found is not None), key=lambda e: (e.objective_change, e.unit, e.goal), default=None)


def _candidates(judge: MoveJudge, first: MoveEffect) -> tuple[IntArray, IntArray]:
    """Units of the territory where the first one goes, each with a territory where it may go."""
    problem, label = judge.problem, judge.evaluation.territory_idx
    members = judge.members[first.goal].astype(np.int32)
    free = np.ones(len(members), bool)
    if problem.locked is not None:
        free &= problem.locked[members] < 0
    if problem.groups is not None:
        free &= problem.groups[members] < 0
    members = members[free]
    graph = problem.adjacency
    if graph is None:
        units, goals = _to_origin_or_next(judge, first, members)
    else:
        near = [np.unique(label[graph.neighbours(int(i))]) for i in members]
        units = np.repeat(members, [len(one) for one in near])
        goals = np.concatenate([np.empty(0, np.int32), *near])
    is_meant = (goals != first.goal) & (goals >= 0)
    if problem.forbidden is not None:
        k = problem.n_territories
        barred = problem.forbidden[:, 0].astype(np.int64) * k + problem.forbidden[:, 1]
        is_meant &= ~np.isin(units.astype(np.int64) * k + goals, barred)
    return units[is_meant].astype(np.int32), goals[is_meant].astype(np.int32)


def _to_origin_or_next(judge: MoveJudge, first: MoveEffect, members: IntArray) -> tuple[IntArray, IntArray]:
    """Without neighbours: to the territory that the first unit leaves, or to the cheapest other one."""
    costs = np.nan_to_num(judge.centre_costs(members), nan=np.inf)
    costs[:, [first.origin, first.goal]] = np.inf
    has_third = judge.problem.n_territories > 2
    third = costs.argmin(axis=1).astype(np.int32) if has_third else np.empty(0, np.int32)
    back = np.full(len(members), first.origin, np.int32)
    return np.concatenate([members, members if has_third else members[:0]]), np.concatenate([back, third])


def _excess_after(judge: MoveJudge, first: MoveEffect, units: IntArray, goals: IntArray) -> FloatArray:
    """How much more than before the territories would be outside their tolerances after both moves, per candidate."""
    targets, load = judge.evaluation.targets, judge.values[units]
    a, b = first.origin, first.goal
    is_back = (goals == a)[:, None]
    sides = [
        (np.full(len(units), a), first.after[0].totals + np.where(is_back, load, 0.0), first.before[0].excess),
        (np.full(len(units), b), first.after[1].totals - load, first.before[1].excess),
    ]
    more = np.zeros(len(units))
    for territory, totals, before in sides:
        more += judge.excess_of(totals, targets[territory]) - before
    third = judge.evaluation.totals[goals]
    there = judge.excess_of(third + load, targets[goals]) - judge.excess_of(third, targets[goals])
    return np.asarray(more + np.where(is_back[:, 0], 0.0, there))


def _judged(judge: MoveJudge, first: MoveEffect, unit: int, goal: int) -> Exchange | None:
    """Both moves, judged exactly; None if together they break a rule."""
    a, b, second = first.origin, first.goal, np.array([unit], dtype=np.int32)
    members = {a: np.setdiff1d(judge.members[a], first.unit_idx), b: np.union1d(judge.members[b], first.unit_idx)}
    members[b] = np.setdiff1d(members[b], second)
    members[goal] = np.union1d(members.get(goal, judge.members[goal]), second)
    before = tuple(judge.before(j) for j in members)
    after = tuple(judge.half(j, units) for j, units in members.items())
    more = judge.newly_moved(first.unit_idx, b) + judge.newly_moved(second, goal)
    if _breaks_a_rule(before, after) or judge.passes_cap(more):
        return None
    baseline = judge.problem.baseline
    price = 0.0 if baseline is None else baseline.price * more
    if judge.is_diameter:
        return Exchange(first, unit, goal, judge.diameter_change(list(members), before, after) + price)
    return Exchange(first, unit, goal, sum(new.cost - old.cost for new, old in zip(after, before, strict=True)) + price)


def _breaks_a_rule(before: tuple[Half, ...], after: tuple[Half, ...]) -> bool:
    pairs = list(zip(before, after, strict=True))
    return (
        any(not new.pieces or len(new.pieces) > max(len(old.pieces), 1) for old, new in pairs)
        or sum(new.n_too_far - old.n_too_far for old, new in pairs) > 0
        or sum(new.excess - old.excess for old, new in pairs) > NOTICEABLE
    )
