"""Territory design from problem to plan: construct, improve, bound, explain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bailiwick.design.bounds.any_centres import bound_for_any_centres, why_not_any_centres
from bailiwick.design.bounds.of_plan import lower_bound
from bailiwick.design.constraints.conflicts import find_conflicts
from bailiwick.design.constraints.hard import check_hard_rules
from bailiwick.design.constraints.smallest import with_smallest
from bailiwick.design.explain.findings import findings
from bailiwick.design.islands import apart_notice, without_needless_links
from bailiwick.design.model import compile_problem
from bailiwick.design.progress import ProgressFn, StopFn, Watch
from bailiwick.design.scattered import best_by_units
from bailiwick.domain import Notice, Problem, Result
from bailiwick.errors import InputError
from bailiwick.metrics.evaluation import evaluate

APART = 0.7
"""Share of the work that goes into a plan in which no territory crosses the water, before links between islands are tried."""


def solve(
    problem: Problem,
    *,
    clock: Callable[[], float],
    seed: int = 0,
    prove: bool = False,
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
    prove
        Look for a bound over all places of the free centres, too.
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
    See ``docs/algorithms/design.md`` for the method, its guarantees and its cost. Where the map is in pieces that can have
    territories of their own, a plan that crosses no link between them is looked for first; its problem is that of the result.
    """
    if seed < 0:
        raise InputError(f"the seed must be zero or more, found {seed}", code="parameter", field="seed")
    check_hard_rules(problem)
    watch = Watch(clock, stop, on_progress)
    apart = without_needless_links(problem)
    if apart is problem:
        return _searched(problem, watch, seed=seed, prove=prove)
    with watch.part(0.0, APART):
        result = _searched(apart, watch, seed=seed, prove=prove)
    n_broken = _n_broken(result)
    if n_broken and not watch.is_stopped:
        with watch.part(APART, 1.0):
            linked = _searched(problem, watch, seed=seed, prove=prove)
        if _n_broken(linked) < n_broken:
            return linked
    return replace(result, notices=(*result.notices, apart_notice(problem, apart)))


def _n_broken(result: Result) -> int:
    """Territories and units at which a plan breaks a rule."""
    evaluation = evaluate(result.problem, result.territory_idx, result.centre_coordinates)
    beyond = sum(int(evaluation.values.get(key, 0)) for key in ("too_far_units", "too_long_units"))
    return int(evaluation.is_violating.sum()) + len(evaluation.in_pieces) + beyond


def _searched(problem: Problem, watch: Watch, *, seed: int, prove: bool) -> Result:
    model = compile_problem(problem)
    watch.lap("model")
    watch.report("construct", 0.0)
    prices, evaluation = best_by_units(problem, model, watch, seed=seed)
    watch.lap("solve")
    bound = lower_bound(model, evaluation, prices, is_quick=watch.is_stopped)
    wider = bound_for_any_centres(model, evaluation, watch) if prove else None
    watch.lap("bound")
    return Result(
        problem=problem,
        territory_idx=evaluation.territory_idx,
        centre_coordinates=evaluation.centre_coordinates,
        objective=evaluation.objective,
        bound=bound,
        bound_any_centres=wider,
        stop_reason="interrupted" if watch.is_stopped else "converged",
        seed=seed,
        notices=(*findings(evaluation), *_not_proven(problem, prove=prove)),
        timings_seconds=dict(watch.laps),
        conflicts=with_smallest(find_conflicts(evaluation, model), evaluation),
    )


def _not_proven(problem: Problem, *, prove: bool) -> tuple[Notice, ...]:
    reason = why_not_any_centres(problem) if prove else None
    return () if reason is None else (Notice("not_proven", f"No bound over other centres was looked for: {reason}.", 1),)
