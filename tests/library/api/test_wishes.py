"""Designs by real distance: roads, matrices, a pace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from roads import KM, ORIGIN, osm_xml

import bailiwick as bw
from bailiwick.api.view import plan_view

RESIDENTIAL = {"highway": "residential"}


@pytest.fixture
def banks(tmp_path: Path) -> Path:
    """Two streets of 5 km on either bank of a river, 300 m apart; the only bridge is at their left ends."""
    points = [(x, y) for y in (0.0, 0.3) for x in range(6)]
    lines = [(list(range(6)), RESIDENTIAL), (list(range(6, 12)), RESIDENTIAL), ([0, 6], RESIDENTIAL)]
    file = tmp_path / "banks.osm"
    file.write_text(osm_xml(points, *lines))
    return file


def shops() -> dict[str, list[object]]:
    xy = ORIGIN + np.array([(x, y) for y in (0.0, 0.3) for x in range(6)]) * KM
    ids = [f"{bank}{x}" for bank in "sn" for x in range(6)]
    return {"id": ids, "longitude": xy[:, 0].tolist(), "latitude": xy[:, 1].tolist(), "visits": [2] * 12}


def reps() -> dict[str, list[object]]:
    xy = ORIGIN + np.array([(2, 0.0), (3, 0.3)]) * KM
    return {"rep_id": ["R1", "R2"], "longitude": xy[:, 0].tolist(), "latitude": xy[:, 1].tolist()}


def by_bank(plan: bw.Plan) -> list[set[str]]:
    groups = plan.alignment.groupby("territory_id")["unit_id"].apply(set)
    return sorted(({unit[0] for unit in units} for units in groups), key=sorted)


def test_minutes_by_road_keep_to_one_bank(banks: Path) -> None:
    straight = bw.design(shops(), territories=2, balance="visits")
    road = bw.design(shops(), territories=2, balance="visits", roads=banks)
    assert by_bank(straight) == [{"n", "s"}, {"n", "s"}]
    assert by_bank(road) == [{"n"}, {"s"}]
    assert road.result.objective == pytest.approx(2 * 2 * 9 * 60 / 25, rel=1e-3)
    document = road.document()
    assert document["objective_unit"] == "visits · min"
    assert document["distance"] == document["minutes"] == "road minutes by car, banks.osm"
    assert document["mean_minutes"] == pytest.approx(9 / 6 * 60 / 25, rel=1e-3)
    assert straight.document()["distance"] == "great-circle km"
    assert straight.document()["mean_minutes"] is None
    assert "mean_minutes" in road.territories
    assert any("Mean travel 3.6 minutes" in line for line in road.summary().splitlines())


def test_reps_work_from_their_homes_by_road(banks: Path) -> None:
    plan = bw.design(shops(), reps=reps(), balance="visits", roads=banks)
    assert by_bank(plan) == [{"n"}, {"s"}]
    assert plan.result.objective == pytest.approx(2 * 2 * 9 * 60 / 25, rel=1e-3)
    assert plan.gap is not None
    assert plan.gap < 0.02


def test_a_matrix_is_as_good_as_the_roads(banks: Path, tmp_path: Path) -> None:
    by_roads = bw.design(shops(), territories=2, balance="visits", roads=banks)
    matrix = bw.travel_matrix(shops(), roads=banks)
    matrix.to_file(tmp_path / "minutes.csv")
    for given in (matrix, tmp_path / "minutes.csv", matrix.to_frame()):
        plan = bw.design(shops(), territories=2, balance="visits", travel=given)
        assert plan.result.objective == pytest.approx(by_roads.result.objective, rel=1e-3)
    assert plan.document()["distance"].startswith("minutes of ")


def test_a_matrix_to_the_homes_is_enough_for_reps(banks: Path) -> None:
    homes = {"id": reps()["rep_id"], **{axis: reps()[axis] for axis in ("longitude", "latitude")}}
    matrix = bw.travel_matrix(shops(), to=homes, roads=banks)
    plan = bw.design(shops(), reps=reps(), balance="visits", travel=matrix.to_frame())
    assert by_bank(plan) == [{"n"}, {"s"}]
    assert "travel_one_way" in {n.code for n in plan.notices}


def test_an_alignment_is_judged_by_minutes(banks: Path) -> None:
    by_column = {f"{bank}{x}": "west" if x < 3 else "east" for bank in "sn" for x in range(6)}
    judged = bw.evaluate(shops(), by_column, balance="visits", roads=banks, max_minutes=20)
    assert judged.document()["metrics"]["mean_minutes"] > 5
    assert "minutes_not_met" not in {n.code for n in judged.notices}
    judged = bw.evaluate(shops(), by_column, balance="visits", roads=banks, max_minutes=5)
    assert "minutes_not_met" in {n.code for n in judged.notices}
    assert not judged.keeps_every_rule


def test_a_plan_by_road_can_be_loaded_again(banks: Path, tmp_path: Path) -> None:
    plan = bw.design(shops(), reps=reps(), balance="visits", roads=banks, max_minutes=90)
    plan.to_files(tmp_path / "plan", map=False, report=False)
    again = bw.load(tmp_path / "plan")
    assert again.evaluation.objective == plan.evaluation.objective
    assert again.problem.max_minutes == 90
    assert again.document()["input_digest"] == plan.document()["input_digest"]
    free = bw.design(shops(), territories=2, balance="visits", roads=banks)
    free.to_files(tmp_path / "free", map=False, report=False)
    assert bw.load(tmp_path / "free").evaluation.objective == free.evaluation.objective


def test_a_pace_tells_minutes_and_changes_nothing_else(tmp_path: Path) -> None:
    plain = bw.design(shops(), territories=2, balance="visits")
    told = bw.design(shops(), territories=2, balance="visits", circuity=1.5, speed_kmh=30)
    assert told.alignment.equals(plain.alignment)
    assert told.result.objective == plain.result.objective
    document = told.document()
    assert document["minutes"] == "straight distance × 1.5 at 30 km/h"
    assert document["mean_minutes"] == pytest.approx(3 * document["metrics"]["distance"] / 24)
    told.to_files(tmp_path / "plan", map=False, report=False)
    assert bw.load(tmp_path / "plan").document()["minutes"] == document["minutes"]


def test_map_and_report_say_minutes(banks: Path) -> None:
    plan = bw.design(shops(), territories=2, balance="visits", roads=banks)
    view = plan_view(plan, np.full(2, None, dtype=object))
    assert view.objective_unit == "visits · min"
    assert "minutes of travel" in view.objective_words
    assert ("Distances", "road minutes by car, banks.osm") in view.settings
    assert ("Mean travel", "3.6 min") in [(fact.label, fact.value) for fact in view.facts]
    assert "Mean travel" in [column.name for column in view.territory_columns]


def matrix_rows() -> pd.DataFrame:
    ids = shops()["id"]
    return pd.DataFrame([(a, b, 3.0 if a < b else 4.0) for a in ids for b in ids if a != b], columns=["from", "to", "minutes"])


def test_uneven_pairs_are_told_and_averaged() -> None:
    plan = bw.design(shops(), territories=2, balance="visits", travel=matrix_rows())
    told = {n.code: n for n in plan.notices}["travel_uneven"]
    assert told.count == 66
    assert plan.result.objective == pytest.approx(2 * 10 * 3.5)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"travel": matrix_rows().iloc[5:60]}, "travel_missing"),
        ({"travel": matrix_rows(), "circuity": 1.3}, "travel_twice"),
        ({"travel": matrix_rows(), "objective": "diameter"}, "objective"),
        ({"max_minutes": 30.0}, "max_minutes"),
        ({"travel": matrix_rows(), "reps": {**reps(), "rep_id": ["s1", "R2"]}}, "travel_ids"),
    ],
)
def test_wishes_that_cannot_be_met_are_errors(options: dict[str, object], code: str) -> None:
    wanted = {"territories": 2} if "reps" not in options else {}
    with pytest.raises(bw.InputError) as raised:
        bw.design(shops(), balance="visits", **wanted, **options)  # type: ignore[arg-type]
    assert raised.value.code == code


def test_a_plan_by_road_is_explained_in_minutes(banks: Path) -> None:
    plan = bw.design(shops(), territories=2, balance="visits", roads=banks)
    document = plan.explain("s0").document()
    assert document["objective_unit"] == "visits · min"
    assert document["minutes"] == pytest.approx(2 * 60 / 25, abs=60 / 25 + 0.1)
    assert "minutes" in document["text"]
    assert document["alternatives"][0]["minutes"]["before"] == pytest.approx(document["minutes"])


def test_levels_are_designed_by_the_minutes_of_the_road(banks: Path) -> None:
    plan = bw.design(shops(), territories=4, levels={"region": 2}, balance={"visits": 0.3}, roads=banks)
    (level,) = plan.levels
    bank = np.arange(12) // 6
    region = level.of_territory[plan.evaluation.territory_idx]
    assert plan.problem.travel is not None
    assert level.evaluation.problem.travel is not None
    # by the straight line the river is nothing, by road there is one bridge
    assert len(np.unique(np.column_stack([bank, region]), axis=0)) == 2
    minutes = plan.problem.travel.unit_minutes
    assert minutes is not None
    sites = level.evaluation.sites
    assert sites is not None
    own = minutes[np.arange(12), sites[region]]
    assert level.evaluation.objective == pytest.approx(float((plan.problem.weights * own).sum()))


def test_managers_above_reps_with_minutes_to_their_homes_only() -> None:
    rows = {"id": list("abcdef"), "x": range(6), "y": [0] * 6, "visits": [1] * 6}
    reps = {"id": ["Ann", "Bob", "Cy"], "x": [0, 2, 5], "y": [0] * 3, "manager": ["Zoe", "Zoe", "Max"]}
    minutes = {
        "from": [u for u in "abcdef" for _ in range(3)],
        "to": ["Ann", "Bob", "Cy"] * 6,
        "minutes": [abs(x - home) * 3 + 1 for x in range(6) for home in (0, 2, 5)],
    }
    plan = bw.design(rows, reps=reps, levels={"region": "manager"}, balance={"visits": 0.1}, travel=minutes, is_planar=True)
    assert plan.alignment["territory_id"].tolist() == ["Ann", "Ann", "Bob", "Bob", "Cy", "Cy"]
    (level,) = plan.levels
    assert level.evaluation.problem.travel is None
    assert level.evaluation.totals[:, 0].tolist() == [2.0, 4.0]


def test_businesses_of_helsinki_are_nearer_on_foot_by_a_plan_that_knows_the_streets(shared_data: Path) -> None:
    shops_ = pd.read_csv(shared_data / "osm_poi" / "helsinki_centre_poi.csv", dtype=str).iloc[::4]
    streets = shared_data / "osm_pbf" / "helsinki_centre.osm.pbf"
    straight = bw.design(shops_, territories=5, balance="units")
    by_street = bw.design(shops_, territories=5, balance="units", roads=streets, profile="foot")
    assignment = dict(zip(straight.alignment["unit_id"], straight.alignment["territory_id"], strict=True))
    judged = bw.evaluate(shops_, assignment, roads=streets, profile="foot", balance="units")
    assert by_street.keeps_every_rule
    assert by_street.result.objective < 0.95 * judged.evaluation.objective
    assert by_street.gap is not None
    assert by_street.gap < 0.05


def test_a_realignment_by_road_brings_the_banks_apart(banks: Path) -> None:
    units = {**shops(), "today": [("west" if x < 3 else "east") for _ in "sn" for x in range(6)]}
    kept = bw.realign(units, current="today", balance="visits", roads=banks)
    moved = bw.realign(units, current="today", balance="visits", roads=banks, price=0.0)
    assert len(kept.moves) == 0
    assert by_bank(moved) == [{"n"}, {"s"}]
    assert moved.document()["objective_unit"] == "visits · min"
    assert "Mean travel to the centre" in moved.summary()
