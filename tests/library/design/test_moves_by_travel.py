"""Moves of a plan by travel times are judged as an evaluation of the changed plan judges them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design.explain.moves import MoveJudge
from bailiwick.domain import Measure, Problem, TravelTable, UnitTable
from bailiwick.metrics import evaluate


def problem(seed: int, n: int = 14, k: int = 3) -> Problem:
    rng = np.random.default_rng(seed)
    units = UnitTable([str(i) for i in range(n)], rng.uniform(0, 9, (n, 2)), {"calls": rng.integers(1, 6, n).astype(float)}, is_planar=True)
    homes = np.full((k, 2), np.nan)
    homes[0] = 4.5, 4.5
    unit_minutes = rng.uniform(1, 30, (n, n)).astype(np.float32)
    home_minutes = np.where(np.arange(k) == 0, rng.uniform(1, 30, (n, k)), np.nan).astype(np.float32)
    return Problem(
        units,
        (Measure("calls", 0.2),),
        ["a", "b", "c"],
        homes,
        np.full(k, 1 / k),
        objective="distance" if seed % 2 else "inertia",
        travel=TravelTable(unit_minutes, home_minutes),
        max_minutes=20.0,
    )


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_effects_are_those_of_the_changed_plan(seed: int) -> None:
    asked = problem(seed)
    rng = np.random.default_rng(seed)
    label = np.r_[0, 1, 2, rng.integers(0, 3, asked.n_units - 3)].astype(np.int32)
    before = evaluate(asked, label)
    unit = int(rng.integers(asked.n_units))
    goals = np.delete(np.arange(3), label[unit]).astype(np.int32)
    for effect in MoveJudge(before).effects(unit, goals):
        moved = label.copy()
        moved[unit] = effect.goal
        if np.bincount(moved, minlength=3)[1:].min() == 0:
            continue
        after = evaluate(asked, moved)
        assert effect.objective_change == pytest.approx(after.objective - before.objective, abs=1e-6)
        assert effect.minutes == pytest.approx((before.unit_minutes[unit], after.unit_minutes[unit]), rel=1e-6)
        is_more = after.number("too_long_units") > before.number("too_long_units")
        assert ("max_distance" in effect.obstacles) == is_more


def test_a_plan_in_km_tells_no_minutes() -> None:
    asked = replace(problem(1), travel=None, max_minutes=None)
    label = np.arange(asked.n_units, dtype=np.int32) % 3
    effects = MoveJudge(evaluate(asked, label)).effects(0, np.array([1], np.int32))
    assert effects[0].minutes is None
