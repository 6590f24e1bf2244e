"""Travel times between the places of a user."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from roads import KM, ORIGIN, osm_xml

import bailiwick as bw


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A road of 4 km to the east with a branch of 1 km to the north at its middle."""
    file = tmp_path / "town.osm"
    file.write_text(osm_xml([(0, 0), (2, 0), (4, 0), (2, 1)], ([0, 1, 2], {"highway": "secondary"}), ([1, 3], {"highway": "residential"})))
    return file


def places(**points: tuple[float, float]) -> dict[str, list[object]]:
    xy = ORIGIN + np.array(list(points.values())) * KM
    return {"id": list(points), "longitude": xy[:, 0].tolist(), "latitude": xy[:, 1].tolist()}


def test_minutes_by_road_and_how_they_compare(town: Path) -> None:
    matrix = bw.travel_matrix(places(west=(0, 0), east=(4, 0), north=(2, 1)), roads=town)
    fast, slow = 60 / 55, 60 / 25
    branch = 2 * fast + slow
    assert matrix.minutes == pytest.approx(np.array([[0, 4 * fast, branch], [4 * fast, 0, branch], [branch, branch, 0]]), rel=1e-3)
    assert matrix.source == "road minutes by car, town.osm"
    assert matrix.circuity is not None
    assert matrix.circuity.factor == pytest.approx((4 + 3 + 3) / (4 + 2 * 5**0.5), rel=1e-3)
    assert [n.code for n in matrix.notices if n.code == "roads_used"] == ["roads_used"]
    frame = matrix.to_frame()
    assert frame.columns.tolist() == ["from", "to", "minutes", "km"]
    assert len(frame) == 6


def test_goals_may_be_others(town: Path) -> None:
    matrix = bw.travel_matrix(places(west=(0, 0), east=(4, 0)), to=places(home=(2, 0)), roads=town, profile="foot")
    assert matrix.minutes.ravel().tolist() == pytest.approx([24.0, 24.0], rel=1e-3)
    assert matrix.to_ids.tolist() == ["home"]
    assert matrix.source == "road minutes on foot, town.osm"


def test_places_far_from_the_road_are_named(town: Path) -> None:
    matrix = bw.travel_matrix(places(west=(0, 0), hut=(2, 4)), roads=town)
    told = {n.code: n for n in matrix.notices}["far_from_road"]
    assert told.examples == ("hut",)
    assert "3.0 km" in told.message
    assert matrix.minutes[0, 1] == pytest.approx(2 * 60 / 55 + 60 / 25 + 3 * 60 / 20, rel=1e-3)


def test_the_wrong_extract_is_an_error(town: Path) -> None:
    with pytest.raises(bw.InputError, match="not where the roads") as raised:
        bw.travel_matrix(places(west=(100, 0), east=(104, 0)), roads=town)
    assert raised.value.code == "outside_roads"


def test_planar_places_have_no_roads(town: Path) -> None:
    with pytest.raises(bw.InputError) as raised:
        bw.travel_matrix({"id": ["a", "b"], "x": [0, 1], "y": [0, 1]}, roads=town, is_planar=True)
    assert raised.value.code == "roads_planar"


def test_an_estimate_follows_the_great_circle() -> None:
    matrix = bw.travel_matrix(places(west=(0, 0), east=(30, 0)), circuity=1.3, speed_kmh=39)
    assert matrix.km[0, 1] == pytest.approx(39.0, rel=1e-5)
    assert matrix.minutes[0, 1] == pytest.approx(60.0, rel=1e-5)
    assert matrix.document()["circuity"] is None


@pytest.mark.parametrize(("options", "code"), [({"circuity": 0.5}, "circuity"), ({"speed_kmh": 0.0}, "speed")])
def test_impossible_estimates_are_errors(options: dict[str, float], code: str) -> None:
    with pytest.raises(bw.InputError) as raised:
        bw.travel_matrix(places(west=(0, 0)), **options)  # type: ignore[arg-type]
    assert raised.value.code == code


def test_too_many_pairs_are_an_error_before_any_work() -> None:
    n = 30_000
    with pytest.raises(bw.InputError) as raised:
        bw.travel_matrix({"id": np.arange(n).astype(str), "x": np.zeros(n), "y": np.zeros(n)}, is_planar=True)
    assert raised.value.code == "too_many_pairs"
