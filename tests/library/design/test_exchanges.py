"""A second move that makes room for a first one: the best of all that there are, with the cost that judging both has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brute_force import AllPlans
from tiny_instances import path_pairs, problem

from bailiwick.design.explain.exchanges import N_JUDGED, best_exchange
from bailiwick.design.explain.moves import MoveEffect, MoveJudge
from bailiwick.design.explain.units import unit_insight
from bailiwick.domain import Baseline, Problem
from bailiwick.metrics import Evaluation, evaluate


def some_problem(seed: int) -> Problem:
    rng = np.random.default_rng([seed, 77])
    n, k = 7, int(rng.integers(2, 4))
    points = rng.random((n, 2)) * 10
    pairs = {tuple(sorted(map(int, rng.choice(n, 2, replace=False)))) for _ in range(9)} | set(path_pairs(n))
    asked = problem(
        points,
        k,
        measures={"hours": rng.integers(1, 6, n), "sales": rng.integers(1, 6, n)},
        tolerance={"hours": 0.25, "sales": 0.6},
        pairs=sorted(pairs) if rng.random() < 0.7 else None,
        centres=points[:k] if rng.random() < 0.5 else None,
        objective=str(rng.choice(["distance", "inertia", "diameter"])),
    )
    if rng.random() < 0.3:
        asked = replace(asked, locked=np.where(np.arange(n) == 0, 0, -1))
    if rng.random() < 0.3:
        asked = replace(asked, baseline=Baseline(rng.integers(0, k, n), price=float(rng.random())))
    return asked


def best_of_all(plan: Evaluation, first: MoveEffect) -> tuple[float, int]:
    """Least change of the objective over all second moves of a unit out of the goal, and how many keep the balance."""
    asked, found, n_balanced = plan.problem, np.inf, 0
    for unit in np.flatnonzero(plan.territory_idx == first.goal):
        for goal in range(asked.n_territories):
            label = plan.territory_idx.copy()
            label[first.unit_idx], label[unit] = first.goal, goal
            after = evaluate(asked, label)
            if goal != first.goal and not after.is_violating.any():
                n_balanced += 1
                if after.keeps_every_rule and (np.bincount(label, minlength=asked.n_territories) > 0).all():
                    found = min(found, after.objective - plan.objective)
    return found, n_balanced


def test_it_is_the_best_of_all_second_moves() -> None:
    n_found = n_none = n_third = 0
    for seed in range(120):
        asked = some_problem(seed)
        plans = AllPlans(asked)
        good = np.flatnonzero(plans.is_balanced & plans.is_connected)
        if not len(good):
            continue
        plan = evaluate(asked, plans.label[np.random.default_rng(seed).choice(good)].astype(np.int32))
        if not plan.keeps_every_rule:
            continue
        judge = MoveJudge(plan)
        for unit in range(asked.n_units):
            goals = np.delete(np.arange(asked.n_territories), plan.territory_idx[unit]).astype(np.int32)
            for first in judge.effects(unit, goals):
                exchange = best_exchange(judge, first)
                if first.obstacles != ("balance",):
                    assert exchange is None
                    continue
                least, n_balanced = best_of_all(plan, first)
                if (asked.adjacency is None and asked.n_territories > 2) or n_balanced > N_JUDGED:
                    assert exchange is None or exchange.objective_change >= least - 1e-9
                else:
                    assert (exchange is None) == np.isinf(least), (seed, unit)
                if exchange is None:
                    n_none += 1
                    continue
                label = plan.territory_idx.copy()
                label[first.unit_idx], label[exchange.unit] = first.goal, exchange.goal
                after = evaluate(asked, label)
                assert after.keeps_every_rule
                assert exchange.objective_change == pytest.approx(after.objective - plan.objective, abs=1e-9)
                n_found += 1
                n_third += not exchange.is_swap
    assert min(n_found, n_none) > 60
    assert n_third > 5


def test_a_unit_that_could_only_go_in_exchange_says_with_whom() -> None:
    asked = problem([(x, 0) for x in range(4)], 2, centres=[(0, 0), (3, 0)], tolerance=0.1, measures={"hours": [1, 1, 1, 1]})
    insight = unit_insight(MoveJudge(evaluate(asked, np.array([0, 1, 0, 1], np.int32))), 2)
    assert insight.reason == "balance"
    assert insight.exchange is not None
    assert (insight.exchange.unit, insight.exchange.goal, insight.exchange.is_swap) == (1, 0, True)
    assert insight.exchange.objective_change == pytest.approx(-2.0)
