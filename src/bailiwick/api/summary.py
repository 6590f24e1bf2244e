"""A plan in a few sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bailiwick.metrics import Evaluation

if TYPE_CHECKING:
    from bailiwick.api.plan import Plan

STOPPED = {
    "time_limit": "The search ended at the time limit with the best plan so far.",
    "interrupted": "The search was interrupted; this is the best plan so far.",
}


def summary_lines(plan: Plan) -> list[str]:
    """Size, balance, contiguity, distance, gap, why it stopped, and what should be known, one sentence each."""
    return [*judgement_lines(plan.evaluation), *search_lines(plan), *(f"Note: {notice.message}" for notice in plan.notices)]


def search_lines(plan: Plan) -> list[str]:
    """How good the plan is beside the best possible, and whether the search was cut short."""
    bound = plan.result.bound
    if bound is None or plan.gap is None:
        lines = ["No lower bound is at hand for this objective."]
    else:
        lines = [f"At most {percent(plan.gap).lstrip('+')} above the best possible: the bound is proven for {bound.holds_for}."]
    return lines + ([STOPPED[plan.result.stop_reason]] if plan.result.stop_reason in STOPPED else [])


def judgement_lines(evaluation: Evaluation) -> list[str]:
    """Size, balance, contiguity and distance, one sentence each."""
    problem = evaluation.problem
    lines = [f"{problem.n_units:,} units in {problem.n_territories:,} territories."]
    if len(evaluation.unassigned):
        lines.append(f"{len(evaluation.unassigned):,} units have no territory: {_some(problem.units.labels[evaluation.unassigned])}.")
    lines += [balance_line(evaluation, m) for m in range(len(problem.measures))]
    lines.append(_contiguity_line(evaluation))
    weight = problem.measures[0].name
    lines.append(f"Mean distance {evaluation.mean_distance_km:,.1f} km to the middle of the territory, weighted by {weight}.")
    return lines


def balance_line(evaluation: Evaluation, m: int) -> str:
    """Balance of one measure in a sentence."""
    measure, k = evaluation.problem.measures[m], evaluation.problem.n_territories
    deviation = evaluation.deviations[:, m]
    worst = int(np.argmax(np.abs(deviation)))
    farthest = f"the farthest is {evaluation.problem.territory_ids[worst]} at {percent(deviation[worst])}"
    if measure.tolerance is None:
        return f"{measure.name}: not balanced; {farthest}."
    inside = k - int(evaluation.is_violating[:, m].sum())
    allowed = percent(measure.tolerance).lstrip("+")
    if inside == k:
        return f"{measure.name}: every territory is within {allowed} of its target; {farthest}."
    return f"{measure.name}: {inside:,} of {k:,} territories are within {allowed} of their target; {farthest}."


def percent(fraction: float) -> str:
    """A fraction as signed percent, with as many decimals as its size needs.

    Examples
    --------
    >>> percent(0.0523), percent(-1.5), percent(0.0)
    ('+5.2 %', '-150 %', '+0 %')
    >>> percent(2.2e-16)
    '+0 %'
    """
    value = 100 * fraction if abs(fraction) >= 5e-7 else 0.0  # less is the noise of sums
    text = f"{value:+.0f}" if abs(value) >= 99.5 else f"{value:+.2g}" if abs(value) < 1 else f"{value:+.1f}"
    return f"{text} %"


def _contiguity_line(evaluation: Evaluation) -> str:
    if evaluation.problem.adjacency is None:
        return "Territories need not be connected."
    broken = evaluation.in_pieces
    if not len(broken):
        return "Every territory is in one piece."
    return f"{len(broken):,} territories are in more than one piece: {_some(evaluation.problem.territory_ids[broken])}."


def _some(ids: np.ndarray, n: int = 5) -> str:
    return ", ".join(str(i) for i in ids[:n]) + (" …" if len(ids) > n else "")
