"""The bound of the largest diameter, by numbers that can be checked by hand; brute force is in the properties."""

from __future__ import annotations

import numpy as np
import pytest

from bailiwick.design.bounds import diameter_floor
from bailiwick.design.bounds.diameter_floor import diameter_bound
from bailiwick.design.model import compile_problem
from bailiwick.domain import Bound, Measure, Problem, UnitTable
from bailiwick.metrics import evaluate


def bound_on_a_line(places: list[float], people: list[float], label: list[int], tolerance: float | None) -> Bound:
    units = UnitTable(
        [f"u{i}" for i in range(len(places))], np.column_stack([places, np.zeros(len(places))]), {"people": people}, is_planar=True
    )
    k = max(label) + 1
    ids = [f"T{j}" for j in range(k)]
    problem = Problem(units, (Measure("people", tolerance),), ids, np.full((k, 2), np.nan), np.full(k, 1 / k), objective="diameter")
    return diameter_bound(compile_problem(problem), evaluate(problem, np.array(label)))


def test_of_three_units_two_share_a_territory() -> None:
    found = bound_on_a_line([0.0, 10.0, 25.0], [1.0, 1.0, 1.0], [0, 0, 1], None)
    assert found.value == pytest.approx(10.0)
    assert found.holds_for == "all plans"


def test_a_lonely_unit_reaches_as_far_as_its_territory_needs() -> None:
    # at least 3 of 8 people each: from the unit at 100 km that takes the two at 20 and 15 km, or more
    found = bound_on_a_line([0.0, 0.1, 0.2, 15.0, 20.0, 100.0], [2.0, 1.0, 1.0, 2.0, 1.0, 1.0], [0, 0, 0, 1, 1, 1], 0.25)
    assert found.value == pytest.approx(85.0)
    assert found.holds_for == "all plans that keep people within its tolerance"


def test_where_fewer_units_were_looked_at_than_there_are_territories_their_distances_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diameter_floor, "MOST_DISTANCES", 2 * 4)  # two of four units, as many as territories
    found = bound_on_a_line([0.0, 1.0, 100.0, 101.0], [1.0] * 4, [0, 1, 0, 1], None)
    assert found.value <= 1.0


def test_it_is_never_above_the_plan_that_it_bounds() -> None:
    # the plan is outside its tolerance: other plans may be as far outside, so nothing forces the far unit to reach
    found = bound_on_a_line([0.0, 1.0, 2.0, 100.0], [1.0, 1.0, 1.0, 1.0], [0, 0, 0, 1], 0.05)
    assert found.value <= 2.0
    assert "may be as far outside" in found.holds_for
