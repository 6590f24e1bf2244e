"""The commands, from files to files, exit codes and words."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import bailiwick

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "reference" / "plan.schema.json").read_text(encoding="utf-8"))
QUICK = ("--no-map", "--no-report")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def facts(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return document


def design(run: Any, country: Path, *more: object, out: str = "plan") -> Any:
    args = ("--planar", "--territories", 4, "--balance", "population:10", *QUICK)
    return run("design", country / "towns.csv", "--out", country / out, *args, *more)


def test_design_writes_a_plan(run: Any, country: Path) -> None:
    result = design(run, country)
    assert result.exit_code == 0, result.output
    plan = country / "plan"
    assert sorted(p.name for p in plan.iterdir()) == [
        "alignment.csv",
        "plan.json",
        "plan.parquet",
        "rejected.csv",
        "territories.csv",
        "territories.geojson",
    ]
    alignment = rows(plan / "alignment.csv")
    assert [row["unit_id"] for row in alignment] == [f"{i:03d}" for i in range(36)]
    assert {row["territory_id"] for row in alignment} == {"T1", "T2", "T3", "T4"}
    assert alignment[4]["population"] == "14"
    territories = rows(plan / "territories.csv")
    assert sum(int(row["n_units"]) for row in territories) == 36
    assert sum(float(row["population"]) for row in territories) == sum(10 + i % 5 for i in range(36))
    assert len(json.loads((plan / "territories.geojson").read_text())["features"]) == 4


def test_forbidden_pairs_and_the_largest_distance(run: Any, country: Path) -> None:
    (country / "pairs.csv").write_text("unit_id,territory_id\n000,R1\n001,R1\n", encoding="utf-8")
    args = ("design", country / "towns.csv", "--planar", "--reps", country / "reps.csv", "--balance", "shops:60", *QUICK)
    result = run(*args, "--forbid", country / "pairs.csv", "--max-km", 6, "--out", country / "barred")
    assert result.exit_code == 0, result.output
    alignment = {row["unit_id"]: row["territory_id"] for row in rows(country / "barred" / "alignment.csv")}
    assert "R1" not in (alignment["000"], alignment["001"])
    near = run(*args, "--max-km", 0.5, "--out", country / "near")
    assert near.exit_code == 3
    assert "more than 0.5 km from the centre" in near.output


def test_the_summary_says_what_matters(run: Any, country: Path) -> None:
    output = design(run, country).output
    for words in (
        "36 units in 4 territories",
        "within 10 % of its target",
        "in one piece",
        "Mean distance",
        "Every rule is kept",
        "best possible",
    ):
        assert words in output
    assert f"Written to {country / 'plan'}" in output.replace("\n", "")


def test_plan_json_follows_its_schema(run: Any, country: Path) -> None:
    design(run, country, "--seed", 7)
    document = facts(country / "plan")
    jsonschema.validate(document, SCHEMA)
    assert document["engine_version"] == bailiwick.__version__
    assert document["seed"] == 7
    assert (document["n_units"], document["n_territories"]) == (36, 4)
    assert document["rows"] == {"read": 36, "used": 36, "rejected": 0}
    assert document["balance"]["population"]["tolerance"] == 0.1
    assert document["balance"]["population"]["violating_territories"] == 0
    assert document["contiguity"]["required"] is True
    assert document["contiguity"]["violating_territories"] == 0
    assert document["stop_reason"] == "converged"
    assert document["lower_bound"] <= document["objective"]


def test_json_is_one_document_and_nothing_else(run: Any, country: Path) -> None:
    result = design(run, country, "--json")
    document = json.loads(result.stdout)
    written = [Path(file) for file in document.pop("files")]
    assert all(file.exists() for file in written)
    document.pop("timings_seconds")
    assert document == {k: v for k, v in facts(country / "plan").items() if k != "timings_seconds"}


def test_the_same_input_gives_the_same_bytes(run: Any, country: Path) -> None:
    for out in ("one", "two"):
        assert design(run, country, out=out).exit_code == 0
    for path in (country / "one").iterdir():
        other = country / "two" / path.name
        if path.name == "plan.json":
            first, second = (facts(country / out) for out in ("one", "two"))
            first.pop("timings_seconds")
            second.pop("timings_seconds")
            assert first == second
        else:
            assert path.read_bytes() == other.read_bytes(), path.name


def test_reps_bring_number_homes_and_shares(run: Any, country: Path) -> None:
    args = ("--planar", "--reps", country / "reps.csv", "--balance", "population:15", *QUICK)
    result = run("design", country / "towns.csv", "--out", country / "plan", *args)
    assert result.exit_code == 0, result.output
    territories = rows(country / "plan" / "territories.csv")
    assert [row["territory_id"] for row in territories] == ["R1", "R2", "R3"]
    assert [float(row["target_share"]) for row in territories] == pytest.approx([0.4, 0.4, 0.2])
    assert (territories[1]["centre_x"], territories[1]["centre_y"]) == ("5", "5")


def test_locks_and_groups_hold(run: Any, country: Path) -> None:
    more = ("--reps", country / "reps.csv", "--lock", "rep", "--group", "county", "--contiguity", "none")
    result = run("design", country / "towns.csv", "--planar", "--balance", "population:20", "--out", country / "plan", *more, *QUICK)
    assert result.exit_code == 0, result.output
    owner = {row["unit_id"]: row["territory_id"] for row in rows(country / "plan" / "alignment.csv")}
    assert owner["035"] == "R1"
    assert owner["000"] == owner["001"]


def test_neighbours_from_a_file(run: Any, country: Path) -> None:
    result = design(run, country, "--adjacency", country / "neighbours.csv", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["contiguity"] == {
        "required": True,
        "rule": "given pairs",
        "violating_territories": 0,
        "violating_territory_ids": [],
    }


def test_rules_that_cannot_be_met_give_exit_code_3_and_a_plan(run: Any, country: Path) -> None:
    heavy = (country / "towns.csv").read_text(encoding="utf-8").replace("Town 7,1,1,12", "Capital,1,1,900")
    (country / "towns.csv").write_text(heavy, encoding="utf-8")
    result = design(run, country)
    assert result.exit_code == 3
    assert "Capital (007)" in result.output.replace("\n", " ")
    document = facts(country / "plan")
    assert document["balance"]["population"]["violating_territories"] > 0
    assert "unit_exceeds_territory" in [w["code"] for w in document["warnings"]]


def test_time_limit_gives_the_best_plan_so_far(run: Any, country: Path) -> None:
    result = design(run, country, "--time-limit", 0, "--json")
    assert result.exit_code in (0, 3)
    assert json.loads(result.stdout)["stop_reason"] == "time_limit"
    assert len(rows(country / "plan" / "alignment.csv")) == 36


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--balance", "popluation"), "did you mean 'population'"),
        (("--territories", 99), "99 territories were asked for but there are only 36 units"),
        (("--lock", "owner"), "owner"),
        (("--map", "id"), "FIELD=COLUMN"),
        (("--adjacency", "neighbours.csv", "--contiguity", "auto"), "leave --contiguity out"),
        (("--adjacency", "nowhere.csv"), "no file nowhere.csv"),
        (("--reps", "nowhere.csv"), "no file nowhere.csv"),
    ],
)
def test_input_that_cannot_be_used_gives_exit_code_2_and_writes_nothing(
    run: Any, country: Path, more: tuple[object, ...], words: str
) -> None:
    result = design(run, country, *more)
    assert result.exit_code == 2, result.output
    assert words in result.stderr.replace("\n", " ")
    assert "Traceback" not in result.output
    assert not (country / "plan").exists()
    assert not [p for p in country.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--territories", "0", "expected a whole number, 1 or more; found '0'"),
        ("--territories", "many", "expected a whole number, 1 or more; found 'many'"),
        ("--seed", "1.5", "expected a whole number, 0 or more; found '1.5'"),
        ("--time-limit", "nan", "expected a number, 0 or more; found 'nan'"),
        ("--time-limit", "soon", "expected a number, 0 or more; found 'soon'"),
        ("--objective", "beauty", "expected distance or inertia or diameter; found 'beauty'"),
        ("--contiguity", "maybe", "expected auto or none; found 'maybe'"),
    ],
)
def test_wrong_values_of_options_are_told_plainly(run: Any, country: Path, option: str, value: str, words: str) -> None:
    result = design(run, country, option, value)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert not any(jargon in result.stderr for jargon in ("Input should be", "Value error", "valid integer"))
    with_json = design(run, country, option, value, "--json")
    error = json.loads(with_json.stdout)["error"]
    assert error["code"] == "option"
    assert error["field"] == option[2:].replace("-", "_")
    assert words in error["message"]


def test_todays_owners_in_a_lock_column_need_no_file_of_reps(run: Any, country: Path) -> None:
    lines = (country / "towns.csv").read_text(encoding="utf-8").splitlines()
    owners = ["owner", *("Ann" if i % 6 < 2 else "Bo" if i % 6 > 3 else "" for i in range(36))]
    owned = country / "owned.csv"
    owned.write_text("\n".join(f"{line},{owner}" for line, owner in zip(lines, owners, strict=True)), encoding="utf-8")
    result = run(
        "design", owned, "--planar", "--balance", "population:20", "--lock", "owner", "--no-map", "--no-report", "--out", country / "p"
    )
    assert result.exit_code == 0, result.output
    territory = {row["unit_id"]: row["territory_id"] for row in rows(country / "p" / "alignment.csv")}
    assert set(territory.values()) == {"Ann", "Bo"}
    assert all(owner in ("", territory[f"{i:03d}"]) for i, owner in enumerate(owners[1:]))


def test_territories_csv_has_no_noise_of_floating_point(run: Any, country: Path) -> None:
    text = (country / "towns.csv").read_text(encoding="utf-8").replace("population", "hours")
    (country / "towns.csv").write_text(re.sub(r",(\d+),(\d),", r",\1.1,\2,", text), encoding="utf-8")
    result = run(
        *("design", country / "towns.csv", "--planar", "--territories", 3, "--balance", "hours:10"),
        *("--no-map", "--no-report", "--out", country / "p"),
    )
    assert result.exit_code == 0, result.output
    found = rows(country / "p" / "territories.csv")
    for row in found:
        assert re.fullmatch(r"\d+(\.\d)?", row["hours"])
        assert len(row["hours deviation"].partition(".")[2]) <= 6
        assert len(row["mean_distance_km"].partition(".")[2]) <= 3
    units = rows(country / "p" / "alignment.csv")
    assert sum(Decimal(row["hours"]) for row in found) == sum(Decimal(row["hours"]) for row in units)


def test_wrong_options_are_exit_code_2(run: Any, country: Path) -> None:
    assert design(run, country, "--objective", "beauty").exit_code == 2
    assert run("design", country / "towns.csv").exit_code == 2


def test_contradictions_are_exit_code_3_and_write_nothing(run: Any, country: Path) -> None:
    text = (country / "towns.csv").read_text(encoding="utf-8").splitlines()
    text[1], text[2] = text[1].replace(",,north", ",R1,north"), text[2].replace(",,north", ",R2,north")
    (country / "towns.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    more = ("--reps", country / "reps.csv", "--lock", "rep", "--group", "county")
    result = run("design", country / "towns.csv", "--planar", "--balance", "population", "--out", country / "plan", *more, *QUICK)
    assert result.exit_code == 3, result.output
    assert "Error:" in result.stderr
    assert not (country / "plan").exists()


def test_errors_as_json(run: Any, country: Path) -> None:
    result = design(run, country, "--json", "--balance", "popluation")
    error = json.loads(result.stdout)["error"]
    assert (error["kind"], error["code"], error["field"]) == ("InputError", "unknown_measure", "popluation")


def test_foreign_folders_are_left_alone(run: Any, country: Path) -> None:
    (country / "mine").mkdir()
    (country / "mine" / "letter.txt").write_text("dear")
    result = design(run, country, out="mine")
    assert result.exit_code == 2
    assert [p.name for p in (country / "mine").iterdir()] == ["letter.txt"]


def test_rejected_rows_are_written_with_reasons(run: Any, country: Path) -> None:
    with (country / "towns.csv").open("a", encoding="utf-8") as stream:
        stream.write("036,Ghost,,,5,1,,\n037,Debt,1,1,-5,1,,\n")
    result = design(run, country)
    assert result.exit_code == 0, result.output
    rejected = rows(country / "plan" / "rejected.csv")
    assert [row["id"] for row in rejected] == ["036", "037"]
    assert rejected[1]["reason_code"] == "negative_measure"
    assert "rejected 2" in result.output
    assert facts(country / "plan")["rows"] == {"read": 38, "used": 36, "rejected": 2}


def test_evaluate_agrees_with_design(run: Any, country: Path) -> None:
    design(run, country)
    args = ("--alignment", country / "plan" / "alignment.csv", "--planar", "--balance", "population:10", "--json")
    result = run("evaluate", country / "towns.csv", *args)
    assert result.exit_code == 0
    judged, made = json.loads(result.stdout), facts(country / "plan")
    for key in ("n_units", "n_territories", "balance", "contiguity", "mean_distance_km", "objective", "objective_kind", "metrics"):
        assert judged[key] == made[key], key


def test_evaluate_judges_an_alignment_made_elsewhere(run: Any, country: Path) -> None:
    labels = (country / "elsewhere.csv").read_text(encoding="utf-8").replace("000,west", "000,east").replace("001,west", "001,")
    (country / "elsewhere.csv").write_text(labels, encoding="utf-8")
    args = ("--alignment", country / "elsewhere.csv", "--adjacency", country / "neighbours.csv", "--planar", "--balance", "population:1")
    document = json.loads(run("evaluate", country / "towns.csv", *args, "--json").stdout)
    assert document["n_territories"] == 2
    assert document["unassigned"] == {"count": 1, "unit_ids": ["001"]}
    assert document["contiguity"]["violating_territory_ids"] == ["east"]
    assert document["balance"]["population"]["violating_territories"] == 2
    result = run("evaluate", country / "towns.csv", *args)
    assert result.exit_code == 0
    assert "1 unit has no territory: Town 1" in result.output
    assert "Not every rule is kept" in result.output
    assert "search" not in result.output  # nobody searched


def test_evaluate_needs_common_ids(run: Any, country: Path) -> None:
    (country / "elsewhere.csv").write_text("unit_id,territory_id\nxyz,west\n", encoding="utf-8")
    result = run("evaluate", country / "towns.csv", "--alignment", country / "elsewhere.csv", "--planar", "--balance", "population")
    assert result.exit_code == 2
    assert "'xyz'" in result.stderr
    assert "'000'" in result.stderr


def test_compare_two_plans(run: Any, country: Path) -> None:
    design(run, country)
    design(run, country, "--territories", 5, out="five")
    result = run("compare", country / "plan", country / "five")
    assert result.exit_code == 0, result.output
    for words in ("common units change territory", "Figures", "Disruption", "population"):
        assert words in result.output
    document = json.loads(run("compare", country / "plan", country / "five", "--json").stdout)
    assert document["n_common"] == 36
    assert document["n_moved"] == len(document["moves"]) > 0
    assert 0 < document["disruption"]["population"] < 1
    assert document["after"]["n_territories"] == 5


def test_compare_ignores_labels_and_counts_strangers(run: Any, country: Path) -> None:
    lines = (country / "elsewhere.csv").read_text(encoding="utf-8").replace("west", "W").replace("east", "E").splitlines()
    (country / "other.csv").write_text("\n".join([*lines[:-1], "999,E"]) + "\n", encoding="utf-8")
    document = json.loads(run("compare", country / "elsewhere.csv", country / "other.csv", "--json").stdout)
    assert document["n_moved"] == 0
    assert document["disruption"] == {"units": 0.0}
    assert (document["only_before"], document["only_after"]) == (["035"], ["999"])


def test_compare_refuses_folders_that_are_no_plans(run: Any, country: Path) -> None:
    (country / "empty").mkdir()
    result = run("compare", country / "empty", country / "elsewhere.csv")
    assert result.exit_code == 2
    assert "holds no alignment.csv" in result.stderr.replace("\n", " ")


def test_sample_and_version(run: Any, tmp_path: Path) -> None:
    result = run("sample", "coffee", "--out", tmp_path / "data")
    assert result.exit_code == 0
    assert "generated" in result.output
    assert sorted(p.name for p in (tmp_path / "data").iterdir()) == ["README.txt", "customers.csv", "reps.csv"]
    assert run("sample", "tea", "--out", tmp_path / "data").exit_code == 2
    assert run("--version").output == f"bailiwick {bailiwick.__version__}\n"


def test_a_plan_is_explained_from_its_folder_alone(run: Any, country: Path, tmp_path: Path) -> None:
    args = ("--planar", "--reps", country / "reps.csv", "--balance", "population:15", *QUICK)
    assert run("design", country / "towns.csv", "--out", country / "plan", *args).exit_code == 0
    (country / "plan").rename(tmp_path / "moved")
    (country / "towns.csv").unlink()
    unit = run("explain", tmp_path / "moved", "--unit", "Town 7", "--instead", "R2")
    assert unit.exit_code == 0, unit.output
    assert unit.output.startswith("Town 7 (007) is in ")
    assert "Where else it could be" in unit.output
    territory = run("explain", tmp_path / "moved", "--territory", "R1")
    assert territory.exit_code == 0, territory.output
    assert territory.output.startswith("Ada Diaz (R1) has ")
    for title in ("Neighbours", "Least certain units", "Most certain units"):
        assert title in territory.output


def test_explain_gives_one_document(run: Any, country: Path) -> None:
    design(run, country)
    document = json.loads(run("explain", country / "plan", "--unit", "007", "--json").stdout)
    assert (document["kind"], document["unit_id"]) == ("unit", "007")
    document = json.loads(run("explain", country / "plan", "--territory", "T2", "--json").stdout)
    assert (document["kind"], document["territory_id"]) == ("territory", "T2")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((), "name either a unit with --unit or a territory with --territory"),
        (("--unit", "007", "--territory", "T1"), "name either a unit"),
        (("--territory", "T1", "--instead", "T2"), "--instead goes with --unit"),
        (("--unit", "999"), "no unit '999'"),
        (("--territory", "T9"), "no territory 'T9'"),
    ],
)
def test_explain_needs_something_that_there_is(run: Any, country: Path, args: tuple[str, ...], words: str) -> None:
    design(run, country)
    result = run("explain", country / "plan", *args)
    assert result.exit_code == 2
    assert words in result.output.replace("\n", " ")


def test_explain_needs_a_plan(run: Any, country: Path) -> None:
    result = run("explain", country, "--unit", "007")
    assert result.exit_code == 2
    assert "plan.parquet" in result.output


def test_a_column_that_is_not_there_is_told_without_puzzles(run: Any, country: Path) -> None:
    result = run("design", country / "towns.csv", "--planar", "--territories", 2, "--group", "nope", "--out", country / "plan")
    assert result.exit_code == 2
    assert "towns.csv has no column 'nope'; there are" in result.stderr.replace("\n", " ")
