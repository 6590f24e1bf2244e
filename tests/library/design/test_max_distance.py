"""The largest distance of a unit from a fixed centre is kept by the search, not only reported."""

from __future__ import annotations

import itertools

import numpy as np

from bailiwick.design.solve import solve
from bailiwick.domain import Measure, Problem, UnitTable


def make_problem(max_distance_km: float | None) -> Problem:
    """Ten units on a line and two homes that balance pulls beyond their reach: nine of ten units are near the first."""
    line = np.column_stack([np.r_[np.arange(9.0), 20.0], np.zeros(10)])
    units = UnitTable(ids=[f"u{i}" for i in range(10)], coordinates=line, measures={"calls": np.ones(10)}, is_planar=True)
    homes = np.array([[4.0, 0.0], [16.0, 0.0]])
    return Problem(units, (Measure("calls", 0.2),), ["a", "b"], homes, [0.5, 0.5], max_distance_km=max_distance_km)


def test_units_go_to_a_home_within_reach() -> None:
    clock = itertools.count().__next__
    free = solve(make_problem(None), clock=clock)
    assert np.bincount(free.territory_idx).min() >= 4
    kept = solve(make_problem(9.0), clock=clock)
    distance = np.abs(kept.problem.units.coordinates[:, 0] - kept.problem.centre_coordinates[kept.territory_idx, 0])
    assert distance.max() <= 9.0
    assert "distance_not_met" not in {notice.code for notice in kept.notices}


def test_units_far_from_every_home_are_named() -> None:
    plan = solve(make_problem(3.0), clock=itertools.count().__next__)
    notice = next(notice for notice in plan.notices if notice.code == "distance_not_met")
    assert "u9" in notice.examples
    assert (plan.territory_idx >= 0).all()
