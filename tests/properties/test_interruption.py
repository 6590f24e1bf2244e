"""Whenever they are interrupted, plans with levels and fronts are complete and keep what can never be broken."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_instances import grid, grid_pairs, problem

from bailiwick.design.front import sweep
from bailiwick.design.hierarchy.solve import solve_levels
from bailiwick.domain import Baseline, Level, Problem, Progress
from bailiwick.metrics import evaluate

REPEATABLE = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": [HealthCheck.too_slow]}
moments = st.one_of(st.integers(0, 60), st.sampled_from([0, 1, 2]))


def stop_after(n_reports: int) -> Callable[[Progress], bool]:
    """Stops at the report of that number: the same moment in every run."""
    seen = iter(range(n_reports))
    return lambda _: next(seen, None) is None


def towns(seed: int) -> Problem:
    """A connected grid of 30 units into 6 territories, some locked, some barred."""
    rng = np.random.default_rng(seed)
    locked = np.full(30, -1)
    locked[[0, 29]] = [0, 5]
    return problem(
        np.array(grid(6, 5)) + rng.normal(0, 0.1, (30, 2)),
        6,
        measures={"people": rng.integers(1, 9, 30)},
        tolerance=0.3,
        pairs=grid_pairs(6, 5),
        locked=locked,
        forbidden=np.array([(7, 1), (8, 2)]),
    )


def check(asked: Problem, label: np.ndarray) -> None:
    assert label.shape == (asked.n_units,)
    assert np.unique(label).tolist() == list(range(asked.n_territories))
    assert label[[0, 29]].tolist() == [0, 5]
    assert label[7] != 1
    assert label[8] != 2
    assert not len(evaluate(asked, label).in_pieces)


@settings(max_examples=25, **REPEATABLE)
@given(seed=st.integers(0, 1_000), moment=moments)
def test_levels(seed: int, moment: int) -> None:
    asked = towns(seed)
    regions = Level("region", np.array(["north", "south"], dtype=object))
    found = solve_levels(asked, (regions,), clock=time.perf_counter, seed=seed, stop=stop_after(moment))
    check(asked, found.result.territory_idx)
    (level,) = found.levels
    assert np.bincount(level.of_territory).tolist() == [3, 3]
    assert level.evaluation.territory_idx.tolist() == level.of_territory[found.result.territory_idx].tolist()


@settings(max_examples=25, **REPEATABLE)
@given(seed=st.integers(0, 1_000), moment=moments)
def test_fronts(seed: int, moment: int) -> None:
    asked = towns(seed)
    today = np.arange(30) % 6  # in pieces everywhere
    asked = replace(asked, baseline=Baseline(np.where(asked.locked >= 0, asked.locked, today), price=0.01))
    found = sweep(asked, clock=time.perf_counter, seed=seed, stop=stop_after(moment))
    assert len(found.territory_idx) >= 1
    for label in found.territory_idx:
        check(asked, label)
