"""Pairs of territories cut anew: as good as the best division there is, locks and forbidden pairs kept, nothing else touched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from brute_force import AllPlans
from tiny_instances import grid, grid_pairs, problem

import bailiwick as bw
from bailiwick.design.construct.build import proposal_graph
from bailiwick.design.construct.repair import n_broken
from bailiwick.design.improve.crew import middles
from bailiwick.design.improve.recombine import recombine
from bailiwick.design.improve.search import Search
from bailiwick.design.model import Model, compile_problem
from bailiwick.domain import IntArray, Problem

COLUMNS, ROWS = 4, 3


def lumpy(seed: int, *, tolerance: float = 0.01, **rules: Any) -> Problem:
    """Twelve units of very different size in two territories."""
    people = np.random.default_rng(seed).integers(1, 100, COLUMNS * ROWS).astype(np.float64)
    return problem(grid(COLUMNS, ROWS), 2, measures={"people": people}, tolerance=tolerance, pairs=grid_pairs(COLUMNS, ROWS), **rules)


def started(model: Model, unit_label: IntArray) -> Search:
    label = model.to_nodes(unit_label.astype(np.int32))
    return Search(model, label, middles(model.points, label, model.k), proposal_graph(model), seed=1)


def halves(columns: int = COLUMNS, rows: int = ROWS) -> IntArray:
    return (np.arange(columns * rows) % columns // 2).astype(np.int32)


def least_excess(plans: AllPlans) -> float:
    tolerance = plans.problem.measures[0].tolerance
    assert tolerance is not None
    over = np.maximum(np.abs(plans.deviations[:, :, 0]) - tolerance, 0.0).sum(axis=1)
    return float(over[plans.is_connected].min())


@pytest.mark.parametrize("seed", range(8))
def test_the_best_of_all_divisions_is_found(seed: int) -> None:
    asked = lumpy(seed)
    model = compile_problem(asked)
    search = started(model, halves())
    before = search.excesses().sum()
    label = recombine(search, seed=0)
    found = before if label is None else model.excesses(label).sum()
    assert found == pytest.approx(least_excess(AllPlans(asked)), abs=1e-9)
    assert label is None or not n_broken(model, label)
    assert (search.label == model.to_nodes(halves())).all()


@pytest.mark.parametrize("seed", range(4))
def test_locks_and_forbidden_pairs_hold(seed: int) -> None:
    locked = np.full(COLUMNS * ROWS, -1)
    locked[[0, 11]] = [0, 1]
    asked = lumpy(seed, locked=locked, forbidden=np.array([[4, 1], [7, 0]]))
    model = compile_problem(asked)
    search = started(model, halves())
    before, label = search.excesses().sum(), recombine(search, seed=3)
    label = search.label if label is None else label
    unit_label = model.to_units(label)
    assert unit_label[[0, 11, 4, 7]].tolist() == [0, 1, 0, 1]
    assert model.excesses(label).sum() == pytest.approx(min(before, least_excess(AllPlans(asked))), abs=1e-9)


def test_territories_within_their_windows_and_far_away_stay() -> None:
    columns = 8
    people = np.ones(columns * 2)
    people[0] = 1.3
    asked = problem(grid(columns, 2), 4, measures={"people": people}, tolerance=0.05, pairs=grid_pairs(columns, 2))
    model = compile_problem(asked)
    search = started(model, halves(columns, 2))
    label = recombine(search, seed=0)
    now = search.label if label is None else label
    assert (now[search.label >= 2] == search.label[search.label >= 2]).all()
    assert model.excesses(now).sum() <= search.excesses().sum()


def test_the_same_seed_cuts_the_same_way() -> None:
    model = compile_problem(lumpy(5))
    first, again = (recombine(started(model, halves()), seed=7) for _ in range(2))
    assert first is not None
    assert again is not None
    assert (first == again).all()


def test_a_design_of_few_large_units_comes_within_a_narrow_window() -> None:
    rng, n = np.random.default_rng(0), 9  # without cutting anew one territory stays outside
    x, y = np.tile(np.arange(n), n).astype(float), np.repeat(np.arange(n), n).astype(float)
    units = pd.DataFrame({"id": np.arange(n * n).astype(str), "x": x, "y": y, "people": rng.lognormal(3, 1.0, n * n).round()})
    adjacency = pd.DataFrame([(str(a), str(b)) for a, b in grid_pairs(n, n)], columns=["unit_a", "unit_b"])
    plan = bw.design(units, territories=9, balance={"people": 0.005}, adjacency=adjacency, objective="inertia", is_planar=True)
    assert plan.result.problem.measures[0].tolerance == 0.005
    assert plan.evaluation.keeps_every_rule
