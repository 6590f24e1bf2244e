from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from numpy.typing import NDArray

from bailiwick.domain import UnitTable
from bailiwick.geography.dissolve import territory_shapes


def table(shapes: NDArray[np.object_], *, is_planar: bool) -> UnitTable:
    ids = np.array([f"u{i}" for i in range(len(shapes))], dtype=object)
    return UnitTable(ids=ids, coordinates=np.zeros((len(shapes), 2)), is_planar=is_planar, shapes=shapes)


def squares(side: int) -> NDArray[np.object_]:
    y, x = np.divmod(np.arange(side * side), side)
    return shapely.box(x, y, x + 1, y + 1)


def test_squares_become_blocks() -> None:
    territory = np.array([0, 0, 1, 1] * 2 + [2, 2, 3, 3] * 2)
    shapes = territory_shapes(table(squares(4), is_planar=True), territory, 5)
    assert shapely.area(shapes).tolist() == [4, 4, 4, 4, 0]
    assert shapes[0].equals(shapely.box(0, 0, 2, 2))
    assert shapely.is_empty(shapes[4])
    assert shapely.get_type_id(shapes).tolist() == [6] * 5  # multipolygons, all of them


def test_diagonal_squares_stay_two_parts() -> None:
    shapes = territory_shapes(table(squares(2), is_planar=True), np.array([0, 1, 1, 0]), 2)
    assert shapely.get_num_geometries(shapes).tolist() == [2, 2]
    assert shapely.is_valid(shapes).all()


def test_exterior_rings_run_counter_clockwise_and_holes_clockwise() -> None:
    territory = np.ones(9, int)
    territory[4] = 0
    shapes = territory_shapes(table(squares(3), is_planar=False), territory, 2)
    polygon = shapely.get_parts(shapes[1])[0]
    assert polygon.exterior.is_ccw
    assert not polygon.interiors[0].is_ccw


def test_slits_and_overlaps_disappear() -> None:
    shifts = np.random.default_rng(0).normal(0, 0.001, (36, 2))
    shifted = np.array([shapely.transform(s, lambda xy, d=d: xy + d) for s, d in zip(squares(6), shifts, strict=True)])
    shapes = territory_shapes(table(shifted, is_planar=True), np.arange(36) // 6 % 2, 2)
    assert shapely.coverage_is_valid(shapes, gap_width=0.005)
    assert shapely.get_num_geometries(shapes).tolist() == [3, 3]
    assert shapely.get_num_interior_rings(shapely.get_parts(shapes)).sum() == 0


def test_shrunken_units_grow_together() -> None:
    """No gap is enclosed here: all of them are open to the outside."""
    shapes = territory_shapes(table(shapely.buffer(squares(5), -0.003, join_style="mitre"), is_planar=True), np.arange(25) % 5 // 3, 2)
    assert shapely.coverage_is_valid(shapes, gap_width=0.005)
    assert shapely.get_num_geometries(shapes).tolist() == [1, 1]
    assert shapely.area(shapes).sum() == pytest.approx(4.994**2, rel=1e-4)


def test_sliver_holes_are_filled_but_not_those_that_hold_a_unit() -> None:
    ring = shapely.Polygon(
        [(0, 0), (10, 0), (10, 10), (0, 10)],
        [[(2, 2), (2.2, 2), (2.2, 2.2), (2, 2.2)], [(5, 5), (5.2, 5), (5.2, 5.2), (5, 5.2)], [(7, 7), (9, 7), (9, 9), (7, 9)]],
    )
    enclave = shapely.box(5, 5, 5.2, 5.2)
    shapes = territory_shapes(table(np.array([ring, enclave]), is_planar=True), np.array([0, 1]), 2)
    assert shapely.get_num_interior_rings(shapely.get_parts(shapes[0])).tolist() == [2]  # the enclave and the lake
    assert shapely.area(shapes[1]) == pytest.approx(0.04)


def test_enclave_drawn_over_its_surroundings_stays() -> None:
    shapes = territory_shapes(table(np.array([shapely.box(0, 0, 10, 10), shapely.box(4, 4, 6, 6)]), is_planar=True), np.array([0, 1]), 2)
    assert shapely.area(shapes).tolist() == [96, 4]


def test_bow_ties_are_mended() -> None:
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    shapes = territory_shapes(table(np.array([bow_tie, shapely.box(5, 5, 6, 6)]), is_planar=True), np.array([0, 0]), 1)
    assert shapely.is_valid(shapes).all()
    assert shapely.area(shapes).tolist() == [3]


def test_beyond_the_antimeridian_comes_back_on_the_other_side() -> None:
    shapes = territory_shapes(table(np.array([shapely.box(178, 0, 182, 2)]), is_planar=False), np.array([0]), 1)
    assert shapely.area(shapes).tolist() == [8]
    assert sorted(shapely.bounds(shapely.get_parts(shapes[0]))[:, [0, 2]].tolist()) == [[-180, -178], [178, 180]]


def test_units_without_shape_beside_units_with() -> None:
    shapes = territory_shapes(table(np.array([shapely.box(0, 0, 1, 1), None]), is_planar=True), np.array([0, 1]), 2)
    assert shapely.area(shapes).tolist() == [1, 0]


def test_points_are_handled_too() -> None:
    ids = np.array(["a", "b"], dtype=object)
    units = UnitTable(ids=ids, coordinates=np.array([[0.0, 0.0], [1.0, 0.0]]))
    shapes = territory_shapes(units, np.array([0, 1]), 2)
    assert (shapely.area(shapes) > 0).all()


def test_counties(shared_data: Path) -> None:
    _, _, wkb, fields = pyogrio.raw.read(shared_data / "geo_us_counties" / "counties-10m.json", layer="counties")
    counties = shapely.from_wkb(wkb)
    states = np.unique([code[:2] for code in fields[0]], return_inverse=True)[1]
    shapes = territory_shapes(table(counties, is_planar=False), states, int(states.max()) + 1)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(shapely.area(counties).sum(), rel=1e-6)
    # Colorado has no islands and no holes
    colorado = shapes[states[list(fields[0]).index("08031")]]
    assert shapely.get_num_geometries(colorado) == 1
    assert shapely.get_num_interior_rings(shapely.get_parts(colorado)).sum() == 0
