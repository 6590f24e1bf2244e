"""Measures that cannot be balanced together, as far as that can be proven."""

from __future__ import annotations

import numpy as np

from bailiwick.design.bounds.joint_floor import JointFloor, joint_floor
from bailiwick.design.bounds.reach_floor import Access, everyone_somewhere
from bailiwick.design.constraints.relaxation import MET, allow
from bailiwick.domain import Conflict, Measure
from bailiwick.domain.wording import listed, percent, tolerance_percent
from bailiwick.metrics.evaluation import Evaluation


def together_conflict(evaluation: Evaluation, access: Access, column: int) -> Conflict | None:
    """Why one measure cannot be balanced, alone with whole units or beside the other measures; None where nothing is proven."""
    problem = evaluation.problem
    values, shares = problem.measure_matrix, problem.target_shares
    totals = values.sum(axis=0)
    balanced = [m for m, measure in enumerate(problem.measures) if measure.tolerance is not None and totals[m] > 0]
    if (shares <= 0).any() or column not in balanced:
        return None
    load = np.column_stack([np.bincount(access.node_of_unit, weights=values[:, m]) for m in balanced]).astype(np.float64)
    tolerance = np.array([problem.measures[m].tolerance for m in balanced], dtype=np.float64)
    target, at = np.outer(shares, totals[balanced]), balanced.index(column)
    allowed = everyone_somewhere(access.allowed)
    wanted = float(tolerance[at]) + MET
    alone = joint_floor(load[:, [at]], target[:, [at]], tolerance[[at]], allowed, column=0, wanted=wanted)
    if alone is not None:
        return _conflict(evaluation, access, column, [], alone)
    found = joint_floor(load, target, tolerance, allowed, column=at, wanted=wanted) if len(balanced) > 1 else None
    if found is None or not np.isfinite(found.value):
        return None  # where the others cannot be kept, either, their own conflicts say so
    return _conflict(evaluation, access, column, [m for m in balanced if m != column], found)


def _conflict(evaluation: Evaluation, access: Access, column: int, others: list[int], floor: JointFloor) -> Conflict:
    problem = evaluation.problem
    measure, names = problem.measures[column], [problem.measures[m] for m in others]
    reached = float(np.abs(evaluation.deviations[:, column]).max())
    reasons = _reasons(access)
    why = ["units stay whole"] if floor.is_whole else []
    why += [f"{listed([_WORDS[r] for r in reasons])} leave little choice"] if reasons else []
    least = f"some territory is at least {percent(floor.value)} from its target of {measure.name}"
    beyond = f"beyond {tolerance_percent(measure.tolerance or 0.0)}"
    if others:
        kept = listed([_within(m) for m in names])
        together = listed([m.name for m in (measure, *names)])
        message = f"{together} cannot be balanced together: in every plan that keeps {kept}, {least}, {beyond}"
    else:
        message = f"In every plan {least}, {beyond}"
    who = f"plan that keeps {listed([m.name for m in names])}" if others else "plan"
    return Conflict(
        code="measures_together" if others else "whole_units",
        message=f"{message}; {listed(why)}." if why else f"{message}.",
        rules=("tolerance", *(["whole_units"] if floor.is_whole else []), *reasons),
        relaxation=f"{allow(measure, floor.value, reached, who=who)}; or {_otherwise(names)}",
        is_proven=True,
        measure=measure.name,
        allowed=measure.tolerance,
        least=floor.value,
        reached=reached,
        unit_ids=(),
        territory_ids=tuple(str(problem.territory_ids[j]) for j in np.flatnonzero(evaluation.is_violating[:, column])[:10]),
    )


_WORDS = {"lock": "locks", "forbidden": "forbidden pairs", "max_distance": "the largest distance"}


def _reasons(access: Access) -> list[str]:
    """The rules that keep nodes from territories."""
    found = {"lock": (access.pinned >= 0).any(), "forbidden": access.is_forbidden.any(), "max_distance": access.is_too_far.any()}
    return [rule for rule, is_there in found.items() if is_there]


def _within(measure: Measure) -> str:
    return f"{measure.name} within {tolerance_percent(measure.tolerance or 0.0)}"


def _otherwise(names: list[Measure]) -> str:
    if not names:
        return "divide units, or ask for fewer territories"
    return f"allow more for {listed([m.name for m in names])}; or ask for fewer territories"
