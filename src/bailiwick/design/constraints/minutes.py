"""The most minutes of travel against everything else: who is too long on the road, whoever goes."""

from __future__ import annotations

import numpy as np

from bailiwick.design.bounds.reach_floor import Access, home_km
from bailiwick.domain import Conflict, FloatArray, Problem
from bailiwick.domain.naming import unit_names
from bailiwick.domain.wording import counted, enough
from bailiwick.metrics.evaluation import Evaluation
from bailiwick.metrics.rules import too_far

N_IDS = 10


def minutes_conflicts(evaluation: Evaluation, access: Access | None) -> list[Conflict]:
    """Why units of a plan are beyond the most minutes."""
    problem = evaluation.problem
    limit = float(problem.max_minutes or 0.0)
    minutes = evaluation.unit_minutes
    beyond = too_far(minutes, limit)
    reached = float(minutes[beyond].max())
    least = _least_minutes(problem, access)
    stuck = too_far(least, limit)
    if len(stuck):
        return [_too_long(problem, least, stuck[np.argsort(-least[stuck], kind="stable")], reached)]
    who = f"{counted(len(beyond), 'unit is', 'units are')} more than {limit:g} minutes from the centre ({unit_names(problem, beyond)})"
    return [
        Conflict(
            code="not_proven",
            message=f"{who}; the search reached {reached:.4g} minutes. It is not proven impossible.",
            rules=("max_minutes",),
            relaxation=f"allow {enough(reached)} minutes, which this plan keeps; or give the search more time",
            is_proven=False,
            allowed=limit,
            reached=reached,
            unit_ids=tuple(str(problem.units.ids[i]) for i in beyond[:N_IDS]),
        )
    ]


def _too_long(problem: Problem, least: FloatArray, stuck: np.ndarray, reached: float) -> Conflict:
    limit, needed = float(problem.max_minutes or 0.0), float(least[stuck].max())
    met = "and this one keeps it" if reached <= needed * (1 + 1e-6) else f"this one has {reached:.4g} minutes"
    return Conflict(
        code="too_long",
        message=f"{counted(len(stuck), 'unit is', 'units are')} more than {limit:g} minutes from every centre that "
        f"{'it' if len(stuck) == 1 else 'they'} may go to: {unit_names(problem, stuck)}.",
        rules=("max_minutes",),
        relaxation=f"allow {enough(needed)} minutes: no plan needs less, {met}; or add a territory near them",
        is_proven=True,
        allowed=limit,
        least=needed,
        reached=reached,
        unit_ids=tuple(str(problem.units.ids[i]) for i in stuck[:N_IDS]),
    )


def _least_minutes(problem: Problem, access: Access | None) -> FloatArray:
    """Minutes to the nearest home that each unit may go to, shape (n,); 0 where a free centre may be nearer."""
    least = np.full(problem.n_units, np.inf)
    if access is None or not problem.is_fixed.all():
        return np.zeros(problem.n_units)
    may = access.without_distance().allowed
    for j in range(problem.n_territories):
        is_allowed = may[access.node_of_unit, j]
        least[is_allowed] = np.minimum(least[is_allowed], _home_minutes(problem, j)[is_allowed])
    return np.where(np.isfinite(least), least, 0.0)


def _home_minutes(problem: Problem, territory: int) -> FloatArray:
    if problem.travel is not None and problem.travel.home_minutes is not None:
        return np.nan_to_num(problem.travel.home_minutes[:, territory].astype(np.float64))
    return home_km(problem, territory) * (0.0 if problem.pace is None else problem.pace.minutes_per_km)
