"""Uncertain measures from the words of a user to the files of a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest

import bailiwick as bw
from bailiwick.api.robust import AskedUncertainty, parse_uncertain
from bailiwick.errors import InputError

ROOT = Path(__file__).resolve().parents[3]
RNG = np.random.default_rng(4)
N = 64
GRID: dict[str, Any] = {
    "id": [f"u{i:03d}" for i in range(N)],
    "x": [float(i % 8) for i in range(N)],
    "y": [float(i // 8) for i in range(N)],
    "hours": RNG.uniform(5, 15, N).round(1).tolist(),
    "state": [f"s{i % 8 // 2}{i // 24}" for i in range(N)],
}
GRID |= {"low": [0.8 * h for h in GRID["hours"]], "high": [1.3 * h for h in GRID["hours"]]}
GRID |= {f"case{s}": (np.array(GRID["hours"]) * RNG.uniform(0.7, 1.3, N)).round(2).tolist() for s in range(6)}


def designed(**options: Any) -> bw.Plan:
    settings = {"territories": 4, "balance": {"hours": 0.1}, "is_planar": True, **options}
    return bw.design(GRID, **settings)


@pytest.fixture(scope="module")
def robust() -> bw.Plan:
    return designed(uncertain="hours:±50%", uncertain_region="state", correlation=0.1)


@pytest.mark.parametrize("text", ["sales:±15%", "sales: 15 %", "sales:+-15%", "sales:+/-15,0%"])
def test_percent_is_read_as_it_is_meant(text: str) -> None:
    assert parse_uncertain(text) == (AskedUncertainty("sales", 0.15),)


@pytest.mark.parametrize("text", ["sales", "sales:", ":5%", "sales:low", "sales:low,", ["a:5%", "a:6%"]])
def test_what_says_no_uncertainty_is_refused(text: Any) -> None:
    with pytest.raises(InputError) as error:
        parse_uncertain(text)
    assert error.value.code == "uncertain"


def test_a_robust_plan_is_surer_than_a_plain_one(robust: bw.Plan) -> None:
    from bailiwick.api.robust import UncertaintyOptions, resolve_uncertainties
    from bailiwick.metrics.robustness import probability_within

    plain = designed()
    options = UncertaintyOptions(parse_uncertain("hours:±50%"), correlation=0.1, region=None)
    (doubt,) = resolve_uncertainties(options, robust.problem)
    shares = plain.problem.target_shares
    before = probability_within(doubt, plain.evaluation.territory_idx, shares, 0.1)
    after = probability_within(doubt, robust.evaluation.territory_idx, shares, 0.1)
    assert after.mean() > before.mean() + 0.02
    assert robust.keeps_every_rule
    assert robust.problem.measures[0].tolerance == 0.1
    assert robust.gap is not None
    assert robust.gap >= 0


def test_files_hold_the_robustness_and_a_loaded_plan_has_it(robust: bw.Plan, tmp_path: Path) -> None:
    robust.to_files(tmp_path / "plan")
    document = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, json.loads((ROOT / "docs/reference/plan.schema.json").read_text(encoding="utf-8")))
    facts = document["robustness"]["measures"]["hours"]
    assert document["robustness"]["n_regions"] == 12
    assert 0 < facts["search_tolerance"] <= 0.1
    assert 0 <= facts["all_within_probability"] <= facts["least_probability"] + 0.05
    again = bw.load(tmp_path / "plan")
    assert again.document()["robustness"] == document["robustness"]
    assert again.document()["input_digest"] == document["input_digest"]
    assert "hours probability within" in pd.read_csv(tmp_path / "plan" / "territories.csv")


def test_uncertainty_is_part_of_the_fingerprint(robust: bw.Plan) -> None:
    assert robust.document()["input_digest"] != designed().document()["input_digest"]
    assert designed().document()["robustness"] is None


def test_an_interval_and_samples_come_from_columns() -> None:
    interval = designed(uncertain="hours:low,high")
    assert interval.robustness is not None
    assert interval.document()["robustness"]["measures"]["hours"]["method"] == "normal model, exact"
    sampled = designed(uncertain="hours:case0,case1,case2,case3,case4,case5")
    assert sampled.robustness is not None
    assert sampled.document()["robustness"]["measures"]["hours"]["n_cases"] == 6
    assert set(np.unique(sampled.robustness.probability["hours"] * 6).round(9)) <= set(range(7))


def test_the_same_seed_gives_the_same_robustness(robust: bw.Plan) -> None:
    again = designed(uncertain="hours:±50%", uncertain_region="state", correlation=0.1)
    assert again.document()["robustness"] == robust.document()["robustness"]


def test_territories_that_are_not_sure_are_told() -> None:
    plan = designed(uncertain="hours:±150%", correlation=0.9)
    (notice,) = [n for n in plan.notices if n.code == "not_robust"]
    assert notice.count == 4
    assert "stay within" in plan.summary()


def test_with_levels_the_robustness_is_told() -> None:
    plan = designed(uncertain="hours:±20%", levels="region:2")
    assert plan.robustness is not None
    assert plan.document()["robustness"]["measures"]["hours"]["search_tolerance"] is None
    assert plan.levels


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"uncertain": "visits:±5%"}, "uncertain"),
        ({"uncertain": "hours:high,low"}, "uncertain"),
        ({"uncertain": "hours:low,state"}, "uncertain"),
        ({"uncertain": "hours:low,nowhere"}, "unknown_column"),
        ({"uncertain": "hours:5%", "confidence": 1.0}, "uncertain"),
        ({"uncertain": "hours:5%", "correlation": 2.0}, "uncertain"),
    ],
)
def test_what_cannot_be_used_is_told(options: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as error:
        designed(**options)
    assert error.value.code == code
