"""Where not every territory can be within every tolerance, few are outside, not all a little."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design.construct.build import construct, proposal_graph
from bailiwick.design.improve.schedule import ConcessionParams, Improved, ScheduleParams, concede, improve
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.progress import Watch
from bailiwick.domain import Adjacency, Measure, Problem, UnitTable

SIDE, K = 36, 54


@pytest.fixture(scope="module")
def model() -> Model:
    """A square of equal units whose western half has half the income per head of the rest."""
    x, y = np.divmod(np.arange(SIDE * SIDE), SIDE)
    people = np.ones(SIDE * SIDE)
    units = UnitTable(
        np.arange(SIDE * SIDE).astype(str).astype(object),
        np.column_stack([x, y]).astype(float),
        {"people": people, "income": np.where(x < SIDE // 2, 0.5, 1.0)},
        is_planar=True,
    )
    here = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = np.vstack(
        [np.column_stack([here[:, 1:].ravel(), here[:, :-1].ravel()]), np.column_stack([here[1:].ravel(), here[:-1].ravel()])]
    )
    problem = Problem(
        units,
        (Measure("people", 0.1), Measure("income", 0.1)),
        np.array([f"T{j}" for j in range(K)], object),
        np.full((K, 2), np.nan),
        np.full(K, 1 / K),
        adjacency=Adjacency.from_pairs(SIDE * SIDE, pairs),
    )
    return compile_problem(problem)


@pytest.fixture(scope="module")
def plans(model: Model) -> tuple[Improved, Improved]:
    """The mended plan, and the one that concedes."""
    watch, graph = Watch(time.perf_counter), proposal_graph(model)
    built = construct(model, watch=watch)
    mended = improve(model, built, graph, watch, seed=0, params=ScheduleParams(few=300_000, mending_rounds=2))
    return mended, concede(model, built, mended, graph, watch, seed=0)


def test_conceding_leaves_fewer_outside(model: Model, plans: tuple[Improved, Improved]) -> None:
    spread, gathered = plans
    assert (spread.excesses > 1e-9).sum() >= 1.5 * (gathered.excesses > 1e-9).sum() > 0
    loads = model.loads(gathered.label)
    over = np.maximum(np.maximum(loads - model.upper, model.lower - loads), 0.0) / model.target
    np.testing.assert_allclose(gathered.excesses, over, atol=1e-9)


def test_a_plan_within_every_tolerance_is_left_alone(model: Model, plans: tuple[Improved, Improved]) -> None:
    watch, graph = Watch(time.perf_counter), proposal_graph(model)
    within = replace(plans[0], excesses=np.zeros((K, 2)))
    assert concede(model, construct(model, watch=watch), within, graph, watch, seed=0) is within


def test_the_score_counts_small_excesses_almost_like_large_ones() -> None:
    params = ConcessionParams(charge=2.0, knee=0.01)
    assert params.score(np.array([0.0, 0.0])) == 0
    assert params.score(np.array([0.01])) == pytest.approx(0.01 + 1.0)
    assert params.score(np.array([0.2])) < params.score(np.array([0.1, 0.1]))
