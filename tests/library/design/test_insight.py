"""Why a unit is where it is, and what limits a territory."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_instances import Wish, make
from tiny_instances import path_pairs, problem

from bailiwick.design import solve
from bailiwick.design.explain.moves import MoveJudge
from bailiwick.design.explain.territories import territory_insight
from bailiwick.design.explain.units import HARD, unit_insight
from bailiwick.domain import Prices, Problem
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km
from bailiwick.metrics import Evaluation, evaluate

ENDS = [(0.0, 0.0), (5.0, 0.0)]


def row(people: list[float] | None = None, *, label: list[int], **rules: Any) -> MoveJudge:
    people = [1.0] * 6 if people is None else people
    asked: dict[str, Any] = {"centres": ENDS, "tolerance": 1.0, "pairs": path_pairs(6), **rules}
    return MoveJudge(evaluate(problem([(x, 0) for x in range(6)], 2, measures={"people": people}, **asked), np.array(label)))


@pytest.mark.parametrize(
    ("reason", "unit", "judge"),
    [
        ("cheapest", 1, row(label=[0, 0, 0, 1, 1, 1])),
        ("lock", 3, row(label=[0, 0, 0, 0, 1, 1], locked=[-1, -1, -1, 0, -1, -1])),
        ("lock", 2, row(label=[0, 0, 0, 0, 1, 1], locked=[-1, -1, -1, 0, -1, -1], groups=[-1, -1, 7, 7, -1, -1])),
        ("forbidden", 3, row(label=[0, 0, 0, 0, 1, 1], forbidden=np.array([(3, 1)]))),
        ("balance", 3, row(label=[0, 0, 0, 0, 1, 1], people=[1, 1, 1, 3, 3, 3], tolerance=0.1)),
        ("contiguity", 4, row(label=[0, 0, 0, 0, 0, 1], people=[1, 1, 1, 1, 1, 1], pairs=[(0, 1), (1, 2), (2, 4), (4, 3), (3, 5)])),
        ("open", 3, row(label=[0, 0, 0, 0, 1, 1])),
        ("group", 4, row(label=[0, 0, 0, 0, 0, 1], groups=[3, 3, -1, -1, 3, -1])),
        ("last_unit", 5, row(label=[1, 1, 1, 1, 1, 0])),
    ],
)
def test_the_reason_is_the_rule_that_stands_against_something_better(reason: str, unit: int, judge: MoveJudge) -> None:
    assert unit_insight(judge, unit).reason == reason


def test_one_territory_leaves_no_choice() -> None:
    judge = MoveJudge(evaluate(problem([(0, 0), (1, 0)], 1), np.array([0, 0])))
    insight = unit_insight(judge, 0)
    assert (insight.reason, insight.alternatives, insight.next_best) == ("only", (), None)


def test_a_territory_that_was_asked_about_is_judged() -> None:
    asked = problem([(x, 0) for x in range(20)], 7, pairs=path_pairs(20), tolerance=1.0)
    judge = MoveJudge(evaluate(asked, np.minimum(np.arange(20) // 3, 6)))
    insight = unit_insight(judge, 0, instead=6)
    assert insight.instead is not None
    assert insight.instead.goal == 6
    assert "contiguity" in insight.instead.obstacles
    assert insight.nearest == insight.territory == 0
    assert unit_insight(judge, 0, instead=0).instead is None


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_the_next_best_is_the_best_of_all(seed: int) -> None:
    asked = make(Wish.drawn(seed, n_grouped=0))
    label = np.random.default_rng(seed).integers(0, asked.n_territories, asked.n_units)
    plan = evaluate(asked, label)
    judge = MoveJudge(plan)
    unit = seed % asked.n_units
    best = unit_insight(judge, unit).next_best
    assert best is not None
    changes = {}
    for goal in range(asked.n_territories):
        if goal != label[unit]:
            after = evaluate(asked, np.where(np.arange(asked.n_units) == unit, goal, label))
            is_hard = any(rule in HARD for rule in judge.effects(unit, np.array([goal]))[0].obstacles)
            changes[goal] = (is_hard, after.objective - plan.objective)
    least = min(changes.values())
    assert changes[best.goal][0] == least[0]
    assert best.objective_change == pytest.approx(least[1], rel=1e-9, abs=1e-9 * max(1.0, plan.objective))


def test_a_territory_in_numbers_that_fit_in_the_head() -> None:
    judge = row(label=[0, 0, 0, 0, 1, 1], people=[1, 1, 1, 2, 2, 1])
    insight = territory_insight(judge, 0)
    assert insight.centre_unit == -1
    assert insight.now.cost == 0 + 1 + 2 + 6
    (pressure,) = insight.neighbours
    assert (pressure.n_ours_nearer_there, pressure.n_theirs_nearer_here) == (1, 0)
    assert pressure.ours_nearer_there == 0.5
    # only the fourth touches the other territory: 2 km to that end instead of 3
    assert [e.unit_idx.tolist() for e in insight.least_certain] == [[3]]
    assert insight.least_certain[0].objective_change == pytest.approx(-2)
    assert [e.unit_idx.tolist() for e in insight.most_certain] == [[0], [1], [2], [3]]
    assert [e.objective_change for e in insight.most_certain] == pytest.approx([5, 3, 1, -2])


def test_locked_units_are_not_up_for_choice_and_free_centres_are_named() -> None:
    judge = row(label=[0, 0, 0, 1, 1, 1], locked=[0, -1, 0, -1, -1, -1], centres=None)
    insight = territory_insight(judge, 0)
    assert insight.n_locked == 2
    assert insight.centre_unit == 1
    assert [e.unit_idx.tolist() for e in insight.most_certain] == [[1]]
    assert insight.least_certain == ()


def dual_value(plan: Evaluation, prices: Prices, tolerance: np.ndarray) -> float:
    """The bound at given prices, with a tolerance of its own for each territory and windows as wide as the plan needs them."""
    asked = plan.problem
    homes = coordinates_to_points(plan.centre_coordinates, is_planar=True)
    cost = asked.weights[:, None] * distance_km(points_km(asked.units)[:, None, :], homes[None])
    load, price = asked.units.measures[prices.measures[0]], prices.values[:, 0]
    target, deviation = load.sum() * asked.target_shares, plan.deviations[:, 0]
    low = target * (1 + np.minimum(deviation, -np.minimum(tolerance, 1)))
    high = target * (1 + np.maximum(deviation, tolerance))
    room = np.where(price > 0, high, low)
    return float((cost + load[:, None] * price).min(axis=1).sum() - (room * price).sum())


@pytest.mark.parametrize("tolerance", [0.02, 0.1, 0.995])
def test_a_point_of_tolerance_is_worth_what_the_bound_falls(tolerance: float) -> None:
    rng = np.random.default_rng(2)
    asked: Problem = problem(
        rng.random((60, 2)) * 100, 4, measures={"people": rng.lognormal(0, 1, 60)}, tolerance=tolerance, centres=rng.random((4, 2)) * 100
    )
    # a plan of nearest homes is far out of balance, so some windows are wide already
    for label in (solve(asked, clock=time.perf_counter).territory_idx, np.arange(60) % 4, np.minimum(np.arange(60) // 20, 3)):
        plan = evaluate(asked, label)
        prices = Prices(("people",), rng.normal(0, 10, (4, 1)))
        judge = MoveJudge(plan, prices)
        for j in range(4):
            wider = np.full(4, tolerance) + np.where(np.arange(4) == j, 0.01, 0)
            fall = dual_value(plan, prices, np.full(4, tolerance)) - dual_value(plan, prices, wider)
            assert territory_insight(judge, j).point_worth[0] == pytest.approx(fall, rel=1e-6, abs=1e-8), j


def test_without_prices_or_tolerance_nothing_is_claimed() -> None:
    assert not len(territory_insight(row(label=[0, 0, 0, 1, 1, 1]), 0).prices)
    assert not len(territory_insight(row(label=[0, 0, 0, 1, 1, 1]), 0).point_worth)
    free = row(label=[0, 0, 0, 1, 1, 1], tolerance={"people": None})
    assert territory_insight(MoveJudge(free.evaluation, Prices(("people",), np.zeros((2, 1)))), 0).point_worth[0] == 0


def test_an_empty_territory_is_explained_too() -> None:
    asked = problem([(0, 0), (1, 0), (2, 0)], 2, pairs=path_pairs(3), tolerance=1.0)
    judge = MoveJudge(evaluate(asked, np.array([1, 1, 1])))
    insight = territory_insight(judge, 0)
    assert (insight.neighbours, insight.least_certain, insight.centre_unit) == ((), (), -1)
    best = unit_insight(judge, 0).next_best
    assert best is not None
    assert best.goal == 0
    assert best.objective_change <= 0


def test_without_a_graph_neighbours_are_those_next_in_line() -> None:
    asked = replace(problem([(x, 0) for x in range(9)], 3, tolerance=1.0, centres=[(1, 0), (4, 0), (7, 0)]), adjacency=None)
    judge = MoveJudge(evaluate(asked, np.repeat([0, 1, 2], 3)))
    assert [p.territory for p in territory_insight(judge, 0).neighbours] == [1]
    assert {p.territory for p in territory_insight(judge, 1).neighbours} == {0, 2}
