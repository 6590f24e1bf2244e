"""From ways to one strongly connected network."""

from __future__ import annotations

import pytest
from roads import ways

from bailiwick.errors import InputError
from bailiwick.routing import PROFILES, build_network

CAR = PROFILES["car"]
ROAD = {"highway": "residential"}


def test_segments_have_length_and_time() -> None:
    network = build_network(ways([(0, 0), (1, 0), (1, 2)], ([0, 1, 2], {"highway": "tertiary"})), CAR)
    assert network.km.tolist() == pytest.approx([1.0, 2.0])
    assert network.seconds_along.tolist() == pytest.approx([90.0, 180.0])
    assert network.seconds_against.tolist() == pytest.approx([90.0, 180.0])
    assert network.share_kept == 1.0


def test_what_cannot_be_left_or_reached_is_cut_off() -> None:
    points = [(0, 0), (1, 0), (2, 0), (9, 9), (9, 10)]
    table = ways(points, ([0, 1], ROAD), ([1, 2], {**ROAD, "oneway": "yes"}), ([3, 4], {**ROAD, "access": "private"}))
    network = build_network(table, CAR)
    assert network.n_nodes == 2
    assert network.share_kept == pytest.approx(0.5)


def test_ways_that_nobody_may_use_are_an_error() -> None:
    with pytest.raises(InputError, match="no way that a car may use") as raised:
        build_network(ways([(0, 0), (1, 0)], ([0, 1], {"highway": "steps"})), CAR)
    assert raised.value.code == "no_roads"


def test_points_that_repeat_make_no_segment() -> None:
    network = build_network(ways([(0, 0), (1, 0)], ([0, 0, 1], ROAD)), CAR)
    assert network.n_segments == 1
