"""Porto and central Helsinki."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from roads import by_scipy

from bailiwick.formats.osm import read_ways
from bailiwick.geography.geodesy import great_circle_km
from bailiwick.routing import PROFILES, TAGS, build_network, measure_circuity, road_matrix
from bailiwick.routing.network import RoadNetwork


@pytest.fixture(scope="module")
def helsinki(shared_data: Path) -> RoadNetwork:
    return build_network(read_ways(shared_data / "osm_pbf" / "helsinki_centre.osm.pbf", TAGS), PROFILES["car"])


def test_helsinki_is_as_another_implementation_has_it(helsinki: RoadNetwork) -> None:
    low, high = helsinki.coordinates.min(axis=0), helsinki.coordinates.max(axis=0)
    places = np.random.default_rng(5).uniform(low, high, (60, 2))
    found = road_matrix(helsinki, places)
    np.testing.assert_allclose(found.minutes, by_scipy(helsinki, places), rtol=1e-4, atol=1e-4)
    assert (found.km >= great_circle_km(places[:, None], places[None]) - 1e-3).all()


def test_porto_has_usual_roads(shared_data: Path) -> None:
    network = build_network(read_ways(shared_data / "osm_pbf" / "porto.osm.pbf", TAGS), PROFILES["car"])
    assert 9_000 < network.km.sum() < 9_500
    assert network.share_kept > 0.98
    places = np.random.default_rng(1).choice(network.coordinates, 12, replace=False)
    found = road_matrix(network, places)
    relation = measure_circuity(found.minutes, found.km, places)
    assert relation is not None
    assert 1.2 < relation.factor < 1.6
    assert 35 < relation.speed_kmh < 80
    assert found.from_gap_km.max() < 1e-9
