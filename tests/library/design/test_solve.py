"""The search as a whole: progress, stopping, seeds, timings, and rules that contradict each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from tiny_instances import OBJECTIVES, grid, grid_pairs, line5, one_unit, problem

from bailiwick.design import solve
from bailiwick.domain import Objective, Problem, Progress, Result
from bailiwick.errors import InfeasibleError, InputError
from bailiwick.metrics import evaluate


def ticking() -> itertools.count[int]:
    return itertools.count()


def uneven_grid(objective: Objective = "distance", **rules: object) -> Problem:
    people = np.random.default_rng(0).lognormal(0, 0.5, 80)
    return problem(grid(10, 8), 5, measures={"people": people}, pairs=grid_pairs(10, 8), objective=objective, **rules)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_progress_goes_forward(objective: Objective) -> None:
    seen: list[Progress] = []
    result = solve(uneven_grid(objective), clock=ticking().__next__, on_progress=seen.append)
    assert seen[0].phase == "construct"
    assert {p.phase for p in seen} >= {"construct", "improve"}
    assert all(0 <= p.fraction <= 1 for p in seen)
    shares = [p.fraction for p in seen if p.phase == "improve"]
    assert all(b >= a - 1e-12 for a, b in itertools.pairwise(shares))
    assert all(b >= a for a, b in itertools.pairwise([p.seconds for p in seen]))
    assert result.stop_reason == "converged"
    assert set(result.timings_seconds) == {"model", "solve", "bound"}
    assert all(seconds > 0 for seconds in result.timings_seconds.values())


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_search_can_be_stopped_at_every_report(objective: Objective) -> None:
    asked = uneven_grid(objective)
    reports: list[Progress] = []
    full = solve(asked, clock=ticking().__next__, on_progress=reports.append)
    for moment in [0, 1, 2, 3, 10, len(reports) // 2, len(reports) - 1]:
        plan = stopped_after(asked, moment)
        assert plan.stop_reason == "interrupted"
        assert_valid(plan)
    assert evaluate(asked, full.territory_idx).keeps_every_rule


def stopped_after(asked: Problem, moment: int) -> Result:
    seen = iter(range(moment))
    return solve(asked, clock=ticking().__next__, stop=lambda _: next(seen, None) is None)


def assert_valid(plan: Result) -> None:
    assert np.bincount(plan.territory_idx, minlength=5).min() > 0
    judged = evaluate(plan.problem, plan.territory_idx)
    assert judged.in_pieces.size == 0
    assert judged.keeps_every_rule or plan.notices
    if plan.bound is not None:
        assert plan.bound.value <= plan.objective


def test_the_clock_changes_nothing_but_times() -> None:
    slow = itertools.count(0.0, 1000.0)
    one, other = solve(line5(), clock=ticking().__next__), solve(line5(), clock=slow.__next__)
    assert one.territory_idx.tolist() == other.territory_idx.tolist()
    assert one.bound == other.bound


def test_another_seed_is_another_search_of_the_same_problem() -> None:
    plans = [solve(uneven_grid(), clock=ticking().__next__, seed=seed) for seed in (0, 1, 2**63)]
    assert [plan.seed for plan in plans] == [0, 1, 2**63]
    assert all(not plan.notices for plan in plans)
    best = min(plan.objective for plan in plans)
    assert max(plan.objective for plan in plans) < 1.05 * best


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(InputError, match="the seed must be zero or more, found -1"):
        solve(line5(), clock=ticking().__next__, seed=-1)


def test_one_unit_is_a_plan() -> None:
    result = solve(one_unit(), clock=ticking().__next__)
    assert result.territory_idx.tolist() == [0]
    assert (result.objective, result.gap) == (0.0, 0.0)
    assert result.centre_coordinates.tolist() == [[7.0, 50.0]]


def test_rules_that_contradict_each_other_end_before_the_search() -> None:
    seen: list[Progress] = []
    with pytest.raises(InfeasibleError, match="u1 is locked to territory T2 and forbidden there"):
        solve(
            line5(locked=[-1, 1, -1, -1, -1], forbidden=np.array([(1, 1)])),
            clock=ticking().__next__,
            on_progress=seen.append,
        )
    assert not seen


def test_a_bound_without_tolerance_speaks_of_all_plans() -> None:
    asked = problem(grid(4, 2), 2, tolerance={"people": None}, centres=[(0, 0), (3, 0)])  # type: ignore[dict-item]
    bound = solve(asked, clock=ticking().__next__).bound
    assert bound is not None
    assert bound.holds_for == "all plans with the given centres"
    # without windows every unit goes to its nearest home
    assert bound.value == pytest.approx(2 * (0 + 1 + 1 + 2**0.5))


def test_the_largest_distance_gives_way_to_harder_rules() -> None:
    row = [(x, 0) for x in range(6)]
    # unit 0 may not go to the first home and is too far from the second: too far it is
    asked = problem(row, 2, centres=[(0, 0), (5, 0)], tolerance=0.5, max_distance_km=3, forbidden=np.array([(0, 0)]))
    plan = solve(asked, clock=ticking().__next__)
    assert plan.territory_idx[0] == 1
    assert [notice.code for notice in plan.notices] == ["distance_not_met"]
    # a home that is far from everybody gets somebody all the same
    lonely = problem(row, 2, centres=[(0, 0), (50, 0)], tolerance={"people": None}, max_distance_km=6)  # type: ignore[dict-item]
    assert np.bincount(solve(lonely, clock=ticking().__next__).territory_idx).tolist() == [5, 1]
