"""Levels from the words of a user to the files of a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest

import bailiwick as bw
from bailiwick.api.levels import AskedLevel, parse_levels
from bailiwick.api.sources import read_source
from bailiwick.api.view import plan_view
from bailiwick.errors import InputError
from bailiwick.pictures.report.words import report_record

ROOT = Path(__file__).resolve().parents[3]
GRID: dict[str, Any] = {
    "id": [f"u{i:02d}" for i in range(64)],
    "x": [float(i % 8) for i in range(64)],
    "y": [float(i // 8) for i in range(64)],
    "hours": [1.0 + i % 3 for i in range(64)],
    "state": ["N" if i < 24 else "S" for i in range(64)],
}


def designed(**options: Any) -> bw.Plan:
    settings = {"territories": 8, "balance": {"hours": 0.1}, "is_planar": True, **options}
    return bw.design(GRID, **settings)


@pytest.fixture(scope="module")
def tree() -> bw.Plan:
    return designed(levels=["region:2:4%", "district:4"])


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("region:4", AskedLevel("region", 4)),
        ("sales area : 4 : 2,5 %", AskedLevel("sales area", 4, 0.025)),
        ("district:15:3", AskedLevel("district", 15, 0.03)),
        ("region = Sales Manager", AskedLevel("region", column="Sales Manager")),
    ],
)
def test_a_level_is_read_as_it_is_meant(text: str, level: AskedLevel) -> None:
    assert parse_levels(text) == (level,)


def test_a_mapping_says_the_same() -> None:
    assert parse_levels({"region": 4, "district": (15, 0.03), "team": "Manager"}) == (
        AskedLevel("region", 4),
        AskedLevel("district", 15, 0.03),
        AskedLevel("team", column="Manager"),
    )


@pytest.mark.parametrize("levels", ["region", "region:0", "region:x", ":4", ["a:2", "A:3"], "territory:3", {"region": 0}, {"r": (2, 5.0)}])
def test_a_level_that_cannot_be_meant_is_refused(levels: Any) -> None:
    with pytest.raises(InputError, match=r"level"):
        parse_levels(levels)


def test_tables_name_the_groups(tree: bw.Plan) -> None:
    rows = tree.alignment.merge(tree.territories[["territory_id", "region_id", "district_id"]], on="territory_id", suffixes=("", "_of"))
    assert (rows["region_id"] == rows["region_id_of"]).all()
    assert (rows["district_id"] == rows["district_id_of"]).all()
    assert tree.keeps_every_rule
    assert abs(tree.levels[0].evaluation.deviations).max() <= 0.04


def test_the_hierarchy_adds_up(tree: bw.Plan) -> None:
    table = tree.hierarchy
    assert table.groupby("level")["hours"].sum().round(9).nunique() == 1
    assert table["level"].tolist() == ["region"] * 2 + ["district"] * 4 + ["territory"] * 8
    below = table[table["parent_id"].notna()].groupby("parent_id")["hours"].sum()
    above = table.set_index("id")["hours"]
    for parent, total in below.items():
        assert total == pytest.approx(above[parent])


def test_files_hold_the_levels_and_a_loaded_plan_has_them(tree: bw.Plan, tmp_path: Path) -> None:
    files = tree.to_files(tmp_path / "plan")
    assert "hierarchy.csv" in {file.name for file in files}
    document = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, json.loads((ROOT / "docs/reference/plan.schema.json").read_text(encoding="utf-8")))
    assert [level["name"] for level in document["levels"]] == ["region", "district"]
    assert document["levels"][0]["territories_per_group"] == {"region 1": 4, "region 2": 4}
    assert document["levels"][1]["gap"] >= 0
    again = bw.load(tmp_path / "plan")
    assert again.document()["levels"] == document["levels"]
    assert again.document()["input_digest"] == document["input_digest"]
    assert pd.read_csv(tmp_path / "plan" / "alignment.csv").columns.tolist() == [
        "unit_id",
        "territory_id",
        "region_id",
        "district_id",
        "hours",
    ]


def test_a_plan_without_levels_has_none(tmp_path: Path) -> None:
    plan = designed()
    assert plan.levels == ()
    assert plan.document()["levels"] == []
    assert "hierarchy.csv" not in {file.name for file in plan.to_files(tmp_path / "plan", map=False, report=False)}


def test_levels_are_part_of_the_fingerprint(tree: bw.Plan) -> None:
    assert tree.document()["input_digest"] != designed().document()["input_digest"]


def test_managers_of_reps_stand_above_their_territories() -> None:
    reps = {"id": ["A", "B", "C", "D"], "x": [0, 7, 0, 7], "y": [0, 0, 7, 7], "boss": ["Zoe", "Max", "Zoe", "Max"]}
    plan = designed(territories=None, reps=reps, levels={"team": "boss"})
    assert plan.territories.set_index("territory_id")["team_id"].to_dict() == {"A": "Zoe", "B": "Max", "C": "Zoe", "D": "Max"}
    assert plan.document()["levels"][0]["given_by"] == "reps"


def test_regions_of_units_get_territories_by_load() -> None:
    plan = designed(levels="region=state")
    assert plan.document()["levels"][0]["territories_per_group"] == {"N": 3, "S": 5}
    assert (plan.alignment["region_id"] == np.array(GRID["state"])).all()


def test_uneven_numbers_are_told() -> None:
    assert "uneven_spans" in {notice.code for notice in designed(levels="region:3").notices}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"levels": "region=nowhere"}, "unknown_column"),
        ({"levels": "region:9"}, "level"),
        ({"levels": "region=boss", "reps": {"id": ["A"], "x": [0], "y": [0]}}, "unknown_column"),
        ({"levels": "t=boss", "reps": {"id": ["A"], "x": [0], "y": [0], "boss": ["Z"]}}, "level"),
    ],
)
def test_levels_that_do_not_fit_are_told(options: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as error:
        designed(**options)
    assert error.value.code == code


def test_a_region_column_with_blanks_is_refused() -> None:
    blank = {**GRID, "state": ["", *GRID["state"][1:]]}
    with pytest.raises(InputError, match="blank"):
        bw.design(blank, territories=8, balance={"hours": 0.1}, is_planar=True, levels="region=state")


def test_counties_of_the_south_have_regions_and_districts(shared_data: Path) -> None:
    folder = shared_data / "geo_us_counties"
    source = read_source(
        folder / "fips_to_population.tsv",
        shapes=folder / "counties-10m.json",
        column_map={"id": "column_1", "population": "column_2"},
    )
    south = np.flatnonzero([unit_id[:2] in {"48", "40", "05", "22"} for unit_id in source.units.ids])
    plan = bw.design(source.units.take(south), territories=8, levels=["region:2:3%", "district:4:6%"], balance={"population": 0.1})
    assert plan.problem.n_units > 400
    assert plan.keeps_every_rule
    assert plan.evaluation.in_pieces.size == 0


def test_pictures_know_the_levels(tree: bw.Plan) -> None:
    view = plan_view(tree, np.full(8, None, dtype=object))
    region, district = view.levels
    assert region.spans.tolist() == [4, 4]
    assert not any(region.parents)
    assert set(district.parents) == {"region 1", "region 2"}
    assert region.colours[0] != region.colours[1]
    record = report_record(view)
    assert [level["head"][:2] for level in record["levels"]] == [["Region", "Territories"], ["District", "Part of"]]
    assert len(record["levels"][1]["rows"]) == 4
