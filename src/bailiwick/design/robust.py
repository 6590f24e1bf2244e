"""Plans that stay within their tolerances also when measures turn out otherwise than expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from bailiwick.design.bounds.of_plan import bound_of_plan
from bailiwick.design.constraints.conflicts import find_conflicts
from bailiwick.design.explain.findings import findings
from bailiwick.design.model import compile_problem
from bailiwick.design.progress import ProgressFn, StopFn
from bailiwick.design.relay import Relay
from bailiwick.domain import FloatArray, IntArray, Problem, Result
from bailiwick.domain.uncertainty import Uncertainty
from bailiwick.metrics.evaluation import evaluate
from bailiwick.metrics.robustness import expected_spread, probability_within

LEAST_SHARE = 0.15
"""Share of a tolerance that is always left to the search, however much the measure spreads."""
QUANTILES = (0.5, 0.9)
"""Which territory's spread the windows make room for: first the middle one, then all but the worst tenth."""


@dataclass(frozen=True, eq=False)
class RobustResult:
    """A plan chosen for its probability of staying within its tolerances.

    Attributes
    ----------
    result
        The plan, judged by the tolerances that were asked for.
    search_tolerances
        Tolerance of each measure that the search kept, shape (M,); NaN for measures that are not balanced.
    """

    result: Result
    search_tolerances: FloatArray


def solve_robust(
    problem: Problem,
    uncertainties: tuple[Uncertainty, ...],
    *,
    clock: Callable[[], float],
    confidence: float = 0.9,
    seed: int = 0,
    stop: StopFn | None = None,
    on_progress: ProgressFn | None = None,
    time_limit: float | None = None,
) -> RobustResult:
    """Design territories with windows that leave room for what may come.

    Parameters
    ----------
    uncertainties
        One per uncertain measure of the problem.
    confidence
        Probability with which each territory shall stay within its tolerances, above 0.5 and below 1.
    clock, seed, stop, on_progress
        As for :func:`bailiwick.design.solve.solve`.
    time_limit
        Seconds that ``stop`` will allow, or None; they are divided among the designs.

    Notes
    -----
    Three designs: with the tolerances as they are, then with each reduced by ``z`` standard deviations of the deviation of the
    middle territory, then of one at the 90 % quantile; ``z`` is the normal quantile of the confidence. The one with most
    territories at the confidence is kept, then with the highest mean probability. See ``docs/algorithms/robust.md``.
    """
    relay = Relay(clock, stop, on_progress, time_limit=time_limit)
    share = 1.0 / (1 + len(QUANTILES))
    plain = relay.solve(problem, seed=seed, share=share)
    tried = [(_merit(problem, uncertainties, plain.territory_idx, confidence), plain, problem)]
    for quantile in QUANTILES:
        if relay.is_stopped:
            break
        tight = tightened(problem, uncertainties, plain.territory_idx, confidence, quantile)
        found = relay.solve(tight, seed=seed, share=share)
        tried.append((_merit(problem, uncertainties, found.territory_idx, confidence), found, tight))
    _, best, searched = max(tried, key=lambda entry: entry[0])
    tolerances = np.array([np.nan if m.tolerance is None else m.tolerance for m in searched.measures])
    return RobustResult(_judged(problem, best, relay), tolerances)


def tightened(
    problem: Problem, uncertainties: tuple[Uncertainty, ...], territory_idx: IntArray, confidence: float, quantile: float
) -> Problem:
    """The problem with tolerances that leave room for the spread of the territories of a plan.

    Parameters
    ----------
    quantile
        Of the standard deviations of the territories.
    """
    measures = {m.name: m for m in problem.measures}
    for uncertainty in uncertainties:
        measure = measures[uncertainty.measure]
        if measure.tolerance is None:
            continue
        spread = float(np.quantile(expected_spread(uncertainty, territory_idx, problem.target_shares), quantile))
        room = max(measure.tolerance - float(ndtri(confidence)) * spread, LEAST_SHARE * measure.tolerance)
        measures[measure.name] = replace(measure, tolerance=room)
    return replace(problem, measures=tuple(measures.values()))


def least_probability(problem: Problem, uncertainties: tuple[Uncertainty, ...], territory_idx: IntArray) -> FloatArray:
    """Probability of each territory in the measure that is least likely to stay within its tolerance, shape (K,)."""
    tolerance = {m.name: m.tolerance for m in problem.measures}
    found = [
        probability_within(u, territory_idx, problem.target_shares, limit)
        for u in uncertainties
        if (limit := tolerance[u.measure]) is not None
    ]
    return np.min(found, axis=0) if found else np.ones(problem.n_territories)


def _merit(problem: Problem, uncertainties: tuple[Uncertainty, ...], territory_idx: IntArray, confidence: float) -> tuple[int, int, float]:
    """Fewest in pieces or outside today first, then most at the confidence, then the mean probability."""
    judged = evaluate(problem, territory_idx)
    probability = least_probability(problem, uncertainties, territory_idx)
    broken = int(judged.is_violating.any(axis=1).sum()) + len(judged.in_pieces)
    return -broken, int((probability >= confidence).sum()), round(float(probability.mean()), 9)


def _judged(problem: Problem, found: Result, relay: Relay) -> Result:
    """The plan under the tolerances that were asked for, with a bound that holds for them."""
    evaluation = evaluate(problem, found.territory_idx)
    return replace(
        found,
        problem=problem,
        stop_reason=relay.stop_reason,
        centre_coordinates=evaluation.centre_coordinates,
        objective=evaluation.objective,
        bound=bound_of_plan(evaluation, is_quick=relay.is_stopped),
        notices=findings(evaluation),
        conflicts=find_conflicts(evaluation, compile_problem(problem)),
    )
