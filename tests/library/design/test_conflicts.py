"""Rules that clash are named, and what is said to be proven holds for every plan there is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from brute_force import AllPlans
from random_instances import Wish, make
from tiny_instances import INSTANCES, heavy_unit, path_pairs, problem

from bailiwick.design import solve
from bailiwick.design.bounds.reach_floor import access_of, reach_floor, smallest_above, smallest_below
from bailiwick.design.constraints.conflicts import find_conflicts
from bailiwick.design.constraints.together import together_conflict
from bailiwick.design.model import compile_problem
from bailiwick.domain import Baseline, Conflict, Pace, Problem, TravelTable
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km
from bailiwick.metrics import evaluate
from bailiwick.metrics.centres import best_site


def clashes(asked: Problem, label: list[int] | np.ndarray) -> tuple[Conflict, ...]:
    return find_conflicts(evaluate(asked, np.array(label)), compile_problem(asked))


def one(asked: Problem, label: list[int] | np.ndarray, code: str) -> Conflict:
    (found,) = [conflict for conflict in clashes(asked, label) if conflict.code == code]
    return found


def row(people: list[float], k: int, **rules: Any) -> Problem:
    return problem([(x, 0) for x in range(len(people))], k, measures={"people": people}, **rules)


def some_problem(seed: int) -> Problem:
    rng = np.random.default_rng([seed, 9])
    wish = Wish.drawn(
        seed, n_locked=int(rng.choice([0, 0, 1, 3, 4])), n_barred=int(rng.choice([0, 0, 3, 8])), n=int(rng.integers(4, 7)), n_measures=1
    )
    asked = make(wish)
    if asked.adjacency is not None and rng.random() < 0.4:  # parts that do not touch
        pairs = asked.adjacency.pairs[rng.random(len(asked.adjacency.pairs)) < 0.6]
        asked = replace(asked, adjacency=type(asked.adjacency).from_pairs(asked.n_units, pairs))
    return replace(asked, max_distance_km=float(rng.choice([5, 20, 40, 300]))) if rng.random() < 0.4 else asked


def reaches(asked: Problem, plans: AllPlans) -> np.ndarray:
    """Distance of the farthest unit from its centre, per plan; a free centre is judged for every set of units once."""
    points = points_km(asked.units)
    between = distance_km(points[:, None, :], points[None, :, :])
    homes = distance_km(points[:, None, :], coordinates_to_points(asked.centre_coordinates, is_planar=asked.units.is_planar)[None])
    power = 2 if asked.objective == "inertia" else 1
    free: dict[int, float] = {}
    for subset in np.unique(plans.subsets).tolist():
        members = np.flatnonzero((subset >> np.arange(asked.n_units)) & 1)
        site = members[best_site(points[members], asked.weights[members], power=power)]
        free[subset] = float(between[members, site].max())
    found = np.zeros(plans.subsets.shape)
    for j in range(asked.n_territories):
        fixed = np.where(plans.label == j, homes[:, j], 0.0).max(axis=1)
        found[:, j] = fixed if asked.is_fixed[j] else [free[subset] for subset in plans.subsets[:, j].tolist()]
    return found.max(axis=1)


def check_proof(asked: Problem, plans: AllPlans, conflict: Conflict, tight: Counter[str]) -> None:
    """The floor of a proven conflict is below what every plan has that keeps the rules it names."""
    keeps = plans.is_connected if "contiguity" in conflict.rules else np.ones(len(plans.label), bool)
    reach = reaches(asked, plans) if "max_distance" in conflict.rules else None
    if conflict.measure is not None:
        deviation = np.abs(plans.deviations[:, :, 0]).max(axis=1)
        if "max_distance" in conflict.rules:
            assert reach is not None
            assert asked.max_distance_km is not None
            keeps = keeps & (reach <= asked.max_distance_km * (1 + 1e-9))
        least = deviation[keeps].min(initial=np.inf)
    elif "max_distance" in conflict.rules:
        assert reach is not None
        least = reach[keeps].min(initial=np.inf)
    else:
        assert not keeps.any()
        return
    assert conflict.least is not None
    assert conflict.allowed is not None
    assert conflict.allowed < conflict.least <= least + 1e-7, conflict
    tight[conflict.code] += bool(conflict.least > least - 1e-6)


def test_what_is_proven_holds_for_every_plan() -> None:
    seen: Counter[str] = Counter()
    tight: Counter[str] = Counter()
    for seed in range(350):
        asked = some_problem(seed)
        plans = AllPlans(asked)
        if not len(plans.label):
            continue
        label = plans.label[np.random.default_rng(seed).integers(len(plans.label))]
        found = clashes(asked, label)
        assert bool(found) == (not evaluate(asked, label).keeps_every_rule), seed
        for conflict in found:
            seen[conflict.code] += 1
            if conflict.is_proven:
                check_proof(asked, plans, conflict, tight)
    assert set(seen) >= {
        *("heavy_group", "heavy_units_share", "left_over", "whole_units", "parts_of_the_map", "too_few_territories_in_reach"),
        *("too_few_units_in_reach", "out_of_reach", "too_spread", "locks_apart", "too_many_parts", "not_proven"),
    }, seen
    assert all(tight[code] for code in ("whole_units", "too_few_territories_in_reach", "too_few_units_in_reach", "out_of_reach")), tight


@pytest.mark.parametrize("name", INSTANCES)
def test_a_plan_that_keeps_every_rule_has_no_conflict(name: str) -> None:
    asked = INSTANCES[name]()
    result = solve(asked, clock=lambda: 0.0, stop=lambda _: True)
    assert bool(result.conflicts) == (not evaluate(asked, result.territory_idx).keeps_every_rule)


def test_a_unit_too_large_is_named_with_the_least_tolerance_that_would_do() -> None:
    found = one(heavy_unit(), [0, 0, 1, 2, 2, 2], "heavy_unit")
    assert found.message == "u2 alone has 200 % of the people that the largest territory should have."
    assert found.relaxation.startswith("allow 100 % for people: no plan needs less, and this one keeps it; or divide the unit")
    assert (found.unit_ids, found.territory_ids, found.least, found.reached) == (("u2",), ("T2",), 1.0, 1.0)


def test_what_is_not_proven_is_said_to_be_so() -> None:
    # two and three of five would be within a quarter, one and four are not
    (found,) = clashes(row([1] * 5, 2, tolerance=0.25), [0, 1, 1, 1, 1])
    assert (found.code, found.is_proven, found.rules) == ("not_proven", False, ("tolerance",))
    assert found.message == (
        "2 territories (T1, T2) could not be brought within 25 % of the target of people; the search reached 60.0 %. "
        "It is not proven impossible."
    )


def test_locked_units_that_are_too_much() -> None:
    asked = row([5, 3, 4, 1, 1, 1, 1], 2, locked=[0, 0, 0, -1, -1, -1, -1], tolerance=0.1)
    found = one(asked, [0, 0, 0, 1, 1, 1, 1], "too_few_territories_in_reach")
    # 12 of 8: without the heaviest 7 are left, and 8.8 may be
    assert found.rules == ("tolerance", "lock")
    assert found.message == "u0, u2 may only go to T1 because of locks: that is 112 % of the people that should be there."
    assert "lift the lock of u0" in found.relaxation
    assert "allow 50.0 % for people: no plan that keeps the other rules needs less, and this one keeps it" in found.relaxation
    # and what the first has too much the other has too little
    assert [conflict.code for conflict in clashes(asked, [0, 0, 0, 1, 1, 1, 1])] == ["too_few_territories_in_reach"]


def test_a_rep_with_too_little_within_reach() -> None:
    asked = row([1] * 6, 2, centres=[(0, 0), (5, 0)], max_distance_km=4.5, tolerance=0.1, forbidden=np.array([(1, 0), (2, 0), (3, 0)]))
    found = one(asked, [0, 1, 1, 1, 0, 1], "too_few_units_in_reach")
    assert found.message == (
        "T1 can get nothing but u0, u4 because of forbidden pairs and the largest distance: that is 66.7 % of the people that "
        "should be there."
    )
    assert "allow 5 km (less is certainly too little)" in found.relaxation
    assert found.rules == ("tolerance", "forbidden", "max_distance")


def test_a_unit_that_nobody_reaches() -> None:
    asked = row([1] * 6, 2, centres=[(0, 0), (1, 0)], max_distance_km=3.0, tolerance=None)
    found = one(asked, [0, 0, 1, 1, 1, 1], "out_of_reach")
    assert found.message == "1 unit is more than 3 km from every centre that it may go to: u5."
    assert (found.least, found.reached, found.rules) == (4.0, 4.0, ("max_distance",))


def test_locks_with_no_way_between_them() -> None:
    asked = row([1] * 5, 2, pairs=path_pairs(5), locked=[0, -1, 1, -1, 0], tolerance=1.0)
    found = one(asked, [0, 0, 1, 0, 0], "locks_apart")
    assert found.message == (
        "u0 and u4 are locked to T1, but every way between them leads over units that are locked to others or must not go there."
    )
    assert found.relaxation == "lift one of the two locks; or let T1 have u2, the fewest units between them"


def test_the_set_that_clashes_is_as_small_as_it_can_be() -> None:
    n_checked = 0
    for seed in range(300):
        asked = some_problem(seed)
        access = access_of(asked)
        assert access is not None
        allowed = access.allowed
        if not allowed.any(axis=1).all():
            continue
        load = np.bincount(access.node_of_unit, weights=asked.weights)
        target = asked.target_shares * asked.weights.sum()
        floor = reach_floor(load, target, allowed)
        if floor is None or floor.value < 0.05:
            continue
        n_checked += 1
        if floor.is_above:
            nodes, _ = smallest_above(load, target * 1.05, allowed, floor)
            rooms = [target[allowed[rest].any(axis=0)].sum() * 1.05 for rest in [nodes, *(np.setdiff1d(nodes, [i]) for i in nodes)]]
            loads = [load[nodes].sum(), *(load[nodes].sum() - load[i] for i in nodes)]
            assert loads[0] > rooms[0]
            assert all(load_ <= room + 1e-9 for load_, room in zip(loads[1:], rooms[1:], strict=True)), seed
        else:
            _, chosen = smallest_below(load, target * 0.95, allowed, floor)
            for j in chosen:
                rest = np.setdiff1d(chosen, [j])
                assert load[allowed[:, rest].any(axis=1)].sum() >= target[rest].sum() * 0.95 - 1e-9 or not len(rest), seed
    assert n_checked > 40


def test_units_that_must_leave_today_s_territory_are_more_than_may_move() -> None:
    today = Baseline([0, 0, 1, 1], max_moved_share=0.2)
    asked = row([1, 1, 1, 1], 2, locked=[1, -1, -1, -1], baseline=today, tolerance=1.0)
    found = one(asked, [1, 0, 1, 1], "must_move")
    assert found.message == "1 unit (u0) must leave the territory of today, 25.0 % in all, more than the 20 % that may."
    assert (found.least, found.reached, found.rules) == (0.25, 0.25, ("max_moved", "lock"))
    free = row([1, 1, 1, 1], 2, baseline=today, tolerance=1.0)
    (found,) = clashes(free, [1, 0, 1, 1])
    assert (found.code, found.is_proven, found.rules, found.reached) == ("not_proven", False, ("max_moved",), 0.25)


def test_a_unit_too_long_on_the_road_whoever_goes() -> None:
    asked = row([1] * 6, 2, centres=[(0, 0), (1, 0)], tolerance=1.0, pace=Pace(1.0, 60.0), max_minutes=3.0)
    found = one(asked, [0, 1, 1, 1, 1, 1], "too_long")
    assert found.message == "1 unit is more than 3 minutes from every centre that it may go to: u5."
    assert (found.least, found.reached) == (pytest.approx(4.0), pytest.approx(4.0))
    found = one(replace(asked, max_minutes=4.5), [0, 1, 1, 1, 1, 0], "not_proven")
    assert found.message.startswith("1 unit is more than 4.5 minutes from the centre (u5); the search reached 5 minutes.")
    by_table = replace(asked, pace=None, travel=TravelTable(None, np.full((6, 2), 9.0)))
    assert one(by_table, [0, 1, 1, 1, 1, 1], "too_long").least == 9.0


def test_two_measures_that_cannot_be_balanced_together() -> None:
    # People halve as {2, 1} and {2, 1} only, income as {1, 1} and {2, 0} only.
    asked = problem(
        [(x, 0) for x in range(4)], 2, measures={"people": [2, 2, 1, 1], "income": [1, 1, 2, 0]}, tolerance={"people": 0.1, "income": 0.2}
    )
    by_people, by_income = [0, 1, 0, 1], [0, 0, 1, 1]
    (found,) = clashes(asked, by_people)
    assert (found.code, found.is_proven, found.measure, found.rules) == ("measures_together", True, "income", ("tolerance", "whole_units"))
    assert (found.least, found.reached) == (pytest.approx(0.5, abs=1e-5), pytest.approx(0.5))
    assert found.message == (
        "income and people cannot be balanced together: in every plan that keeps people within 10 %, "
        "some territory is at least 50.0 % from its target of income, beyond 20 %; units stay whole."
    )
    assert found.relaxation == (
        "allow 50.0 % for income: no plan that keeps people needs less, and this one keeps it; or allow more for people; "
        "or ask for fewer territories"
    )
    (found,) = clashes(asked, by_income)
    assert (found.measure, found.least) == ("people", pytest.approx(1 / 3, abs=1e-5))


def test_several_measures_of_many_units_are_said_to_be_open() -> None:
    people, income = np.tile([3.0, 1.0], 75), np.r_[np.full(75, 5.0), np.ones(75)]
    asked = problem([(x, 0) for x in range(150)], 2, measures={"people": people, "income": income}, pairs=path_pairs(150), tolerance=0.1)
    found = one(asked, [0] * 75 + [1] * 75, "not_proven")
    assert (found.measure, found.is_proven, found.rules) == ("income", False, ("tolerance",))
    assert found.message.endswith(
        "It is not proven impossible. Whether income and people can be balanced together is open: with whole units that is proven only up "
        "to 240 pairs of unit and territory, and here there are 300."
    )


def test_floors_of_several_measures_hold_for_every_plan() -> None:
    seen: Counter[str] = Counter()
    tight = 0
    for seed in range(250):
        rng = np.random.default_rng([seed, 31])
        n, k, n_measures = int(rng.integers(4, 8)), int(rng.integers(2, 4)), int(rng.integers(2, 4))
        barred = np.array([(i, j) for i in range(n) for j in range(k) if rng.random() < 0.15], np.int32).reshape(-1, 2)
        values = {f"m{m}": rng.integers(1, 9, n).astype(float) for m in range(n_measures)}
        asked = problem([(x, 0) for x in range(n)], k, measures=values, tolerance=float(rng.choice([0.05, 0.15, 0.3])))
        asked = replace(asked, forbidden=barred if rng.random() < 0.5 and len(barred) else None)
        plans = AllPlans(asked)
        if not len(plans.label):
            continue
        deviation = np.abs(plans.deviations).max(axis=1)
        tolerance = np.array([m.tolerance for m in asked.measures], float)
        evaluation = evaluate(asked, plans.label[int(rng.integers(len(plans.label)))].astype(np.int32))
        access = access_of(asked)
        assert access is not None
        for column in range(n_measures):
            conflict = together_conflict(evaluation, access, column)
            if conflict is None:
                continue
            others = np.delete(np.arange(n_measures), column)
            keeps = np.ones(len(plans.label), bool)
            if conflict.code == "measures_together":
                keeps = (deviation[:, others] <= tolerance[others] + 1e-9).all(axis=1)
            least = deviation[keeps][:, column].min(initial=np.inf)
            assert conflict.least is not None
            assert tolerance[column] < conflict.least <= least + 1e-9, (seed, column, conflict)
            seen[conflict.code] += 1
            tight += bool(conflict.least > least - 1e-5)
    assert seen["measures_together"] > 60
    assert seen["whole_units"] > 60
    assert tight > 0.8 * seen.total()


def test_a_cure_that_moves_more_than_may_move_is_proven_and_named() -> None:
    asked = row([1.0] * 10, 2, baseline=Baseline([0] * 8 + [1] * 2, max_moved_share=0.2), tolerance=0.1)
    found = one(asked, [0] * 6 + [1] * 4, "too_little_may_move")
    # 8 and 2 of 5 each: at least 2.5 of 10 must leave the first, so that it is within 10 %
    assert (found.is_proven, found.rules, found.allowed) == (True, ("tolerance", "max_moved"), 0.2)
    assert found.least == pytest.approx(0.25, abs=1e-5)
    assert found.message == "In every plan with people within 10 % of its target at least 25.0 % changes hands; 20 % may."
    assert "allow 20.0 % for people (no plan under the cap keeps less than 20.0 %), which this plan keeps" in found.relaxation
    assert [conflict.code for conflict in clashes(asked, [0] * 6 + [1] * 4)] == ["too_little_may_move"]
    assert not clashes(replace(asked, baseline=Baseline([0] * 8 + [1] * 2, max_moved_share=0.3)), [0] * 5 + [1] * 5)


def test_locks_are_named_only_where_the_cure_would_do_without_them() -> None:
    stakes = np.array([9.0, 9, 9, 9, 9, 1, 1, 1, 26, 26])
    today = Baseline([0] * 8 + [1] * 2, disruption=stakes, max_moved_share=0.1)
    locked = row([1.0] * 10, 2, baseline=today, tolerance=0.1, locked=[-1] * 5 + [0] * 3 + [-1] * 2)
    assert one(locked, [0] * 8 + [1] * 2, "too_little_may_move").rules == ("tolerance", "max_moved", "lock")
    assert not [c for c in clashes(replace(locked, locked=None), [0] * 8 + [1] * 2) if c.code == "too_little_may_move"]
