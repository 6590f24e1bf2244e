"""Areas around points are connected where the neighbour graph says that the units are."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from bailiwick.domain import Adjacency, FloatArray, IntArray
from bailiwick.geography.bridges import stepping_stones
from bailiwick.geography.cells import cell_shapes
from bailiwick.geography.neighbours import from_points

TIGHT = shapely.box(0, 0, 100, 100)


def grown(graph: Adjacency, k: int, rng: np.random.Generator) -> IntArray:
    """Territories that are connected in the graph and otherwise as ragged as chance makes them."""
    territory = np.full(graph.n_units, -1, np.int32)
    territory[rng.choice(graph.n_units, k, replace=False)] = np.arange(k)
    while (territory < 0).any():
        pairs = np.vstack([graph.pairs, graph.pairs[:, ::-1]])
        open_pairs = pairs[(territory[pairs[:, 0]] >= 0) & (territory[pairs[:, 1]] < 0)]
        a, b = open_pairs[rng.integers(len(open_pairs))]
        territory[b] = territory[a]
    return territory


def n_parts(shapes: np.ndarray) -> list[int]:
    return shapely.get_num_geometries(shapes).tolist()


def test_neighbours_whose_cells_meet_only_outside_are_joined() -> None:
    at = np.array([[0.0, 0.0], [10.0, 0.0], [5.0, -3.0]])
    territory = np.array([0, 0, 1], np.int32)
    pairs = from_points(at, is_planar=True).pairs
    assert [0, 1] in pairs.tolist()
    land = shapely.box(-1, -10, 11, 2)  # the cells of the first two meet above y = 2.67
    assert n_parts(cell_shapes(at, territory, 2, is_planar=True, land=land)) == [2, 1]
    shapes = cell_shapes(at, territory, 2, is_planar=True, land=land, pairs=pairs)
    assert n_parts(shapes) == [1, 1]
    assert shapely.intersects_xy(shapes[territory], *at.T).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.contains(shapely.buffer(shapes[0], 1e-6), shapely.LineString(at[:2]))


@pytest.mark.parametrize("seed", [5, 11, 12, 14, 18, 25])
def test_ragged_territories_are_drawn_as_connected_as_they_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    at = rng.random((150, 2)) * 100
    graph = from_points(at, is_planar=True)
    territory = grown(graph, 8, rng)
    loose = cell_shapes(at, territory, 8, is_planar=True, land=TIGHT)
    shapes = cell_shapes(at, territory, 8, is_planar=True, land=TIGHT, pairs=graph.pairs)
    assert max(n_parts(loose)) > 1
    assert n_parts(shapes) == [1] * 8
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.intersects_xy(shapes[territory], *at.T).all()


def test_on_the_sphere() -> None:
    rng = np.random.default_rng(8)
    at = np.column_stack([rng.uniform(10, 30, 150), rng.uniform(-60, -50, 150)])
    land = shapely.convex_hull(shapely.multipoints(at)).buffer(0.6)  # great circles run south of the parallels
    graph = from_points(at)
    territory = grown(graph, 8, rng)
    assert max(n_parts(cell_shapes(at, territory, 8, is_planar=False, land=land))) > 1
    assert n_parts(cell_shapes(at, territory, 8, is_planar=False, land=land, pairs=graph.pairs)) == [1] * 8


def test_nobody_builds_over_the_sea() -> None:
    at = np.array([[1.0, 1.0], [9.0, 1.0], [1.0, 2.0], [9.0, 2.0]])
    land = shapely.union_all([shapely.box(0, 0, 2, 3), shapely.box(8, 0, 10, 3)])
    shapes = cell_shapes(at, np.array([0, 0, 1, 1], np.int32), 2, is_planar=True, land=land, pairs=np.array([[0, 1], [2, 3]]))
    assert n_parts(shapes) == [2, 2]
    assert shapely.union_all(shapes).area == pytest.approx(land.intersection(shapely.union_all(shapes)).area)


def test_stones_leave_no_room_for_others() -> None:
    rng = np.random.default_rng(1)
    points = rng.random((40, 2)) * 10
    pairs = np.array([[0, 1], [2, 3]], np.int32)
    stones, pair = stepping_stones(points, pairs)
    for number, (a, b) in enumerate(pairs):
        line = shapely.LineString(points[[a, b]])
        mine = np.vstack([points[[a, b]], stones[pair == number]])
        others = np.delete(points, [a, b], axis=0)
        for share in np.linspace(0, 1, 201):
            at = shapely.get_coordinates(line.interpolate(share, normalized=True))
            assert distance(at, mine) <= distance(at, others) + 1e-9


def distance(at: FloatArray, points: FloatArray) -> float:
    return float(np.linalg.norm(points - at, axis=1).min())
