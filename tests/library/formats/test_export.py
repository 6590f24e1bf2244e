from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from numpy.typing import NDArray

from bailiwick.errors import InputError
from bailiwick.formats.export import write_csv, write_territories, write_territories_geojson

SHAPES = np.array(
    [
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(3, 0, 4, 1)]),
        shapely.MultiPolygon([shapely.Polygon([(1, 0), (3, 0), (3, 3), (1, 3)], [[(1.5, 1), (2, 1), (2, 2), (1.5, 2)]])]),
        shapely.MultiPolygon(),
    ],
    dtype=object,
)
PROPERTIES: dict[str, Any] = {
    "territory_id": np.array(["T1", "T2", "T3"], dtype=object),
    "territory_name": np.array(["Köln & <Bonn>", "=1+1", None], dtype=object),
    "territory_notes": ["a", "b", "c"],
    "population": np.array([10.0, 12.5, np.nan]),
    "n_units": np.array([3, 4, 0]),
}


def read_back(path: Path) -> tuple[dict[str, NDArray[Any]], NDArray[np.object_]]:
    meta, _, wkb, fields = pyogrio.raw.read(path)
    return dict(zip(meta["fields"], fields, strict=True)), shapely.from_wkb(wkb)


def test_csv_cells(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "out.csv",
        {
            "unit_id": ["001", 'say "hi"', "a,b", "two\nlines", " spaced "],
            "=name": ["=SUM(A1)", "+49 30 1", "-x", "@a", "\tb"],
            "number": np.array([1.0, 1e6, 0.1 + 0.2, np.nan, -0.0]),
            "count": np.array([-1, 2, 3, 4, 5]),
            "text number": ["-86.5", "+1", "1e5", None, "-3,5"],
            "mixed": np.array(["a", 1, 2.5, None, True], dtype=object),
            "yes": np.array([True, False, True, False, True]),
        },
    )
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows == [
        ["unit_id", "'=name", "number", "count", "text number", "mixed", "yes"],
        ["001", "'=SUM(A1)", "1", "-1", "-86.5", "a", "true"],
        ['say "hi"', "'+49 30 1", "1000000", "2", "+1", "1", "false"],
        ["a,b", "'-x", "0.30000000000000004", "3", "1e5", "2.5", "true"],
        ["two\nlines", "'@a", "", "4", "", "", "false"],
        [" spaced ", "'\tb", "0", "5", "-3,5", "True", "true"],
    ]


def test_csv_is_plain_bytes(tmp_path: Path) -> None:
    write_csv(tmp_path / "out.csv", {"a": ["x"], "ö": [1.5]})
    assert (tmp_path / "out.csv").read_bytes() == "a,ö\nx,1.5\n".encode()


def test_csv_without_rows_and_beyond_one_block(tmp_path: Path) -> None:
    write_csv(tmp_path / "out.csv", {"a": np.empty(0), "b": np.empty(0, object)})
    assert (tmp_path / "out.csv").read_text() == "a,b\n"
    n = 250_001
    write_csv(tmp_path / "out.csv", {"i": np.arange(n), "t": np.array([f"u{i}" for i in range(n)], object)})
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert len(lines) == n + 1
    assert lines[100_001] == "100000,u100000"
    assert lines[-1] == "250000,u250000"


def test_csv_columns_of_different_length(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one length"):
        write_csv(tmp_path / "out.csv", {"a": [1], "b": [1, 2]})
    assert not (tmp_path / "out.csv").exists()


def test_geojson_follows_the_standard(tmp_path: Path) -> None:
    backwards = shapely.orient_polygons(SHAPES, exterior_cw=True)
    write_territories_geojson(tmp_path / "t.geojson", backwards, PROPERTIES)
    found = json.loads((tmp_path / "t.geojson").read_text(encoding="utf-8"))
    assert found["type"] == "FeatureCollection"
    assert found["bbox"] == [0, 0, 4, 3]
    assert "crs" not in found
    first, second, third = found["features"]
    assert first["properties"] == {
        "territory_id": "T1",
        "territory_name": "Köln & <Bonn>",
        "territory_notes": "a",
        "population": 10,
        "n_units": 3,
    }
    assert third == {
        "type": "Feature",
        "properties": {"territory_id": "T3", "territory_name": None, "territory_notes": "c", "population": None, "n_units": 0},
        "geometry": None,
    }
    exterior, hole = second["geometry"]["coordinates"][0]
    assert shapely.LinearRing(exterior).is_ccw
    assert not shapely.LinearRing(hole).is_ccw


def test_geojson_keeps_seven_decimals(tmp_path: Path) -> None:
    shape = np.array([shapely.MultiPolygon([shapely.box(1 / 3, 1 / 7, 2 / 3, 1)])], dtype=object)
    write_territories_geojson(tmp_path / "t.geojson", shape, {})
    text = (tmp_path / "t.geojson").read_text()
    assert "0.3333333," in text
    assert "0.33333333" not in text


def test_geojson_box_across_the_antimeridian(tmp_path: Path) -> None:
    fiji = np.array([shapely.MultiPolygon([shapely.box(177, -19, 180, -16), shapely.box(-180, -18, -178, -16)])], dtype=object)
    write_territories_geojson(tmp_path / "t.geojson", fiji, {})
    assert json.loads((tmp_path / "t.geojson").read_text())["bbox"] == [177, -19, -178, -16]


def test_planar_geojson_says_so(tmp_path: Path) -> None:
    write_territories_geojson(tmp_path / "t.geojson", SHAPES, PROPERTIES, is_planar=True)
    found = json.loads((tmp_path / "t.geojson").read_text(encoding="utf-8"))
    assert found["coordinate_unit"] == "km"
    assert "not longitude" in found["note"]


@pytest.mark.parametrize("name", ["t.geojson", "t.gpkg", "t.shp", "t.zip", "t.kml"])
def test_round_trip(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_territories(path, SHAPES, PROPERTIES)
    fields, geometry = read_back(path)
    short = name in ("t.shp", "t.zip")
    named = fields["territor_1" if short else "territory_name"]
    assert fields["territory_" if short else "territory_id"].tolist() == ["T1", "T2", "T3"]
    assert named[:2].tolist() == ["Köln & <Bonn>", "=1+1"]
    assert fields["population"][:2].astype(float).tolist() == [10.0, 12.5]
    assert [bool(a.equals(b)) for a, b in zip(geometry[:2], SHAPES[:2], strict=True)] == [True, True]
    assert geometry[2] is None or geometry[2].is_empty


@pytest.mark.parametrize("name", ["t.geojson", "t.gpkg", "t.shp", "t.zip", "t.kml"])
def test_same_input_same_bytes(tmp_path: Path, name: str) -> None:
    found = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_territories(tmp_path / folder / name, SHAPES, PROPERTIES)
        write_territories(tmp_path / folder / name, SHAPES, PROPERTIES)  # replaces what is there
        found.append({p.name: p.read_bytes() for p in sorted((tmp_path / folder).iterdir())})
    assert found[0] == found[1]
    assert set(found[0]) == ({f"t.{e}" for e in ("shp", "shx", "dbf", "prj", "cpg")} if name == "t.shp" else {name})


def test_planar_files(tmp_path: Path) -> None:
    write_territories(tmp_path / "t.gpkg", SHAPES, PROPERTIES, is_planar=True)
    assert pyogrio.read_info(tmp_path / "t.gpkg")["crs"] in (None, "") or "WGS 84" not in str(pyogrio.read_info(tmp_path / "t.gpkg")["crs"])
    with pytest.raises(InputError, match="degrees only"):
        write_territories(tmp_path / "t.kml", SHAPES, PROPERTIES, is_planar=True)


def test_unknown_ending_and_wrong_length(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.gpkg"):
        write_territories(tmp_path / "t.dwg", SHAPES, PROPERTIES)
    with pytest.raises(InputError, match="3 territories"):
        write_territories(tmp_path / "t.gpkg", SHAPES, {"a": [1]})
    assert list(tmp_path.iterdir()) == []


def test_empty_parts_do_not_reach_the_box(tmp_path: Path) -> None:
    shapes = np.array([shapely.MultiPolygon([shapely.Polygon()]), shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])], dtype=object)
    write_territories(tmp_path / "t.geojson", shapes, {"territory_id": ["a", "b"]})
    document = json.loads((tmp_path / "t.geojson").read_text(encoding="utf-8"))
    assert document["bbox"] == [0, 0, 1, 1]
    assert document["features"][0]["geometry"] is None
