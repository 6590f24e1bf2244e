"""The bound that a result carries: for the centres of its plan, over as many rules as there are prices for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bailiwick.design.bounds.many_measures import many_dual_bound
from bailiwick.design.bounds.transport_dual import LADDER, dual_bound, in_objective
from bailiwick.design.construct.build import tightest_measure, transport_kind
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.pieces import pieces_of
from bailiwick.domain import Bound, FloatArray, Measure, Prices, Problem
from bailiwick.geography.geodesy import coordinates_to_points
from bailiwick.metrics.evaluation import Evaluation

QUICK_UNITS = 40_000
"""Up to so many units prices are climbed after an interruption, too: it takes a fraction of a second."""


def bound_for_centres(model: Model, evaluation: Evaluation, start: FloatArray, *, is_quick: bool = False) -> Bound:
    """Lower bound over all plans with the centres of this one; not for the diameter, which has no centres.

    Parameters
    ----------
    model
        The compiled problem of the evaluation.
    start
        Prices of the tightest measure to start from, shape (K,).
    is_quick
        Leave further measures out, and beyond :data:`QUICK_UNITS` take the value at these prices, valid but weaker.
    """
    problem = evaluation.problem
    model = bounded_model(model, problem)
    measure = tightest_measure(model)
    lower, upper, is_outside = windows_with(model, model.to_nodes(evaluation.territory_idx))
    centres = _centres(model, evaluation)
    exact = transport_kind(model).exact(model, measure=measure)
    is_climbed = not is_quick or problem.n_units <= QUICK_UNITS
    single = dual_bound(exact, centres, lower[:, measure], upper[:, measure], start, ladder=LADDER if is_climbed else ())
    value, measures, method = single.value, [measure], "transport dual, smoothed Newton"
    prices = single.prices[:, None]
    if model.load.shape[1] > 1 and not is_quick:
        begin = np.zeros_like(lower)
        begin[:, measure] = single.prices
        many = many_dual_bound(model, centres, lower, upper, begin)
        if many.value > value:
            prices = many.prices
            value, measures, method = many.value, list(range(model.load.shape[1])), "transport dual of all measures, quasi-Newton"
    value = max(in_objective(model, value), 0.0)
    named = "these centres" if not problem.is_fixed.all() else "the given centres"
    words = holds_for(problem, measures, centres=named, is_widened=bool(is_outside[:, measures].any()))
    told = _prices(problem, measures, prices) if is_climbed or prices.any() else None  # zeros that nobody looked behind say nothing
    return Bound(min(value, evaluation.objective), words, method, told)


def bounded_model(model: Model, problem: Problem) -> Model:
    """The model without the rules that a bound may ignore, since they only shrink the set of plans."""
    is_apart = bool(pieces_of(model.indptr, model.indices).any())
    if problem.groups is None and problem.max_distance_km is None and problem.max_minutes is None and not is_apart:
        return model
    adjacency = None if is_apart else problem.adjacency
    return compile_problem(replace(problem, groups=None, max_distance_km=None, max_minutes=None, adjacency=adjacency))


def _centres(model: Model, evaluation: Evaluation) -> FloatArray:
    """Centres of the plan as the transport takes them: points, or rows of costs."""
    if model.travel is not None and evaluation.sites is not None:
        return model.travel.rows(evaluation.sites)
    return coordinates_to_points(evaluation.centre_coordinates, is_planar=evaluation.problem.units.is_planar)


def _prices(problem: Problem, measures: list[int], scaled: FloatArray) -> Prices:
    """Prices in units of the objective per unit of the measure, positive where a territory is full.

    The transport scales weights and loads so that either sums to K, and credits a unit with what it brings.
    """
    names = tuple(_balanced(problem)[m].name for m in measures)
    totals = np.array([problem.units.measures[name].sum() for name in names])
    rate = np.divide(problem.weights.sum(), totals, out=np.zeros_like(totals), where=totals > 0)
    return Prices(names, 0.0 - scaled * rate)


def windows_with(model: Model, label: np.ndarray) -> tuple[FloatArray, FloatArray, np.ndarray]:
    """Windows, widened where this plan is outside, so that the plan is one of those bounded, and where that is; shape (K, M)."""
    load = model.loads(label)
    is_outside = (load > model.upper + 1e-9) | (load < model.lower - 1e-9)
    return np.minimum(model.lower, load), np.maximum(model.upper, load), is_outside


def _balanced(problem: Problem) -> list[Measure]:
    """The measures of the compiled problem, in its order."""
    return [m for m in problem.measures if m.tolerance is not None] or [problem.measures[0]]


def holds_for(problem: Problem, measures: list[int], *, centres: str, is_widened: bool) -> str:
    """The plans that a bound speaks of, in words; without ``centres`` of all."""
    balanced = [_balanced(problem)[m] for m in measures]
    plans = f"all plans with {centres}" if centres else "all plans"
    if balanced[0].tolerance is None:
        return plans
    names = [m.name for m in balanced]
    kept = f"{names[0]} within its tolerance" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} within their tolerances"
    words = f"{plans} that keep {kept}"
    return words + (" (territories outside it here may be as far outside)" if is_widened else "")
