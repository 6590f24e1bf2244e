"""Fastest ways from many to many, beside another implementation and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roads import KM, by_scipy, ways

from bailiwick.domain.ways import WayTable
from bailiwick.routing import PROFILES, build_network, measure_circuity, road_matrix

CAR = PROFILES["car"]


def square() -> WayTable:
    """A block of 1 km: three sides at 25 km/h, the fourth a one-way street from 3 to 0 at 40 km/h."""
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    return ways(corners, ([0, 1, 2, 3], {"highway": "residential"}), ([3, 0], {"highway": "tertiary", "oneway": "yes"}))


def test_a_block_with_a_one_way_street() -> None:
    network = build_network(square(), CAR)
    found = road_matrix(network, np.array([[0, 0], [1, 1], [0, 1]]) * KM)
    slow, fast = 60 / 25, 60 / 40
    assert found.minutes == pytest.approx(np.array([[0, 2 * slow, 3 * slow], [slow + fast, 0, slow], [fast, slow, 0]]), rel=1e-4)
    assert found.km == pytest.approx(np.array([[0, 2, 3], [2, 0, 1], [1, 1, 0]]), rel=1e-4)


def test_the_way_to_the_road_counts() -> None:
    network = build_network(square(), CAR)
    found = road_matrix(network, np.array([[0.5, -0.2]]) * KM, np.array([[0.5, -0.2], [1.0, 0.0]]) * KM)
    assert found.minutes[0, 0] == 0.0
    assert found.minutes[0, 1] == pytest.approx(0.5 * 60 / 25 + 0.2 * 60 / CAR.off_road_kmh, rel=1e-4)
    assert found.km[0, 1] == pytest.approx(0.7, rel=1e-4)
    assert found.from_gap_km.tolist() == pytest.approx([0.2], rel=1e-4)


def test_two_places_on_one_one_way_street_go_around() -> None:
    network = build_network(square(), CAR)
    found = road_matrix(network, np.array([[0, 0.75], [0, 0.25]]) * KM)
    assert found.km == pytest.approx(np.array([[0, 0.5], [3.5, 0]]), rel=1e-3)


@st.composite
def towns(draw: st.DrawFn) -> tuple[WayTable, np.ndarray]:
    """A grid of streets with gaps, one-way streets and different speeds, and places around it."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    side = draw(st.integers(2, 7))
    points = [(x + rng.normal(0, 0.1), y + rng.normal(0, 0.1)) for x in range(side) for y in range(side)]
    lines = []
    for a in range(side * side):
        for b in (a + 1 if (a + 1) % side else -1, a + side):
            if 0 <= b < side * side and rng.random() < 0.85:
                tags = {"highway": str(rng.choice(["residential", "tertiary", "primary"]))}
                if rng.random() < 0.3:
                    tags["oneway"] = str(rng.choice(["yes", "-1"]))
                lines.append(([a, b], tags))
    lines.append(([0, 1], {"highway": "residential"}))
    return ways(points, *lines), rng.uniform(-0.5, side, (draw(st.integers(1, 12)), 2)) * KM


@given(towns())
@settings(max_examples=60, deadline=None)
def test_minutes_are_those_of_another_implementation(town: tuple[WayTable, np.ndarray]) -> None:
    table, places = town
    network = build_network(table, CAR)
    found = road_matrix(network, places)
    np.testing.assert_allclose(found.minutes, by_scipy(network, places), rtol=1e-4, atol=1e-4)
    assert np.isfinite(found.km).all()
    assert (found.km >= 0).all()
    part = road_matrix(network, places[:2], places[1:])
    np.testing.assert_allclose(part.minutes, found.minutes[:2, 1:], rtol=1e-4, atol=1e-4)


@given(towns())
@settings(max_examples=20, deadline=None)
def test_the_triangle_holds(town: tuple[WayTable, np.ndarray]) -> None:
    table, places = town
    minutes = road_matrix(build_network(table, CAR), places).minutes.astype(float)
    assert (minutes[:, None, :] <= minutes[:, :, None] + minutes[None, :, :] + 1e-3).all()


def test_circuity_of_a_block() -> None:
    network = build_network(square(), CAR)
    places = np.array([[0, 0], [1, 1]]) * KM
    found = road_matrix(network, places)
    relation = measure_circuity(found.minutes, found.km, places)
    assert relation is not None
    assert relation.factor == pytest.approx(2**0.5, rel=1e-3)
    assert measure_circuity(found.minutes, found.km, places[:1]) is None
