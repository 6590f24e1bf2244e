"""Maps: every format, their coordinate systems, damaged polygons, and joining them to a table."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from bailiwick.errors import InputError
from bailiwick.formats import read_table, read_units
from bailiwick.formats.shapes import clean_shapes


@pytest.fixture
def grid() -> gpd.GeoDataFrame:
    shapes = [shapely.box(i % 2, i // 2, i % 2 + 1, i // 2 + 1) for i in range(4)]
    return gpd.GeoDataFrame({"id": ["01", "02", "03", "04"], "population": [5, 6, 7, 8]}, geometry=shapes, crs=4326)


def check_grid(source: object) -> None:
    found = read_units(source, measure_names=["population"])
    assert found.units.ids.tolist() == ["01", "02", "03", "04"]
    assert found.units.measures["population"].tolist() == [5, 6, 7, 8]
    assert np.allclose(found.units.coordinates, [[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [1.5, 1.5]], atol=1e-5)
    assert found.units.shapes is not None
    assert shapely.area(found.units.shapes) == pytest.approx([1.0] * 4, abs=1e-4)
    assert found.units.placed_by.tolist() == ["shape"] * 4


@pytest.mark.parametrize("name", ["grid.geojson", "grid.gpkg", "grid.shp", "grid.parquet"])
def test_formats(tmp_path: Path, grid: gpd.GeoDataFrame, name: str) -> None:
    path = tmp_path / name
    grid.to_parquet(path) if name.endswith("parquet") else grid.to_file(path)
    check_grid(path)


def test_a_zipped_shapefile_with_other_files(tmp_path: Path, grid: gpd.GeoDataFrame) -> None:
    grid.to_file(tmp_path / "grid.shp")
    with zipfile.ZipFile(tmp_path / "grid map.zip", "w") as archive:
        for part in tmp_path.glob("grid.*"):
            archive.write(part, f"folder/{part.name}")
        archive.writestr("folder/readme.txt", "hello")
    check_grid(tmp_path / "grid map.zip")


def test_a_frame_in_memory(grid: gpd.GeoDataFrame) -> None:
    check_grid(grid)
    check_grid(pd.DataFrame({"id": grid["id"], "population": grid["population"], "geometry": list(grid.geometry)}))


def test_other_coordinate_systems_are_brought_to_degrees(tmp_path: Path, grid: gpd.GeoDataFrame) -> None:
    grid.to_crs(3857).to_file(tmp_path / "grid.gpkg")
    check_grid(tmp_path / "grid.gpkg")
    check_grid(grid.to_crs(3857))
    assert "reprojected" in {n.code for n in read_table(tmp_path / "grid.gpkg").notices}


def test_planar_maps_are_brought_to_km(grid: gpd.GeoDataFrame) -> None:
    metres = grid.set_crs(None, allow_override=True).scale(1000, 1000, origin=(0, 0)).set_crs(3857)
    found = read_units(grid.set_geometry(metres), is_planar=True, measure_names=["population"])
    assert np.allclose(found.units.coordinates, [[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [1.5, 1.5]])
    assert read_units(grid, is_planar=True).units.coordinates[0].tolist() == [0.5, 0.5]


def test_metres_without_a_coordinate_system_are_refused(tmp_path: Path, grid: gpd.GeoDataFrame) -> None:
    grid.to_crs(3857).to_file(tmp_path / "grid.shp")
    (tmp_path / "grid.prj").unlink()
    with pytest.raises(InputError, match="does not say its coordinate system"):
        read_table(tmp_path / "grid.shp")


def test_a_shapefile_without_its_index(tmp_path: Path, grid: gpd.GeoDataFrame) -> None:
    grid.to_file(tmp_path / "grid.shp")
    (tmp_path / "grid.shx").unlink()
    with pytest.raises(InputError, match=r"needs grid\.shx beside it"):
        read_table(tmp_path / "grid.shp")


def test_layers(tmp_path: Path, grid: gpd.GeoDataFrame) -> None:
    grid.head(1).to_file(tmp_path / "two.gpkg", layer="few")
    grid.to_file(tmp_path / "two.gpkg", layer="many")
    table = read_table(tmp_path / "two.gpkg")
    assert len(table) == 4
    assert "'many'" in table.notices[0].message
    assert len(read_table(tmp_path / "two.gpkg", layer="few")) == 1
    with pytest.raises(InputError, match="no layer 'x'; it has: few, many"):
        read_table(tmp_path / "two.gpkg", layer="x")


@pytest.mark.parametrize("name", ["point", "multipoint", "linestring", "multilinestring", "polygon", "multipolygon", "geometrycollection"])
@pytest.mark.parametrize("suffix", ["", "-xyz"])
def test_bare_geometry(shared_data: Path, name: str, suffix: str) -> None:
    found = read_units(shared_data / "bad_input" / "geojson-fixtures" / "data" / "geometry" / f"{name}{suffix}.geojson")
    assert found.n_rows_used == 1
    assert found.units.placed_by.tolist() == ["coordinates" if name == "point" else "shape"]
    assert (found.units.shapes is not None) == name.endswith("polygon")


def test_features(shared_data: Path) -> None:
    folder = shared_data / "bad_input" / "geojson-fixtures" / "data"
    assert read_units(folder / "feature" / "one.geojson").units.attributes["prop0"].tolist() == ["value0"]
    found = read_units(folder / "featurecollection" / "one.geojson")
    assert found.units.placed_by.tolist() == ["coordinates", "shape", "shape"]


def feature(geometry: object, **more: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": {"name": "x"}, **more}


def test_null_geometry_and_numbers_as_ids(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [8.5, 47.4]}
    path = tmp_path / "f.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature(point, id=7), feature(None, id=12), feature(point, id=3)]})
    )
    found = read_units(path)
    assert found.units.ids.tolist() == ["7", "3"]
    assert found.rejected.counts == {"no_position": 1}
    assert found.rejected.columns["id"].tolist() == ["12"]


TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.5], "translate": [10, 20]},
    "objects": {
        "areas": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "id": "01", "properties": {"population": 5}},
                {"type": "Polygon", "arcs": [[2, -2]], "id": "02", "properties": {"population": 6}},
                {"type": "Polygon", "arcs": [[3, -4]], "id": "03", "properties": {"population": 7}},
                {"type": None, "id": "04", "properties": {"population": 8}},
                {"type": "Point", "coordinates": [8, 8], "id": "05", "properties": {"population": 9}},
            ],
        },
        "lines": {"type": "LineString", "arcs": [0]},
    },
    "arcs": [
        [[2, 0], [-2, 0], [0, 2], [2, 0]],  # west square without its eastern side
        [[2, 2], [0, -2]],  # the side between, downwards
        [[2, 0], [2, 0], [0, 2], [-2, 0]],  # east square without its western side
        [[9, 9], [1, 1]],
    ],
}


def test_topojson_shares_its_borders(tmp_path: Path) -> None:
    (tmp_path / "f.topojson").write_text(json.dumps(TOPOLOGY))
    found = read_units(tmp_path / "f.topojson", measure_names=["population"])
    assert found.units.ids.tolist() == ["01", "02", "03", "05"]
    assert np.allclose(found.units.coordinates, [[10.5, 20.5], [11.5, 20.5], [14.75, 24.75], [14, 24]])
    west, east, collapsed, point = found.units.shapes
    assert west.intersection(east).length == 1.0
    assert collapsed is None
    assert point is None
    assert found.rejected.counts == {"no_position": 1}
    assert {"layer_chosen", "shapes_collapsed"} <= {n.code for n in found.notices}


def test_broken_and_mixed_polygons() -> None:
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    mixed = shapely.GeometryCollection([shapely.Point(9, 9), shapely.box(0, 0, 1, 1)])
    crescent = shapely.box(0, 0, 10, 10).difference(shapely.box(1, 1, 10, 9))
    across = shapely.MultiPolygon([shapely.box(179, 50, 180, 51), shapely.box(-180, 50, -179, 51)])
    wild = shapely.Point(1e300, 5)
    found = clean_shapes(np.array([bow_tie, mixed, crescent, across, wild, None, shapely.Polygon()], dtype=object))
    assert shapely.is_valid(found.polygons[:4]).all()
    assert shapely.area(found.polygons[:4]) == pytest.approx([2.0, 1.0, 28.0, 2.0])
    assert found.polygons[2].contains(shapely.Point(found.coordinates[2]))
    assert abs(found.coordinates[3, 0]) == pytest.approx(180)
    assert found.is_impossible.tolist() == [False] * 4 + [True, False, False]
    assert np.isnan(found.coordinates[4:]).all()
    assert [(n.code, n.count) for n in found.notices] == [("shapes_repaired", 1)]


def test_shapes_from_a_second_file_place_what_has_no_coordinates(tmp_path: Path, grid: gpd.GeoDataFrame) -> None:
    grid.rename(columns={"id": "GEOID"}).to_file(tmp_path / "grid.geojson")
    units = pd.DataFrame({"county": ["x", "y", "z"], "fips": ["02", "01", "99"], "population": [1, 2, 3]})
    found = read_units(units, shapes=tmp_path / "grid.geojson", measure_names=["population"])
    assert found.units.ids.tolist() == ["02", "01"]
    assert found.units.coordinates.tolist() == [[1.5, 0.5], [0.5, 0.5]]
    assert found.units.placed_by.tolist() == ["shape", "shape"]
    assert found.rejected.counts == {"no_position": 1}
    told = {n.code: n for n in found.notices}
    assert "2 of 3 rows found their shape: id = column 'GEOID'" in told["shapes_joined"].message
    assert told["no_shape"].examples == ("99",)


def test_own_coordinates_win_over_those_of_the_shape(grid: gpd.GeoDataFrame) -> None:
    units = pd.DataFrame({"id": ["01", "02"], "lon": [0.2, None], "lat": [0.3, None]})
    found = read_units(units, shapes=grid)
    assert found.units.coordinates.tolist() == [[0.2, 0.3], [1.5, 0.5]]
    assert found.units.placed_by.tolist() == ["coordinates", "shape"]
    assert found.units.shapes is not None


def test_shapes_are_found_by_postcode_or_without_leading_zeros(grid: gpd.GeoDataFrame) -> None:
    by_postcode = read_units(pd.DataFrame({"id": ["a", "b"], "zip": ["03", "04"]}), shapes=grid)
    assert by_postcode.units.placed_by.tolist() == ["shape", "shape"]
    without_zeros = read_units(pd.DataFrame({"id": ["1", "2"]}), shapes=grid)
    assert without_zeros.n_rows_used == 2
    assert any("without leading zeros" in n.message for n in without_zeros.notices)


def test_shapes_that_do_not_fit(grid: gpd.GeoDataFrame) -> None:
    units = pd.DataFrame({"id": ["a", "b"]})
    with pytest.raises(InputError, match=r"no column of the table \(id, population\) holds the id of the units"):
        read_units(units, shapes=grid)
    with pytest.raises(InputError, match="has no shapes"):
        read_units(units, shapes=pa.table({"id": ["a"]}))


def test_row_numbers_never_find_shapes(tmp_path: Path) -> None:
    (tmp_path / "people.tsv").write_text("01001\t55869\n01003\t223234\n")
    grid = gpd.GeoDataFrame({"id": ["1", "2"]}, geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=4326)
    with pytest.raises(InputError, match="--map id=column_1") as caught:
        read_units(tmp_path / "people.tsv", shapes=grid)
    assert caught.value.code == "no_id"
