"""``bailiwick layers`` and ``--level`` at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

Run = Callable[..., Result]

LAYERS = """balance = "population:20%"
[[layer]]
name = "sales"
  [[layer.named]]
  column = "rep"
  [[layer.rule]]
  name = "crowded"
  where = "shops = 3"
  owner = "Desk"
  [layer.rest]
  territories = 3
"""


def write_plan(folder: Path, text: str = LAYERS) -> Path:
    (folder / "layers.toml").write_text(text, encoding="utf-8")
    return folder / "layers.toml"


def test_layers_are_written_and_counted(run: Run, country: Path) -> None:
    plan, out = write_plan(country), country / "out"
    done = run("layers", country / "towns.csv", "--planar", "--plan", plan, "--out", out, "--no-map", "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert [(step["step"], step["n_units"]) for step in document["layers"][0]["steps"]] == [("named", 1), ("crowded", 11), ("rest", 24)]
    assert {Path(file).name for file in document["files"]} >= {"assignments.csv", "layers.json", "gaps.csv"}
    again = run("layers", country / "towns.csv", "--planar", "--plan", plan, "--out", out, "--no-map")
    assert again.exit_code == 0
    assert "crowded" in again.stdout


def test_a_dry_run_writes_nothing(run: Run, country: Path) -> None:
    done = run("layers", country / "towns.csv", "--planar", "--plan", write_plan(country), "--dry-run", "--json")
    assert done.exit_code == 0
    assert [step["n_units"] for step in json.loads(done.stdout)["layers"][0]["steps"]] == [1, 11, 24]
    shown = run("layers", country / "towns.csv", "--planar", "--plan", country / "layers.toml", "--dry-run")
    assert "crowded" in shown.stdout


def test_gaps_end_with_three_and_mistakes_with_two(run: Run, country: Path) -> None:
    gaps = write_plan(country, LAYERS.split("  [layer.rest]")[0])
    assert run("layers", country / "towns.csv", "--planar", "--plan", gaps, "--out", country / "out", "--no-map").exit_code == 3
    assert (country / "out" / "gaps.csv").read_text(encoding="utf-8").count("\n") == 25
    wrong = write_plan(country, LAYERS.replace("shops = 3", "shops ="))
    done = run("layers", country / "towns.csv", "--planar", "--plan", wrong, "--out", country / "out", "--no-map")
    assert done.exit_code == 2
    assert "line 8, layer[1].rule[1].where" in done.stderr
    assert run("layers", country / "towns.csv", "--planar", "--plan", write_plan(country)).exit_code == 2


def test_levels_are_shown_and_written(run: Run, country: Path) -> None:
    out = country / "tree"
    done = run(
        *("design", country / "towns.csv", "--planar", "--territories", "6", "--level", "region:2:10%", "--balance", "population:15"),
        *("--out", out, "--no-report"),
    )
    assert done.exit_code == 0, done.output
    assert "Level region: 2 of 3 territories each" in done.stdout
    assert (out / "hierarchy.csv").read_text(encoding="utf-8").count("\n") == 9


def test_one_of_something_is_told_as_one_and_broken_rules_by_name(run: Run, country: Path) -> None:
    named = '[[layer.named]]\n  owner = "Kim"\n  accounts = ["nobody"]'
    plan = write_plan(
        country, LAYERS.replace('[[layer.named]]\n  column = "rep"', named).replace(':20%"', ':0.001%"').replace("shops = 3", "shops = 9")
    )
    done = run("layers", country / "towns.csv", "--planar", "--plan", plan, "--out", country / "out", "--no-map")
    assert done.exit_code == 3
    assert "names 1 account that does not exist, the first is 'nobody'" in done.stdout
    assert "has 1 step that takes no account, the first is 'crowded'" in done.stdout
    assert "layer 'sales', step 'rest': 3 territories are more than 0.001 % from the target of population" in done.stdout


def test_sums_and_deviations_of_layers_are_rounded(run: Run, country: Path) -> None:
    run("layers", country / "towns.csv", "--planar", "--plan", write_plan(country), "--out", country / "out", "--no-map")
    rows = (country / "out" / "territories.csv").read_text(encoding="utf-8").splitlines()
    assert all(len(row.split(",")[-1]) <= 9 for row in rows[1:])


def test_values_that_cannot_be_are_told_as_everywhere(run: Run, country: Path) -> None:
    arguments = ["layers", country / "towns.csv", "--planar", "--out", country / "out"]
    late = run(*arguments, "--plan", write_plan(country), "--time-limit", "nan")
    assert (late.exit_code, "expected a number, 0 or more; found 'nan'" in late.stderr) == (2, True)
    lost = run(*arguments, "--plan", country / "nowhere.toml")
    assert (lost.exit_code, "there is no file" in lost.stderr) == (2, True)
