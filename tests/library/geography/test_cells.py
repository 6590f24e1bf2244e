from __future__ import annotations

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, IntArray
from bailiwick.geography.cells import cell_shapes
from bailiwick.geography.geodesy import to_lonlat, to_vectors
from bailiwick.geography.outline import outline_around


def nearest_labels(coordinates: FloatArray, k: int, *, is_planar: bool) -> IntArray:
    """Territories as cells of the first k points."""
    points = coordinates if is_planar else to_vectors(coordinates)
    apart = np.linalg.norm(points[:, None] - points[None, :k], axis=2)
    return apart.argmin(axis=1).astype(np.int32)


def assert_clean(shapes: NDArray[np.object_], *, decimals: int = 7) -> None:
    """Valid, counter-clockwise, on the grid, no overlaps, no slits."""
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes[~shapely.is_empty(shapes)], gap_width=10.0**-decimals * 5)
    xy = shapely.get_coordinates(shapes)
    assert np.array_equal(xy, np.round(xy, decimals))
    rings = shapely.get_exterior_ring(shapely.get_parts(shapes))
    assert shapely.is_ccw(rings).all()


def assert_each_in_its_own(shapes: NDArray[np.object_], coordinates: FloatArray, territory_idx: IntArray) -> None:
    inside = shapely.intersects_xy(shapes[territory_idx], coordinates[:, 0], coordinates[:, 1])
    assert inside.all()


def cap(n: int, seed: int, *, centre: tuple[float, float], degrees: float) -> FloatArray:
    rng = np.random.default_rng(seed)
    z = 1 - rng.random(n) * (1 - np.cos(np.radians(degrees)))
    turn = rng.random(n) * 2 * np.pi
    around_pole = np.column_stack([np.sqrt(1 - z**2) * np.cos(turn), np.sqrt(1 - z**2) * np.sin(turn), z])
    lon, lat = np.radians(centre)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0])
    return to_lonlat(around_pole @ np.array([east, np.cross(up, east), up]))


def test_two_points_share_the_line_between_them() -> None:
    shapes = cell_shapes(np.array([[0.0, 0.0], [4.0, 0.0]]), np.array([0, 1], np.int32), 2, is_planar=True)
    common = shapely.intersection(shapes[0], shapes[1])
    assert shapely.bounds(common)[[0, 2]].tolist() == [2.0, 2.0]
    assert_clean(shapes, decimals=6)


def test_planar_points() -> None:
    at = np.random.default_rng(0).random((400, 2)) * 100
    territory = nearest_labels(at, 9, is_planar=True)
    shapes = cell_shapes(at, territory, 9, is_planar=True)
    assert_clean(shapes, decimals=6)
    assert_each_in_its_own(shapes, at, territory)
    assert shapely.get_num_geometries(shapes).tolist() == [1] * 9


@pytest.mark.parametrize(
    ("centre", "degrees"), [((10.0, 50.0), 3.0), ((179.5, -17.0), 2.0), ((0.0, 88.0), 12.0), ((0.0, -90.0), 20.0), ((-100.0, 40.0), 70.0)]
)
def test_points_on_the_sphere(centre: tuple[float, float], degrees: float) -> None:
    at = cap(300, 1, centre=centre, degrees=degrees)
    territory = nearest_labels(at, 8, is_planar=False)
    shapes = cell_shapes(at, territory, 8, is_planar=False)
    assert_clean(shapes)
    assert_each_in_its_own(shapes, at, territory)
    assert np.abs(shapely.get_coordinates(shapes)).max(axis=0).tolist() <= [180.0, 90.0]


def test_antimeridian_splits_but_does_not_smear() -> None:
    at = cap(300, 1, centre=(179.5, -17.0), degrees=2.0)
    shapes = cell_shapes(at, nearest_labels(at, 3, is_planar=False), 3, is_planar=False)
    parts = shapely.get_parts(shapes)
    bounds = shapely.bounds(parts)
    assert (bounds[:, 2] - bounds[:, 0]).max() < 5
    assert (bounds[:, 2] == 180).any()
    assert (bounds[:, 0] == -180).any()


def test_the_whole_world_is_divided() -> None:
    at = cap(500, 2, centre=(0.0, 0.0), degrees=180.0)
    territory = nearest_labels(at, 12, is_planar=False)
    shapes = cell_shapes(at, territory, 12, is_planar=False)
    assert_clean(shapes)
    assert_each_in_its_own(shapes, at, territory)
    assert shapely.area(shapes).sum() == pytest.approx(360 * 180, rel=1e-9)


def test_a_shared_place_is_split_like_a_cake() -> None:
    towns = np.random.default_rng(3).random((20, 2)) * 50
    at = np.repeat(towns, 3, axis=0)
    shapes = cell_shapes(at, np.tile(np.arange(3, dtype=np.int32), 20), 3, is_planar=True)
    assert_clean(shapes, decimals=6)
    assert (shapely.area(shapes) > 0.15 * shapely.area(shapes).sum()).all()


def test_all_in_one_place() -> None:
    shapes = cell_shapes(np.full((4, 2), 5.0), np.array([0, 1, 1, 3], np.int32), 4, is_planar=False)
    assert shapely.is_empty(shapes).tolist() == [False, False, True, False]
    assert_clean(shapes)


def test_points_on_a_line() -> None:
    at = np.column_stack([np.arange(10.0), np.zeros(10)])
    territory = (np.arange(10) // 4).astype(np.int32)
    shapes = cell_shapes(at, territory, 3, is_planar=False)
    assert_clean(shapes)
    assert_each_in_its_own(shapes, at, territory)


def test_many_points_on_a_line_take_memory_for_points_not_for_pairs() -> None:
    n = 30_000
    at = np.column_stack([np.full(n, 10.0), np.linspace(-60, 60, n)])
    shapes = cell_shapes(at, (np.arange(n) // 10_000).astype(np.int32), 3, is_planar=False)
    assert shapely.bounds(shapes)[:, [1, 3]].round(1).tolist() == [[-60.1, -20.0], [-20.0, 20.0], [20.0, 60.1]]


def test_unassigned_points_leave_their_area_free() -> None:
    at = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    shapes = cell_shapes(at, np.array([0, -1, 1], np.int32), 2, is_planar=True)
    assert not shapely.intersects(shapes[0], shapes[1])
    assert not shapely.intersects_xy(shapely.union_all(shapes), 1.0, 0.0)
    assert shapely.is_empty(cell_shapes(at, np.full(3, -1, np.int32), 2, is_planar=True)).all()
    assert shapely.is_empty(cell_shapes(np.empty((0, 2)), np.empty(0, np.int32), 2, is_planar=True)).all()


def test_land_clips_and_points_in_the_water_keep_a_disc() -> None:
    at = np.array([(x, y) for x in range(10) for y in range(10)], dtype=float)
    territory = (at[:, 0] // 5).astype(np.int32)
    land = shapely.box(-5, -5, 8.5, 20)  # the column x = 9 stands in the water
    shapes = cell_shapes(at, territory, 2, is_planar=True, land=land)
    assert_clean(shapes, decimals=6)
    assert_each_in_its_own(shapes, at, territory)
    discs = shapely.difference(shapes[1], land)
    assert 0 < shapely.area(discs) < 10  # one small disc for each point in the water
    assert shapely.area(shapely.intersection(shapes[0], land)) == pytest.approx(shapely.area(shapes[0]))


def test_land_leaves_no_gap_between_far_points() -> None:
    at = np.array([[0.0, 0.0], [1.0, 0.0], [40.0, 0.0], [41.0, 0.0], [20.0, 30.0]])
    territory = np.array([0, 0, 1, 1, 1], np.int32)
    shapes = cell_shapes(at, territory, 2, is_planar=True, land=shapely.box(-100, -100, 100, 100))
    assert shapely.get_num_geometries(shapely.union_all(shapes)) == 1
    assert shapely.covers(shapely.buffer(shapely.union_all(shapes), 1e-6), shapely.convex_hull(shapely.multipoints(at)))


def test_land_of_somewhere_else_is_ignored() -> None:
    at = np.random.default_rng(5).random((50, 2))
    territory = nearest_labels(at, 3, is_planar=False)
    elsewhere = cell_shapes(at, territory, 3, is_planar=False, land=shapely.box(50, 50, 60, 60))
    assert elsewhere.tolist() == cell_shapes(at, territory, 3, is_planar=False).tolist()


def test_order_of_the_points_does_not_matter() -> None:
    at = np.random.default_rng(6).random((200, 2)) * 3
    territory = nearest_labels(at, 5, is_planar=False)
    order = np.random.default_rng(7).permutation(200)
    moved = cell_shapes(at[order], territory[order], 5, is_planar=False)
    assert shapely.to_wkb(moved).tolist() == shapely.to_wkb(cell_shapes(at, territory, 5, is_planar=False)).tolist()


def test_outline_leaves_islands_apart_and_fills_lakes() -> None:
    rng = np.random.default_rng(8)
    angle = rng.random(3000) * 2 * np.pi
    radius = 20 + 30 * np.sqrt(rng.random(3000))
    ring = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    island = rng.random((60, 2)) * 4 + [300, 0]
    at = np.vstack([ring, island])
    outline, margin = outline_around(at[np.lexsort(at.T)])
    assert shapely.get_num_geometries(outline) == 2
    assert shapely.contains_xy(outline, at[:, 0], at[:, 1]).all()
    assert shapely.contains_xy(outline, 0.0, 0.0)
    assert not shapely.contains_xy(outline, 100.0, 0.0)
    assert margin < 5


def test_three_cities_on_three_continents() -> None:
    """They lie on one circle around the world, so there is no triangle to start from."""
    at = np.array([[36.8, -1.3], [-78.5, -0.2], [-172.0, -13.8]])  # Nairobi, Quito, Apia
    shapes = cell_shapes(at, np.arange(3, dtype=np.int32), 3, is_planar=False)
    assert_clean(shapes)
    assert_each_in_its_own(shapes, at, np.arange(3, dtype=np.int32))
    assert shapely.area(shapes).sum() == pytest.approx(360 * 180)


def test_small_cell_beside_the_pole() -> None:
    at = np.array([[13.6, 80.4], [91.3, 88.9], [-25.9, 89.67], [-102.0, 89.88]])
    shapes = cell_shapes(at, np.arange(4, dtype=np.int32), 4, is_planar=False)
    assert_clean(shapes)
    assert_each_in_its_own(shapes, at, np.arange(4, dtype=np.int32))


def any_points(seed: int) -> FloatArray:
    """Clusters, lattices, lines, poles and antimeridians."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    lon = [rng.choice([-180.0, -179.9, 0.0, 90.0, 180.0], n), rng.integers(-180, 181, n), (rng.normal(180, 5, n) + 180) % 360 - 180]
    lat = [rng.choice([-90.0, -89.0, 0.0, 45.0, 90.0], n), rng.integers(-90, 91, n), rng.uniform(80, 90, n)]
    return np.column_stack([lon[seed % 3], lat[seed // 3 % 3]]).astype(float)


@pytest.mark.parametrize("seed", range(27))
def test_any_points_give_clean_shapes(seed: int) -> None:
    at = any_points(seed)
    territory = np.random.default_rng(seed + 100).integers(0, 5, len(at)).astype(np.int32)
    for is_planar in (False, True):
        shapes = cell_shapes(at, territory, 5, is_planar=is_planar)
        assert_clean(shapes, decimals=6 if is_planar else 7)
        assert np.flatnonzero(~shapely.is_empty(shapes)).tolist() == np.unique(territory).tolist()
