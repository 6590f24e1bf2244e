"""Regions, districts and territories designed together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bailiwick.design.bounds.of_plan import bound_of_plan
from bailiwick.design.constraints.conflicts import find_conflicts
from bailiwick.design.constraints.hard import check_hard_rules
from bailiwick.design.explain.findings import findings
from bailiwick.design.hierarchy.polish import Polished, polish
from bailiwick.design.hierarchy.stages import from_above, from_below
from bailiwick.design.model import compile_problem
from bailiwick.design.progress import ProgressFn, StopFn
from bailiwick.design.relay import Relay
from bailiwick.domain import Bound, IntArray, Level, Problem, Result
from bailiwick.domain.hierarchy import check_levels, level_problem
from bailiwick.errors import InfeasibleError
from bailiwick.metrics.evaluation import Evaluation, evaluate

FROM_ABOVE, FROM_BELOW = "from above", "from below"
SMALL_UNITS, SMALL_POLISHES = 300, 4
"""Up to so many units each first plan is polished by several random sources: that costs next to nothing there."""


@dataclass(frozen=True, eq=False)
class LevelResult:
    """One level of a plan.

    Attributes
    ----------
    level
        What was asked.
    of_territory
        Group of each territory, shape (K,).
    evaluation
        The groups judged as if they were territories.
    bound
        Lower bound on the objective of this level, or None.
    """

    level: Level
    of_territory: IntArray
    evaluation: Evaluation
    bound: Bound | None

    @property
    def gap(self) -> float | None:
        """How far the objective of the level is above its bound, as a fraction; None without a bound."""
        if self.bound is None or self.bound.value <= 0:
            return None
        return max(0.0, self.evaluation.objective / self.bound.value - 1.0)


@dataclass(frozen=True, eq=False)
class LevelsResult:
    """A plan with levels.

    Attributes
    ----------
    result
        The territories.
    levels
        Coarsest first.
    construction
        ``from above`` or ``from below``: which of the first plans led to this one.
    """

    result: Result
    levels: tuple[LevelResult, ...]
    construction: str


def solve_levels(
    problem: Problem,
    levels: tuple[Level, ...],
    *,
    clock: Callable[[], float],
    seed: int = 0,
    stop: StopFn | None = None,
    on_progress: ProgressFn | None = None,
    time_limit: float | None = None,
) -> LevelsResult:
    """Design territories and the levels above them together.

    Parameters
    ----------
    problem
        The territories that are asked for.
    levels
        Coarsest first.
    clock, seed, stop, on_progress
        As for :func:`bailiwick.design.solve.solve`.
    time_limit
        Seconds that ``stop`` will allow, or None; they are divided among the steps.

    Raises
    ------
    InfeasibleError
        As for territories alone.
    InputError
        If the levels cannot be nested.

    Notes
    -----
    Two first plans, where both apply: cut from above (regions, in them districts, in them territories) and grouped from
    below (the best territories alone, then groups of them). Each is polished at all levels together; the one with less excess
    wins, then the one whose objectives, each beside the best found for that level, are smaller on average. See
    ``docs/algorithms/hierarchy.md``.
    """
    check_levels(levels, problem)
    check_hard_rules(problem)
    relay = Relay(clock, stop, on_progress, time_limit=time_limit)
    found = _candidates(problem, levels, relay, seed=seed)
    least = np.min([plan.costs for _, _, plan in found], axis=0)
    scores = [(round(plan.excess, 9), float((plan.costs / np.maximum(least, 1e-12)).mean())) for _, _, plan in found]
    construction, parents, plan = found[scores.index(min(scores))]
    return _finished(problem, levels, parents, plan.label, construction, relay, seed)


def _candidates(problem: Problem, levels: tuple[Level, ...], relay: Relay, *, seed: int) -> list[tuple[str, list[IntArray], Polished]]:
    starts: list[tuple[str, list[IntArray], IntArray]] = []
    above = _cut_if_possible(problem, levels, relay, seed=seed)
    if above is not None:
        starts.append((FROM_ABOVE, above[1], above[0]))
    if not any(level.of_unit is not None for level in levels) or above is None:
        label = np.array(relay.solve(problem, seed=seed, share=0.3).territory_idx)
        below = from_below(problem, label, levels, relay, seed=seed, share=0.1)
        if below is not None:
            starts.append((FROM_BELOW, below, label))
    if not starts:
        raise InfeasibleError(
            "the groups that are given have too few units, or too many locks, for the territories that their load calls for",
            conflicts=("levels", "territories"),
            relaxation="ask for fewer territories, or leave the level to the design",
        )
    n_sources = SMALL_POLISHES if problem.n_units <= SMALL_UNITS else 1
    courses = [(start, seed + more) for start in starts for more in range(n_sources)]
    width = 0.2 / len(courses)
    return [
        (name, parents, polish(problem, levels, parents, label, relay, seed=one, done=(0.8 + width * at, 0.8 + width * (at + 1))))
        for at, ((name, parents, label), one) in enumerate(courses)
    ]


def _cut_if_possible(problem: Problem, levels: tuple[Level, ...], relay: Relay, *, seed: int) -> tuple[IntArray, list[IntArray]] | None:
    try:
        return from_above(problem, levels, relay, seed=seed, share=0.4)
    except InfeasibleError:  # locks and groups of units that the whole allows, but not these parts
        return None


def _finished(
    problem: Problem, levels: tuple[Level, ...], parents: list[IntArray], label: IntArray, construction: str, relay: Relay, seed: int
) -> LevelsResult:
    evaluation = evaluate(problem, label)
    judged = []
    for level, of_territory in zip(levels, parents, strict=True):
        as_territories = evaluate(level_problem(problem, level, of_territory), of_territory[label])
        judged.append(LevelResult(level, of_territory, as_territories, bound_of_plan(as_territories, is_quick=relay.is_stopped)))
    result = Result(
        problem=problem,
        territory_idx=evaluation.territory_idx,
        centre_coordinates=evaluation.centre_coordinates,
        objective=evaluation.objective,
        bound=bound_of_plan(evaluation, is_quick=relay.is_stopped),
        stop_reason=relay.stop_reason,
        seed=seed,
        notices=findings(evaluation),
        timings_seconds={"solve": relay.clock() - relay.started},
        conflicts=find_conflicts(evaluation, compile_problem(problem)),
    )
    return LevelsResult(result, tuple(judged), construction)
