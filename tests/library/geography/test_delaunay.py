from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, Delaunay

from bailiwick.domain import FloatArray, IntArray
from bailiwick.geography.delaunay import StereographicMap, edges_of, find_places, triangulate
from bailiwick.geography.delaunay_kernel import triangulate_grid
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, to_vectors
from bailiwick.geography.kernels import neighbouring_edges


def triangle_set(corners: NDArray[np.integer]) -> set[tuple[int, ...]]:
    return {tuple(sorted(t)) for t in corners.tolist()}


def exact_circle_test(a: list[int], b: list[int], c: list[int], p: list[int]) -> int:
    """Positive if p is inside the circle of the left-turning a, b, c; in Python's unbounded integers."""
    (ax, ay), (bx, by), (cx, cy) = ((q[0] - p[0], q[1] - p[1]) for q in (a, b, c))
    lift = [ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy]
    return lift[0] * (bx * cy - by * cx) + lift[1] * (cx * ay - cy * ax) + lift[2] * (ax * by - ay * bx)


def inner(corners: IntArray, n: int) -> IntArray:
    return corners[(corners < n).all(axis=1)]


def assert_delaunay(points: NDArray[np.int64], corners: IntArray, across: IntArray) -> None:
    """Every edge is locally Delaunay, which makes the whole Delaunay; neighbours agree; the hull is covered once."""
    n = len(points)
    at = points.tolist()
    for t, k in itertools.product(range(len(corners)), range(3)):
        beyond = across[t, k]
        assert t in across[beyond]
        if (corners[t] < n).all() and (corners[beyond] < n).all():
            other = next(q for q in corners[beyond] if q not in corners[t])
            assert exact_circle_test(*(at[q] for q in corners[t]), at[other]) <= 0
    own = points[inner(corners, n)]
    b, c = own[:, 1] - own[:, 0], own[:, 2] - own[:, 0]
    doubled = b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0]
    assert (doubled > 0).all()
    hull = points[ConvexHull(points).vertices]
    x, y = hull.T.tolist()
    assert sum(doubled.tolist()) == abs(sum(x[i - 1] * y[i] - x[i] * y[i - 1] for i in range(len(hull))))


def big_circle() -> NDArray[np.int64]:
    """Points as near to a circle as the grid allows: only exact arithmetic tells inside from outside."""
    angle = np.random.default_rng(0).random(80) * 2 * np.pi
    return np.rint(2**29 + 2**29 * 0.99 * np.column_stack([np.cos(angle), np.sin(angle)])).astype(np.int64)


CASES = {
    "random": np.random.default_rng(1).integers(0, 2**30, (300, 2)),
    "grid": np.array(list(itertools.product(range(12), range(12)))),
    "far grid": np.array(list(itertools.product(range(0, 2**30, 2**27), range(0, 2**30, 2**27)))),
    "sheared grid": np.array([(3 * x + y, 2 * y + x) for x in range(10) for y in range(10)]),
    "big circle": big_circle(),
    "line and one": np.array([(i * 1000, i * 500) for i in range(30)] + [(7, 20_000)]),
    "crowded": np.vstack([np.random.default_rng(2).integers(0, 30, (200, 2)), [[2**30 - 1, 0], [0, 2**30 - 1]]]),
}


@pytest.mark.parametrize("name", CASES)
def test_kernel_is_exact(name: str) -> None:
    points = np.unique(CASES[name], axis=0).astype(np.int64)
    turn = (points[1] - points[0])[0] * (points - points[0])[:, 1] - (points[1] - points[0])[1] * (points - points[0])[:, 0]
    third = int(np.flatnonzero(turn)[0])
    rest = np.random.default_rng(3).permutation(np.setdiff1d(np.arange(len(points)), [0, 1, third]))
    order = np.concatenate([[0, 1, third], rest])
    corners, across = triangulate_grid(np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1]), order)
    assert set(range(len(points))) == set(inner(corners, len(points)).ravel().tolist())
    assert_delaunay(points, corners, across)


def test_repeated_points_are_left_out() -> None:
    x, y = np.array([0, 10, 0, 10, 5, 0, 5]), np.array([0, 0, 10, 10, 5, 0, 5])
    corners, _ = triangulate_grid(x, y, np.arange(7))
    assert triangle_set(inner(corners, 7)) == {(0, 1, 4), (1, 3, 4), (2, 3, 4), (0, 2, 4)}


@pytest.mark.parametrize("n", [4, 50, 3000])
def test_plane_agrees_with_qhull(n: int) -> None:
    points = np.random.default_rng(n).random((n, 2)) * 1000
    assert triangle_set(triangulate(points).corners) == triangle_set(Delaunay(points).simplices)


@pytest.mark.parametrize("n", [4, 60, 2000])
def test_world_agrees_with_the_convex_hull(n: int) -> None:
    points = np.random.default_rng(n).normal(size=(n, 3))
    points *= EARTH_RADIUS_KM / np.linalg.norm(points, axis=1)[:, None]
    if n == 4:  # a tetrahedron around the middle
        points = to_vectors(np.array([[0.0, 90.0], [0.0, -20.0], [120.0, -20.0], [-120.0, -20.0]]))
    found = triangulate(points)
    assert triangle_set(found.corners) == triangle_set(ConvexHull(points).simplices)
    assert (found.across >= 0).all()


def test_nothing_on_a_line_or_for_too_few() -> None:
    line = np.column_stack([np.arange(5.0), 2 * np.arange(5.0)])
    assert len(triangulate(line).corners) == 0
    assert len(triangulate(line[:2]).corners) == 0
    assert len(triangulate(np.empty((0, 3))).corners) == 0


def test_edges_come_once_with_both_sides() -> None:
    triangles = triangulate(np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.1]]))
    edges = edges_of(triangles)
    order = np.lexsort(edges.pairs.T[::-1])
    assert edges.pairs[order].tolist() == [[0, 1], [0, 2], [1, 2], [1, 3], [2, 3]]
    assert (edges.triangle_idx >= 0).all(axis=1)[order].tolist() == [False, False, True, False, False]


@pytest.mark.parametrize(("degrees", "is_kept"), [(95, True), (119, True), (121, False), (170, False)])
def test_long_side_goes_when_seen_at_too_large_an_angle(degrees: float, is_kept: bool) -> None:
    half = np.radians(degrees) / 2
    points = np.array([[-np.sin(half), 0.0], [np.sin(half), 0.0], [0.0, np.cos(half)]])
    kept = neighbouring_edges(*triangulate(points), points, 1 / np.tan(np.radians(120)), 1e-6)
    assert ([0, 1] in kept.tolist()) == is_kept
    assert [0, 2] in kept.tolist()
    assert [1, 2] in kept.tolist()


def test_stereographic_map_goes_there_and_back() -> None:
    lonlat = np.array([[170.0, 10.0], [-175.0, -20.0], [180.0, 60.0]])
    chart = StereographicMap.around(to_vectors(lonlat))
    assert chart is not None
    assert np.allclose(chart.lift(chart.flatten(to_vectors(lonlat))), to_vectors(lonlat))
    assert StereographicMap.around(to_vectors(np.array([[0.0, 0.0], [120.0, 0.0], [-120.0, 0.0]]))) is None


def test_places_are_sorted_and_shared() -> None:
    at: FloatArray = np.array([[5.0, 1.0], [180.0, 0.0], [5.0, 1.0], [-180.0, 0.0], [77.0, 90.0], [-10.0, 90.0]])
    places = find_places(at, is_planar=False)
    assert places.place_idx.tolist() == [2, 0, 2, 0, 1, 1]
    assert places.coordinates.tolist() == [[-180.0, 0.0], [0.0, 90.0], [5.0, 1.0]]
