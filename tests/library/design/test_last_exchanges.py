"""Exchanges at the end of a search: rules kept, the objective reckoned with centres chosen anew, the best of all plans found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from brute_force import AllPlans
from tiny_instances import grid, grid_pairs, problem

from bailiwick.design.construct.build import Construction, construct, proposal_graph
from bailiwick.design.construct.repair import n_broken
from bailiwick.design.improve.exchange import exchange
from bailiwick.design.improve.schedule import Improved, snapshot
from bailiwick.design.improve.search import Search
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.progress import Watch
from bailiwick.domain import Problem

COLUMNS, ROWS = 4, 3
Begun = tuple[Model, Construction, Improved]


def uneven(seed: int, *, objective: str = "distance", pairs: Any = "grid", n_measures: int = 1, **rules: Any) -> Problem:
    """Twelve units of unlike size at shaken places of a grid, for two territories in narrow windows."""
    rng = np.random.default_rng(seed)
    places = np.array(grid(COLUMNS, ROWS)) + rng.uniform(-0.3, 0.3, (COLUMNS * ROWS, 2))
    measures = {f"m{at}": rng.integers(20, 60, COLUMNS * ROWS).astype(np.float64) for at in range(n_measures)}
    edges = grid_pairs(COLUMNS, ROWS) if isinstance(pairs, str) else pairs
    return problem(places, 2, measures=measures, tolerance=0.04 * n_measures, pairs=edges, objective=objective, **rules)


def begun_at(asked: Problem, label: np.ndarray) -> Begun:
    """The problem, and a plan to go on from."""
    model = compile_problem(asked)
    built = construct(model, watch=Watch(lambda: 0.0))
    search = Search(model, model.to_nodes(label.astype(np.int32)), built.centres, proposal_graph(model), seed=0)
    search.settle_on_sites(built.transport)
    return model, built, snapshot(search)


def exchanged(begun: Begun, *, seed: int = 0, watch: Watch | None = None) -> Improved:
    model, built, found = begun
    return exchange(model, built, [found, found], proposal_graph(model), watch or Watch(lambda: 0.0), seed=seed)


def worst_of(plans: AllPlans) -> np.ndarray:
    """The dearest plan that keeps every rule, territory per unit."""
    feasible = np.flatnonzero(plans.is_feasible)
    return plans.label[feasible[np.argmax(plans.least_costs()[feasible])]]


def middling_of(plans: AllPlans) -> np.ndarray:
    """The plan in the middle of those that keep every rule."""
    feasible = np.flatnonzero(plans.is_feasible)
    return plans.label[feasible[np.argsort(plans.least_costs()[feasible])[len(feasible) // 2]]]


@pytest.mark.parametrize("objective", ["distance", "inertia"])
@pytest.mark.parametrize("seed", range(6))
def test_the_best_of_all_plans_is_found_from_the_worst(seed: int, objective: str) -> None:
    plans = AllPlans(uneven(seed, objective=objective))
    begun = begun_at(plans.problem, worst_of(plans))
    found = exchanged(begun)
    assert found.cost / begun[0].scale == pytest.approx(plans.least_costs()[plans.is_feasible].min(), rel=1e-9)
    assert found.excess == 0.0
    assert not n_broken(begun[0], found.label)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rules", ["unconnected", "two measures", "fixed centres", "locks and forbidden pairs"])
def test_under_every_kind_of_rule(seed: int, rules: str) -> None:
    locked = np.full(COLUMNS * ROWS, -1)
    locked[[0, 11]] = [0, 1]
    asked = {
        "unconnected": lambda: uneven(seed, pairs=None),
        "two measures": lambda: uneven(seed, n_measures=2),
        "fixed centres": lambda: uneven(seed, centres=[(0.0, 1.0), (3.0, 1.0)]),
        "locks and forbidden pairs": lambda: uneven(seed, locked=locked, forbidden=np.array([[4, 1], [7, 0]])),
    }[rules]()
    plans = AllPlans(asked)
    begun = begun_at(asked, middling_of(plans) if "fixed" in rules else worst_of(plans))
    found = exchanged(begun)
    at = int(np.flatnonzero((plans.label == begun[0].to_units(found.label)).all(axis=1))[0])
    assert plans.is_feasible[at]
    assert plans.least_costs()[at] == pytest.approx(plans.least_costs()[plans.is_feasible].min(), rel=1e-9)
    assert found.cost / begun[0].scale == pytest.approx(plans.least_costs()[at], rel=1e-9)


def test_a_plan_outside_its_windows_is_brought_in() -> None:
    plans = AllPlans(uneven(1))
    outside = np.flatnonzero(plans.is_connected & ~plans.is_balanced)
    nearly = outside[np.argsort(np.abs(plans.deviations[outside, 0, 0]))[:40]]
    for at in nearly[::8]:
        begun = begun_at(plans.problem, plans.label[at])
        assert begun[2].excess > 0.0
        assert exchanged(begun).excess == 0.0


def test_a_cheaper_plan_in_pieces_is_not_taken_in_place_of_one_that_is_connected() -> None:
    units = np.array([(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (2.0, 0.1), (1.0, 0.1), (0.0, 0.1)])  # a path, bent to and fro
    path = [(i, i + 1) for i in range(5)]
    asked = problem(units, 2, measures={"m": [2.0, 1.0, 2.0, 2.0, 1.0, 2.0]}, tolerance=0.0, pairs=path)
    model, built, connected = begun_at(asked, np.array([0, 0, 0, 1, 1, 1]))
    in_pieces = begun_at(asked, np.array([0, 0, 1, 1, 1, 0]))[2]
    assert n_broken(model, in_pieces.label) == 1
    found = exchange(model, built, [connected, in_pieces], proposal_graph(model), Watch(lambda: 0.0), seed=0)
    assert n_broken(model, found.label) == 0


def test_the_same_seed_gives_the_same_plan_and_a_stopped_watch_the_plan_as_it_was() -> None:
    plans = AllPlans(uneven(2))
    begun = begun_at(plans.problem, worst_of(plans))
    assert (exchanged(begun, seed=5).label == exchanged(begun, seed=5).label).all()
    stopped = Watch(lambda: 0.0)
    stopped.is_stopped = True
    assert exchanged(begun, watch=stopped) is begun[2]


def test_a_watch_that_says_stop_ends_the_walk_with_a_valid_plan() -> None:
    plans = AllPlans(uneven(3))
    begun = begun_at(plans.problem, worst_of(plans))
    watch = Watch(lambda: 0.0, stop_fn=lambda progress: True)
    found = exchanged(begun, watch=watch)
    assert watch.is_stopped
    assert found.cost <= begun[2].cost
    assert found.excess == 0.0
