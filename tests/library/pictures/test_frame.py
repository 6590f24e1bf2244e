from __future__ import annotations

import numpy as np
import pytest
import shapely

from bailiwick.pictures.base_layers import project_base
from bailiwick.pictures.basemap import load
from bailiwick.pictures.frame import lay_out, polygons_of


def test_labels_sit_inside_their_territories(views):
    frame = lay_out(views.grid_view())
    for place, radius, shape in zip(frame.label_points, frame.label_radii, frame.territory_shapes, strict=True):
        assert shapely.contains_xy(shape, *place)
        assert radius > 40  # squares of about 90 × 110 km


def test_territories_are_dissolved_where_they_are_not_given(views):
    frame = lay_out(views.grid_view(territory_shapes=None))
    assert [shape.geom_type for shape in frame.territory_shapes] == ["Polygon"] * 9
    total = shapely.area(frame.unit_shapes).sum()
    assert shapely.area(frame.territory_shapes).sum() == pytest.approx(total, rel=1e-5)


def test_simplified_neighbours_keep_their_common_border(views):
    squares = shapely.segmentize(views.grid_view().unit_shapes, 0.01)
    frame = lay_out(views.grid_view(unit_shapes=squares), max_vertices=400)
    assert shapely.get_num_coordinates(frame.unit_shapes).sum() <= 400
    assert shapely.coverage_is_valid(frame.unit_shapes)
    assert shapely.area(frame.unit_shapes).sum() == pytest.approx(shapely.area(shapely.union_all(frame.unit_shapes)), rel=1e-9)


def test_points_and_lines_in_a_collection_are_left_out():
    mixed = shapely.geometrycollections([shapely.Point(0, 0), shapely.box(0, 0, 1, 1), shapely.multipolygons([shapely.box(2, 2, 3, 3)])])
    parts, owner = polygons_of(np.array([None, mixed, shapely.LineString([(0, 0), (1, 1)])], dtype=object))
    assert len(parts) == 2
    assert owner.tolist() == [1, 1]


def test_the_base_map_is_cut_to_the_plan(views):
    kansas = np.random.default_rng(0).normal([-98.0, 38.0], 0.5, (60, 2))
    base = project_base(load(), lay_out(views.point_view(coordinates=kansas, centres=None, centre_labels=None)))
    assert base is not None
    assert {"state", "county"} <= set(base.lines)
    names = {label.text for label in base.labels}
    assert "Wichita" in names
    assert "Paris" not in names
    assert base.credit


def test_planar_plans_have_no_ground(views):
    assert project_base(load(), lay_out(views.point_view(is_planar=True))) is None
