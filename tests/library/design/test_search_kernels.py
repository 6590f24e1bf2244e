"""What a move costs: the compiled changes against the difference of the sums before and after."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bailiwick.design.improve.search_kernels import (
    DIAMETER_POWER,
    Heat,
    apply_move,
    imbalance_change,
    is_accepted,
    may_move,
    objective_change,
    pair_cost,
    penalty,
    pull_cost,
)
from bailiwick.geography.geodesy import chord_to_arc, to_vectors

ONE = np.ones((1, 1))


def heat_of(*, bend: float = 10.0, charge: float = 0.0, knee: float = 1.0) -> Heat:
    return Heat(1.0, bend, charge, knee, 0.0, 0.0, 0, 0.0)


def penalty_of(value: float, *, emphasis: float = 1.0, **prices: float) -> float:
    return float(penalty(ONE * value, ONE, ONE * 0.9, ONE * 1.1, ONE, np.array([emphasis]), heat_of(**prices), 0, 0, 0.0))


def test_the_penalty_is_zero_inside_the_window_and_bends_outside() -> None:
    assert penalty_of(0.9) == penalty_of(1.1) == penalty_of(1.0) == 0
    assert penalty_of(1.3) == pytest.approx(0.2 * (1 + 10 * 0.2))
    assert penalty_of(0.7) == pytest.approx(0.2 * (1 + 10 * 0.2))
    assert penalty_of(1.3, bend=0.0) == pytest.approx(0.2)
    assert penalty_of(1.3, emphasis=3.0) == pytest.approx(3 * 0.6)
    # one excess of 0.4 is dearer than two of 0.2
    assert penalty_of(1.5) > 2 * penalty_of(1.3)


def test_a_charge_makes_one_excess_cheaper_than_two_of_half_its_size() -> None:
    assert penalty_of(1.3, bend=0.0, charge=2.0, knee=0.2) == pytest.approx(0.2 + 2.0 * 0.5)
    assert penalty_of(1.5, bend=0.0, charge=2.0, knee=0.01) < 2 * penalty_of(1.3, bend=0.0, charge=2.0, knee=0.01)


def test_a_measure_without_target_has_no_penalty() -> None:
    assert penalty(ONE * 5, ONE, ONE * 0, ONE * 0, ONE * 0, np.ones(1), heat_of(), 0, 0, 0.0) == 0


def random_state(seed: int, d: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    n, k = 8, 3
    points = rng.random((n, 2)) * 10 if d == 2 else to_vectors(rng.random((n, 2)) * 10)
    weight, label = rng.random(n), np.append([0, 1, 2], rng.integers(0, k, n - 3)).astype(np.int32)
    label[0] = 1  # so that two units of territory 1 can move
    label[3] = 0
    return points, weight, label, rng.random((k, d)) if d == 2 else to_vectors(rng.random((k, 2)) * 10)


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("power", [1, 2])
def test_from_a_fixed_centre_the_change_is_that_of_the_sum(d: int, power: int) -> None:
    points, weight, label, centres = random_state(1, d)
    size, mass = np.bincount(label, minlength=3), np.bincount(label, weights=weight, minlength=3)
    nobody = np.empty((1, 1), np.int32)
    for i in range(8):
        for b in {0, 1, 2} - {int(label[i])}:
            moved = label.copy()
            moved[i] = b
            change = objective_change(
                points, weight, centres, mass, np.zeros(3, bool), power, d == 3, nobody, size, np.ones(1), i, label[i], b
            )
            assert change == pytest.approx(
                length(points, weight, moved, centres, power) - length(points, weight, label, centres, power), rel=1e-9
            )


def length(points: np.ndarray, weight: np.ndarray, label: np.ndarray, centres: np.ndarray, power: int) -> float:
    chord = np.linalg.norm(points - centres[label], axis=1)
    km = chord if points.shape[1] == 2 else chord_to_arc(chord)
    return float((weight * km**power).sum())


def inertia_around_means(points: np.ndarray, weight: np.ndarray, label: np.ndarray) -> float:
    total = 0.0
    for j in np.unique(label):
        mine = label == j
        mean = np.average(points[mine], axis=0, weights=weight[mine])
        total += float((weight[mine] * ((points[mine] - mean) ** 2).sum(axis=1)).sum())
    return total


def test_around_means_the_change_includes_the_shift_of_both_means() -> None:
    points, weight, label, _ = random_state(2, 2)
    mass = np.bincount(label, weights=weight, minlength=3)
    means = np.column_stack([np.bincount(label, weights=weight * column, minlength=3) / mass for column in points.T])
    is_mean = np.ones(3, bool)
    for i in np.flatnonzero(np.bincount(label)[label] > 1):
        for b in {0, 1, 2} - {int(label[i])}:
            moved = label.copy()
            moved[i] = b
            change = pull_cost(points, weight, means, mass, is_mean, 2, False, i, b, 1.0)
            change += pull_cost(points, weight, means, mass, is_mean, 2, False, i, label[i], -1.0)
            assert change == pytest.approx(inertia_around_means(points, weight, moved) - inertia_around_means(points, weight, label))


def test_only_pairs_beyond_the_reach_cost() -> None:
    points = np.array([[0.0, 0.0], [3.0, 0.0], [8.0, 0.0], [0.0, 10.0]])
    members = np.array([[1, 2, 3]], np.int32)
    # 3 is within the reach of 4; 8 is twice as far, 10 two and a half times
    assert pair_cost(points, members, 3, 4.0, 0, 0) == pytest.approx(1.0 + 1.5)
    assert pair_cost(points, members, 1, 4.0, 0, 0) == 0
    assert pair_cost(points, members, 3, 10.0, 0, 0) == 0


def test_the_change_of_imbalance_is_that_of_both_territories() -> None:
    rng = np.random.default_rng(3)
    load, label = rng.random((6, 2)), np.array([0, 0, 1, 1, 0, 1], np.int32)
    target = np.ones((2, 2))
    lower, upper, emphasis = 0.9 * target, 1.1 * target, np.array([1.0, 2.0])

    def total(plan: np.ndarray) -> float:
        loads = np.array([load[plan == j].sum(axis=0) for j in range(2)])
        over = np.maximum(np.maximum(loads - upper, lower - loads), 0) / target
        return float((emphasis * over * (1 + 10 * over)).sum())

    loads = np.array([load[label == j].sum(axis=0) for j in range(2)])
    for i in range(6):
        moved = label.copy()
        moved[i] = 1 - label[i]
        change = imbalance_change(loads, load, lower, upper, target, emphasis, heat_of(), i, label[i], 1 - label[i])
        assert change == pytest.approx(total(moved) - total(label))


def test_locks_bars_last_units_and_full_territories_do_not_move() -> None:
    label = np.array([0, 0, 1, 1, 2], np.int32)
    size, pinned = np.array([2, 2, 1]), np.array([-1, 0, -1, -1, -1], np.int32)
    bars = np.array([0, 1, 1, 1, 1, 1], np.int32), np.array([1], np.int32)
    assert not may_move(pinned, *bars, label, size, 9, 0, 1)  # barred
    assert may_move(pinned, *bars, label, size, 9, 0, 2)
    assert not may_move(pinned, *bars, label, size, 9, 1, 2)  # locked
    assert not may_move(pinned, *bars, label, size, 9, 4, 0)  # the last of its territory
    assert may_move(pinned, *bars, label, size, 3, 2, 0)
    assert not may_move(pinned, *bars, label, size, 2, 2, 0)  # no seat left


def test_a_move_and_its_return_leave_everything_as_it_was() -> None:
    points, weight, label, centres = random_state(4, 2)
    load = np.arange(8.0)[:, None]
    loads = np.bincount(label, weights=load[:, 0], minlength=3)[:, None]
    size = np.bincount(label, minlength=3).astype(np.int64)
    members, seat = np.zeros((3, 9), np.int32), np.zeros(8, np.int32)
    for i, j in enumerate(label):
        seat[i] = (label[:i] == j).sum()
        members[j, seat[i]] = i
    before = label.copy(), loads.copy(), size.copy()
    a, b, i = int(label[0]), (int(label[0]) + 1) % 3, 0
    still = np.ones(3), np.zeros(3, bool)
    apply_move(points, weight, load, label, loads, size, centres, *still, DIAMETER_POWER, members, seat, i, b)
    assert label[i] == b
    assert loads[b, 0] == before[1][b, 0] + load[i, 0]
    assert sorted(members[b, : size[b]].tolist()) == np.flatnonzero(label == b).tolist()
    apply_move(points, weight, load, label, loads, size, centres, *still, DIAMETER_POWER, members, seat, i, a)
    assert (label.tolist(), loads.tolist(), size.tolist()) == tuple(x.tolist() for x in before)
    assert all(sorted(members[j, : size[j]].tolist()) == np.flatnonzero(label == j).tolist() for j in range(3))
    assert members[label, seat].tolist() == list(range(8))


def test_the_logarithm_is_spared_only_where_it_decides_nothing() -> None:
    rng = np.random.default_rng(5)
    draws = np.append(rng.random(300), [0.0, 1.0 - 2.0**-53])
    for temperature in (0.0, 0.3, 2.0):
        for draw in draws:
            threshold = -temperature * math.log(1.0 - draw)
            for change in (*rng.normal(0, 3, 8), 0.0, threshold, 36.7 * temperature, 41.0 * temperature):
                expected = change <= threshold if temperature > 0 else change < 0
                assert is_accepted.py_func(change, temperature, draw) == expected
