"""A plan in a few sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bailiwick.domain.wording import counted, percent, tolerance_percent
from bailiwick.metrics import Evaluation

if TYPE_CHECKING:
    from bailiwick.api.plan import Plan

_NO_GAP = 5e-7
STOPPED = {
    "time_limit": "The search ended at the time limit with the best plan so far.",
    "interrupted": "The search was interrupted; this is the best plan so far.",
}


def summary_lines(plan: Plan) -> list[str]:
    """Size, balance, contiguity, distance, gap, why it stopped, which rules clash, and what should be known, one sentence each."""
    from bailiwick.api.levels.report import level_lines

    return [
        *judgement_lines(plan.evaluation),
        *level_lines(plan.levels),
        *change_lines(plan),
        *robust_lines(plan),
        *search_lines(plan),
        *(f"Clash: {c.message} What would help: {c.relaxation}." for c in plan.result.conflicts),
        *(f"Note: {notice.message}" for notice in plan.told_notices),
    ]


def change_lines(plan: Plan) -> list[str]:
    """Before and after, and who changes hands, where an alignment of today was given."""
    return [] if plan.realignment is None else plan.realignment.lines()


def robust_lines(plan: Plan) -> list[str]:
    """How likely territories stay within their tolerances, where something was said to be uncertain."""
    return [] if plan.robustness is None else plan.robustness.lines()


def search_lines(plan: Plan) -> list[str]:
    """How good the plan is beside the best possible, and whether the search was cut short."""
    bound = plan.result.bound
    if bound is None or plan.gap is None:
        lines = ["No lower bound is at hand for this objective."]
    else:
        distance = f"At most {percent(plan.gap)} above the best possible" if plan.gap >= _NO_GAP else "The best possible"
        lines = [f"{distance}: the bound is proven for {bound.holds_for}."]
    wider, wide_gap = plan.result.bound_any_centres, plan.result.gap_any_centres
    if wider is not None and wide_gap is not None:
        lines.append(f"At most {percent(wide_gap)} above {wider.holds_for}.")
    return lines + ([STOPPED[plan.result.stop_reason]] if plan.result.stop_reason in STOPPED else [])


def judgement_lines(evaluation: Evaluation) -> list[str]:
    """Size, balance, contiguity and distance, one sentence each."""
    problem = evaluation.problem
    lines = [f"{_units(problem.n_units)} in {counted(problem.n_territories, 'territory', 'territories')}."]
    if len(evaluation.unassigned):
        without = counted(len(evaluation.unassigned), "unit has", "units have")
        lines.append(f"{without} no territory: {_some(problem.units.labels[evaluation.unassigned])}.")
    lines += [balance_line(evaluation, m) for m in range(len(problem.measures))]
    lines.append(_contiguity_line(evaluation))
    weight = problem.measures[0].name
    lines.append(f"Mean distance {evaluation.mean_distance_km:,.1f} km to the middle of the territory, weighted by {weight}.")
    if problem.has_minutes:
        mean, words = evaluation.number("mean_minutes"), problem.minutes_words
        lines.append(f"Mean travel {mean:,.1f} minutes to the centre, weighted by {weight}: {words}.")
    return lines


def balance_line(evaluation: Evaluation, m: int) -> str:
    """Balance of one measure in a sentence."""
    measure, k = evaluation.problem.measures[m], evaluation.problem.n_territories
    deviation = evaluation.deviations[:, m]
    worst = int(np.argmax(np.abs(deviation)))
    farthest = f"the farthest is {evaluation.problem.territory_ids[worst]} at {percent(deviation[worst], signed=True)}"
    if measure.tolerance is None:
        return f"{measure.name}: not balanced; {farthest}."
    inside = k - int(evaluation.is_violating[:, m].sum())
    allowed = tolerance_percent(measure.tolerance)
    if inside == k:
        return f"{measure.name}: every territory is within {allowed} of its target; {farthest}."
    return f"{measure.name}: {inside:,} of {counted(k, 'territory is', 'territories are')} within {allowed} of their target; {farthest}."


def _units(n: int) -> str:
    return counted(n, "unit", "units")


def _contiguity_line(evaluation: Evaluation) -> str:
    if evaluation.problem.adjacency is None:
        return "Territories need not be connected."
    broken = evaluation.in_pieces
    if not len(broken):
        return "Every territory is in one piece."
    in_pieces = counted(len(broken), "territory is", "territories are")
    return f"{in_pieces} in more than one piece: {_some(evaluation.problem.territory_ids[broken])}."


def _some(ids: np.ndarray, n: int = 5) -> str:
    return ", ".join(str(i) for i in ids[:n]) + (" …" if len(ids) > n else "")
