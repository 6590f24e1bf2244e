"""Layers: every account once per layer, by precedence, with its cause."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bailiwick as bw
from bailiwick.errors import InputError

N = 40
BASE: dict[str, Any] = {
    "id": [f"a{i:02d}" for i in range(N)],
    "x": [float(i % 8) for i in range(N)],
    "y": [float(i // 8) for i in range(N)],
    "hours": [1.0 + i % 3 for i in range(N)],
    "industry": [("Health", "Retail", "")[i % 3] for i in range(N)],
    "employees": [str(10 * i) if i % 5 else "" for i in range(N)],
    "key_owner": ["Kim" if i in (0, 9) else "" for i in range(N)],
    "need": ["steam" if i % 7 == 0 else "" for i in range(N)],
}
HEALTH = {"name": "health", "where": "industry = 'health'", "territories": 2, "contiguity": "none"}


def layered(*layers: dict[str, Any], **more: Any) -> bw.LayeredPlan:
    return bw.design_layers(BASE, {"balance": ["hours:30%"], "layer": list(layers), **more}, is_planar=True)


@pytest.fixture(scope="module")
def two_layers() -> bw.LayeredPlan:
    sales = {
        "name": "sales",
        "named": [{"column": "key_owner"}, {"owner": "Lee", "accounts": ["a09", "a10", "zz"]}],
        "rule": [HEALTH, {"name": "large", "where": "size = 'large'", "owner": "Desk"}],
        "rest": {"territories": 3},
    }
    service = {"name": "service", "where": "employees is not blank", "rest": {"territories": 2}}
    bands = {"size": {"column": "employees", "cuts": [100, 300], "classes": ["small", "medium", "large"]}}
    return layered(sales, service, band=bands)


def test_every_account_stands_once_in_each_layer(two_layers: bw.LayeredPlan) -> None:
    rows = two_layers.assignments
    assert not rows.duplicated(["layer", "unit_id"]).any()
    assert set(rows[rows["layer"] == "sales"]["unit_id"]) == set(BASE["id"])
    served = {unit_id for unit_id, text in zip(BASE["id"], BASE["employees"], strict=True) if text}
    assert set(rows[rows["layer"] == "service"]["unit_id"]) == served
    assert two_layers.gaps.empty


def test_precedence_is_named_then_rules_in_order_then_the_rest(two_layers: bw.LayeredPlan) -> None:
    sales = two_layers.assignments.query("layer == 'sales'").set_index("unit_id")
    assert sales.loc[["a00", "a09", "a10"], "territory_id"].tolist() == ["Kim", "Kim", "Lee"]
    assert sales.loc["a00", "cause"] == "named"
    for i, unit_id in enumerate(BASE["id"]):
        if sales.loc[unit_id, "cause"] == "named":
            continue
        expected = "rule:health" if i % 3 == 0 else "rule:large" if BASE["employees"][i] and 10 * i >= 300 else "geography"
        assert sales.loc[unit_id, "cause"] == expected, unit_id
    assert set(sales[sales["cause"] == "rule:large"]["territory_id"]) == {"Desk"}
    assert set(sales[sales["cause"] == "rule:health"]["territory_id"]) == {"health 1", "health 2"}
    assert "industry = 'health'" in sales.loc["a03", "reason"]


def test_suspicious_names_are_told(two_layers: bw.LayeredPlan) -> None:
    found = {notice.code: notice for notice in two_layers.notices}
    assert found["unknown_account"].examples == ("zz",)
    assert found["named_twice"].examples == ("a09",)


def test_territories_add_up_to_the_layer(two_layers: bw.LayeredPlan) -> None:
    table = two_layers.territories
    assert table.query("layer == 'sales'")["hours"].sum() == pytest.approx(sum(BASE["hours"]))
    counts = Counter(two_layers.assignments.query("layer == 'sales'")["territory_id"])
    assert dict(zip(table.query("layer == 'sales'")["territory_id"], table.query("layer == 'sales'")["n_units"], strict=True)) == counts


def test_accounts_that_nobody_takes_stand_in_the_gap_list() -> None:
    plan = layered({"name": "vertical", "rule": [HEALTH]})  # no rest
    assert len(plan.gaps) == sum(text != "Health" for text in BASE["industry"])
    assert not plan.keeps_every_rule
    assert len(plan.gaps) + len(plan.assignments) == N
    assert "layer_gaps" in {notice.code for notice in plan.notices}


def test_files_hold_everything_and_a_second_run_gives_the_same_bytes(two_layers: bw.LayeredPlan, tmp_path: Path) -> None:
    for folder in ("one", "one", "two"):
        two_layers.to_files(tmp_path / folder, map=False)
    for name in ("assignments.csv", "territories.csv", "gaps.csv", "layers.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    document = json.loads((tmp_path / "one" / "layers.json").read_text(encoding="utf-8"))
    assert [step["step"] for step in document["layers"][0]["steps"]] == ["named", "health", "large", "rest"]
    assert sum(step["n_units"] for step in document["layers"][0]["steps"]) == N
    assert bw.load(tmp_path / "one" / "plans" / "1-sales" / "1-health").problem.n_territories == 2


def test_a_folder_with_other_files_is_left_alone(two_layers: bw.LayeredPlan, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(InputError):
        two_layers.to_files(tmp_path)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_a_preview_counts_what_the_design_takes(two_layers: bw.LayeredPlan) -> None:
    layers = {"balance": ["hours:30%"], "layer": [{"name": "vertical", "rule": [HEALTH], "rest": {"territories": 2}}]}
    (counts,) = bw.preview_layers(BASE, layers, is_planar=True)
    assert [(step["step"], step["n_units"]) for step in counts["steps"]] == [("health", 14), ("rest", 26)]
    assert sum(step["measures"]["hours"] for step in counts["steps"]) == sum(BASE["hours"])


def write_reps(folder: Path) -> str:
    (folder / "reps.csv").write_text('rep,x,y,trained\nKim,0,0,filter\nBo,7,4,"steam, filter"\nCy,0,4,STEAM\n', encoding="utf-8")
    return str(folder / "reps.csv")


def test_only_reps_with_the_skill_get_the_account(tmp_path: Path) -> None:
    rest = {"reps": write_reps(tmp_path), "need": "need", "skills": "trained", "contiguity": "none"}
    rows = layered({"name": "sales", "rest": rest}).assignments.set_index("unit_id")
    steam = [unit_id for unit_id, need in zip(BASE["id"], BASE["need"], strict=True) if need]
    assert set(rows.loc[steam, "territory_id"]) <= {"Bo", "Cy"}


def test_a_skill_that_no_rep_has_is_told(tmp_path: Path) -> None:
    rest = {"reps": write_reps(tmp_path), "need": "industry", "skills": "trained"}
    with pytest.raises(InputError, match="which no rep has") as error:
        layered({"name": "sales", "rest": rest})
    assert error.value.code == "skills"


def test_a_rep_with_named_accounts_gets_less_of_the_rest(tmp_path: Path) -> None:
    reps = write_reps(tmp_path)
    named = {"owner": "Kim", "accounts": BASE["id"][:10]}
    plan = layered({"name": "sales", "named": [named], "rest": {"reps": reps, "contiguity": "none", "balance": ["hours:5%"]}})
    hours = dict(zip(BASE["id"], BASE["hours"], strict=True))
    held = plan.assignments.assign(hours=plan.assignments["unit_id"].map(hours)).groupby("territory_id")["hours"].sum()
    assert held.max() - held.min() <= 0.15 * held.mean()
    assert held["Kim"] == pytest.approx(sum(BASE["hours"]) / 3, rel=0.1)


def test_a_rep_full_of_named_accounts_is_told(tmp_path: Path) -> None:
    named = {"owner": "Kim", "accounts": BASE["id"][:30]}
    plan = layered({"name": "sales", "named": [named], "rest": {"reps": write_reps(tmp_path), "contiguity": "none"}})
    assert "rep_full" in {notice.code for notice in plan.layers[0].plans["rest"].notices}


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        ({"name": "s", "rule": [{**HEALTH, "where": "nowhere = 1"}]}, "unknown_column"),
        ({"name": "s", "named": [{"column": "nowhere"}]}, "unknown_column"),
        ({"name": "s", "rest": {"territories": 99}}, "too_many_territories"),
        ({"name": "s", "rest": {"reps": "no-such-file.csv"}}, "no_such_file"),
        ({"name": "s", "rest": {"territories": 2, "balance": ["nothing"]}}, "unknown_measure"),
    ],
)
def test_what_cannot_be_used_is_told(layer: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as error:
        layered(layer)
    assert error.value.code == code


rules = st.lists(
    st.sampled_from(["industry = 'Health'", "employees > 150", "hours = 2", "not industry is blank", "x < 3 and y >= 2"]),
    max_size=4,
    unique=True,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules, st.booleans(), st.booleans())
def test_any_layers_take_every_account_once_by_the_first_rule_that_fits(texts: list[str], has_named: bool, has_rest: bool) -> None:
    layer: dict[str, Any] = {"name": "x", "rule": [{"name": f"r{i}", "where": text, "owner": f"o{i}"} for i, text in enumerate(texts)]}
    if has_named or not (texts or has_rest):
        layer["named"] = [{"column": "key_owner"}]
    if has_rest:
        layer["rest"] = {"territories": 1}
    plan = layered(layer)
    rows, frame = plan.assignments, pd.DataFrame({**BASE, "employees": pd.to_numeric(pd.Series(BASE["employees"]))})
    taken = np.full(N, "", dtype=object)
    if "named" in layer:
        taken[[0, 9]] = "named"
    meaning = {
        "industry = 'Health'": frame["industry"] == "Health",
        "employees > 150": frame["employees"] > 150,
        "hours = 2": frame["hours"] == 2,
        "not industry is blank": frame["industry"] != "",
        "x < 3 and y >= 2": (frame["x"] < 3) & (frame["y"] >= 2),
    }
    for i, text in enumerate(texts):
        taken[(taken == "") & meaning[text].to_numpy()] = f"rule:r{i}"
    if has_rest:
        taken[taken == ""] = "geography"
    assert not rows["unit_id"].duplicated().any()
    assert dict(zip(rows["unit_id"], rows["cause"], strict=True)) == {u: c for u, c in zip(BASE["id"], taken, strict=True) if c}
    assert set(plan.gaps["unit_id"]) == {u for u, c in zip(BASE["id"], taken, strict=True) if not c}


def test_stores_by_people_specialty_and_geography(shared_data: Path) -> None:
    stores = shared_data / "crm_adventureworks" / "stores_joined.csv"
    layers = {
        "balance": ["AnnualRevenue:25%"],
        "band": {"size": {"column": "NumberEmployees", "cuts": [20, 60], "classes": ["small", "medium", "large"]}},
        "layer": [
            {
                "name": "sales",
                "rule": [{"name": "touring", "where": "Specialty = 'Touring' and size != 'small'", "territories": 3, "contiguity": "none"}],
                "rest": {"territories": 8, "contiguity": "none"},
            },
            {"name": "service", "where": "size = 'large'", "rest": {"territories": 3, "contiguity": "none"}},
        ],
    }
    plan = bw.design_layers(stores, layers, time_limit=10)
    n = plan.source.units.n_units
    assert n > 690
    assert len(plan.assignments.query("layer == 'sales'")) == n
    assert not plan.assignments.duplicated(["layer", "unit_id"]).any()
    assert plan.gaps.empty
