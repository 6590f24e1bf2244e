"""Ready tables beside options for files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import bailiwick as bw
from bailiwick.domain import RepTable, UnitTable
from bailiwick.errors import InputError

PLANE = UnitTable(
    ids=np.array(list("abcd"), dtype=object),
    coordinates=np.array([[0.0, 0.0], [1.0, 0.0], [800.0, 0.0], [900.0, 0.0]]),
    measures={"people": np.array([3.0, 2.0, 2.0, 3.0])},
    is_planar=True,
)
REPS = {"id": ["west", "east"], "x": [0, 900], "y": [0, 0]}


def test_reps_are_read_in_the_plane_of_a_ready_table() -> None:
    plan = bw.design(PLANE, reps=REPS, balance="people")
    assert plan.alignment["territory_id"].tolist() == ["west", "west", "east", "east"]
    assert plan.result.objective == 2.0 + 200.0
    assert bw.evaluate(PLANE, dict(zip("abcd", ["west", "west", "east", "east"], strict=True)), reps=REPS).evaluation.objective == 202.0


def test_homes_on_the_globe_do_not_fit_units_in_the_plane() -> None:
    homes = RepTable(np.array(["west", "east"], dtype=object), np.array([[0.0, 0.0], [9.0, 0.0]]))
    with pytest.raises(InputError, match="homes of the reps are longitude and latitude, but the units are x and y in km"):
        bw.design(PLANE, reps=homes, balance="people")


@pytest.mark.parametrize("option", [{"column_map": {"id": "a"}}, {"shapes": "counties.geojson"}])
def test_options_for_reading_are_refused_for_a_ready_table(option: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"{next(iter(option))} is for files"):
        bw.design(PLANE, territories=2, **option)


def test_a_table_in_degrees_is_not_called_planar() -> None:
    globe = replace(PLANE, coordinates=PLANE.coordinates / 100, is_planar=False)
    with pytest.raises(InputError, match="longitude and latitude"):
        bw.design(globe, territories=2, is_planar=True)
