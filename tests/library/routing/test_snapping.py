"""Places brought to the nearest road."""

from __future__ import annotations

import numpy as np
import pytest
from roads import KM, ways

from bailiwick.routing import PROFILES, build_network
from bailiwick.routing.network import RoadNetwork
from bailiwick.routing.snapping import snap, split_segments


@pytest.fixture
def street() -> RoadNetwork:
    """Two km to the east, one way there and a detour back."""
    oneway, road = {"highway": "residential", "oneway": "yes"}, {"highway": "residential"}
    return build_network(ways([(0, 0), (2, 0), (1, 3)], ([0, 1], oneway), ([1, 2, 0], road)), PROFILES["car"])


def test_the_nearest_point_may_lie_within_a_segment(street: RoadNetwork) -> None:
    snapped = snap(street, np.array([[0.5, -0.3], [-1.0, 0.0]]) * KM)
    assert snapped.segment.tolist()[0] == 0
    assert snapped.share.tolist() == pytest.approx([0.25, snapped.share[1]])
    assert snapped.share[1] in (0.0, 1.0)
    assert snapped.gap_km.tolist() == pytest.approx([0.3, 1.0], rel=1e-5)


def test_cut_segments_add_up_and_keep_their_direction(street: RoadNetwork) -> None:
    snapped = snap(street, np.array([[1.5, 0.0], [0.5, 0.0], [0.5, 0.0], [0.0, 0.0]]) * KM)
    split = split_segments(street, snapped)
    assert split.n_nodes == street.n_nodes + 2
    assert split.km.sum() == pytest.approx(street.km.sum())
    assert split.node_of_place.tolist() == [4, 3, 3, street.tail[0]]
    rows = zip(split.tail.tolist(), split.head.tolist(), split.km, split.seconds_along, split.seconds_against, strict=True)
    pieces = {(tail, head): facts for tail, head, *facts in rows}
    first, middle, last = pieces[(street.tail[0], 3)], pieces[(3, 4)], pieces[(4, street.head[0])]
    assert [first[0], middle[0], last[0]] == pytest.approx([0.5, 1.0, 0.5], rel=1e-5)
    assert all(np.isinf(piece[2]) for piece in (first, middle, last))
    assert middle[1] == pytest.approx(3600 / 25, rel=1e-5)


def test_roads_across_the_antimeridian_are_near_from_both_sides() -> None:
    table = ways([(0, 0), (1, 0), (2, 0)], ([0, 1, 2], {"highway": "residential"}))
    shifted = table.coordinates + np.array([180 - KM, 0])
    shifted[shifted[:, 0] > 180, 0] -= 360
    network = build_network(type(table)(shifted, table.indptr, table.points, table.tags), PROFILES["car"])
    assert network.km.tolist() == pytest.approx([1.0, 1.0])
    snapped = snap(network, np.array([[180 - 0.5 * KM, 0.1 * KM], [-180 + 0.5 * KM, 0.1 * KM]]))
    assert snapped.gap_km.tolist() == pytest.approx([0.1, 0.1], rel=1e-4)
