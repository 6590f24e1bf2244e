"""The folder of a plan is enough to have the plan again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bailiwick as bw
from bailiwick.api.view import plan_view

TOWNS = {
    "id": [f"u{i}" for i in range(16)],
    "name": [f"Town {i}" for i in range(16)],
    "x": [float(i % 4) for i in range(16)],
    "y": [float(i // 4) for i in range(16)],
    "population": [10.0 + i % 3 for i in range(16)],
    "generated": ["generated, not real"] * 16,
}


def plan_of(towns: object = TOWNS) -> bw.Plan:
    return bw.design(towns, territories=4, balance={"population": 0.1}, is_planar=True)


def facts(plan: bw.Plan) -> dict[str, object]:
    return {key: value for key, value in plan.document().items() if key != "timings_seconds"}


def test_a_plan_comes_back_from_a_folder_that_was_moved(tmp_path: Path) -> None:
    plan = plan_of()
    plan.to_files(tmp_path / "plan", map=False, report=False)
    (tmp_path / "plan").rename(tmp_path / "elsewhere")
    again = bw.load(tmp_path / "elsewhere")
    assert facts(again) == facts(plan)
    assert again.territories.equals(plan.territories)
    assert again.summary() == plan.summary()
    assert again.problem.units.labels.tolist() == TOWNS["name"]


def test_a_plan_that_was_loaded_writes_the_same_tables(tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text("id,lon,lat,people\na,1,1,3\nb,2,1,3\nc,99999,1,3\n=d,2,2,3\ne,3,3,3\n-f,,,x\n")
    plan = bw.design(tmp_path / "towns.csv", territories=2, balance={"people": 0.5})
    plan.to_files(tmp_path / "one", map=False, report=False)
    bw.load(tmp_path / "one").to_files(tmp_path / "two", map=False, report=False)
    assert plan.source.rows["rejected"] == 2
    for name in ("alignment.csv", "territories.csv", "plan.parquet", "rejected.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_what_says_that_the_data_are_generated_is_kept(tmp_path: Path) -> None:
    plan_of().to_files(tmp_path / "one", map=False, report=False)
    bw.load(tmp_path / "one").to_files(tmp_path / "two", report=False)
    assert "These data are generated, not real." in (tmp_path / "two" / "map.html").read_text(encoding="utf-8")


def test_a_folder_without_a_plan_is_told(tmp_path: Path) -> None:
    with pytest.raises(bw.InputError, match=r"holds no plan\.parquet") as raised:
        bw.load(tmp_path)
    assert raised.value.code == "not_a_plan"


def test_prices_stand_in_every_form() -> None:
    plan = plan_of()
    assert plan.prices is not None
    (stated,) = plan.document()["prices"].items()
    assert stated[0] == "population"
    assert stated[1]["unit"] == "population · km per population"
    listed = list(stated[1]["of_territory"].values())
    assert listed == pytest.approx(plan.prices.values[:, 0].tolist()) == plan.territories["population price"].tolist()
    judged = bw.evaluate(TOWNS, plan.alignment, balance={"population": 0.1}, is_planar=True)
    assert judged.prices is None
    assert "population price" not in judged.territories


def test_rejected_rows_that_are_missing_are_none(tmp_path: Path) -> None:
    plan_of().to_files(tmp_path / "plan", map=False, report=False)
    (tmp_path / "plan" / "rejected.csv").unlink()
    assert len(bw.load(tmp_path / "plan").source.rejected) == 0


def test_rules_that_clash_stand_in_the_plan_its_folder_and_its_pictures(tmp_path: Path) -> None:
    # seven towns in three territories are two or three each, never within 10 % of two and a third
    units = {"id": list("abcdefg"), "x": range(7), "y": [0] * 7}
    plan = bw.design(units, territories=3, balance={"units": 0.1}, is_planar=True)
    (conflict,) = plan.result.conflicts
    assert (conflict.code, conflict.is_proven) == ("whole_units", True)
    assert conflict.message in plan.summary()
    plan.to_files(tmp_path / "plan", map=False, report=False)
    again = bw.load(tmp_path / "plan")
    assert again.result.conflicts == plan.result.conflicts
    shown = plan_view(again, np.full(3, None, dtype=object)).notices[0].message
    assert shown.startswith("Rules clash: Units stay whole and their sums come in steps, so that some territory is at least 28.6 % from")
    assert "What would help: allow 28.6 % for units: no plan needs less, and this one keeps it" in shown
