"""The front: no plan beats another, the knee is one of them, and each can be taken."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from owned_tables import LINE, towns

import bailiwick as bw
from bailiwick.api.realigning.front import FRONT_FILES, SHADE, FrontPlan, _distinct, check_front_folder
from bailiwick.domain import Problem, Progress
from bailiwick.errors import InputError
from bailiwick.metrics import evaluate


@pytest.fixture(scope="module")
def found() -> bw.Front:
    return bw.front(towns(8, 6), current="rep", disruption="revenue", balance={"people": 0.1}, is_planar=True)


def test_no_plan_beats_another(found: bw.Front) -> None:
    axes = np.array([plan.axes for plan in found.plans])
    assert len(axes) >= 4
    for a in axes:
        assert not ((axes <= a).all(axis=1) & (axes < a).any(axis=1)).any()
    assert len(np.unique(axes, axis=0)) == len(axes)


def test_a_front_that_was_cut_short_says_so(found: bw.Front) -> None:
    few = bw.front(LINE, current="rep", balance={"people": 0.05}, is_planar=True, stop=lambda _: True)
    assert "fewer plans than there could be" in few.lines()[-1]
    assert "fewer" not in " ".join(found.lines())


def test_no_two_plans_look_alike(found: bw.Front) -> None:
    axes = np.array([plan.axes for plan in found.plans])
    apart = np.abs(axes[:, None] - axes) / np.ptp(axes, axis=0)
    assert (apart.max(axis=2) > SHADE)[~np.eye(len(axes), dtype=bool)].all()
    twin = FrontPlan(99, found.plans[1].evaluation)
    assert twin not in _distinct([*found.plans, twin])


def test_today_is_the_plan_without_a_change(found: bw.Front) -> None:
    today = found.plans[0]
    assert today.number == 0
    assert today.moved_share == 0
    assert found.alignment(0) == dict(zip(towns(8, 6)["id"], towns(8, 6)["rep"].tolist(), strict=True))
    assert [plan.number for plan in found.plans] == list(range(len(found.plans)))
    assert (np.diff([plan.moved_share for plan in found.plans]) >= -1e-9).all()
    assert found.knee in found.plans


def test_some_plans_keep_the_rules_and_are_connected(found: bw.Front) -> None:
    assert any(plan.evaluation.keeps_every_rule for plan in found.plans)
    assert all(not len(plan.evaluation.in_pieces) for plan in found.plans[1:])


def test_every_plan_can_be_judged_from_its_file(found: bw.Front, tmp_path: Path) -> None:
    files = found.to_files(tmp_path / "front")
    assert {file.name for file in files} <= set(FRONT_FILES)
    facts = json.loads((tmp_path / "front" / "front.json").read_text(encoding="utf-8"))
    assert facts["knee"] == found.knee.number
    with (tmp_path / "front" / "front.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(facts["plans"]) == len(found.plans)
    for row, plan in zip(rows, facts["plans"], strict=True):
        judged = bw.evaluate(towns(8, 6), tmp_path / "front" / plan["alignment"], balance={"people": 0.1}, is_planar=True)
        assert judged.evaluation.mean_distance_km == pytest.approx(float(row["mean_distance_km"]))
        assert judged.evaluation.column("max_deviation")[0] == pytest.approx(float(row["largest_deviation"]))
    assert (tmp_path / "front" / "front.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (tmp_path / "front" / "front.png").read_bytes().startswith(b"\x89PNG")
    again = {file.name: file.read_bytes() for file in found.to_files(tmp_path / "front")}
    assert again == {file.name: file.read_bytes() for file in files}


def test_without_today_it_is_balance_against_compactness() -> None:
    found = bw.front(towns(8, 6), territories=4, balance={"people": 0.1}, is_planar=True)
    assert all(plan.number > 0 and plan.moved_share == 0 for plan in found.plans)
    balance = [plan.axes[0] for plan in found.plans]
    ways = [plan.axes[1] for plan in found.plans]
    order = np.argsort(ways)
    assert len(found.plans) >= 3
    assert (np.diff(np.array(balance)[order]) < 0).all()
    assert found.chart()["layer"][0]["encoding"]["y"]["field"] == "off"


def test_a_stop_keeps_what_is_there() -> None:
    reports = iter(range(40))

    def stop(progress: Progress) -> bool:
        return next(reports, None) is None

    found = bw.front(towns(8, 6), current="rep", balance={"people": 0.1}, is_planar=True, stop=stop)
    assert found.stop_reason == "interrupted"
    assert 1 <= len(found.plans) < 9
    assert all((plan.evaluation.territory_idx >= 0).all() for plan in found.plans)


def test_same_input_same_front() -> None:
    first, second = (bw.front(LINE, current="rep", balance={"people": 0.05}, is_planar=True) for _ in range(2))
    assert first.document() == second.document()
    assert first.chart() == second.chart()


def test_what_cannot_be_meant_is_refused(found: bw.Front, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs a measure with a tolerance"):
        bw.front(LINE, current="rep", balance={"people": None}, is_planar=True)
    with pytest.raises(InputError, match="the front has no plan 77"):
        found.alignment(77)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError) as caught:
        check_front_folder(tmp_path)
    assert caught.value.code == "foreign_files"


def test_the_front_knows_barriers_links_and_travel_as_realign_does() -> None:
    minutes = {"from": ["a", "a", "a", "b", "b", "c"], "to": ["b", "c", "d", "c", "d", "d"], "minutes": [10, 80, 90, 70, 80, 10]}
    found = bw.front(LINE, current="rep", balance={"people": 0.05}, is_planar=True, travel=minutes, links=[("a", "d", "add")])
    problem = found.problem
    assert problem.travel is not None
    assert problem.adjacency is not None
    assert 3 in problem.adjacency.neighbours(0).tolist()
    assert found.alignment(1)["c"] == "Bob"


def test_a_unit_that_is_too_large_by_itself_does_not_hide_what_can_be_chosen() -> None:
    """A giant is 60 % off in every plan; between the others' balance and few changes there is a choice all the same."""
    units = {"id": [f"u{i}" for i in range(13)], "x": [*range(12), 30], "y": [0] * 13, "people": [1.0] * 12 + [8.0]}
    units["rep"] = ["A"] * 2 + ["B"] * 6 + ["C"] * 4 + ["Giant"]
    found = bw.front(units, current="rep", balance={"people": 0.05}, is_planar=True, adjacency="none")
    today, *others = found.plans
    assert today.number == 0
    assert today.largest_deviation == pytest.approx(0.6)  # two of five, not 60 % of the giant
    assert today.is_too_large.any(axis=1).tolist() == [False, False, False, True]
    balanced = min(others, key=lambda plan: plan.largest_deviation)
    assert balanced.largest_deviation == pytest.approx(0.2)  # four of five: what twelve give three
    assert balanced.evaluation.values["moved_units"] == 2
    assert "What a single unit is too large by is left out of the deviations: Giant has one in the knee." in found.lines()


def test_what_a_unit_is_too_large_by_only_in_a_small_territory_is_not_left_out() -> None:
    """A giant of 12 is 50 % too large for the large targets of 8, in every plan; that it went to the one of 4 is a choice."""
    units = {"id": [f"u{i}" for i in range(9)], "x": [*range(8), 30], "y": [0] * 9, "people": [1.0] * 8 + [12.0]}
    reps = {"id": ["Small", "Middle", "Large"], "x": [0, 4, 30], "y": [0, 0, 0], "capacity": [1, 2, 2]}
    problem = bw.front(units, reps=reps, balance={"people": 0.05}, is_planar=True, adjacency="none").problem
    at = {name: j for j, name in enumerate(problem.territory_ids.tolist())}

    def judged(problem: Problem, *names: str) -> FrontPlan:
        return FrontPlan(1, evaluate(problem, np.array([at[name] for name in names], np.int32)))

    best = judged(problem, *["Small"] * 3, *["Middle"] * 5, "Large")
    assert best.largest_deviation == pytest.approx(0.375)  # five of eight
    swapped = [*["Large"] * 3, *["Middle"] * 5, "Small"]
    assert judged(problem, *swapped).largest_deviation == pytest.approx(1.5)  # 200 % less the 50 % that are so everywhere
    locked = replace(problem, locked=np.array([-1] * 8 + [at["Small"]], np.int32))
    assert judged(locked, *swapped).largest_deviation == pytest.approx(0.625)  # three of eight, as the giant may go nowhere else
