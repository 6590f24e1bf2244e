"""Realignments of small random problems against every plan: rules, the bound with its price, the cap, repeatability."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from brute_force import AllPlans
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_instances import Wish, make

from bailiwick.design import solve
from bailiwick.domain import Baseline, Problem, Progress, Result
from bailiwick.metrics import evaluate

REPEATABLE = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": [HealthCheck.too_slow]}

problems = st.builds(
    lambda seed, price, cap: with_today(seed, price, cap),
    st.integers(0, 10_000),
    st.sampled_from([0.0, 0.5, 20.0]),
    st.sampled_from([None, None, 0.0, 0.1, 0.3]),
)


def with_today(seed: int, price: float, cap: float | None) -> Problem:
    rng = np.random.default_rng([seed, 9])
    asked = make(Wish.drawn(seed, n=int(rng.integers(4, 9)), k=int(rng.integers(2, 4))))
    today = rng.integers(0, asked.n_territories, asked.n_units)
    today[rng.random(asked.n_units) < 0.15] = -1
    disruption = None if seed % 2 else rng.integers(0, 9, asked.n_units).astype(float)
    return replace(asked, baseline=Baseline(today, disruption, price, cap))


def stop_after(n_reports: int) -> Callable[[Progress], bool]:
    seen = iter(range(n_reports))
    return lambda _: next(seen, None) is None


def solve_a_while(problem: Problem, n_reports: int) -> Result:
    return solve(problem, clock=time.perf_counter, stop=stop_after(n_reports))


def moved(problem: Problem, labels: np.ndarray) -> np.ndarray:
    assert problem.baseline is not None
    today = problem.baseline.territory_idx
    return ((today >= 0) & (labels != today)) @ problem.disruption


@settings(max_examples=60, **REPEATABLE)
@given(problems, st.sampled_from([0, 3, 50]))
def test_every_realignment_is_complete_honest_and_bounded_from_below(problem: Problem, moment: int) -> None:
    plans = AllPlans(problem)
    assume(len(plans.label))
    result = solve_a_while(problem, moment)
    (row,) = np.flatnonzero((plans.label == result.territory_idx).all(axis=1))
    assert problem.baseline is not None
    disruption = problem.baseline.price * moved(problem, plans.label)
    assert result.objective == pytest.approx(plans.least_costs()[row] + disruption[row], rel=1e-9, abs=1e-9)
    share = moved(problem, plans.label[row]) / max(problem.disruption.sum(), 1e-300)
    cap = problem.baseline.max_moved_share
    keeps_cap = cap is None or share <= cap + 1e-9
    assert evaluate(problem, result.territory_idx).keeps_every_rule == bool(plans.is_feasible[row] and keeps_cap)
    assert ("moved_above_cap" in {notice.code for notice in result.notices}) == (not keeps_cap)
    if result.bound is not None:
        is_meant = plans.as_bounded(row, result.bound.holds_for)
        is_diameter = problem.objective == "diameter"
        ways = plans.least_costs() if is_diameter else plans.costs_from(result.centre_coordinates)
        cheapest = (ways + disruption)[is_meant].min()
        assert result.bound.value <= cheapest * (1 + 1e-9) + 1e-9


def test_the_fewest_moves_are_nearly_always_found() -> None:
    """With a price above any distance the least disruption is sought; counting every plan tells what it is."""
    n_asked = n_best = 0
    for seed in range(120):
        problem = with_today(seed, 1e4, None)
        plans = AllPlans(problem)
        if problem.objective == "diameter" or problem.groups is not None or not plans.is_feasible.any():
            continue
        result = solve(problem, clock=time.perf_counter)
        least, found = moved(problem, plans.label)[plans.is_feasible].min(), moved(problem, result.territory_idx[None])[0]
        n_asked += 1
        n_best += bool(evaluate(problem, result.territory_idx).keeps_every_rule and found <= least + 1e-9)
    assert n_asked > 15
    assert n_best >= 0.75 * n_asked


@settings(max_examples=10, **REPEATABLE)
@given(problems)
def test_same_problem_and_seed_give_the_same_realignment(problem: Problem) -> None:
    assume(len(AllPlans(problem).label))
    first, second = solve_a_while(problem, 30), solve_a_while(problem, 30)
    assert first.territory_idx.tolist() == second.territory_idx.tolist()
    assert first.objective == second.objective
    assert first.bound == second.bound
