"""The largest share that may move against locks and forbidden pairs: what must change hands, whatever the plan."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import Conflict
from bailiwick.domain.naming import unit_names
from bailiwick.domain.wording import counted, enough_percent, percent, tolerance_percent
from bailiwick.metrics.evaluation import Evaluation

N_IDS = 10


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
