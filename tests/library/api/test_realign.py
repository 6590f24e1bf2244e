"""Realignment in Python: names, moves with their figures, prices, caps, what is kept in the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from owned_tables import LINE, towns
from tiny_instances import path_pairs, problem

import bailiwick as bw
from bailiwick.api.realigning.moves import Moves
from bailiwick.api.realigning.report import Realignment
from bailiwick.api.view import plan_view
from bailiwick.domain import Baseline
from bailiwick.errors import InputError
from bailiwick.metrics import evaluate


def realigned(**options: Any) -> bw.Plan:
    settings: dict[str, Any] = {"current": "rep", "balance": {"people": 0.05}, "is_planar": True, **options}
    return bw.realign(settings.pop("units", towns()), **settings)


@pytest.fixture(scope="module")
def plan() -> bw.Plan:
    return realigned(disruption="revenue")


def test_one_unit_cures_the_line() -> None:
    plan = realigned(units=LINE)
    assert plan.moves[["unit_id", "from", "to", "cumulative_share"]].to_numpy().tolist() == [["c", "Ann", "Bob", 0.2]]
    assert plan.moves["reason"].tolist() == ["relieves Ann, today +40.0 % from its target of people"]
    assert plan.problem.territory_ids.tolist() == ["Ann", "Bob"]
    assert plan.realignment is not None
    assert plan.realignment.floors.anywhere == pytest.approx(0.175, rel=1e-5)  # 7 − 1.05 · 5 of 10


def test_it_is_balanced_and_moves_little(plan: bw.Plan) -> None:
    assert plan.keeps_every_rule
    whole = plan.realignment
    assert whole is not None
    assert whole.before.is_violating.sum() == 4
    assert 0 < whole.moved_share < 0.25
    assert whole.floors.anywhere <= whole.moved_share
    moved = plan.moves
    assert len(moved) == whole.is_moved.sum() == int(whole.after.number("moved_units"))
    assert moved["cumulative_share"].iloc[-1] == pytest.approx(whole.moved_share)
    assert moved["disruption"].sum() == pytest.approx(whole.after.number("moved_disruption"))
    assert whole.impact["revenue"][1] == pytest.approx(whole.moved_share)


def test_what_refusing_costs_is_what_judging_the_plan_without_the_move_says(plan: bw.Plan) -> None:
    problem, label, centres = plan.problem, plan.evaluation.territory_idx, plan.evaluation.centre_coordinates
    assert problem.baseline is not None
    position = {str(u): i for i, u in enumerate(problem.units.ids)}

    def excess(judged: Any) -> float:
        return float(np.maximum(np.abs(judged.deviations) - 0.05, 0).sum())

    for move in plan.moves.to_dict("records"):
        refused = label.copy()
        i = position[move["unit_id"]]
        refused[i] = problem.baseline.territory_idx[i]
        judged = evaluate(problem, refused, centres)
        assert excess(judged) - excess(plan.evaluation) == pytest.approx(move["refusing_costs_balance"], abs=1e-9)
        assert judged.objective - plan.result.objective == pytest.approx(move["refusing_costs_objective"], abs=1e-6)
        assert judged.compactness - plan.evaluation.compactness == pytest.approx(move["gain"], abs=1e-6)
        assert (len(judged.in_pieces) > 0) == move["refusing_cuts_off"]


def test_a_territory_that_is_in_pieces_anyway_is_not_cut_by_refusing() -> None:
    today = Baseline(np.array([1, 0, 0, 1, 0, 0, 0]), np.ones(7), 0.0)
    asked = problem([(x, 0) for x in range(7)], 2, pairs=path_pairs(7), tolerance=1.0, baseline=today)
    after = evaluate(asked, np.array([1, 0, 0, 1, 1, 0, 0]))
    assert len(after.in_pieces) == 2
    assert Moves(Realignment(after)).cuts_off.tolist() == [False]  # without unit 4 there are two pieces of either, as before


def test_pictures_know_who_changes_hands(plan: bw.Plan) -> None:
    view = plan_view(plan, np.full(4, None, dtype=object))
    assert plan.realignment is not None
    assert set(view.unit_categories["Change"]) == {"stays", "changes hands"}
    assert (view.unit_categories["Change"] == "changes hands").sum() == plan.realignment.is_moved.sum()
    assert view.unit_categories["Today"].tolist() == list(towns()["rep"])
    assert "Changes hands" in [fact.label for fact in view.facts]
    assert any("today 4 of 4 territories are outside" in paragraph for paragraph in view.method)


def test_the_best_moves_come_first(plan: bw.Plan) -> None:
    lost = plan.moves["refusing_costs_balance"].to_numpy()
    assert (np.diff(lost) <= 1e-9).all()


def test_without_a_price_few_changes_come_before_short_ways() -> None:
    few, short = realigned(), realigned(price=0.0)
    assert few.realignment is not None
    assert short.realignment is not None
    assert "price_chosen" in {n.code for n in few.notices}
    assert "price_chosen" not in {n.code for n in short.notices}
    assert few.realignment.moved_share < short.realignment.moved_share
    assert few.evaluation.compactness > short.evaluation.compactness


def test_a_cap_is_kept_and_what_it_prevents_is_told() -> None:
    plan = realigned(max_moved=0.03)
    assert plan.realignment is not None
    assert plan.realignment.moved_share <= 0.03 + 1e-9
    assert not plan.keeps_every_rule
    assert plan.notices[0].code == "max_moved_too_small"
    assert "No plan cures everything below" in plan.notices[0].message
    assert "allow that much" in plan.notices[0].message
    words = plan.notices[0].message
    enough = float(words.rpartition("was found with ")[2].partition(" %")[0]) / 100
    assert realigned(max_moved=enough + 0.0006).keeps_every_rule


def test_new_units_get_a_territory_and_are_no_disruption() -> None:
    units = {**LINE, "rep": ["Ann", "Ann", "", "Bob"]}
    plan = realigned(units=units)
    assert plan.moves[["unit_id", "from", "to"]].to_numpy().tolist() == [["c", None, "Bob"]]
    assert plan.moves["reason"].tolist() == ["new: it has no territory today"]
    assert plan.realignment is not None
    assert plan.realignment.moved_share == 0
    assert "1 new unit gets its first territory" in plan.summary()


def test_today_may_be_a_mapping_or_an_older_plan(tmp_path: Path) -> None:
    by_column = realigned(units=LINE)
    by_mapping = realigned(units=LINE, current=dict(zip(LINE["id"], LINE["rep"], strict=True)))
    assert by_mapping.alignment.equals(by_column.alignment)
    older = bw.design(LINE, territories=2, balance={"people": 0.05}, is_planar=True)
    older.to_files(tmp_path / "older", map=False, report=False)
    kept = realigned(units=LINE, current=str(tmp_path / "older"))
    assert kept.alignment.equals(older.alignment)
    assert not len(kept.moves)


def test_homes_of_reps_are_the_centres() -> None:
    reps = {"id": ["Ann", "Bob"], "x": [0.0, 9.0], "y": [0.0, 0.0]}
    plan = realigned(units=LINE, reps=reps)
    assert plan.evaluation.centre_coordinates.tolist() == [[0, 0], [9, 0]]
    assert plan.realignment is not None
    assert plan.realignment.is_moved.tolist() == [False, False, True, False]


def test_the_folder_keeps_it_all(plan: bw.Plan, tmp_path: Path) -> None:
    files = plan.to_files(tmp_path / "plan", map=False, report=False)
    assert "moves.csv" in {file.name for file in files}
    again = bw.load(tmp_path / "plan")
    assert again.moves.equals(plan.moves)
    first, second = plan.document(), again.document()
    first.pop("timings_seconds"), second.pop("timings_seconds")
    assert first == second
    moved = str(plan.moves["unit_id"].iloc[0])
    effect = again.explain(moved, instead=str(plan.moves["from"].iloc[0]))
    assert "disruption" not in effect.text  # the price is inside the objective that it names


def test_explaining_counts_the_change_of_hands() -> None:
    reps = {"id": ["Ann", "Bob"], "x": [0.0, 9.0], "y": [0.0, 0.0]}
    plan = realigned(units=LINE, reps=reps, price=2.0)
    back = plan.explain("c", instead="Ann").document()["instead"]
    # 2 people · (8 − 1) km more, and 2 · 2 of disruption that comes home
    assert back["objective_change"] == pytest.approx(14 - 4)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"current": "boss"}, "unknown_column"),
        ({"disruption": "tenure"}, "unknown_measure"),
        ({"max_moved": 10}, "max_moved"),
        ({"price": -1}, "price"),
        ({"territories": 1}, "territories"),
        ({"units": {**LINE, "rep": ["", "", "", ""]}}, "no_current"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_meant_is_refused(options: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as caught:
        realigned(**{"units": LINE, **options})
    assert caught.value.code == code


def test_one_more_territory_starts_empty_and_is_filled() -> None:
    plan = realigned(territories=5)
    assert plan.problem.n_territories == 5
    assert plan.keeps_every_rule
    assert plan.evaluation.column("n_units").min() > 0


def test_same_input_same_plan() -> None:
    first, second = realigned(disruption="revenue"), realigned(disruption="revenue")
    assert first.alignment.equals(second.alignment)
    assert first.document()["input_digest"] == second.document()["input_digest"]
    assert first.document()["input_digest"] != realigned().document()["input_digest"]
