"""Real files of others, end to end: counties, breweries, stores with reps, hospitals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

import bailiwick as bw


@pytest.fixture(scope="module")
def counties(shared_data: Path) -> bw.Plan:
    folder = shared_data / "geo_us_counties"
    return bw.design(
        folder / "fips_to_population.tsv",
        shapes=folder / "counties-10m.json",
        territories=50,
        balance={"population": 0.05},
        column_map={"id": "column_1", "population": "column_2"},
    )


def test_counties_are_balanced_but_for_los_angeles(counties: bw.Plan) -> None:
    assert counties.problem.n_units > 3100
    outside = np.flatnonzero(counties.evaluation.is_violating[:, 0])
    los_angeles = counties.evaluation.territory_idx[counties.problem.units.ids.tolist().index("06037")]
    assert los_angeles in outside
    assert len(outside) <= 3
    (notice,) = [n for n in counties.notices if n.code == "unit_exceeds_territory"]
    assert "Los Angeles (06037)" in notice.message
    assert not counties.keeps_every_rule


def test_counties_are_contiguous_also_by_the_census_file(counties: bw.Plan, shared_data: Path) -> None:
    assert counties.evaluation.in_pieces.size == 0
    folder = shared_data / "geo_us_counties"
    judged = bw.evaluate(
        folder / "fips_to_population.tsv",
        counties.alignment,
        shapes=folder / "counties-10m.json",
        adjacency=folder / "county_adjacency.txt",
        balance={"population": 0.05},
        column_map={"id": "column_1", "population": "column_2"},
    )
    assert judged.evaluation.totals.tolist() == counties.evaluation.totals.tolist()
    # the Census counts corners and water as neighbours, so what is joined by edges is joined by its file too
    assert judged.evaluation.in_pieces.size == 0


def test_counties_are_drawn_without_slivers(counties: bw.Plan, tmp_path: Path) -> None:
    files = counties.to_files(tmp_path / "plan")
    assert {f.name for f in files} == {
        *("alignment.csv", "territories.csv", "territories.geojson", "plan.json", "plan.parquet", "map.html", "report.pdf", "rejected.csv")
    }
    features = json.loads((tmp_path / "plan" / "territories.geojson").read_text(encoding="utf-8"))["features"]
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in features]
    assert len(shapes) == 50
    assert all(shape.is_valid and not shape.is_empty for shape in shapes)
    units = shapely.area(counties.problem.units.shapes[[s is not None for s in counties.problem.units.shapes]]).sum()
    assert shapely.area(shapes).sum() == pytest.approx(units, rel=1e-3)
    page = (tmp_path / "plan" / "map.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert (tmp_path / "plan" / "report.pdf").read_bytes().startswith(b"%PDF")


def test_breweries_of_the_united_states(shared_data: Path) -> None:
    table = pd.read_csv(shared_data / "points_breweries" / "breweries.csv", dtype=str, keep_default_na=False)
    table = table[table["country"] == "United States"]
    assert len(table) == 8224
    plan = bw.design(table, territories=30, balance="units:5%")
    assert plan.keeps_every_rule
    rows = plan.source.rows
    assert rows["read"] == 8224 == rows["used"] + rows["rejected"]
    assert rows["rejected"] < 50
    placed = pd.Series(plan.problem.units.placed_by).value_counts()
    assert placed["coordinates"] > 5500
    assert placed["postcode"] > 1000
    assert plan.alignment["territory_id"].value_counts().max() <= 1.05 * rows["used"] / 30


def test_stores_with_reps_by_capacity(shared_data: Path) -> None:
    stores = pd.read_csv(shared_data / "crm_adventureworks" / "stores_joined.csv", dtype=str, keep_default_na=False)
    stores = stores[stores["CountryRegionCode"] == "US"]
    numbers = stores.assign(**{c: pd.to_numeric(stores[c], errors="coerce") for c in ("Longitude", "Latitude")})
    reps = numbers.groupby("SalesPersonID", as_index=False)[["Longitude", "Latitude"]].median()
    reps["capacity"] = [1.0 if i % 4 else 0.5 for i in range(len(reps))]
    plan = bw.design(stores, reps=reps, balance={"AnnualSales": 0.1})
    assert plan.problem.territory_ids.tolist() == reps["SalesPersonID"].astype(str).tolist()
    assert plan.problem.is_fixed.all()
    assert plan.problem.target_shares.tolist() == pytest.approx((reps["capacity"] / reps["capacity"].sum()).tolist())
    assert plan.keeps_every_rule
    assert plan.territories["AnnualSales"].sum() == plan.problem.units.measures["AnnualSales"].sum()


def test_hospitals_say_where_their_coordinates_hide(shared_data: Path) -> None:
    file = shared_data / "points_hospitals" / "Hospital_General_Information.csv"
    plain = bw.design(file, territories=20, time_limit=0)
    (notice,) = [n for n in plain.notices if n.code == "coordinates_in_text"]
    assert "--map location=Location" in notice.message
    assert set(plain.problem.units.placed_by) <= {"postcode", "place"}
    mapped = bw.design(file, territories=20, column_map={"location": "Location"})
    assert (mapped.problem.units.placed_by == "coordinates").sum() > 4900
    assert mapped.keeps_every_rule
