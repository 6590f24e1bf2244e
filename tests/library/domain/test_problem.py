"""What cannot be a problem is refused with words, before any search."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bailiwick.domain import Adjacency, Measure, Problem, UnitTable
from bailiwick.errors import InputError

NAN = np.nan


def problem(**changes: Any) -> Problem:
    units = UnitTable(
        ids=np.array(list("abc"), dtype=object),
        coordinates=np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]),
        measures={"people": np.ones(3)},
        is_planar=True,
    )
    fields: dict[str, Any] = {
        "units": units,
        "measures": (Measure("people"),),
        "territory_ids": np.array(["T1", "T2"], dtype=object),
        "centre_coordinates": np.full((2, 2), NAN),
        "target_shares": np.full(2, 0.5),
    }
    return Problem(**{**fields, **changes})


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("adjacency", Adjacency.from_pairs(4, np.array([[0, 3]])), "adjacency is of 4 units, but there are 3"),
        ("forbidden", [[3, 0]], "unit 3 and territory 0; expected a unit in 0..2"),
        ("forbidden", [[0, 2]], "territory 2; expected a unit in 0..2 and a territory in 0..1"),
        ("forbidden", [[-1, 0]], "unit -1"),
        ("locked", [0, 2, -1], "locked must lie in -1..1, found -1 to 2"),
        ("locked", [0, -7, -1], "found -7 to 0"),
        ("groups", [0, 0], "one entry for each of the 3 units"),
        ("groups", [0, -2, 0], "groups must lie -1 or more"),
        ("centre_coordinates", [[np.inf, 0], [NAN, NAN]], "centre 0 is at"),
        ("centre_coordinates", [[NAN, NAN], [1.0, NAN]], "NaN twice for a free centre"),
        ("territory_ids", ["T1", "T1"], "'T1' appears more than once"),
        ("territory_names", ["Ada"], "must be 2 names"),
        ("max_distance_km", -1.0, "positive number of km, found -1.0; leave it out"),
        ("max_distance_km", 0.0, "positive number of km, found 0.0"),
        ("max_distance_km", NAN, "positive number of km, found nan"),
        ("max_distance_km", np.inf, "positive number of km, found inf"),
        ("measures", (Measure("people"), Measure("people")), "named twice"),
        ("objective", "speed", "there is no objective 'speed'"),
    ],
)
def test_what_does_not_fit_is_refused(field: str, value: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        problem(**{field: value})


def test_every_array_is_frozen() -> None:
    made = problem(
        territory_names=["Ada", "Bo"], locked=[0, -1, -1], groups=[-1, 4, 4], forbidden=[[1, 0]], centre_coordinates=[[0, 0], [NAN, NAN]]
    )
    assert made.is_fixed.tolist() == [True, False]
    for name in ("territory_ids", "territory_names", "target_shares", "centre_coordinates", "locked", "groups", "forbidden"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(made, name)[0] = getattr(made, name)[-1]
