"""The bound over all centres beside every plan there is."""

from __future__ import annotations

import time

import numpy as np
import pytest
from brute_force import AllPlans

import bailiwick as bw
from bailiwick.design import solve
from bailiwick.domain import Adjacency, Measure, Objective, Problem, UnitTable
from bailiwick.errors import InputError


def random_problem(seed: int, objective: Objective, *, n_fixed: int = 0, is_planar: bool = True) -> Problem:
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(6, 10)), int(rng.integers(2, 4))
    people = np.round(rng.lognormal(0, 0.6, n), 2)
    if seed % 3 == 0:
        people[rng.integers(n)] = 0.0
    centres = np.full((k, 2), np.nan)
    centres[:n_fixed] = rng.uniform(0, 10, (n_fixed, 2))
    return Problem(
        UnitTable(np.arange(n).astype(str).astype(object), rng.uniform(0, 10, (n, 2)), {"people": people}, is_planar=is_planar),
        (Measure("people", float(rng.choice([0.05, 0.3, 0.6]))),),
        np.array([f"T{j}" for j in range(k)], object),
        centres,
        np.full(k, 1 / k),
        objective=objective,
        adjacency=Adjacency.from_pairs(n, np.column_stack([np.arange(n - 1), np.arange(1, n)])) if seed % 2 else None,
        groups=np.where(np.arange(n) < 2, 0, -1).astype(np.int32) if seed % 5 == 0 else None,
    )


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("objective", ["distance", "inertia"])
@pytest.mark.parametrize("n_fixed", [0, 1])
def test_no_plan_with_any_centres_is_below_it(seed: int, objective: Objective, n_fixed: int) -> None:
    problem = random_problem(seed, objective, n_fixed=n_fixed, is_planar=seed % 4 != 1)
    result = solve(problem, clock=time.perf_counter, prove=True)
    bound, plans = result.bound_any_centres, AllPlans(problem)
    assert bound is not None
    assert bound.holds_for.startswith("all plans with any centres that keep people within its tolerance")
    (row,) = np.flatnonzero((plans.label == result.territory_idx).all(axis=1))
    is_meant = plans.as_bounded(row, bound.holds_for)
    assert 0 <= bound.value <= plans.least_costs()[is_meant].min() * (1 + 1e-9) + 1e-9


def test_it_is_near_what_can_be_reached() -> None:
    rng = np.random.default_rng(5)
    towns = np.array([[0.0, 0.0], [50.0, 0.0], [0.0, 50.0], [50.0, 50.0]])
    places = np.repeat(towns, 15, axis=0) + rng.normal(0, 3, (60, 2))
    units = UnitTable(np.arange(60).astype(str).astype(object), places, {"people": np.ones(60)}, is_planar=True)
    ids = np.array([f"T{j}" for j in range(4)], object)
    problem = Problem(units, (Measure("people", 0.05),), ids, np.full((4, 2), np.nan), np.full(4, 0.25))
    result = solve(problem, clock=time.perf_counter, prove=True)
    assert result.gap_any_centres is not None
    assert result.gap_any_centres < 0.02
    assert result.gap is not None
    assert result.gap <= result.gap_any_centres + 1e-9


@pytest.mark.parametrize(("objective", "n_fixed", "word"), [("diameter", 0, "diameter"), ("distance", 3, "given")])
def test_where_there_is_none_the_reason_is_told(objective: Objective, n_fixed: int, word: str) -> None:
    problem = random_problem(2, objective, n_fixed=min(n_fixed, 2))
    result = solve(problem, clock=time.perf_counter, prove=True)
    assert result.bound_any_centres is None
    (notice,) = [notice for notice in result.notices if notice.code == "not_proven"]
    assert word in notice.message


def test_levels_cannot_have_it() -> None:
    units = {"id": list("abcd"), "x": [0, 1, 8, 9], "y": [0, 0, 0, 0], "people": [3, 2, 2, 3]}
    with pytest.raises(InputError, match="leave out --prove") as caught:
        bw.design(units, territories=4, balance={"people": 0.9}, is_planar=True, levels=["region:2"], prove=True)
    assert caught.value.code == "prove_alone"
