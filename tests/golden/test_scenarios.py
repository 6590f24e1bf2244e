"""Whole designs from input to metrics, as good as they have been; see the README beside this file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import bailiwick as bw
from bailiwick.samples import make

FOLDER = Path(__file__).parent
SCENARIOS = sorted(path.parent.name for path in FOLDER.glob("*/scenario.json"))


def random_points(n_units: int, seed: int) -> dict[str, Any]:
    """Points uniform in a square of 100 km with three unrelated measures, territories connected by nearest points."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, 100.0, (n_units, 2))
    measures = {
        "calls": rng.choice([2.0, 4.0, 6.0, 12.0, 24.0], n_units, p=[0.35, 0.3, 0.2, 0.1, 0.05]),
        "potential": rng.lognormal(0.0, 0.6, n_units),
        "accounts": rng.integers(1, 10, n_units).astype(np.float64),
    }
    return {"units": {"id": [f"p{i}" for i in range(n_units)], "x": xy[:, 0], "y": xy[:, 1], **measures}}


def sample(name: str, seed: int) -> dict[str, Any]:
    tables = make(name, seed=seed).tables
    return {"units": pd.DataFrame(tables["customers.csv"].columns), "reps": pd.DataFrame(tables["reps.csv"].columns)}


def bench(folder: Path, name: str) -> dict[str, Any]:
    with np.load(folder / "inputs" / f"{name}.npz", allow_pickle=False) as data:
        ids = [f"u{i}" for i in range(len(data["xy"]))]
        units = {"id": ids, "x": data["xy"][:, 0], "y": data["xy"][:, 1], "population": data["w"][:, 0]}
        return {"units": units, "adjacency": [(ids[a], ids[b]) for a, b in data["edges"]]}


def tables(source: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    settings = {key: value for key, value in source.items() if key != "kind"}
    if source["kind"] == "bench":
        return bench(request.getfixturevalue("shared_bench"), **settings)
    return {"random_points": random_points, "sample": sample}[source["kind"]](**settings)


def found(plan: bw.Plan, key: str) -> Any:
    if key == "gap":
        return plan.result.gap
    if key == "keeps_every_rule":
        return plan.keeps_every_rule
    if key == "notices":
        return [notice.code for notice in plan.notices]
    value = plan.evaluation.values[key]
    return value.tolist() if isinstance(value, np.ndarray) else value


def check(key: str, value: Any, expected: Any) -> None:
    if not isinstance(expected, dict):
        assert value == expected, key
    elif "about" in expected:
        assert np.ravel(value) == pytest.approx(np.ravel(expected["about"]), rel=expected["within"]), key
    else:
        assert (np.asarray(value) <= np.asarray(expected["at_most"]) + 1e-9).all(), key


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_comes_out_as_expected(name: str, request: pytest.FixtureRequest) -> None:
    scenario = json.loads((FOLDER / name / "scenario.json").read_text(encoding="utf-8"))
    plan = bw.design(**tables(scenario["input"], request), **scenario["parameters"])
    for key, expected in scenario["expected"].items():
        check(key, found(plan, key), expected)
    assert plan.evaluation.unassigned.size == 0
    assert plan.evaluation.number("empty_territories") == 0
