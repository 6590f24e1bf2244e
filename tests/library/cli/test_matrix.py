"""``bailiwick matrix``: travel times to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from roads import KM, ORIGIN, osm_xml


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Folder with town.osm, accounts.csv and homes.csv."""
    (tmp_path / "town.osm").write_text(osm_xml([(0, 0), (2, 0), (4, 0)], ([0, 1, 2], {"highway": "secondary"})))
    for name, xs in {"accounts": (0, 4), "homes": (2,)}.items():
        lines = [f"{name}{i},{ORIGIN[0] + x * KM:.7f},{ORIGIN[1]:.7f}" for i, x in enumerate(xs)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["id,longitude,latitude", *lines]) + "\n")
    return tmp_path


def test_minutes_by_road_go_to_a_file(run: Any, town: Path) -> None:
    done = run("matrix", town / "accounts.csv", "--roads", town / "town.osm", "--out", town / "m.parquet")
    assert done.exit_code == 0, done.output
    assert "road minutes by car, town.osm" in done.stdout
    assert "Circuity: the road is 1.00 times the straight line" in done.stdout
    table = pd.read_parquet(town / "m.parquet")
    assert table["minutes"].tolist() == pytest.approx([4 * 60 / 55] * 2, rel=1e-3)


def test_goals_and_json(run: Any, town: Path) -> None:
    out = town / "deep" / "m.csv"
    done = run("matrix", town / "accounts.csv", "--to", town / "homes.csv", "--roads", town / "town.osm", "--out", out, "--json")
    facts = json.loads(done.stdout)
    assert (facts["n_from"], facts["n_to"], facts["file"]) == (2, 1, str(out))
    assert facts["mean_minutes"] == pytest.approx(2 * 60 / 55, rel=1e-3)
    assert out.read_text().splitlines()[0] == "from,to,minutes,km"


def test_an_estimate_without_roads(run: Any, town: Path) -> None:
    done = run("matrix", town / "accounts.csv", "--circuity", 1.5, "--speed", 60, "--out", town / "m.csv")
    assert done.exit_code == 0, done.output
    assert pd.read_csv(town / "m.csv")["minutes"].tolist() == pytest.approx([6.0, 6.0], rel=1e-3)


def test_an_unusable_file_of_roads_is_exit_code_2(run: Any, town: Path) -> None:
    done = run("matrix", town / "accounts.csv", "--roads", town / "homes.csv", "--out", town / "m.csv")
    assert done.exit_code == 2
    assert "extract of OpenStreetMap" in done.output


@pytest.mark.parametrize("named", ["accounts.csv", "homes.csv", "./accounts.csv"])
def test_a_file_that_is_read_is_never_replaced(run: Any, town: Path, named: str) -> None:
    before = {path.name: path.read_bytes() for path in town.iterdir()}
    done = run("matrix", town / "accounts.csv", "--to", town / "homes.csv", "--out", f"{town}/{named}")
    assert done.exit_code == 2
    assert "name another file" in done.stderr.replace("\n", " ")
    assert {path.name: path.read_bytes() for path in town.iterdir()} == before


def test_a_matrix_that_cannot_be_written_leaves_nothing(run: Any, town: Path) -> None:
    (town / "m.csv").mkdir()
    before = sorted(town.iterdir())
    for out in (town / "m.csv", town / "homes.csv" / "m.csv"):
        assert run("matrix", town / "accounts.csv", "--out", out).exit_code == 2
    assert sorted(town.iterdir()) == before


def test_nothing_that_was_said_about_travel_is_ignored(run: Any, town: Path) -> None:
    matrix = ["matrix", town / "accounts.csv", "--out", town / "m.csv"]
    assert "give" in run(*matrix, "--roads", town / "town.osm", "--speed", 60).stderr
    for command in (matrix, ["design", town / "accounts.csv", "--territories", 1, "--out", town / "plan"]):
        done = run(*command, "--profile", "foot")
        assert done.exit_code == 2
        assert "no roads were given" in done.stderr.replace("\n", " ")
    assert not (town / "m.csv").exists()
