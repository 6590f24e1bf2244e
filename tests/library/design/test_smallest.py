"""Small problems: exactly which rules clash, judged by counting every plan with the rules dropped one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from brute_force import AllPlans
from random_instances import Wish, make
from tiny_instances import path_pairs, problem

from bailiwick.design import solve
from bailiwick.design.constraints.smallest import ALWAYS
from bailiwick.design.constraints.switches import Switches
from bailiwick.domain import Baseline, Conflict, Problem
from bailiwick.errors import InfeasibleError
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km

DROPPED: dict[str, dict[str, Any]] = {
    "lock": {"locked": None},
    "forbidden": {"forbidden": None},
    "group": {"groups": None},
    "contiguity": {"adjacency": None},
    "max_distance": {"max_distance_km": None},
    "max_moved": {"baseline": None},
}


def has_plan(asked: Problem) -> bool:
    plans = AllPlans(asked)
    keeps = plans.is_feasible.copy()
    if asked.max_distance_km is not None:
        homes = coordinates_to_points(asked.centre_coordinates, is_planar=asked.units.is_planar)
        far = distance_km(points_km(asked.units)[:, None, :], homes[None]) > asked.max_distance_km * (1 + 1e-9)
        keeps &= ~far[np.arange(asked.n_units), plans.label].any(axis=1)
    if asked.baseline is not None and asked.baseline.max_moved_share is not None:
        keeps &= moved_shares(asked, plans) <= asked.baseline.max_moved_share + 1e-9
    return bool(keeps.any())


def moved_shares(asked: Problem, plans: AllPlans) -> np.ndarray:
    assert asked.baseline is not None
    today = asked.baseline.territory_idx
    stakes = np.where(today >= 0, asked.disruption, 0.0)
    return np.asarray((plans.label != today) @ stakes / asked.disruption.sum())


def with_only(asked: Problem, rules: set[str]) -> Problem:
    changes = {key: value for rule, change in DROPPED.items() if rule not in rules for key, value in change.items()}
    if "tolerance" not in rules:
        changes["measures"] = tuple(replace(m, tolerance=1e6) for m in asked.measures)
    return replace(asked, **changes)


def some_problem(seed: int) -> Problem:
    rng = np.random.default_rng([seed, 31])
    wish = Wish.drawn(
        seed,
        n=int(rng.integers(4, 7)),
        n_measures=1,
        centres="fixed",
        n_locked=int(rng.choice([0, 1, 2])),
        n_barred=int(rng.choice([0, 2, 4])),
        n_grouped=int(rng.choice([0, 0, 2])),
        tolerance=float(rng.choice([0.1, 0.3, 0.5])),
    )
    asked = make(wish)
    if rng.random() < 0.3:
        asked = replace(asked, max_distance_km=float(rng.choice([20, 40])))
    if rng.random() < 0.4:
        today = rng.integers(0, asked.n_territories, asked.n_units).astype(np.int32)
        asked = replace(asked, baseline=Baseline(today, max_moved_share=float(rng.choice([0.1, 0.3]))))
    return asked


def solved(asked: Problem) -> tuple[Conflict, ...] | None:
    try:
        return solve(asked, clock=lambda: 0.0, stop=lambda progress: progress.fraction >= 0.2).conflicts
    except InfeasibleError:
        return None


def check(asked: Problem, conflicts: tuple[Conflict, ...], seen: Counter[str]) -> None:
    proven = [conflict for conflict in conflicts if conflict.is_proven]
    assert proven
    for conflict in proven:
        rules = set(conflict.rules) - ALWAYS
        assert not has_plan(with_only(asked, rules)), conflict
    exact = [
        set(c.rules) - ALWAYS
        for c in proven
        if all(has_plan(with_only(asked, (set(c.rules) - ALWAYS) - {r})) for r in set(c.rules) - ALWAYS)
    ]
    assert exact, [c.rules for c in proven]
    seen["irreducible"] += 1
    seen[" ".join(sorted(exact[0]))] += 1


def test_the_rules_named_clash_and_none_of_them_is_idle() -> None:
    seen: Counter[str] = Counter()
    for seed in range(90):
        asked = some_problem(seed)
        conflicts = solved(asked)
        if conflicts is None or has_plan(asked):
            continue
        check(asked, conflicts, seen)
    assert seen["irreducible"] >= 18, seen
    assert len(seen) >= 7, seen  # sets of many kinds


@pytest.mark.parametrize("seed", range(25))
def test_the_least_change_of_each_rule_is_what_counting_finds(seed: int) -> None:
    asked = some_problem(seed)
    switches = Switches.of(asked)
    for rule in switches.active:
        kind = rule.partition(":")[0]
        found, truth = switches.least(rule, switches.active), least_by_counting(asked, kind)
        if truth is None:
            assert found is None, (rule, found)
        else:
            assert found is not None, (rule, truth)
            assert found.value == pytest.approx(truth, abs=1e-5), rule


def least_by_counting(asked: Problem, kind: str) -> float | None:
    others = {*DROPPED, "tolerance"} - {kind}
    free = with_only(asked, others)
    plans = AllPlans(free)
    keeps = np.array(plans.is_feasible)
    homes = coordinates_to_points(asked.centre_coordinates, is_planar=asked.units.is_planar)
    km = distance_km(points_km(asked.units)[:, None, :], homes[None])[np.arange(asked.n_units), plans.label].max(axis=1)
    if free.max_distance_km is not None:
        keeps &= km <= free.max_distance_km * (1 + 1e-9)
    if free.baseline is not None and free.baseline.max_moved_share is not None:
        keeps &= moved_shares(free, plans) <= free.baseline.max_moved_share + 1e-9
    if not keeps.any():
        return None
    label = plans.label
    if kind == "tolerance":
        broken = np.abs(plans.deviations[:, :, 0]).max(axis=1)
    elif kind == "max_distance":
        broken = km
    elif kind == "max_moved":
        broken = moved_shares(asked, plans)
    elif kind == "lock":
        assert asked.locked is not None
        held = np.flatnonzero(asked.locked >= 0)
        broken = (label[:, held] != asked.locked[held]).sum(axis=1)
    elif kind == "forbidden":
        assert asked.forbidden is not None
        pairs = np.unique(asked.forbidden, axis=0)
        broken = (label[:, pairs[:, 0]] == pairs[:, 1]).sum(axis=1)
    elif kind == "group":
        assert asked.groups is not None
        named = [np.flatnonzero(asked.groups == g) for g in np.unique(asked.groups[asked.groups >= 0])]
        broken = np.stack([(label[:, members] != label[:, members[:1]]).any(axis=1) for members in named], axis=1).sum(axis=1)
    else:
        return 0.0
    return float(broken[keeps].min())


def test_locks_at_both_ends_leave_nothing_for_the_other_territory() -> None:
    asked = problem([(x, 0) for x in range(6)], 2, tolerance=0.1, pairs=path_pairs(6), locked=[0, -1, -1, -1, -1, 0])
    (found,) = solve(asked, clock=lambda: 0.0).conflicts
    assert (found.code, found.is_proven, set(found.rules)) == ("smallest_set", True, {"lock", "contiguity"})
    assert found.message == "No plan keeps these rules together, and none of them is idle: the locks and territories are connected."
    assert found.relaxation in {f"lift the lock of {unit}, the fewest that do; or let territories be in pieces" for unit in ("u0", "u5")}


def test_a_rule_alone_that_no_whole_units_keep() -> None:
    asked = problem([(0, 0), (1, 0), (2, 0)], 2, measures={"people": [1, 1, 1]}, tolerance=0.1, locked=[0, -1, -1])
    (found,) = solve(asked, clock=lambda: 0.0).conflicts
    assert set(found.rules) - ALWAYS == {"tolerance"}
    assert found.is_proven
