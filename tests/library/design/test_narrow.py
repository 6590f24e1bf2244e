"""Tabu search for the largest diameter: never worse than its start, as good as can be where all plans are known, rules kept."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
import pytest
from brute_force import AllPlans
from tiny_instances import grid, grid_pairs, problem

from bailiwick.design.construct.build import proposal_graph
from bailiwick.design.construct.repair import n_broken
from bailiwick.design.improve.crew import middles
from bailiwick.design.improve.narrow import can_narrow, narrow
from bailiwick.design.improve.schedule import Improved
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.progress import Watch
from bailiwick.domain import IntArray, Problem
from bailiwick.metrics.diameter import diameters_km


def started(model: Model, unit_label: IntArray) -> Improved:
    label = model.to_nodes(unit_label.astype(np.int32))
    return Improved(label, middles(model.points, label, model.k), model.excesses(label), diameter(model, label))


def diameter(model: Model, label: IntArray) -> float:
    return float(diameters_km(model.points, label, model.k).max())


def searched(model: Model, unit_label: IntArray, *, seed: int = 0) -> Improved:
    return narrow(model, started(model, unit_label), proposal_graph(model), Watch(lambda: 0.0), seed=seed)


def stripes(columns: int, rows: int, **rules: Any) -> tuple[Problem, IntArray]:
    """A grid cut into rows, the longest territories that there are."""
    people = np.random.default_rng(3).integers(8, 13, columns * rows).astype(np.float64)
    pairs = grid_pairs(columns, rows)
    asked = problem(grid(columns, rows), rows, measures={"people": people}, tolerance=0.3, pairs=pairs, objective="diameter", **rules)
    return asked, (np.arange(columns * rows) // columns).astype(np.int32)


@pytest.mark.parametrize("seed", range(4))
def test_the_best_of_all_plans_is_found(seed: int) -> None:
    people = np.random.default_rng(seed).integers(5, 16, 12).astype(np.float64)
    asked = problem(grid(4, 3), 2, measures={"people": people}, tolerance=0.2, pairs=grid_pairs(4, 3), objective="diameter")
    model, plans = compile_problem(asked), AllPlans(asked)
    found = searched(model, (np.arange(12) % 4 // 2).astype(np.int32))
    kept = plans.is_connected & (np.abs(plans.deviations[:, :, 0]) <= 0.2 + 1e-9).all(axis=1)
    best = min(diameter(model, model.to_nodes(label.astype(np.int32))) for label in plans.label[kept])
    assert found.cost == pytest.approx(best)
    assert not n_broken(model, found.label)


def test_rows_become_blocks_and_every_rule_holds() -> None:
    asked, rows = stripes(12, 9)
    model = compile_problem(asked)
    found = searched(model, rows)
    assert found.cost < 0.6 * diameter(model, model.to_nodes(rows))
    assert found.excess == 0.0
    assert not n_broken(model, found.label)
    assert found.cost == pytest.approx(diameter(model, found.label))


def test_what_is_locked_or_forbidden_stays_so() -> None:
    locks = np.full(108, -1, np.int32)
    locks[[0, 5, 53]] = 0, 0, 4
    asked, rows = stripes(12, 9, locked=locks, forbidden=np.array([[12, 0], [13, 0]]))
    model = compile_problem(asked)
    found = searched(model, rows)
    label = model.to_units(found.label)
    assert (label[[0, 5, 53]] == locks[[0, 5, 53]]).all()
    assert 0 not in label[[12, 13]]
    assert found.cost < diameter(model, model.to_nodes(rows))


def test_the_same_seed_gives_the_same_plan_with_one_thread_and_with_two() -> None:
    asked, rows = stripes(12, 9)
    model = compile_problem(asked)
    before = nb.get_num_threads()
    try:
        found = []
        for n_threads in (1, min(2, before)):
            nb.set_num_threads(n_threads)
            found.append(searched(model, rows, seed=5).label)
    finally:
        nb.set_num_threads(before)
    assert (found[0] == found[1]).all()


def test_a_plan_that_cannot_be_balanced_is_no_farther_out_than_before() -> None:
    people = np.ones(36)
    people[0] = 30.0
    asked = problem(grid(6, 6), 4, measures={"people": people}, tolerance=0.05, pairs=grid_pairs(6, 6), objective="diameter")
    model = compile_problem(asked)
    quadrants = (np.arange(36) // 6 // 3 * 2 + np.arange(36) % 6 // 3).astype(np.int32)
    before = started(model, quadrants)
    after = narrow(model, before, proposal_graph(model), Watch(lambda: 0.0), seed=0)
    assert after.rank <= before.rank


@pytest.mark.parametrize("objective", ["distance", "inertia"])
def test_other_objectives_are_not_narrowed(objective: str) -> None:
    asked = problem(grid(4, 3), 2, pairs=grid_pairs(4, 3), objective=objective)
    assert not can_narrow(compile_problem(asked))
