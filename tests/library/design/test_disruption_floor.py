"""The floors on disruption: by hand, and against every plan of small random problems."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brute_force import AllPlans
from random_instances import Wish, make
from tiny_instances import path_pairs, problem

from bailiwick.design.bounds.disruption_floor import disruption_floors, least_flow, territory_pairs
from bailiwick.design.model import compile_problem
from bailiwick.domain import Baseline, Problem


def row(loads: list[float], today: list[int], k: int, tolerance: float = 0.0, **rules: object) -> Problem:
    n = len(loads)
    asked = problem([(x, 0) for x in range(n)], k, measures={"people": loads}, tolerance=tolerance, pairs=path_pairs(n), **rules)
    return replace(asked, baseline=Baseline(np.array(today)))


def test_load_that_passes_through_a_territory_counts_there_too() -> None:
    # 14, 10 and 6 in a row: four go from the first to the middle, and four others on to the last
    floors = disruption_floors(row([10, 4, 6, 4, 6], [0, 0, 1, 1, 2], 3))
    assert floors.anywhere == pytest.approx(4 / 30, rel=1e-5)
    assert floors.to_neighbours == pytest.approx(8 / 30, rel=1e-5)
    # with 10 % tolerance 3 must leave the first, and 3 must reach the last
    assert disruption_floors(row([10, 4, 6, 4, 6], [0, 0, 1, 1, 2], 3, 0.1)).to_neighbours == pytest.approx(6 / 30, rel=1e-5)


def test_a_balanced_plan_needs_no_disruption() -> None:
    assert disruption_floors(row([1, 1, 1, 1], [0, 0, 1, 1], 2)).to_neighbours == 0


def test_the_cheapest_units_leave_first() -> None:
    asked = row([3, 3, 2], [0, 0, 1], 2)
    asked = replace(asked, baseline=Baseline(np.array([0, 0, 1]), disruption=np.array([1.0, 9.0, 10.0])))
    # 2 of 6 leave the first territory: two thirds of the unit whose 3 cost 1
    assert disruption_floors(asked).anywhere == pytest.approx(2 / 3 / 20, rel=1e-5)


def test_locked_units_cannot_leave_and_new_units_cost_nothing() -> None:
    free = row([3, 3, 2], [0, 0, 1], 2)
    assert disruption_floors(free).anywhere == pytest.approx(2 / 8, rel=1e-5)
    locked = replace(free, locked=np.array([0, 0, -1]))
    assert least_flow(compile_problem(locked), 0, None) is None
    new = replace(free, baseline=Baseline(np.array([0, -1, 1])))
    assert disruption_floors(new).anywhere == 0


def test_no_neighbour_can_help_where_nobody_has_enough() -> None:
    # the whole surplus of the first must pass the middle, which has only 1 of its own to hand on
    floors = disruption_floors(row([10, 9, 1, 1], [0, 0, 1, 2], 3))
    assert floors.to_neighbours is None
    assert floors.anywhere > 0


def test_pairs_of_touching_and_empty_territories() -> None:
    model = compile_problem(row([1, 1, 1, 1], [0, 1, 1, 2], 4))
    pairs = territory_pairs(model.stay.today(), model.indptr, model.indices, 4)
    assert {(int(a), int(b)) for a, b in pairs} == {(0, 1), (1, 0), (1, 2), (2, 1), (0, 3), (1, 3), (2, 3)}


@pytest.mark.parametrize("block", range(4))
def test_no_plan_moves_less_than_the_floors(block: int) -> None:
    tight = proven = 0
    for seed in range(100 * block, 100 * block + 70):
        asked = _with_today(seed)
        plans = AllPlans(asked)
        is_meant = plans.is_balanced
        if not is_meant.any():
            continue
        assert asked.baseline is not None
        moved = np.array([asked.disruption[asked.baseline.is_moved(label)].sum() for label in plans.label]) / asked.disruption.sum()
        floors = disruption_floors(asked)
        assert floors.anywhere <= moved[is_meant].min() + 1e-9, seed
        if asked.adjacency is None:
            assert floors.to_neighbours is None
            continue
        to_neighbours = is_meant & _goes_to_neighbours(asked, plans.label)
        if floors.to_neighbours is None:
            assert not to_neighbours.any(), seed
        elif to_neighbours.any():
            least = moved[to_neighbours].min()
            assert floors.to_neighbours <= least + 1e-9, seed
            proven += 1
            tight += floors.to_neighbours > 0.5 * least
    assert proven > 5
    assert tight > 2


def _with_today(seed: int) -> Problem:
    rng = np.random.default_rng([seed, 5])
    wish = Wish.drawn(seed, n=int(rng.integers(6, 9)), k=3, objective="distance", tolerance=float(rng.choice([0.1, 0.2, 0.4])))
    asked = make(wish)
    today = rng.integers(0, 3, wish.n)
    today[rng.random(wish.n) < 0.15] = -1
    disruption = None if seed % 2 else rng.integers(0, 9, wish.n).astype(float) + 0.5
    return replace(asked, baseline=Baseline(today, disruption))


def _goes_to_neighbours(asked: Problem, labels: np.ndarray) -> np.ndarray:
    """Mask of the plans in which every unit stays, is new, or goes to a territory that touches its own or is empty."""
    model = compile_problem(replace(asked, groups=None))
    assert asked.baseline is not None
    standing = np.array(asked.baseline.territory_idx)
    if asked.locked is not None:
        standing = np.where(asked.locked >= 0, asked.locked, standing)
    allowed = np.eye(3, dtype=bool)
    pairs = territory_pairs(model.to_nodes(standing), model.indptr, model.indices, 3)
    allowed[pairs[:, 0], pairs[:, 1]] = True
    return (allowed[np.maximum(standing, 0), labels] | (standing < 0)).all(axis=1)
