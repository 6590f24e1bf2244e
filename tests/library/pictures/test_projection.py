from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.geography.geodesy import EARTH_RADIUS_KM, great_circle_km
from bailiwick.pictures.projection import Projection, fit_projection

LON, LAT = st.floats(-180, 180), st.floats(-89, 89)


@given(LON, LAT)
def test_a_small_square_keeps_its_area_wherever_the_map_is_centred(lon, lat):
    middle = np.array([lon, lat])
    step = 0.1
    corners = middle + step / 2 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    top, bottom = np.radians(lat + step / 2), np.radians(lat - step / 2)
    true_km2 = EARTH_RADIUS_KM**2 * np.radians(step) * (np.sin(top) - np.sin(bottom))
    for projection in (Projection("azimuthal", lon + 20, min(lat + 10, 89)), Projection("world", lon + 20)):
        drawn = shapely.area(shapely.polygons(projection.forward(corners)))
        assert drawn == pytest.approx(true_km2, rel=2e-3)


@given(st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20)), min_size=2, max_size=8), LON, st.floats(-60, 60))
def test_distances_are_nearly_true_near_the_middle(offsets, lon, lat):
    points = np.array(offsets) * 0.05 + [lon, lat]
    points[:, 0] = (points[:, 0] + 180) % 360 - 180
    drawn = fit_projection(points, is_planar=False).forward(points)
    flat = np.hypot(*(drawn[0] - drawn[-1]))
    assert flat == pytest.approx(great_circle_km(points[0], points[-1]), rel=1e-3, abs=1e-3)


def test_data_across_the_antimeridian_stay_together():
    points = np.array([[179.5, -17.0], [-179.5, -17.0]])
    drawn = fit_projection(points, is_planar=False).forward(points)
    assert np.hypot(*(drawn[0] - drawn[1])) == pytest.approx(106.3, abs=0.5)


def test_a_polygon_split_at_the_antimeridian_is_healed():
    halves = shapely.multipolygons([shapely.box(178, -18, 180, -16), shapely.box(-180, -18, -178, -16)])
    whole = Projection("azimuthal", 180.0, -17.0).shapes(np.array([halves], dtype=object))[0]
    assert whole.geom_type == "Polygon"
    assert whole.is_valid


def test_the_world_is_cut_where_the_data_leave_the_widest_gap():
    cities = np.array([[2.3, 48.9], [116.4, 39.9], [-74.0, 40.7], [151.2, -33.9], [-46.6, -23.5]])
    projection = fit_projection(cities, is_planar=False)
    assert projection.kind == "world"
    seam = (projection.lon + 360) % 360 - 180
    assert np.abs((cities[:, 0] - seam + 180) % 360 - 180).min() > 30


def test_no_polygon_is_drawn_across_the_whole_world():
    russia_like = np.array([shapely.box(100, 60, 180, 70), shapely.box(-180, 60, -170, 70), shapely.box(-60, -10, 60, 10)], dtype=object)
    drawn = Projection("world", -90.0).shapes(russia_like)
    widths = [part.bounds[2] - part.bounds[0] for part in shapely.get_parts(drawn)]
    assert max(widths) < 15_000


def test_missing_shapes_stay_missing():
    assert Projection("azimuthal", 0.0, 0.0).shapes(np.array([None, shapely.box(0, 0, 1, 1)], dtype=object))[0] is None


def test_planar_data_are_left_alone():
    points = np.array([[5.0, 7.0], [500.0, -3.0]])
    assert fit_projection(points, is_planar=True).forward(points) is not None
    np.testing.assert_array_equal(fit_projection(points, is_planar=True).forward(points), points)
