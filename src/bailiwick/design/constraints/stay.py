"""The largest share that may move against locks, forbidden pairs and tolerances: what must change hands, whatever the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bailiwick.design.bounds.disruption_floor import disruption_floors
from bailiwick.domain import Conflict, Problem
from bailiwick.domain.naming import unit_names
from bailiwick.domain.wording import counted, enough_percent, listed, percent, tolerance_percent
from bailiwick.metrics.evaluation import Evaluation

N_IDS = 10
N_HALVINGS = 10
"""Times that the range of a least tolerance is halved."""


def cap_conflict(evaluation: Evaluation) -> Conflict | None:
    """Why a plan that moves no more than may move leaves territories outside, if that is proven: the cure moves more."""
    problem, baseline = evaluation.problem, evaluation.problem.baseline
    if baseline is None or baseline.max_moved_share is None or not evaluation.is_violating.any():
        return None
    cap, least = float(baseline.max_moved_share), disruption_floors(problem).anywhere
    if least <= cap + 1e-9:
        return None
    rules = ["tolerance", "max_moved"]
    balanced = [f"{m.name} within {tolerance_percent(m.tolerance)} of its target" for m in problem.measures if m.tolerance is not None]
    because = ""
    if problem.locked is not None and disruption_floors(replace(problem, locked=None)).anywhere <= cap + 1e-9:
        rules.append("lock")
        because = " and keeps the locks"
    return Conflict(
        code="too_little_may_move",
        message=f"In every plan with {listed(balanced)}{because} at least {percent(least)} changes hands; {tolerance_percent(cap)} may.",
        rules=tuple(rules),
        relaxation=f"allow {percent(least)} or somewhat more to move, since units stay whole and connected; or {_tolerances(evaluation)}",
        is_proven=True,
        allowed=cap,
        least=least,
        reached=evaluation.number("moved_share"),
        territory_ids=tuple(str(i) for i in problem.territory_ids[evaluation.is_violating.any(axis=1)][:N_IDS]),
    )


def _tolerances(evaluation: Evaluation) -> str:
    problem = evaluation.problem
    broken = np.flatnonzero(evaluation.is_violating.any(axis=0))
    ways = []
    for column in broken.tolist():
        reached = float(np.abs(evaluation.deviations[:, column]).max())
        proof = (
            f" (no plan under the cap keeps less than {percent(_least_tolerance(problem, column, reached))})" if len(broken) == 1 else ""
        )
        ways.append(f"{enough_percent(reached)} for {problem.measures[column].name}{proof}")
    return f"allow {listed(ways)}, which this plan keeps"


def _least_tolerance(problem: Problem, column: int, reached: float) -> float:
    """A tolerance below which every plan moves more than may move."""
    assert problem.baseline is not None
    cap = float(problem.baseline.max_moved_share or 0.0)
    low, high = float(problem.measures[column].tolerance or 0.0), reached
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        measures = tuple(replace(m, tolerance=middle) if c == column else m for c, m in enumerate(problem.measures))
        is_short = disruption_floors(replace(problem, measures=measures)).anywhere > cap + 1e-9
        low, high = (middle, high) if is_short else (low, middle)
    return low


def stay_conflicts(evaluation: Evaluation) -> list[Conflict]:
    """Why more of a plan moves than may move."""
    problem, baseline = evaluation.problem, evaluation.problem.baseline
    assert baseline is not None
    cap, today = float(baseline.max_moved_share or 0.0), baseline.territory_idx
    must = np.zeros(problem.n_units, bool)
    if problem.locked is not None:
        must |= (problem.locked >= 0) & (problem.locked != today)
    if problem.forbidden is not None:
        unit, territory = problem.forbidden.T
        must[unit[today[unit] == territory]] = True
    must &= today >= 0
    total = float(problem.disruption.sum())
    least = float(problem.disruption[must].sum()) / total if total > 0 else 0.0
    reached = evaluation.number("moved_share")
    is_proven = least > cap + 1e-9
    units = np.flatnonzero(must)
    allowed = f"more than the {tolerance_percent(cap)} that may"
    message = f"{percent(reached)} changes hands, {allowed}; the search found no other plan. It is not proven impossible."
    if is_proven:
        who = f"{counted(len(units), 'unit', 'units')} ({unit_names(problem, units)})"
        message = f"{who} must leave the territory of today, {percent(least)} in all, {allowed}."
    rules = ("max_moved", *(name for name, rule in (("lock", problem.locked), ("forbidden", problem.forbidden)) if rule is not None))
    tail = f"; no plan needs less than {percent(least)}" if least > 0 else ""
    return [
        Conflict(
            code="must_move" if is_proven else "not_proven",
            message=message,
            rules=rules if is_proven else ("max_moved",),
            relaxation=f"allow {enough_percent(reached)} to move, which this plan keeps{tail}",
            is_proven=is_proven,
            allowed=cap,
            least=least if is_proven else None,
            reached=reached,
            unit_ids=tuple(str(problem.units.ids[i]) for i in units[:N_IDS]),
        )
    ]
