"""Groups whose units do not touch: territories are connected by units, not by what is kept together."""

from __future__ import annotations

import numpy as np
from brute_force import AllPlans
from random_instances import Wish, make
from tiny_instances import grid, grid_pairs, path_pairs, problem

from bailiwick.design import solve
from bailiwick.design.scattered import scattered_groups, with_seats
from bailiwick.domain import Problem
from bailiwick.metrics import evaluate


def clock() -> float:
    return 0.0


def opposite_corners() -> Problem:
    """Nine units on a grid, two corners together: their territory has to go around the middle."""
    groups = np.full(9, -1)
    groups[[0, 8]] = 4
    return problem(grid(3, 3), 2, pairs=grid_pairs(3, 3), tolerance=0.15, groups=groups)


def test_a_group_in_two_places_does_not_join_its_territory() -> None:
    asked = opposite_corners()
    plan = evaluate(asked, solve(asked, clock=clock).territory_idx)
    assert plan.keeps_every_rule
    assert plan.territory_idx[0] == plan.territory_idx[8]


def test_only_groups_in_several_pieces_are_scattered() -> None:
    groups = np.array([3, 3, -1, 5, -1, 5])
    asked = problem([(x, 0) for x in range(6)], 2, pairs=path_pairs(6), groups=groups)
    assert scattered_groups(asked).tolist() == [5]


def test_nothing_is_scattered_where_territories_need_not_connect() -> None:
    asked = problem([(x, 0) for x in range(6)], 2, groups=np.array([3, -1, 3, 5, -1, 5]))
    assert scattered_groups(asked).size == 0


def test_seats_lock_every_unit_of_a_group_and_leave_the_other_locks() -> None:
    groups, locked = np.array([3, 3, -1, 5, -1, 5]), np.array([-1, -1, 0, -1, -1, -1])
    asked = problem([(x, 0) for x in range(6)], 2, pairs=path_pairs(6), groups=groups, locked=locked)
    seated = with_seats(asked, np.array([5]), (1,))
    assert seated.locked is not None
    assert seated.locked.tolist() == [-1, -1, 0, 1, -1, 1]
    assert seated.groups is not None
    assert seated.groups[0] == seated.groups[1] == 3
    assert seated.groups[3] != seated.groups[5]


def test_where_some_plan_keeps_every_rule_it_is_nearly_always_found() -> None:
    n_possible, missed = 0, []
    for seed in range(90):
        asked = make(Wish.drawn(seed, n_grouped=3, must_connect=True, tolerance=0.5, n=7, k=2))
        plans = AllPlans(asked)
        if not len(scattered_groups(asked)) or not plans.is_feasible.any():
            continue
        n_possible += 1
        if not evaluate(asked, solve(asked, clock=clock).territory_idx).keeps_every_rule:
            missed.append(seed)
    assert n_possible >= 15
    assert len(missed) <= 0.1 * n_possible, missed
