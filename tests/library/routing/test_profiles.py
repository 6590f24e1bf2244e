"""Which ways are used, in which direction and how fast."""

from __future__ import annotations

import numpy as np
import pytest
from roads import ways

from bailiwick.errors import InputError
from bailiwick.routing.profiles import PROFILES, find_profile, way_speeds

LINE = [(0.0, 0.0), (1.0, 0.0)]


def speeds(profile: str = "car", length_km: float = 1.0, **tags: str) -> tuple[float, float]:
    table = ways(LINE, ([0, 1], {key.replace("__", ":"): value for key, value in tags.items()}))
    along, against = way_speeds(table, PROFILES[profile], np.array([length_km]))
    return float(along[0]), float(against[0])


def test_the_class_of_a_road_gives_its_speed_and_other_classes_are_closed() -> None:
    assert speeds(highway="residential") == (25.0, 25.0)
    assert speeds(highway="footway") == (0.0, 0.0)
    assert speeds("foot", highway="footway") == (5.0, 5.0)
    assert speeds("foot", highway="motorway") == (0.0, 0.0)
    assert speeds(highway="unclassified;tertiary") == (25.0, 25.0)


def test_a_tagged_limit_beats_the_class_for_cars_only() -> None:
    assert speeds(highway="secondary", maxspeed="80") == (64.0, 64.0)
    assert speeds(highway="secondary", maxspeed="signals") == (55.0, 55.0)
    assert speeds("bicycle", highway="secondary", maxspeed="80") == (15.0, 15.0)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"oneway": "yes"}, (40.0, 0.0)),
        ({"oneway": "-1"}, (0.0, 40.0)),
        ({"oneway": "no", "junction": "roundabout"}, (40.0, 40.0)),
        ({"junction": "roundabout"}, (40.0, 0.0)),
    ],
)
def test_one_way_streets_bind_cars(tags: dict[str, str], expected: tuple[float, float]) -> None:
    assert speeds(highway="tertiary", **tags) == expected
    assert speeds("foot", highway="tertiary", **tags) == (5.0, 5.0)


def test_motorways_run_one_way_unless_said_otherwise() -> None:
    assert speeds(highway="motorway") == (90.0, 0.0)
    assert speeds(highway="motorway", oneway="no") == (90.0, 90.0)


def test_bicycles_may_be_exempt_from_one_way_streets() -> None:
    assert speeds("bicycle", highway="residential", oneway="yes") == (15.0, 0.0)
    assert speeds("bicycle", highway="residential", oneway="yes", oneway__bicycle="no") == (15.0, 15.0)


def test_the_most_specific_access_tag_decides() -> None:
    assert speeds(highway="service", access="private") == (0.0, 0.0)
    assert speeds(highway="service", access="no", motor_vehicle="yes") == (15.0, 15.0)
    assert speeds(highway="service", access="yes", motorcar="no") == (0.0, 0.0)
    assert speeds(highway="service", access="destination") == (15.0, 15.0)
    assert speeds("foot", highway="path", access="no", foot="designated") == (5.0, 5.0)


def test_a_ferry_takes_its_time() -> None:
    assert speeds(route="ferry", length_km=6.0, duration="00:30") == (12.0, 12.0)
    assert speeds(route="ferry", length_km=6.0) == (10.0, 10.0)
    assert speeds(route="bus") == (0.0, 0.0)


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(InputError, match=r"'truck'.*'car', 'bicycle', 'foot'") as raised:
        find_profile("truck")
    assert raised.value.code == "profile"
