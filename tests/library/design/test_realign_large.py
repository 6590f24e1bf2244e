"""Realignments beyond the size where starts race: a grid of 2,500 units in 25 territories after a shift."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache

import numpy as np
from tiny_instances import grid, grid_pairs, problem

from bailiwick.design import solve
from bailiwick.design.bounds.disruption_floor import disruption_floors
from bailiwick.design.construct.build import proposal_graph, rough_construction
from bailiwick.design.front import WITH_TODAY, sweep
from bailiwick.design.improve.rounds import Rounds
from bailiwick.design.model import compile_problem
from bailiwick.design.progress import Watch
from bailiwick.design.realign import SMALL_NODES, centres_of_today, mended_again, price_of_fewest_moves
from bailiwick.domain import Baseline, Problem
from bailiwick.metrics import Evaluation, evaluate

SIDE = 50


@cache
def shifted(share_of_price: float = 1.0) -> Problem:
    """Squares of 10 × 10 units; the east has grown, the west shrunk."""
    points = np.array(grid(SIDE, SIDE))
    rng = np.random.default_rng(5)
    people = rng.lognormal(0, 0.2, len(points)) * (1.0 + 0.4 * points[:, 0] / SIDE)
    today = (points[:, 0] // 10 * 5 + points[:, 1] // 10).astype(np.int32)
    rules = {"measures": {"people": people}, "tolerance": 0.05, "pairs": grid_pairs(SIDE, SIDE)}
    price = price_of_fewest_moves(problem(points, 25, baseline=Baseline(today, None, 0.0, None), **rules))
    return problem(points, 25, baseline=Baseline(today, None, share_of_price * price, None), **rules)


def judged(asked: Problem) -> Evaluation:
    return evaluate(asked, solve(asked, clock=time.perf_counter).territory_idx)


def test_it_is_balanced_and_moves_little_more_than_must_move_to_neighbours() -> None:
    asked = shifted()
    assert compile_problem(asked).n > SMALL_NODES
    plan, floors = judged(asked), disruption_floors(asked)
    assert plan.keeps_every_rule
    assert floors.to_neighbours is not None
    assert floors.anywhere <= plan.number("moved_share") <= 1.2 * floors.to_neighbours


def test_where_moves_cost_next_to_nothing_the_ways_become_shorter() -> None:
    few, many = judged(shifted()), judged(shifted(0.001))
    assert many.keeps_every_rule
    assert many.compactness < few.compactness
    assert many.number("moved_share") > few.number("moved_share")


def test_the_plans_of_a_front_differ_and_keep_their_own_tolerance() -> None:
    asked = shifted()
    found = sweep(asked, clock=time.perf_counter)
    assert found.settings == WITH_TODAY
    plans = [evaluate(asked, label) for label in found.territory_idx]
    for setting, plan in zip(found.settings, plans, strict=True):
        assert np.abs(plan.deviations).max() <= 0.05 * setting.tolerance + 1e-9, setting
    moved = {
        setting.price: plan.number("moved_share") for setting, plan in zip(found.settings, plans, strict=True) if setting.tolerance == 1
    }
    assert moved[3] <= moved[1] * 1.02 <= moved[0.03] * 1.04
    assert len({label.tobytes() for label in found.territory_idx}) == len(plans)


def test_a_last_territory_out_of_balance_is_mended_by_other_sources() -> None:
    plan = judged(shifted())
    model, watch = compile_problem(plan.problem), Watch(time.perf_counter)
    label = np.zeros(model.n, np.int32)
    label[model.node_of_unit] = plan.territory_idx
    graph = proposal_graph(model)
    for i in range(model.n):  # one territory takes from its neighbours until it is too large
        beside = label[graph[1][graph[0][i] : graph[0][i + 1]]]
        if label[i] != 12 and (beside == 12).any() and not model.excesses(label).any():
            label[i] = 12
    begun = replace(rough_construction(model, centres_of_today(model)), label=label)
    course = Rounds(model, begun, graph, watch, seed=0)
    assert course.best.n_violations == 1
    assert mended_again(model, course, begun, graph, watch, seed=0).n_violations == 0
