from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from bailiwick.domain import Adjacency, FloatArray
from bailiwick.geography.delaunay import find_places, triangulate
from bailiwick.geography.geodesy import to_lonlat, to_vectors
from bailiwick.geography.neighbours import from_points


def pair_set(adjacency: Adjacency) -> set[tuple[int, int]]:
    return {(int(a), int(b)) for a, b in adjacency.pairs}


def is_connected(adjacency: Adjacency) -> bool:
    return int(adjacency.components().max(initial=0)) == 0


def lattice(side: int) -> FloatArray:
    return np.array([(x, y) for y in range(side) for x in range(side)], dtype=float)


def random_lonlat(n: int, seed: int, *, cap_degrees: float = 180.0) -> FloatArray:
    rng = np.random.default_rng(seed)
    z = 1 - rng.random(n) * (1 - np.cos(np.radians(cap_degrees)))
    angle = rng.random(n) * 2 * np.pi
    return to_lonlat(np.column_stack([np.sqrt(1 - z**2) * np.cos(angle), np.sqrt(1 - z**2) * np.sin(angle), z]))


def test_grid_has_no_diagonals() -> None:
    found = from_points(lattice(4), is_planar=True)
    assert len(found.pairs) == 24
    assert is_connected(found)


def test_places_on_a_line_are_chained_in_their_order() -> None:
    found = from_points(np.array([[3.0, 6.0], [1.0, 2.0], [2.0, 4.0], [0.0, 0.0]]), is_planar=True)
    assert pair_set(found) == {(1, 3), (1, 2), (0, 2)}


def test_places_on_the_equator_close_the_ring() -> None:
    lon = np.arange(0.0, 360.0, 40.0) - 180
    found = from_points(np.column_stack([lon, np.zeros(9)]))
    assert pair_set(found) == {*((i, i + 1) for i in range(8)), (0, 8)}


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_points(n: int) -> None:
    at = np.array([[0.0, 0.0], [10.0, 50.0], [20.0, 10.0]])[:n]
    found = from_points(at)
    assert found.n_units == n
    assert is_connected(found)
    assert len(found.pairs) == max(n - 1, 0) + (n == 3)


def test_all_points_in_one_place_form_a_chain() -> None:
    found = from_points(np.full((5, 2), 7.5))
    assert pair_set(found) == {(0, 1), (1, 2), (2, 3), (3, 4)}


def test_both_ends_of_a_chain_reach_the_neighbours() -> None:
    at = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    assert pair_set(from_points(at, is_planar=True)) == {(0, 1), (0, 3), (1, 2), (2, 3), (1, 4), (3, 4)}


def test_a_place_between_two_others_parts_them() -> None:
    nearly_straight = np.array([[0.0, 0.0], [1.0, 0.1], [2.0, 0.0]])
    assert pair_set(from_points(nearly_straight, is_planar=True)) == {(0, 1), (1, 2)}


def test_no_way_across_the_lake_but_along_the_shore() -> None:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    radius = 10 + 0.3 * np.sin(7 * angle)
    shore = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    found = from_points(shore, is_planar=True)
    length = np.hypot(*(shore[found.pairs[:, 0]] - shore[found.pairs[:, 1]]).T)
    assert is_connected(found)
    assert length.max() < 8
    assert {(i, i + 1) for i in range(39)} <= pair_set(found)


def test_clusters_stay_joined() -> None:
    rng = np.random.default_rng(3)
    towns = np.array([[0, 0], [300, 0], [150, 260]])
    at = np.vstack([town + rng.normal(0, 3, (50, 2)) for town in towns])
    found = from_points(at, is_planar=True)
    town = np.repeat(np.arange(3), 50)
    between = town[found.pairs[:, 0]] != town[found.pairs[:, 1]]
    assert is_connected(found)
    assert between.sum() > 6


def test_longest_distance_leaves_pieces() -> None:
    at = np.array([[0.0, 0.0], [1.0, 0.0], [100.0, 0.0]])
    found = from_points(at, is_planar=True, max_km=50)
    assert pair_set(found) == {(0, 1)}
    assert "50 km" in found.rule


@pytest.mark.parametrize("cap_degrees", [2.0, 60.0, 180.0])
def test_keeps_the_minimum_spanning_tree(cap_degrees: float) -> None:
    lonlat = random_lonlat(300, 5, cap_degrees=cap_degrees)
    points = to_vectors(lonlat)
    tree = minimum_spanning_tree(coo_matrix(cdist(points, points)).tocsr()).tocoo()
    shortest = {tuple(sorted((int(a), int(b)))) for a, b in zip(tree.row, tree.col, strict=True)}
    assert shortest <= pair_set(from_points(lonlat))


@pytest.mark.parametrize("turn", [(0.0, 90.0), (180.0, 0.0), (-30.0, 60.0)])
def test_turning_the_globe_changes_nothing(turn: tuple[float, float]) -> None:
    """Also across the antimeridian and over the pole."""
    lonlat = random_lonlat(200, 8, cap_degrees=15)  # around the north pole
    lon, lat = np.radians(turn)
    tilt = np.pi / 2 - lat
    about_y = np.array([[np.cos(tilt), 0, np.sin(tilt)], [0, 1, 0], [-np.sin(tilt), 0, np.cos(tilt)]])
    about_z = np.array([[np.cos(lon), -np.sin(lon), 0], [np.sin(lon), np.cos(lon), 0], [0, 0, 1]])
    turned = to_lonlat(to_vectors(lonlat) @ (about_z @ about_y).T)
    assert pair_set(from_points(turned)) == pair_set(from_points(lonlat))


def test_order_of_the_points_does_not_matter() -> None:
    at = np.vstack([lattice(6), np.random.default_rng(2).random((60, 2)) * 5])
    order = np.random.default_rng(4).permutation(len(at))
    moved = from_points(at[order], is_planar=True)
    assert {tuple(sorted((int(order[a]), int(order[b])))) for a, b in moved.pairs} == pair_set(from_points(at, is_planar=True))


@pytest.mark.parametrize("cap_degrees", [30.0, 180.0])
def test_circles_around_triangles_are_empty(cap_degrees: float) -> None:
    points = find_places(random_lonlat(150, 11, cap_degrees=cap_degrees), is_planar=False).points
    for corners in triangulate(points).corners:
        a, b, c = points[corners]
        normal = np.cross(b - a, c - a)
        height = (points - a) @ normal
        height[corners] = 0
        # all others lie on one side of the plane that cuts the circle out of the sphere
        assert (height > -1e-3).all() or (height < 1e-3).all()
