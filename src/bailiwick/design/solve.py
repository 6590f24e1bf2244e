"""Territory design from problem to plan: construct, improve, bound, explain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bailiwick.design.bounds.transport_dual import LADDER, dual_bound
from bailiwick.design.constraints.hard import check_hard_rules
from bailiwick.design.construct.build import Construction, proposal_graph, tightest_measure
from bailiwick.design.construct.transport import Transport
from bailiwick.design.explain.findings import findings
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.progress import ProgressFn, StopFn, Watch
from bailiwick.design.starts import best_plan
from bailiwick.domain import Bound, FloatArray, Measure, Prices, Problem, Result
from bailiwick.errors import InputError
from bailiwick.geography.geodesy import coordinates_to_points
from bailiwick.metrics.evaluation import Evaluation, evaluate


def solve(
    problem: Problem,
    *,
    clock: Callable[[], float],
    seed: int = 0,
    stop: StopFn | None = None,
    on_progress: ProgressFn | None = None,
) -> Result:
    """Design territories.

    Parameters
    ----------
    problem
        What is asked.
    clock
        Source of seconds for time limits and timings; it never influences the plan unless ``stop`` does.
    seed
        Of the random source, zero or more; same problem and seed, same plan.
    stop
        Asked between slices of work; True ends the search with the best plan so far.
    on_progress
        Told of progress.

    Returns
    -------
    Result
        Complete and valid whenever the search ends; rules that could not be met stand in its notices.

    Raises
    ------
    InfeasibleError
        If locks, forbidden pairs and groups contradict each other, or leave a territory without any unit.
    InputError
        If the seed is negative.

    Notes
    -----
    See ``docs/algorithms/design.md`` for the method, its guarantees and its cost.
    """
    if seed < 0:
        raise InputError(f"the seed must be zero or more, found {seed}", code="parameter", field="seed")
    check_hard_rules(problem)
    watch = Watch(clock, stop, on_progress)
    model = compile_problem(problem)
    watch.lap("model")
    watch.report("construct", 0.0)
    graph = proposal_graph(model)
    built, found = best_plan(model, graph, watch, seed=seed)
    watch.lap("solve")
    evaluation = evaluate(problem, model.to_units(found.label))
    bound = bound_for_centres(problem, evaluation, built, is_quick=watch.is_stopped)
    watch.lap("bound")
    return Result(
        problem=problem,
        territory_idx=evaluation.territory_idx,
        centre_coordinates=evaluation.centre_coordinates,
        objective=evaluation.objective,
        bound=bound,
        stop_reason="interrupted" if watch.is_stopped else "converged",
        seed=seed,
        notices=findings(evaluation),
        timings_seconds=dict(watch.laps),
    )


def bound_for_centres(problem: Problem, evaluation: Evaluation, built: Construction, *, is_quick: bool = False) -> Bound | None:
    """Lower bound over all plans with the centres of this one; None for the diameter, which has no centres.

    Parameters
    ----------
    is_quick
        Take the value at the prices of the construction, valid but weaker, instead of the best prices.
    """
    if problem.objective == "diameter":
        return None
    # Groups and the largest distance only shrink the set of plans, so the bound may ignore them.
    model = compile_problem(replace(problem, groups=None, max_distance_km=None))
    measure = tightest_measure(model)
    label = model.to_nodes(evaluation.territory_idx)
    lower, upper, is_widened = _windows_with(model, label, measure)
    centres = coordinates_to_points(evaluation.centre_coordinates, is_planar=problem.units.is_planar)
    smooth, exact = Transport.of(model, measure=measure), Transport.exact(model, measure=measure)
    found = dual_bound(smooth, exact, centres, lower, upper, built.prices, ladder=() if is_quick else LADDER)
    value = max(found.value, 0.0) * problem.weights.sum() / model.k
    prices = _prices(problem, measure, found.prices)
    return Bound(min(value, evaluation.objective), _holds_for(problem, measure, is_widened), "transport dual, smoothed Newton", prices)


def _prices(problem: Problem, measure: int, scaled: FloatArray) -> Prices:
    """Prices in units of the objective per unit of the measure, positive where a territory is full.

    The transport scales weights and loads so that either sums to K, and credits a unit with what it brings.
    """
    name = _balanced(problem)[measure].name
    total = float(problem.units.measures[name].sum())
    rate = float(problem.weights.sum()) / total if total > 0 else 0.0
    return Prices(name, 0.0 - scaled * rate)


def _windows_with(model: Model, label: np.ndarray, measure: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """Windows of one measure, widened where this plan is outside, so that the plan is one of those bounded."""
    load = model.loads(label)[:, measure]
    lower, upper = model.lower[:, measure], model.upper[:, measure]
    is_widened = bool(((load > upper + 1e-9) | (load < lower - 1e-9)).any())
    return np.minimum(lower, load), np.maximum(upper, load), is_widened


def _balanced(problem: Problem) -> list[Measure]:
    """The measures of the compiled problem, in its order."""
    return [m for m in problem.measures if m.tolerance is not None] or [problem.measures[0]]


def _holds_for(problem: Problem, measure: int, is_widened: bool) -> str:
    balanced = _balanced(problem)
    centres = "these centres" if not problem.is_fixed.all() else "the given centres"
    if balanced[measure].tolerance is None:
        return f"all plans with {centres}"
    words = f"all plans with {centres} that keep {balanced[measure].name} within its tolerance"
    return words + (" (territories outside it here may be as far outside)" if is_widened else "")
