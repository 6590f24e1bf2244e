"""Barriers that cut links between neighbours."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.domain import Adjacency
from bailiwick.geography.barriers import crosses, edited, positions

TOWNS = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])
PAIRS = np.array([[0, 1], [0, 2], [1, 3], [2, 3]])


def barrier(*shapes: shapely.Geometry) -> np.ndarray:
    return np.array(shapes, dtype=object)


def test_a_line_cuts_what_it_crosses() -> None:
    river = barrier(shapely.LineString([(-1, 1), (1, 1)]))
    assert crosses(PAIRS, TOWNS, river, is_planar=True).tolist() == [False, True, False, False]


def test_an_area_cuts_what_runs_through_it() -> None:
    lake = barrier(shapely.box(0.5, -0.5, 1.5, 0.5), shapely.box(10, 10, 11, 11))
    assert crosses(PAIRS, TOWNS, lake, is_planar=True).tolist() == [True, False, False, False]


def test_touching_counts() -> None:
    assert crosses(PAIRS[:1], TOWNS, barrier(shapely.LineString([(1, 0), (1, 5)])), is_planar=True).tolist() == [True]


@pytest.mark.parametrize("line", [[(179.5, -1), (179.5, 1)], [(-180.5, -1), (-180.5, 1)]])
def test_the_antimeridian_is_no_edge(line: list[tuple[float, float]]) -> None:
    towns = np.array([[179.0, 0.0], [-179.0, 0.0], [178.0, 0.0]])
    found = crosses(np.array([[0, 1], [1, 0], [0, 2]]), towns, barrier(shapely.LineString(line)), is_planar=False)
    assert found.tolist() == [True, True, False]


def test_a_link_goes_the_short_way_around() -> None:
    greenwich = barrier(shapely.LineString([(0, -80), (0, 80)]))
    assert crosses(np.array([[0, 1]]), np.array([[170.0, 0.0], [-170.0, 0.0]]), greenwich, is_planar=False).tolist() == [False]


def test_edits_keep_borders_and_island_links() -> None:
    graph = Adjacency.from_pairs(4, PAIRS[:3], border_km=np.array([1.0, 2.0, 3.0]), rule="edges", links=np.array([[2, 3]]))
    made = edited(graph, np.array([True, False, False, False]), np.array([[3, 0]]), rule="edited")
    assert made.pairs.tolist() == [[0, 2], [0, 3], [1, 3], [2, 3]]
    assert made.border_km is not None
    assert dict(zip(map(tuple, made.pairs.tolist()), made.border_km[[0, 1, 3, 5]], strict=False))[(0, 2)] == 2.0
    assert made.rule == "edited"
    assert made.links is not None
    assert made.links.tolist() == [[2, 3]]
    assert edited(graph, np.array([False, False, False, True]), np.empty((0, 2), np.int32), rule="x").links is None


@given(st.integers(0, 2**32 - 1))
def test_positions_are_those_of_a_plain_search(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 8))
    graph = Adjacency.from_pairs(n, rng.integers(0, n, (int(rng.integers(0, 12)), 2)))
    wanted = rng.integers(0, n, (6, 2))
    listed = [tuple(pair) for pair in graph.pairs.tolist()]
    expected = [listed.index((min(a, b), max(a, b))) if (min(a, b), max(a, b)) in listed else -1 for a, b in wanted.tolist()]
    assert positions(graph.pairs, wanted, n).tolist() == expected
