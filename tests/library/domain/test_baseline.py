"""Today's alignment in a problem: what is refused, and what counts as moved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tiny_instances import line5

from bailiwick.domain import Baseline
from bailiwick.errors import InputError


def test_new_units_are_never_moved() -> None:
    today = Baseline(np.array([0, 1, -1]))
    assert today.is_moved(np.array([1, 1, 1])).tolist() == [True, False, False]
    assert today.is_moved(np.array([-1, 1, -1])).tolist() == [True, False, False]


def test_without_a_column_the_first_measure_is_at_stake() -> None:
    asked = line5(baseline=Baseline(np.zeros(5)))
    assert asked.disruption.tolist() == asked.weights.tolist()
    given = line5(baseline=Baseline(np.zeros(5), disruption=np.arange(5.0)))
    assert given.disruption.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"price": -1.0}, "price"),
        ({"price": float("nan")}, "price"),
        ({"max_moved_share": 1.5}, "max_moved"),
        ({"max_moved_share": -0.1}, "max_moved"),
        ({"disruption": [1.0, 2.0]}, "length"),
        ({"disruption": [1.0, 2.0, -3.0, 0.0, 0.0]}, "disruption"),
        ({"disruption": [1.0, 2.0, np.inf, 0.0, 0.0]}, "disruption"),
    ],
)
def test_what_cannot_be_meant_is_refused(settings: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as caught:
        Baseline(np.zeros(5), **settings)
    assert caught.value.code == code


@pytest.mark.parametrize(("today", "code"), [(np.zeros(4), "length"), (np.full(5, 2), "territory_idx"), (np.full(5, -2), "territory_idx")])
def test_a_baseline_must_fit_its_problem(today: np.ndarray, code: str) -> None:
    with pytest.raises(InputError) as caught:
        line5(baseline=Baseline(today))
    assert caught.value.code == code
