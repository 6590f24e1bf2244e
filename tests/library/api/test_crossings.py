"""Barriers and links from files to plans."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

import bailiwick as bw


def blocks() -> dict[str, list[object]]:
    """Two rows of six places, 1 km apart in a row, the rows 0.5 km apart."""
    xy = [(x, y) for y in (0.0, 0.5) for x in range(6)]
    return {"id": [f"{'sn'[i // 6]}{i % 6}" for i in range(12)], "x": [p[0] for p in xy], "y": [p[1] for p in xy], "people": [4] * 12}


@pytest.fixture
def river(tmp_path: Path) -> Path:
    file = tmp_path / "river.geojson"
    file.write_text(json.dumps({"type": "LineString", "coordinates": [[-1, 0.25], [9, 0.25]]}))
    return file


def banks(plan: bw.Plan) -> list[set[str]]:
    return [{str(unit)[0] for unit in units} for units in plan.alignment.groupby("territory_id")["unit_id"].apply(list)]


def test_no_territory_crosses_a_river(river: Path) -> None:
    free = bw.design(blocks(), territories=2, balance="people", is_planar=True)
    cut = bw.design(blocks(), territories=2, balance="people", is_planar=True, barriers=river)
    assert {"n", "s"} in banks(free)
    assert sorted(banks(cut), key=sorted) == [{"n"}, {"s"}]
    told = {n.code: n for n in cut.notices}
    assert "cross river.geojson and were cut" in told["barriers_cut"].message
    assert told["graph_in_pieces"].count == 2
    assert cut.document()["contiguity"]["rule"].endswith("cut at river.geojson")
    assert cut.keeps_every_rule


def test_a_bridge_joins_the_banks_again(river: Path) -> None:
    plan = bw.design(
        blocks(), territories=1, balance="people", is_planar=True, barriers=river, links=[("s0", "n0", "add"), ("s1", "s2", "remove")]
    )
    told = {n.code: n for n in plan.notices}
    assert told["links_edited"].message == "the table: 1 link added and 1 link removed"
    assert told["graph_in_pieces"].count == 2
    assert not plan.keeps_every_rule


def test_territories_across_a_river_are_found_by_a_judgement(river: Path) -> None:
    by_column = {unit: "west" if int(str(unit)[1]) < 3 else "east" for unit in blocks()["id"]}
    judged = bw.evaluate(blocks(), by_column, balance="people", is_planar=True, barriers=river)
    assert len(judged.evaluation.in_pieces) == 2
    assert not judged.keeps_every_rule


def test_barriers_may_be_in_another_coordinate_system(tmp_path: Path) -> None:
    import pyproj

    lon, lat = np.array([10.0, 10.02, 10.0, 10.02]), np.array([50.0, 50.0, 50.01, 50.01])
    towns = {"id": list("abcd"), "longitude": lon, "latitude": lat}
    line = np.array(pyproj.Transformer.from_crs(4326, 25832, always_xy=True).transform([9.9, 10.1], [50.005, 50.005])).T
    pyogrio.raw.write(
        tmp_path / "river.gpkg", shapely.to_wkb(np.array([shapely.LineString(line)], dtype=object)), [], [], geometry_type="LineString",
        crs="EPSG:25832", layer="river", driver="GPKG",
    )  # fmt: skip
    plan = bw.design(towns, territories=2, balance="units", barriers=tmp_path / "river.gpkg")
    assert sorted("".join(units) for units in plan.alignment.groupby("territory_id")["unit_id"].apply(list)) == ["ab", "cd"]


def test_ids_that_are_no_units_are_told(river: Path) -> None:
    plan = bw.design(blocks(), territories=2, balance="people", is_planar=True, links=[("s0", "n1", "add"), ("s0", "zz", "add")])
    assert {n.code: n for n in plan.notices}["link_unknown_ids"].examples == ("zz",)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"links": [("s0", "n0", "perhaps")]}, "link_action"),
        ({"links": [("q", "r", "add")]}, "link_ids"),
        ({"links": [("s0",)]}, "link_columns"),
        ({"links": [("s0", "n0", "add")], "adjacency": "none"}, "links_unused"),
    ],
)
def test_links_that_cannot_be_used_are_errors(options: dict[str, object], code: str) -> None:
    with pytest.raises(bw.InputError) as raised:
        bw.design(blocks(), territories=2, balance="people", is_planar=True, **options)  # type: ignore[arg-type]
    assert raised.value.code == code


def test_a_map_of_points_is_no_barrier(tmp_path: Path) -> None:
    file = tmp_path / "points.geojson"
    file.write_text(json.dumps({"type": "MultiPoint", "coordinates": [[0, 0], [1, 1]]}))
    with pytest.raises(bw.InputError) as raised:
        bw.design(blocks(), territories=2, balance="people", is_planar=True, barriers=file)
    assert raised.value.code == "no_barriers"
