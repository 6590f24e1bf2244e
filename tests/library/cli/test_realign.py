"""The command that realigns, from files to files, on a small country and on real stores."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "reference" / "plan.schema.json").read_text(encoding="utf-8"))
QUICK = ("--no-map", "--no-report")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def shifted(country: Path) -> Path:
    """The small country with owners: four rows of it belong to one of three."""
    source = rows(country / "towns.csv")
    for at, town in enumerate(source):
        town["owner"] = "Ada" if at < 24 else ("Bo" if at % 6 < 3 else "Cy")
    path = country / "owned.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(source[0]))
        writer.writeheader()
        writer.writerows(source)
    return path


def test_realign_writes_a_plan_with_its_moves(run: Any, shifted: Path) -> None:
    out = shifted.parent / "plan"
    result = run("realign", shifted, "--current", "owner", "--balance", "population:10", "--planar", "--out", out)
    assert result.exit_code == 0, result.output
    for words in ("change hands", "today 3 of 3 territories", "must change hands in any plan", "Every rule is kept", "moves.csv"):
        assert words in result.output.replace("\n", " "), words
    assert {p.name for p in out.iterdir()} >= {"moves.csv", "alignment.csv", "plan.json", "map.html", "report.pdf"}
    moves = rows(out / "moves.csv")
    assert moves
    assert {move["from"] for move in moves} <= {"Ada", "Bo", "Cy"}
    after = {row["unit_id"]: row["territory_id"] for row in rows(out / "alignment.csv")}
    assert all(after[move["unit_id"]] == move["to"] != move["from"] for move in moves)
    facts = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    jsonschema.validate(facts, SCHEMA)
    assert facts["realignment"]["moved_units"] == len(moves)


def test_too_small_a_cap_is_exit_code_3_with_words(run: Any, shifted: Path) -> None:
    out = shifted.parent / "plan"
    settings = ("--current", "owner", "--balance", "population:10", "--planar", "--max-moved", 5, "--out", out, *QUICK)
    result = run("realign", shifted, *settings, "--json")
    assert result.exit_code == 3
    facts = json.loads(result.stdout)
    assert facts["realignment"]["moved_share"] <= 0.05 + 1e-9
    assert facts["realignment"]["max_moved_share"] == 0.05
    assert facts["warnings"][0]["code"] == "max_moved_too_small"


def test_an_unknown_column_is_input(run: Any, shifted: Path) -> None:
    result = run("realign", shifted, "--current", "boss", "--planar", "--out", shifted.parent / "plan", *QUICK)
    assert result.exit_code == 2
    assert "has no column 'boss'" in result.output.replace("\n", " ")


def test_front_writes_plans_to_choose_from(run: Any, shifted: Path) -> None:
    out = shifted.parent / "front"
    result = run("front", shifted, "--current", "owner", "--balance", "population:10", "--planar", "--out", out)
    assert result.exit_code == 0, result.output
    for words in ("none beaten by another", "knee", "today", "front.svg", "plan-*.csv"):
        assert words in result.output, words
    judged = run("evaluate", shifted, "--alignment", out / "plan-01.csv", "--balance", "population:10", "--planar")
    assert judged.exit_code == 0
    again = run("front", shifted, "--current", "owner", "--balance", "population:10", "--planar", "--out", out, "--json")
    assert again.exit_code == 0
    assert {row["is_today"] for row in json.loads(again.stdout)["plans"]} == {True, False}


def test_stores_of_adventure_works_change_hands_as_little_as_needed(run: Any, shared_data: Path, tmp_path: Path) -> None:
    stores = shared_data / "crm_adventureworks" / "stores_joined.csv"
    settings = ("--current", "SalesPersonID", "--balance", "AnnualRevenue:10", "--disruption", "AnnualSales", "--out", tmp_path / "plan")
    result = run("realign", stores, *settings, *QUICK, "--json")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    facts.pop("files")
    jsonschema.validate(facts, SCHEMA)
    whole = facts["realignment"]
    assert whole["before"]["balance"]["AnnualRevenue"]["violating_territories"] == 13
    assert facts["balance"]["AnnualRevenue"]["violating_territories"] == 0
    assert facts["contiguity"]["violating_territories"] == 0
    assert whole["floors"]["anywhere"]["share"] < whole["moved_share"] < 0.27
    assert len(rows(tmp_path / "plan" / "moves.csv")) == whole["moved_units"]


def test_a_share_beyond_all_is_told_in_percent(run: Any, shifted: Path) -> None:
    result = run("realign", shifted, "--current", "owner", "--planar", "--max-moved", 300, "--out", shifted.parent / "plan")
    assert result.exit_code == 2
    assert "expected a number, 0 to 100; found '300'" in result.stderr
