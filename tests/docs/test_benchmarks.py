"""The page of benchmarks shows what was measured, and the measuring itself works on a small scale."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "benchmarks"
MODULES = ("cases", "instances", "table", "run")


@pytest.fixture
def scripts() -> Iterator[dict[str, ModuleType]]:
    """The scripts in benchmarks/ as modules; they import each other by their bare names."""
    sys.path.insert(0, str(FOLDER))
    try:
        yield {name: import_module(name) for name in MODULES}
    finally:
        sys.path.remove(str(FOLDER))
        for name in MODULES:
            sys.modules.pop(name, None)


def row(**more: Any) -> dict[str, Any]:
    return {"input": "counties", "title": "some method", "is_ours": False, "territories_asked": 50, **more}


def results(*rows: dict[str, Any]) -> dict[str, Any]:
    seconds = {"median": 0.05, "least": 0.04, "most": 0.06, "count": 3}
    machine = {"bailiwick": "0.1.0", "python": "3.11.7", "numpy": "2.4.6", "cores": 2}
    return {"date": "2026-01-02", "machine": machine, "timeout_seconds": 120.0, "calibration_seconds": seconds, "rows": list(rows)}


def test_a_row_says_how_it_went(scripts: dict[str, ModuleType]) -> None:
    found = {
        "seconds": 1.0,
        "peak_mb": 99.6,
        "territories": 46,
        "max_deviation": [0.0501, 1.16],
        "mean_distance_km": 103.342,
        "in_pieces": 0,
    }
    text = scripts["table"].render(results(row(**found), row(is_ours=True, gap=0.0098, outside=[1, 2], **{**found, "territories": 50})))
    assert "| some method (46 territories) | 1.00 | 20 | 100 | 103.34 | 5.0 / 116 | – | 0 | – |" in text
    assert "| **some method** | 1.00 | 20 | 100 | 103.34 | 5.0 / 116 | 1 / 2 | 0 | 0.98 % |" in text
    assert "Measured on 2026-01-02 with Bailiwick 0.1.0" in text


def test_a_method_without_a_plan_has_its_row(scripts: dict[str, ModuleType]) -> None:
    assert "| some method | no plan within 120 s |" in scripts["table"].render(results(row(failure="no plan within 120 s")))


def test_every_peer_has_a_title_and_a_pinned_requirement(scripts: dict[str, ModuleType]) -> None:
    cases = scripts["cases"]
    assert {method for methods in cases.PEERS.values() for method in methods} == set(cases.PEER_TITLES)
    assert {case.input_key for case in cases.CASES.values()} == set(cases.TITLES) == set(cases.PEERS) == set(scripts["run"].TERRITORIES)
    required = [line for line in (FOLDER / "peers.in").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", line) for line in required)


def test_inputs_are_made_from_their_seed(scripts: dict[str, ModuleType]) -> None:
    instances = scripts["instances"]
    first, again = instances.random_points(), instances.random_points()
    assert all(np.array_equal(first[key], again[key]) for key in first)
    assert first["xy"].shape == (500, 2)
    assert first["edges"].max() == 499
    assert instances.country(1_000, 7)["K"] == 7


def test_a_market_shift_keeps_the_sum_and_moves_the_parts(scripts: dict[str, ModuleType]) -> None:
    points = np.random.default_rng(1).uniform(0, 2000, (400, 2))
    after = scripts["instances"].shifted(points, np.ones(400))
    assert after.sum() == pytest.approx(400)
    assert np.array_equal(after, scripts["instances"].shifted(points, np.ones(400)))
    assert 0.1 < np.log(after).std() < 0.4
    west = points[:, 0] < 1000
    assert abs(after[west].mean() - after[~west].mean()) > 0.005  # regional, not noise alone


def test_a_realignment_says_what_moves(scripts: dict[str, ModuleType]) -> None:
    found = {"seconds": 1.0, "peak_mb": 99.6, "territories": 50, "max_deviation": [0.05], "mean_distance_km": 40.0, "in_pieces": 0}
    moved = {"moved_share": 0.118, "floor_anywhere": 0.04, "floor_to_neighbours": 0.127, "outside_before": 223}
    text = scripts["table"].render(results(row(**found, **moved)))
    assert "some method: 11.8 % moves (proven floors 4.0 % anywhere, 12.7 % to neighbours; 223 territories outside before)" in text


def test_a_process_that_fails_or_takes_too_long_is_a_row(scripts: dict[str, ModuleType]) -> None:
    run_job = scripts["run"].run_job
    assert run_job([sys.executable, "-c", "print('{\"seconds\": 1}')"], 60) == {"seconds": 1}
    assert run_job([sys.executable, "-c", "raise ValueError('no cut | found')"], 60) == {"failure": "fails: ValueError: no cut / found"}
    endless = [sys.executable, "-c", "while True: pass"]
    assert run_job(endless, 0.5) == {"failure": "no plan within 0.5 s"}


def test_a_growth_point_is_measured() -> None:
    job = [sys.executable, str(FOLDER / "job.py"), "-", "growth", "300", "5"]
    found = json.loads(subprocess.run(job, check=True, capture_output=True, text=True).stdout)
    assert (found["n"], found["k"]) == (300, 5)
    assert found["max_deviation"] <= 0.05 + 1e-9


def test_a_small_input_is_judged_by_the_independent_judge(shared_bench: Path) -> None:
    job = [sys.executable, str(FOLDER / "job.py"), str(shared_bench), "case", "random500_5"]
    found = json.loads(subprocess.run(job, check=True, capture_output=True, text=True).stdout)
    assert found["territories"] == 10
    assert found["in_pieces"] == 0
    assert max(found["max_deviation"]) <= 0.05 + 5e-5  # the judge rounds to four digits
    assert found["gap"] >= 0


def test_the_page_shows_the_latest_results(scripts: dict[str, ModuleType]) -> None:
    run = scripts["run"]
    latest = json.loads(run.RESULTS.read_text(encoding="utf-8"))
    page = run.PAGE.read_text(encoding="utf-8")
    shown = page[page.index(run.START) + len(run.START) : page.index(run.END)]
    assert shown.strip() == scripts["table"].render(latest).strip()
