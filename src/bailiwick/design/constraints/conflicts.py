"""Rules that clash: which of them, whether that is proven, and the least that would have to give.

Asked once the search is over and only for the rules that its plan breaks. What can be proven is proven without the plan, by
floors (``bounds/balance_floor.py``, ``bounds/reach_floor.py``) and by counting; the rest is said to be what the search reached.
"""

from __future__ import annotations

import numpy as np

from bailiwick.design.bounds.balance_floor import Floor, balance_floors
from bailiwick.design.bounds.joint_floor import MOST_WHOLE
from bailiwick.design.bounds.reach_floor import (
    Access,
    ReachFloor,
    access_of,
    everyone_somewhere,
    reach_floor,
    smallest_above,
    smallest_below,
)
from bailiwick.design.constraints.connection import connection_conflicts
from bailiwick.design.constraints.distance import distance_conflicts, least_distance
from bailiwick.design.constraints.minutes import minutes_conflicts
from bailiwick.design.constraints.relaxation import MET, allow
from bailiwick.design.constraints.stay import cap_conflict, stay_conflicts
from bailiwick.design.constraints.together import together_conflict
from bailiwick.design.model import Model, number_nodes
from bailiwick.domain import Conflict, FloatArray, IntArray, Measure, Problem
from bailiwick.domain.naming import territory_names, unit_names
from bailiwick.domain.wording import counted, enough_percent, listed, percent, tolerance_percent
from bailiwick.metrics.evaluation import Evaluation

N_IDS = 10
WHOLE = {
    "heavy": ("heavy_unit", ("tolerance", "whole_units")),
    "crowded": ("heavy_units_share", ("tolerance", "whole_units", "territories")),
    "left_over": ("left_over", ("tolerance", "whole_units", "territories")),
    "steps": ("whole_units", ("tolerance", "whole_units", "territories")),
    "sums": ("whole_units", ("tolerance", "whole_units")),
    "parts": ("parts_of_the_map", ("tolerance", "contiguity", "territories")),
}


def find_conflicts(evaluation: Evaluation, model: Model) -> tuple[Conflict, ...]:
    """Why the rules that a plan breaks cannot be kept, as far as that is known; empty if it keeps them all.

    Parameters
    ----------
    evaluation
        The plan.
    model
        Its problem, compiled.
    """
    problem = evaluation.problem
    if evaluation.keeps_every_rule:
        return ()
    access = access_of(problem)
    capped = cap_conflict(evaluation)
    found = [] if capped is None else [capped]
    for column in np.flatnonzero(evaluation.is_violating.any(axis=0)):
        found += _balance_conflicts(evaluation, model, access, int(column), is_capped=capped is not None)
    if len(evaluation.in_pieces):
        found += connection_conflicts(evaluation, access)
    if evaluation.values.get("too_far_units", 0):
        found += distance_conflicts(evaluation, access)
    if evaluation.values.get("too_long_units", 0):
        found += minutes_conflicts(evaluation, access)
    if evaluation.values.get("moved_above_cap", 0):
        found += stay_conflicts(evaluation)
    return tuple(found)


def _balance_conflicts(evaluation: Evaluation, model: Model, access: Access | None, column: int, *, is_capped: bool) -> list[Conflict]:
    problem = evaluation.problem
    measure = problem.measures[column]
    balanced = [m.name for m in problem.measures if m.tolerance is not None]
    floors = balance_floors(model, balanced.index(measure.name))
    allowed = float(measure.tolerance or 0.0) + MET
    units_of_node = _Nodes(model.node_of_unit)
    found = [_by_floor(evaluation, column, floor, units_of_node) for floor in _strongest(floors) if floor.value > allowed]
    explained = _explained(evaluation, column, found)
    if access is not None:
        more, where = _by_reach(evaluation, access, column)
        found, explained = [*found, *more], explained | where
    left = [j for j in np.flatnonzero(evaluation.is_violating[:, column]).tolist() if j not in explained]
    together = together_conflict(evaluation, access, column) if left and access is not None else None
    if together is not None:
        found.append(together)
    elif left and not is_capped:
        found.append(_unproven(evaluation, column, left, least=max((c.least or 0.0 for c in found), default=0.0)))
    return found


class _Nodes:
    """Units of nodes."""

    def __init__(self, node_of_unit: IntArray) -> None:
        self._order = np.argsort(node_of_unit, kind="stable")
        self._sorted = node_of_unit[self._order]

    def units(self, nodes: IntArray) -> IntArray:
        """Units of some nodes, in the order of the nodes."""
        first, last = (np.searchsorted(self._sorted, nodes, side=side) for side in ("left", "right"))
        return np.concatenate([np.empty(0, np.int64), *(self._order[a:b] for a, b in zip(first, last, strict=True))]).astype(np.int32)


def _strongest(floors: list[Floor]) -> list[Floor]:
    """The highest floor of each kind that says something new: sums repeat what steps say, crowded nodes what one heavy node says."""
    best: dict[str, Floor] = {}
    for floor in floors:
        best.setdefault(WHOLE[floor.kind][0], floor)
    coarse, shared = best.get("whole_units"), best.get("heavy_units_share")
    if coarse is not None and shared is not None and shared.value <= coarse.value + MET:
        del best["heavy_units_share"]
    heavy = best.get("heavy_unit")
    if heavy is not None:
        best = {code: floor for code, floor in best.items() if floor is heavy or code == "left_over" or floor.value > heavy.value + MET}
    return list(best.values())


def _by_floor(evaluation: Evaluation, column: int, floor: Floor, of: _Nodes) -> Conflict:
    problem, measure = evaluation.problem, evaluation.problem.measures[column]
    code, rules = WHOLE[floor.kind]
    units = of.units(floor.nodes)
    if floor.kind == "heavy" and len(units) > 1:
        code, rules = "heavy_group", ("tolerance", "group")
    elif len(units) > len(floor.nodes) or (not len(floor.nodes) and _has_groups(problem)):
        rules = (*rules, "group")
    reached = _reached(evaluation, column, units) if floor.kind == "heavy" else _worst(evaluation, column)
    territories = np.unique(evaluation.territory_idx[units]) if floor.kind == "heavy" else np.empty(0, np.int32)
    return Conflict(
        code=code,
        message=_floor_words(problem, measure, floor, units),
        rules=rules,
        relaxation=f"{allow(measure, floor.value, reached)}; or {_OTHERWISE[code]}",
        is_proven=True,
        measure=measure.name,
        allowed=measure.tolerance,
        least=floor.value,
        reached=reached,
        unit_ids=_ids(problem.units.ids, units),
        territory_ids=_ids(problem.territory_ids, territories),
    )


def _has_groups(problem: Problem) -> bool:
    return problem.groups is not None and int(number_nodes(problem).max()) + 1 < problem.n_units


_OTHERWISE = {
    "heavy_unit": "divide the unit, or ask for fewer territories",
    "heavy_group": "divide the group, or ask for fewer territories",
    "heavy_units_share": "divide some of these units, or ask for as many territories as there are of them",
    "left_over": "divide the units that are too large, or ask for fewer territories",
    "whole_units": "divide units, or ask for fewer territories",
    "parts_of_the_map": "join the parts by further neighbours, ask for another number of territories, or do without connection",
}


def _floor_words(problem: Problem, measure: Measure, floor: Floor, units: IntArray) -> str:
    allowed = tolerance_percent(measure.tolerance or 0.0)
    some_is = f"so that some territory is at least {percent(floor.value)} from its target of {measure.name}, beyond {allowed}"
    if floor.kind == "heavy":
        who = unit_names(problem, units)
        verb = "have" if len(units) > 1 else "has"
        return f"{who} alone {verb} {percent(1 + floor.value)} of the {measure.name} that the largest territory should have."
    if floor.kind == "crowded":
        what = "heavy units" if len(units) == len(floor.nodes) else "heavy units and groups"
        return (
            f"The {len(floor.nodes):,} {what} ({unit_names(problem, units)}) must share {problem.n_territories:,} territories, {some_is}."
        )
    if floor.kind == "left_over":
        verb = "exceeds" if len(floor.nodes) == 1 else "each exceed"
        return f"{unit_names(problem, units)} {verb} a territory; what is left does not suffice for the others, {some_is}."
    if floor.kind == "parts":
        return f"The map has parts that do not touch, and a connected territory lies in one of them, {some_is}."
    how = "come in steps" if floor.kind == "steps" else "never add up to the target"
    return f"Units stay whole and their sums {how}, {some_is}."


def _by_reach(evaluation: Evaluation, access: Access, column: int) -> tuple[list[Conflict], set[int]]:
    """The conflict of who may serve whom, if there is one, and the territories that it explains."""
    problem, measure = evaluation.problem, evaluation.problem.measures[column]
    values = problem.units.measures[measure.name]
    load = np.bincount(access.node_of_unit, weights=values, minlength=len(access.pinned)).astype(np.float64)
    target = problem.target_shares * values.sum()
    allowed = everyone_somewhere(access.allowed)
    floor = reach_floor(load, target, allowed)
    if floor is None or floor.value <= float(measure.tolerance or 0.0) + MET:
        return [], set()
    conflict = _reach_conflict(evaluation, access, column, floor, load, target, allowed)
    others = np.setdiff1d(np.arange(problem.n_territories), floor.territories)
    # What some have too much the others have too little, and the other way round.
    rest = float((load.sum() - load[floor.nodes].sum()) / target[others].sum()) - 1.0
    is_all = abs(rest) > float(measure.tolerance or 0.0) + MET and (rest < 0) == floor.is_above
    return [conflict], set(range(problem.n_territories)) if is_all else set(floor.territories.tolist())


def _reach_conflict(
    evaluation: Evaluation, access: Access, column: int, floor: ReachFloor, load: FloatArray, target: FloatArray, allowed: np.ndarray
) -> Conflict:
    problem, measure = evaluation.problem, evaluation.problem.measures[column]
    tolerance = float(measure.tolerance or 0.0)
    if floor.is_above:
        nodes, territories = smallest_above(load, target * (1 + tolerance), allowed, floor)
    else:
        nodes, territories = smallest_below(load, target * (1 - tolerance), allowed, floor)
    units = np.flatnonzero(np.isin(access.node_of_unit, nodes)).astype(np.int32)
    share = float(load[nodes].sum() / target[territories].sum())
    names = territory_names(problem, territories)
    reasons = _reasons(problem, access, floor.is_above, floor.nodes, floor.territories)
    what = f"{percent(share)} of the {measure.name} that should be there"
    why = _because(_reasons(problem, access, floor.is_above, nodes, territories))
    who = _counted_units(problem, units)
    if floor.is_above:
        message = f"{who} may only go to {names} because of {why}: that is {what}."
    else:
        message = f"{names} can get {'nothing but ' + who if len(units) else 'no unit'} because of {why}: that is {what}."
    reached = _worst(evaluation, column)
    ways = [allow(measure, floor.value, reached, who="plan that keeps the other rules")]
    if "lock" in reasons and floor.is_above:
        ways.append(_locks_to_lift(problem, access, nodes, territories, load, target * (1 + tolerance)))
    if "max_distance" in reasons:
        ways.append(least_distance(problem, access, load, target, tolerance))
    return Conflict(
        code="too_few_territories_in_reach" if floor.is_above else "too_few_units_in_reach",
        message=message,
        rules=("tolerance", *reasons, *(["group"] if len(units) > len(nodes) else [])),
        relaxation="; or ".join(way for way in ways if way),
        is_proven=True,
        measure=measure.name,
        allowed=measure.tolerance,
        least=floor.value,
        reached=reached,
        unit_ids=_ids(problem.units.ids, units),
        territory_ids=_ids(problem.territory_ids, territories),
    )


def _reasons(problem: Problem, access: Access, is_above: bool, nodes: IntArray, territories: IntArray) -> tuple[str, ...]:
    """The rules that keep the nodes from other territories, or other nodes from the territories."""
    rows = np.zeros(len(access.pinned), bool)
    rows[nodes] = True
    columns = np.zeros(problem.n_territories, bool)
    columns[territories] = True
    rows, columns = (rows, ~columns) if is_above else (~rows, columns)
    pinned = access.pinned[rows]
    found = []
    if (pinned >= 0).any():
        found.append("lock")
    free = pinned < 0
    if access.is_forbidden[rows][free][:, columns].any():
        found.append("forbidden")
    if access.is_too_far[rows][free][:, columns].any():
        found.append("max_distance")
    return tuple(found)


_RULE_WORDS = {"lock": "locks", "forbidden": "forbidden pairs", "max_distance": "the largest distance"}


def _because(reasons: tuple[str, ...]) -> str:
    words = [_RULE_WORDS[reason] for reason in reasons]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _locks_to_lift(problem: Problem, access: Access, nodes: IntArray, territories: IntArray, load: FloatArray, upper: FloatArray) -> str:
    """The fewest locks of one territory without which the others fit: the heaviest first."""
    if len(territories) != 1 or problem.locked is None:
        return ""
    locked = np.flatnonzero((access.pinned == territories[0]) & ~access.is_too_far[:, territories[0]])
    order = locked[np.argsort(-load[locked], kind="stable")]
    left = load[locked].sum() - np.concatenate([[0.0], np.cumsum(load[order])])
    n_lifted = int(np.argmax(left <= upper[territories[0]] * (1 + 1e-9)))
    if not n_lifted:
        return ""
    units = np.flatnonzero(np.isin(access.node_of_unit, order[:n_lifted]) & (problem.locked == territories[0]))
    return f"lift the lock of {unit_names(problem, units, most=N_IDS)}"


def _explained(evaluation: Evaluation, column: int, found: list[Conflict]) -> set[int]:
    """Territories outside the tolerance for which a proven floor says why: those of heavy units, or any."""
    problem, measure = evaluation.problem, evaluation.problem.measures[column]
    if any(conflict.code not in ("heavy_unit", "heavy_group") for conflict in found):
        return set(range(problem.n_territories))
    if not found:
        return set()
    values = problem.units.measures[measure.name]
    node_of_unit = number_nodes(problem)
    load = np.bincount(node_of_unit, weights=values)[node_of_unit]
    limit = values.sum() * problem.target_shares.max() * (1 + float(measure.tolerance or 0.0))
    return set(evaluation.territory_idx[load > limit].tolist())


def _unproven(evaluation: Evaluation, column: int, left: list[int], *, least: float) -> Conflict:
    problem, measure = evaluation.problem, evaluation.problem.measures[column]
    reached = float(np.abs(evaluation.deviations[left, column]).max())
    who = f"{counted(len(left), 'territory', 'territories')} ({territory_names(problem, left)})"
    return Conflict(
        code="not_proven",
        message=f"{who} could not be brought within {tolerance_percent(measure.tolerance or 0.0)} of the target of {measure.name}; "
        f"the search reached {percent(reached)}. {_what_is_proven(problem, measure, least)}",
        rules=("tolerance",),
        relaxation=f"allow {enough_percent(reached)} for {measure.name}, which this plan keeps; or give the search more time",
        is_proven=False,
        measure=measure.name,
        allowed=measure.tolerance,
        least=least if least > 0 else None,
        reached=reached,
        territory_ids=_ids(problem.territory_ids, np.array(left, np.int32)),
    )


def _what_is_proven(problem: Problem, measure: Measure, least: float) -> str:
    """How much of what a search did not reach is proven, in words; for several measures also what no proof was sought of."""
    words = "It is not proven impossible."
    if least > 0:
        words = f"Proven is only that some territory is at least {percent(least)} from it; more than that is not proven impossible."
    others = [m.name for m in problem.measures if m.tolerance is not None and m is not measure]
    n_pairs = (int(number_nodes(problem).max()) + 1) * problem.n_territories
    if not others or n_pairs <= MOST_WHOLE:
        return words
    return (
        f"{words} Whether {listed([measure.name, *others])} can be balanced together is open: with whole units that is proven only up to "
        f"{MOST_WHOLE:,} pairs of unit and territory, and here there are {n_pairs:,}."
    )


def _worst(evaluation: Evaluation, column: int) -> float:
    return float(np.abs(evaluation.deviations[:, column]).max())


def _reached(evaluation: Evaluation, column: int, units: IntArray) -> float:
    homes = evaluation.territory_idx[units]
    return float(np.abs(evaluation.deviations[homes, column]).max())


def _counted_units(problem: Problem, units: IntArray) -> str:
    if len(units) <= 3:
        return unit_names(problem, units)
    return f"{len(units):,} units ({unit_names(problem, units)})"


def _ids(ids: np.ndarray, chosen: IntArray) -> tuple[str, ...]:
    return tuple(str(ids[i]) for i in chosen[:N_IDS])
