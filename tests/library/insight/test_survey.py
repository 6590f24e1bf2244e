"""The market of a plan, its map, and what explains a gap: numbers that can be checked by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from bailiwick.api import explain_gap, key_figures, survey_market
from bailiwick.api.neighbours import resolve_adjacency
from bailiwick.domain import FloatArray, UnitTable
from bailiwick.errors import InputError
from bailiwick.insight.kpis.gap import share_gap
from bailiwick.pictures.basemap import load
from bailiwick.pictures.market_map import MOST_UNITS, market_map


def grid(side: int = 6, **measures: FloatArray) -> UnitTable:
    where = np.array([[x, y] for x in range(side) for y in range(side)], float)
    return UnitTable(np.array([f"u{i}" for i in range(side * side)], object), where, measures, is_planar=True)


COLUMNS = np.repeat(np.arange(3, dtype=np.int32), 12)


def test_travel_and_distance_apart_are_in_km() -> None:
    units = UnitTable(
        np.array(["a", "b", "c"], object), np.array([[0, 0], [4, 0], [1, 0]], float), {"m": np.array([1.0, 1, 2])}, is_planar=True
    )
    row = survey_market(units, np.zeros(3, np.int32), ["T"], measure="m")["territories"].iloc[0]
    middle = (0 + 4 + 2 * 1) / 4
    assert row["travel_km"] == pytest.approx((middle + (4 - middle) + 2 * abs(1 - middle)) / 4)
    assert row["apart_km"] == pytest.approx(1.0)  # nearest: 1, 3, 1


def test_on_the_sphere_the_middle_stays_on_the_ground() -> None:
    where = np.array([[0.0, 50.0], [2.0, 50.0]])
    units = UnitTable(np.array(["a", "b"], object), where, {"m": np.ones(2)})
    row = survey_market(units, np.zeros(2, np.int32), ["T"], measure="m")["territories"].iloc[0]
    assert row["travel_km"] == pytest.approx(row["apart_km"] / 2, rel=1e-3)


def test_white_space_needs_sales_and_potential() -> None:
    sales, potential = np.repeat([3.0, 2.0, 1.0], 12), np.full(36, 4.0)
    units = grid(sales=sales, potential=potential)
    both = survey_market(units, COLUMNS, ["A", "B", "C"], measure="potential", sales="sales", potential="potential")
    table = both["territories"].set_index("territory")
    assert table["penetration"].to_dict() == pytest.approx({"A": 0.75, "B": 0.5, "C": 0.25})
    assert table["share_gap"]["C"] == pytest.approx(1 / 3 - 1 / 6)
    assert "white_space" in both.pictures
    assert "penetration" not in survey_market(units, COLUMNS, ["A", "B", "C"], measure="sales")["territories"]


def test_units_without_a_territory_count_in_the_market_and_in_no_territory() -> None:
    places = COLUMNS.copy()
    places[:5] = -1
    found = survey_market(grid(m=np.ones(36)), places, ["A", "B", "C"], measure="m")
    assert found["territories"]["units"].sum() == 31
    assert (found["units"]["territory"] == "").sum() == 5


def test_hot_spots_are_found_where_values_stand_together() -> None:
    values = np.ones((15, 15)) + np.random.default_rng(0).random((15, 15))
    values[5:10, 5:10] += 20
    units = grid(15, m=values.ravel())
    graph = resolve_adjacency("auto", units)[0]
    found = survey_market(units, np.zeros(225, np.int32), ["T"], measure="m", adjacency=graph)
    hot = found["units"].query("spot == 'hot'")["unit"].tolist()
    assert "u112" in hot  # the middle
    assert "u0" not in hot
    assert found.facts["moran"]["p"] <= 0.05


def test_what_is_missing_is_told() -> None:
    with pytest.raises(InputError, match="there is no measure 'x'"):
        survey_market(grid(m=np.ones(36)), COLUMNS, ["A", "B", "C"], measure="x")
    with pytest.raises(InputError, match="no amount above 0"):
        survey_market(grid(m=np.zeros(36)), COLUMNS, ["A", "B", "C"], measure="m")


def test_the_map_draws_polygons_and_thins_points() -> None:
    boxes = np.array([shapely.box(x, 0, x + 1, 1) for x in range(3)], dtype=object)
    units = UnitTable(np.array(["a", "b", "c"], object), np.array([[0.5, 0.5], [1.5, 0.5], [2.5, 0.5]]), {}, shapes=boxes)
    spec = market_map("t", "", "m", units, np.array([1.0, 2.0, 3.0]), spots=np.array(["hot", "", "cold"], object))
    rings = [row["geometry"]["coordinates"][0] for row in spec["layer"][0]["data"]["values"]]
    assert all(not shapely.LinearRing(ring).is_ccw for ring in rings)
    assert len(spec["layer"][1]["data"]["values"]) == 2
    many = UnitTable(np.array([str(i) for i in range(5000)], object), np.random.default_rng(0).random((5000, 2)))
    drawn = market_map("t", "", "m", many, np.arange(5000.0))
    kept = {row["name"] for row in drawn["layer"][0]["data"]["values"]}
    assert len(kept) == MOST_UNITS
    assert "4999" in kept
    assert "0" not in kept


def test_the_map_stands_on_the_land_around_the_units() -> None:
    units = UnitTable(np.array(["a", "b"], object), np.array([[-89.0, 40.0], [-87.0, 42.0]]))
    spec = market_map("t", "by value", "m", units, np.array([1.0, 2.0]), ground=load())
    land, borders, points = (layer["data"]["values"] for layer in spec["layer"])
    shapes = [shapely.from_geojson(json.dumps(row["geometry"])) for row in land]
    assert any(shapely.contains_xy(shape, -89.0, 40.0) for shape in shapes)
    assert max(np.ptp(shapely.bounds(shape).reshape(2, 2), axis=0).max() for shape in shapes) < 3, "cut to where the units are"
    assert borders, "Illinois and its neighbours"
    assert [row["name"] for row in points] == ["a", "b"]
    assert spec["title"]["subtitle"] == f"by value; {load().credit}"
    planar = UnitTable(units.ids, units.coordinates, {}, is_planar=True)
    assert len(market_map("t", "", "m", planar, np.array([1.0, 2.0]), ground=load())["layer"]) == 1


def test_gaps_are_shared_out_without_a_rest() -> None:
    rng = np.random.default_rng(2)
    factors, reference = rng.uniform(0.1, 9, (50, 4)), rng.uniform(0.1, 9, 4)
    found = share_gap(factors, reference)
    assert np.allclose(found.effects.sum(axis=1), found.gap)
    assert np.allclose(share_gap(reference[None, :], reference).effects, 0)


def test_groups_with_too_few_won_deals_are_left_out_and_told() -> None:
    deals = {"stage": ["won"] * 12 + ["lost"] * 3 + ["won"], "value": [5] * 16, "rep": ["a"] * 6 + ["b"] * 6 + ["a", "b", "b"] + ["c"]}
    found = explain_gap(deals, by="rep")
    assert sorted(found["groups"]["group"]) == ["a", "b"]
    assert [notice.code for notice in found.notices] == ["too_few_won"]
    with pytest.raises(InputError, match="two or more to compare"):
        explain_gap({"stage": ["won"] * 6, "value": [1] * 6, "rep": ["a"] * 6}, by="rep")


def test_key_figures_keep_the_lines_that_they_counted() -> None:
    table = {"customer": ["a", "a", "b"], "date": ["2025-01-05", "2025-03-01", "2025-03-02"], "amount": [10, 30, 5], "t": ["x", "x", "y"]}
    found = key_figures(table, by="t", start="2025-02-01", end="2025-03-31", before="2025-01-01", keep_lines=True)
    lines = found["lines"]
    assert lines.query("period == 'now'").groupby("group")["amount"].sum().to_dict() == {"x": 30.0, "y": 5.0}
    assert found["measures"].set_index("group")["revenue_before"].to_dict() == {"(all)": 10.0, "x": 10.0, "y": 0.0}
    assert "lines" not in found.document()
