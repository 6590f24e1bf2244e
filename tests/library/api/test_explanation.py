"""Explanations in words and documents: true, complete, quick."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest

import bailiwick as bw
from bailiwick.design.explain.moves import MoveJudge
from bailiwick.domain import RepTable
from bailiwick.metrics import evaluate

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
SCHEMA = json.loads((REFERENCE / "explain.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def counties(shared_data: Path) -> bw.Plan:
    folder = shared_data / "geo_us_counties"
    return bw.design(
        folder / "fips_to_population.tsv",
        shapes=folder / "counties-10m.json",
        territories=50,
        balance={"population": 0.05},
        column_map={"id": "column_1", "population": "column_2"},
        stop=lambda progress: progress.phase == "improve" and progress.fraction > 0.2,
    )


@pytest.fixture(scope="module")
def stores(shared_data: Path) -> bw.Plan:
    table = pd.read_csv(shared_data / "crm_adventureworks" / "stores_joined.csv", dtype=str, keep_default_na=False)
    table = table[table["CountryRegionCode"] == "US"]
    numbers = table.assign(**{c: pd.to_numeric(table[c], errors="coerce") for c in ("Longitude", "Latitude")})
    reps = numbers.groupby("SalesPersonID", as_index=False)[["Longitude", "Latitude"]].median()
    return bw.design(table, reps=reps, balance={"AnnualSales": 0.1}, time_limit=1.0)


def every_document(plan: bw.Plan, seed: int, n_units: int = 60) -> list[dict[str, Any]]:
    ids, territories = plan.problem.units.ids, plan.problem.territory_ids
    rng = np.random.default_rng(seed)
    some = rng.choice(len(ids), min(n_units, len(ids)), replace=False)
    return [
        *(plan.explain(ids[i], instead=str(rng.choice(territories))).document() for i in some),
        *(plan.explain_territory(j).document() for j in territories[:12]),
    ]


def check_move(plan: bw.Plan, unit_ids: list[str], move: dict[str, Any]) -> None:
    """A move in a document says what evaluating the changed plan says."""
    problem = plan.problem
    rows = [int(np.flatnonzero(problem.units.ids == unit_id)[0]) for unit_id in unit_ids]
    territory_ids = problem.territory_ids.tolist()
    label = plan.evaluation.territory_idx.copy()
    label[rows] = territory_ids.index(move["territory_id"])
    after = evaluate(problem, label)
    change = after.objective - plan.evaluation.objective
    assert move["objective_change"] == pytest.approx(change, rel=1e-6, abs=1e-9 * plan.evaluation.objective)
    for row in move["balance"]:
        j, m = territory_ids.index(row["territory_id"]), [x.name for x in problem.measures].index(row["measure"])
        assert row["before"] == pytest.approx(plan.evaluation.deviations[j, m], abs=1e-9)
        assert row["after"] == pytest.approx(after.deviations[j, m], abs=1e-9)
    if move["contiguity"] is not None:
        assert move["contiguity"]["goal_pieces"]["after"] == after.column("n_pieces")[label[rows[0]]]
        origin = plan.evaluation.territory_idx[rows[0]]
        assert move["contiguity"]["origin_pieces"]["after"] == after.column("n_pieces")[origin]


def test_counties_are_explained_truly(counties: bw.Plan) -> None:
    for document in every_document(counties, seed=1):
        jsonschema.validate(document, SCHEMA)
    reasons = {}
    for unit_id in np.random.default_rng(3).choice(counties.problem.units.ids, 60, replace=False):
        document = counties.explain(unit_id).document()
        reasons[document["reason"]] = document
    assert {"cheapest", "balance"} <= set(reasons)
    for document in reasons.values():
        check_move(counties, [document["unit_id"], *document["together_with"]], document["alternatives"][0])
    move = counties.explain_territory("T20").document()["least_certain"][0]
    check_move(counties, move["unit_ids"], move)


def test_los_angeles_cannot_leave(counties: bw.Plan) -> None:
    explanation = counties.explain("Los Angeles")
    document = explanation.document()
    assert document["unit_id"] == "06037"
    assert "balance" in document["alternatives"][0]["obstacles"]
    assert explanation.text.startswith("Los Angeles (06037) is in ")
    home = counties.explain_territory(document["territory_id"])
    assert "Los Angeles (06037)" in home.text


def test_a_unit_takes_less_work_than_judging_the_plan_once(counties: bw.Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    judge_half, n_judged = MoveJudge.half, []

    def counted(judge: MoveJudge, territory: int, members: Any) -> Any:
        n_judged.append(len(members))
        return judge_half(judge, territory, members)

    monkeypatch.setattr(MoveJudge, "half", counted)
    for unit_id in counties.problem.units.ids[:20]:
        counties.explain(unit_id)
    assert 0 < sum(n_judged) < 20 * counties.problem.n_units


def towns(**options: Any) -> bw.Plan:
    units = {
        "id": [f"u{i}" for i in range(12)],
        "name": [f"Town {i // 2}" if i < 4 else f"Place {i}" for i in range(12)],
        "x": [float(i % 4) for i in range(12)],
        "y": [float(i // 4) for i in range(12)],
        "hours": [1.0 + i % 3 for i in range(12)],
        "shops": [1.0] * 12,
        "chain": ["A" if i in (0, 5) else "" for i in range(12)],
        "stays": ["Ann" if i == 0 else "" for i in range(12)],
    }
    reps = {"rep_id": ["R1", "R2", "R3"], "name": ["Ann", "Bob", "Cy"], "x": [0.0, 3.0, 1.0], "y": [0.0, 0.0, 2.0]}
    settings: dict[str, Any] = {"reps": reps, "balance": {"hours": 0.3, "shops": None}, "is_planar": True, **options}
    return bw.design(units, **settings)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"adjacency": "none"},
        {"objective": "inertia"},
        {"objective": "diameter"},
        {"group": "chain"},
        {"reps": None, "territories": 3},
        {"reps": None, "territories": 1},
        {"max_distance_km": 1.5},
        {"forbidden": [("u0", "R1")]},
    ],
    ids=str,
)
def test_documents_follow_the_schema_and_are_true_under_every_rule(options: dict[str, Any]) -> None:
    plan = towns(**options)
    for document in every_document(plan, seed=2):
        jsonschema.validate(document, SCHEMA)
        json.dumps(document, allow_nan=False)
        if document["kind"] == "unit":
            for move in document["alternatives"]:
                check_move(plan, [document["unit_id"], *document["together_with"]], move)


def test_reps_are_called_by_name() -> None:
    plan = towns()
    text = plan.explain("u0", instead="Bob").text
    assert text.startswith("Town 0 (u0) is in Ann (R1) because its centre is the nearest, 0 km away.")
    assert "Bob (R2)" in text
    assert plan.explain_territory("Cy").text.startswith("Cy (R3) has ")
    assert "It is in Ann (R1) already." in plan.explain("u0", instead="Ann").text
    assert repr(plan.explain("u0")) == "<Explanation of unit u0>"
    assert repr(plan.explain_territory("R2")) == "<Explanation of territory R2>"


def test_what_would_have_to_change_is_enough() -> None:
    """With the tolerance that the answer asks for, the move breaks no rule any more."""
    line = {"id": list("abcdef"), "x": [0, 1, 2, 3, 4, 5], "y": [0] * 6, "hours": [1, 1, 1, 2, 2, 2]}
    reps = {"id": ["Ann", "Bob"], "x": [0, 5], "y": [0, 0]}
    plan = bw.design(line, reps=reps, balance={"hours": 0.15}, is_planar=True)
    document = plan.explain("d").document()
    assert (document["reason"], document["territory_id"]) == ("balance", "Ann")
    (move,) = document["alternatives"]
    assert move["objective_change"] == -2
    wider = [c for c in move["conditions"] if c["kind"] == "tolerance"]
    allowed = max(c["tolerance"] + c["more"] for c in wider)
    label = {**dict(zip("abcdef", plan.alignment["territory_id"], strict=True)), "d": "Bob"}
    assert not bw.evaluate(line, label, reps=reps, balance={"hours": allowed - 1e-6}, is_planar=True).keeps_every_rule
    assert bw.evaluate(line, label, reps=reps, balance={"hours": allowed}, is_planar=True).keeps_every_rule
    assert "It would go there and save 2 hours · km (" in plan.explain("d").text


def test_what_does_not_exist_is_told_with_what_might_be_meant() -> None:
    plan = towns()
    for call, code, words in (
        (lambda: plan.explain("u99"), "no_such_unit", "no unit 'u99'"),
        (lambda: plan.explain("Town 1"), "no_such_unit", "2 of them are called 'Town 1'; name one by its id: u2, u3"),
        (lambda: plan.explain_territory("Dan"), "unknown_territory", "no territory 'Dan'"),
        (lambda: plan.explain("u1", instead="T9"), "unknown_territory", "no territory 'T9'"),
    ):
        with pytest.raises(bw.InputError, match=re.escape(words)) as raised:
            call()
        assert raised.value.code == code


def test_the_page_has_every_key_of_the_schema() -> None:
    page = (REFERENCE / "explain-json.md").read_text(encoding="utf-8")

    def keys(node: Any) -> set[str]:
        if isinstance(node, list):
            return set().union(*(keys(item) for item in node)) if node else set()
        if not isinstance(node, dict):
            return set()
        inner = set().union(*(keys(value) for value in node.values())) if node else set()
        return inner | (set(node["properties"]) if isinstance(node.get("properties"), dict) else set())

    assert {key for key in keys(SCHEMA) if f"`{key}`" not in page and f"`{key}:" not in page} == set()


def test_stores_with_reps_are_explained(stores: bw.Plan) -> None:
    for document in every_document(stores, seed=4, n_units=25):
        jsonschema.validate(document, SCHEMA)
        if document["kind"] == "unit" and document["alternatives"]:
            check_move(stores, [document["unit_id"]], document["alternatives"][0])


def test_the_county_that_is_too_large_is_a_proven_conflict(counties: bw.Plan) -> None:
    conflict = next(c for c in counties.result.conflicts if c.code == "heavy_unit")
    assert conflict.is_proven
    assert conflict.unit_ids == ("06037",)
    # how much Los Angeles exceeds a territory, whatever the plan
    share = counties.problem.weights.max() / counties.problem.weights.sum() * 50
    assert conflict.least == pytest.approx(share - 1)
    assert conflict.message.startswith("Los Angeles (06037) alone has 153 % of the population that the largest territory should have.")
    assert counties.document()["conflicts"][0]["least"] == conflict.least


def test_stores_that_no_rep_reaches_are_a_proven_conflict(stores: bw.Plan, shared_data: Path) -> None:
    problem = stores.problem
    far = bw.design(
        problem.units,
        reps=RepTable(problem.territory_ids, problem.centre_coordinates),
        balance={"AnnualSales": 0.1},
        max_distance_km=300.0,
        time_limit=1.0,
    )
    conflict = next(c for c in far.result.conflicts if c.code == "out_of_reach")
    homes = np.deg2rad(problem.centre_coordinates)
    here = np.deg2rad(problem.units.coordinates)
    cosine = np.sin(here[:, 1, None]) * np.sin(homes[:, 1]) + np.cos(here[:, 1, None]) * np.cos(homes[:, 1]) * np.cos(
        here[:, 0, None] - homes[:, 0]
    )
    nearest = 6371.0088 * np.arccos(np.clip(cosine, -1, 1)).min(axis=1)
    assert conflict.least == pytest.approx(nearest.max(), rel=1e-6)
    assert conflict.unit_ids[0] == problem.units.ids[np.argmax(nearest)]


def test_what_would_change_hands_is_part_of_the_answer() -> None:
    units = {"id": list("abcdef"), "x": [0, 1, 2, 3, 4, 5], "y": [0] * 6, "hours": [1, 1, 2, 2, 1, 1], "now": ["T1"] * 4 + ["T2"] * 2}
    plan = bw.realign(units, current="now", balance={"hours": 0.3}, is_planar=True, price=1.0)
    baseline = plan.problem.baseline
    assert baseline is not None
    for unit_id in units["id"]:
        document = plan.explain(unit_id).document()
        jsonschema.validate(document, SCHEMA)
        assert document["territory_id_of_today"] == units["now"][units["id"].index(unit_id)]
        for move in document["alternatives"]:
            check_move(plan, [unit_id], move)
            label = plan.evaluation.territory_idx.copy()
            label[units["id"].index(unit_id)] = plan.problem.territory_ids.tolist().index(move["territory_id"])
            after = evaluate(plan.problem, label)
            change = after.number("moved_disruption") - plan.evaluation.number("moved_disruption")
            assert move["disruption"]["change"] == pytest.approx(change)
            assert move["disruption"]["objective_change"] == pytest.approx(baseline.price * change)
            assert move["disruption"]["moved_share"]["after"] == pytest.approx(after.number("moved_share"))
            assert ("would change hands" in plan.explain(unit_id).text) == bool(change)
    assert "Today it is in " in plan.explain("d").text or "It has that territory today." in plan.explain("d").text


def test_the_price_gap_is_what_centre_room_and_change_of_hands_cost() -> None:
    units = {"id": list("abcdef"), "x": [0, 1, 2, 3, 4, 5], "y": [0] * 6, "hours": [1, 1, 2, 2, 1, 1], "now": ["T1"] * 4 + ["T2"] * 2}
    plan = bw.realign(units, current="now", balance={"hours": 0.3}, is_planar=True, price=1.0)
    problem, baseline, prices = plan.problem, plan.problem.baseline, plan.prices
    assert baseline is not None
    assert prices is not None
    centres = plan.evaluation.centre_coordinates
    for i, unit_id in enumerate(units["id"]):
        costs = np.abs(units["x"][i] - centres[:, 0]) * units["hours"][i] + units["hours"][i] * prices.values[:, 0]
        costs += baseline.price * problem.disruption[i] * (np.arange(2) != baseline.territory_idx[i])
        here = plan.evaluation.territory_idx[i]
        (move,) = plan.explain(unit_id).document()["alternatives"]
        assert move["price_gap"] == pytest.approx(costs[1 - here] - costs[here])
