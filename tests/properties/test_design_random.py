"""Random small problems: what every plan must keep, whenever the search is stopped, judged by counting all plans."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from brute_force import AllPlans
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_instances import CENTRES, LAYOUTS, Wish, make
from tiny_instances import OBJECTIVES

from bailiwick.design import solve
from bailiwick.domain import Problem, Progress, Result
from bailiwick.errors import InfeasibleError
from bailiwick.metrics import evaluate

REPEATABLE = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": [HealthCheck.too_slow]}
TOLERANCES = (0.0, 0.05, 0.2, 0.5)

plain_wishes = st.builds(
    Wish,
    seed=st.integers(0, 10_000),
    n=st.integers(3, 9),
    k=st.integers(1, 3),
    objective=st.sampled_from(OBJECTIVES),
    layout=st.sampled_from(LAYOUTS),
    must_connect=st.booleans(),
    tolerance=st.sampled_from(TOLERANCES),
    centres=st.sampled_from(CENTRES),
    n_measures=st.integers(1, 2),
    has_zeros=st.booleans(),
    has_unequal_shares=st.booleans(),
)
wishes = st.builds(
    lambda wish, n_locked, n_barred, n_grouped: Wish(**{**vars(wish), "n_locked": n_locked, "n_barred": n_barred, "n_grouped": n_grouped}),
    plain_wishes,
    n_locked=st.integers(0, 3),
    n_barred=st.integers(0, 5),
    n_grouped=st.sampled_from([0, 0, 2, 3]),
)
moments = st.one_of(st.integers(0, 40), st.sampled_from([0, 1, 2]))


def stop_after(n_reports: int) -> Callable[[Progress], bool]:
    """Stops at the report of that number: the same moment in every run."""
    seen = iter(range(n_reports))
    return lambda _: next(seen, None) is None


def solve_a_while(problem: Problem, n_reports: int, seed: int = 0) -> Result:
    return solve(problem, clock=time.perf_counter, seed=seed, stop=stop_after(n_reports))


@settings(max_examples=120, **REPEATABLE)
@given(wishes, moments)
def test_every_plan_is_complete_honest_and_bounded_from_below(wish: Wish, moment: int) -> None:
    problem = make(wish)
    plans = AllPlans(problem)
    try:
        result = solve_a_while(problem, moment)
    except InfeasibleError:
        assert not len(plans.label)
        return
    evaluation = evaluate(problem, result.territory_idx)
    # the brute force lists only plans that keep locks, bars and groups and leave no territory empty
    (row,) = np.flatnonzero((plans.label == result.territory_idx).all(axis=1))
    assert evaluation.keeps_every_rule == bool(plans.is_feasible[row])
    codes = {notice.code for notice in result.notices}
    assert bool(codes & {"balance_not_met", "unit_exceeds_territory"}) >= (not plans.is_balanced[row])
    assert ("contiguity_not_met" in codes) == (not plans.is_connected[row])
    assert np.isclose(result.objective, plans.least_costs()[row], rtol=1e-9, atol=1e-9)
    assert_bound_holds(result, plans, row)


def assert_bound_holds(result: Result, plans: AllPlans, row: int) -> None:
    assert result.bound is not None
    is_meant = plans.as_bounded(row, result.bound.holds_for)
    assert is_meant[row]
    is_diameter = result.problem.objective == "diameter"
    cheapest = (plans.least_costs() if is_diameter else plans.costs_from(result.centre_coordinates))[is_meant].min()
    assert result.bound.value <= cheapest * (1 + 1e-9) + 1e-9


@settings(max_examples=60, **REPEATABLE)
@given(plain_wishes, moments)
def test_territories_are_connected_where_nothing_but_the_graph_decides(wish: Wish, moment: int) -> None:
    assume(wish.must_connect)
    result = solve_a_while(make(wish), moment)
    assert evaluate(result.problem, result.territory_idx).in_pieces.size == 0


@settings(max_examples=15, **REPEATABLE)
@given(wishes, st.integers(0, 3))
def test_same_problem_and_seed_give_the_same_plan(wish: Wish, seed: int) -> None:
    assume(len(AllPlans(make(wish)).label))
    first, second = solve_a_while(make(wish), 20, seed), solve_a_while(make(wish), 20, seed)
    assert first.territory_idx.tolist() == second.territory_idx.tolist()
    assert first.centre_coordinates.tobytes() == second.centre_coordinates.tobytes()
    assert first.objective == second.objective
    assert first.bound == second.bound
    assert first.notices == second.notices


@settings(max_examples=15, **REPEATABLE)
@given(wishes)
def test_names_of_units_and_territories_change_nothing_but_names(wish: Wish) -> None:
    problem = make(wish)
    assume(len(AllPlans(problem).label))
    renamed = make(wish, unit_ids=[f"x{7 * i % 10}" for i in range(wish.n)], territory_ids=[f"zone {9 - j}" for j in range(wish.k)])
    plan, other = solve_a_while(problem, 20), solve_a_while(renamed, 20)
    assert plan.territory_idx.tolist() == other.territory_idx.tolist()
    assert plan.objective == other.objective


@settings(max_examples=20, **REPEATABLE)
@given(plain_wishes, st.integers(0, 100))
def test_the_order_of_the_units_changes_nothing(wish: Wish, shuffle: int) -> None:
    # positions are drawn at random and measures are whole numbers, so that there are no ties and sums are exact
    assume(wish.layout != "grid")
    problem = make(wish)
    order = np.random.default_rng(shuffle).permutation(wish.n)
    plan, other = solve_a_while(problem, 20), solve_a_while(make(wish, order=order), 20)
    assert plan.territory_idx[order].tolist() == other.territory_idx.tolist()
    assert np.isclose(plan.objective, other.objective, rtol=1e-12)


def test_nearly_every_plan_that_keeps_the_rules_is_found() -> None:
    n_possible, missed = 0, []
    for seed in range(200, 240):
        problem = make(Wish.drawn(seed, n_locked=0, n_barred=0, n_grouped=0))
        plans = AllPlans(problem)
        if not plans.is_feasible.any():
            continue
        n_possible += 1
        result = solve(problem, clock=time.perf_counter, stop=lambda progress: progress.fraction >= 0.45)
        if not evaluate(problem, result.territory_idx).keeps_every_rule:
            missed.append(seed)
    assert n_possible >= 20
    assert len(missed) <= 0.1 * n_possible, missed
