"""What a plan does not meet is said in words that name units, territories and numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from tiny_instances import heavy_unit, line5, path_pairs, problem

from bailiwick.design.explain.findings import findings, heavy_units
from bailiwick.domain import Adjacency, Measure, Notice, Problem
from bailiwick.metrics import evaluate


def told(asked: Problem, label: list[int]) -> dict[str, Notice]:
    return {notice.code: notice for notice in findings(evaluate(asked, np.array(label)))}


def row(people: list[float], k: int, **rules: Any) -> Problem:
    return problem([(x, 0) for x in range(len(people))], k, measures={"people": people}, pairs=path_pairs(len(people)), **rules)


def test_nothing_is_said_of_a_plan_that_keeps_every_rule() -> None:
    assert told(line5(), [0, 0, 1, 1, 1]) == {}


def test_a_unit_heavier_than_a_territory_is_named_with_its_share() -> None:
    # 15 people in three territories: 5 each, and one unit has 10
    notices = told(heavy_unit(), [0, 0, 1, 2, 2, 2])
    heavy = notices["unit_exceeds_territory"]
    assert heavy.message == (
        "u2 alone has 200 % of the people that a territory should have: no plan can bring its territory within 5 % of the target. "
        "Divide the unit, or ask for fewer territories."
    )
    assert (heavy.count, heavy.examples) == (1, ("u2",))


def test_what_heavy_units_leave_to_the_others_is_said_to_be_unavoidable() -> None:
    # 5 people remain for two territories that should have 5 each
    notice = told(heavy_unit(), [0, 0, 1, 2, 2, 2])["balance_not_met"]
    assert notice.message == (
        "2 territories are more than 5 % from the target of people; the farthest is T1 with -60.0 %. "
        "What the units that are too large leave over is -50.0 % of the target on average, so this cannot be avoided."
    )
    assert (notice.count, notice.examples) == (2, ("T1", "T3"))


def test_what_can_be_avoided_is_not_said_to_be_unavoidable() -> None:
    # targets 50, 25, 25; the unit with 60 is too large for any, the others can have 20 each, which is 20 % below their target
    asked = row([60, 10, 10, 10, 10], 3, shares=[0.5, 0.25, 0.25], tolerance=0.1)
    assert "cannot be avoided" in told(asked, [0, 1, 1, 1, 2])["balance_not_met"].message
    assert "-20.0 % of the target on average" in told(asked, [0, 1, 1, 1, 2])["balance_not_met"].message
    loose = row([65, 10, 8, 9, 8], 3, shares=[0.5, 0.25, 0.25], tolerance=0.29)
    assert "unit_exceeds_territory" in told(loose, [0, 1, 1, 1, 2])
    assert "unit_exceeds_territory" not in told(row([64, 10, 8, 9, 9], 3, shares=[0.5, 0.25, 0.25], tolerance=0.29), [0, 1, 1, 1, 2])


def test_unequal_targets_are_taken_as_they_are() -> None:
    # targets 40, 30, 30: the heavy unit leaves 49 to the others, 18 % below their 60, but 26 % below two mean targets
    asked = row([51, 7, 14, 14, 14], 3, shares=[0.4, 0.3, 0.3], tolerance=0.25)
    notice = told(asked, [0, 1, 1, 1, 2])["balance_not_met"]
    assert notice.examples == ("T3",)
    assert "cannot be avoided" not in notice.message
    assert "more time" in notice.message


def test_heavy_units_come_heaviest_first_and_only_where_there_is_a_tolerance() -> None:
    asked = row([1, 30, 1, 40, 1, 1], 4)
    assert heavy_units(asked, 0).tolist() == [3, 1]
    assert told(asked, [0, 1, 1, 2, 3, 3])["unit_exceeds_territory"].message.startswith(
        "u3 alone has 216 % of the people that a territory should have (1 more unit is too large, too)"
    )
    free = problem([(0, 0), (1, 0)], 2, measures={"people": [9, 1]}, tolerance={"people": None})  # type: ignore[dict-item]
    assert heavy_units(free, 0).tolist() == []
    assert told(free, [0, 1]) == {}


def test_a_unit_exactly_at_the_limit_is_not_too_heavy() -> None:
    assert heavy_units(row([6, 2, 2, 2], 2, tolerance=0.0), 0).tolist() == []
    assert heavy_units(row([6, 2, 2, 1.9], 2, tolerance=0.0), 0).tolist() == [0]


def test_each_measure_out_of_balance_has_its_own_notice() -> None:
    asked = problem([(x, 0) for x in range(4)], 2, measures={"people": [1, 1, 1, 3], "shops": [3, 1, 1, 1]}, tolerance=0.1)
    notices = findings(evaluate(asked, np.array([0, 0, 1, 1])))
    assert [notice.code for notice in notices] == ["balance_not_met"] * 2
    assert "target of people; the farthest is T1 with -33.3 %. people per shops decides" in notices[0].message
    assert "2 territories are more than 10 % from the target of shops" in notices[1].message


def test_territories_in_pieces_are_named() -> None:
    notice = told(line5(), [0, 1, 1, 1, 0])["contiguity_not_met"]
    assert notice.message.startswith("1 territory is in more than one piece, the first is T1")
    assert (notice.count, notice.examples) == (1, ("T1",))


def test_territories_without_a_unit_are_named() -> None:
    free = problem([(0, 0), (1, 0)], 2, tolerance={"people": None})  # type: ignore[dict-item]
    notice = told(free, [1, 1])["empty_territory"]
    assert notice.message == "1 territory has no unit, the first is T1."
    assert (notice.count, notice.examples) == (1, ("T1",))


def test_units_beyond_the_largest_distance_are_named_farthest_first() -> None:
    asked = row([1, 1, 1, 1], 2, centres=[(0, 0), (3, 0)], tolerance=1.0, max_distance_km=1.5)
    notice = told(asked, [0, 0, 0, 0])["distance_not_met"]
    assert notice.message == "2 units are more than 1.5 km from the centre of the territory; the farthest is u3 with 3 km."
    assert notice.examples == ("u3", "u2")
    assert "distance_not_met" not in told(asked, [0, 0, 1, 1])


def test_links_to_islands_are_told() -> None:
    asked = replace(line5(), adjacency=Adjacency.from_pairs(5, np.array(path_pairs(4)), links=np.array([(3, 4)])))
    notice = told(asked, [0, 0, 1, 1, 1])["islands"]
    assert "u4 to u3" in notice.message
    assert notice.examples == ("u4",)


def test_a_mix_that_no_size_cures_is_told_with_its_figures() -> None:
    # income per head is 0.6 in the west and 1.4 in the east of the mean: with ±10 % each, 0.82 to 1.22 would do
    line = row([1, 1, 1, 1], 2, tolerance=0.1)
    measures = {"people": line.units.measures["people"], "income": np.array([0.6, 0.6, 1.4, 1.4])}
    asked = replace(line, units=replace(line.units, measures=measures), measures=(line.measures[0], Measure("income", 0.1)))
    notice = told(asked, [0, 0, 1, 1])["balance_not_met"]
    assert "income per people decides: it is too low in 1 and too high in 1 of these (from 0.60 to 1.40 of the mean" in notice.message
    assert "0.82 to 1.22 would do" in notice.message
    assert "decides" not in told(asked, [0, 1, 1, 1])["balance_not_met"].message
