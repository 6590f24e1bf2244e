"""Bounds on numbers that fit in the head, and the compiled step against a fine search."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from brute_force import AllPlans
from tiny_instances import heavy_unit, line5, problem

from bailiwick.design.bounds.balance_floor import balance_floors, unavoidable_excess
from bailiwick.design.bounds.kernels import kinked_newton_step
from bailiwick.design.bounds.transport_dual import dual_bound
from bailiwick.design.construct.transport import Transport
from bailiwick.design.construct.windows import window_value
from bailiwick.design.model import Model, compile_problem


def row(people: list[float], k: int, tolerance: float = 0.0, **rules: object) -> Model:
    return compile_problem(problem([(x, 0) for x in range(len(people))], k, measures={"people": people}, tolerance=tolerance, **rules))


def test_no_excess_is_unavoidable_without_heavy_units() -> None:
    assert unavoidable_excess(compile_problem(line5())) == 0
    assert unavoidable_excess(row([7, 7], 2)) == 0


def test_a_heavy_unit_and_what_it_leaves() -> None:
    # 10 of 14: three sevenths above the target of 7, and the other territory as far below
    assert unavoidable_excess(row([10, 1, 1, 1, 1], 2)) == pytest.approx(6 / 7)
    # with 10 % tolerance both are a tenth less
    assert unavoidable_excess(row([10, 1, 1, 1, 1], 2, tolerance=0.1)) == pytest.approx(6 / 7 - 0.2)
    # 15 people in three territories, one unit has 10: it is 95 % over, the others lack 4.5 of the 9.5 that they need
    assert unavoidable_excess(compile_problem(heavy_unit())) == pytest.approx(0.95 + 4.5 / 5)


def test_heavy_units_everywhere_say_nothing_of_the_rest() -> None:
    assert unavoidable_excess(row([5, 5], 2, tolerance=0.0)) == 0


def people_of(kind: str, rng: np.random.Generator, n: int) -> np.ndarray:
    if kind == "heavy":
        return np.round(rng.lognormal(0, 1.5, n), 2) + 0.01
    if kind == "whole":
        return rng.integers(1, 5, n).astype(float)
    if kind == "count":
        return np.ones(n)
    return rng.choice([0.0, 3.0, 7.0, 10.0], n, p=[0.1, 0.3, 0.3, 0.3]) + (rng.random(n) if kind == "mixed" else 0)


def small_model(seed: int) -> tuple[Model, np.ndarray]:
    """A model of a few units, sometimes on a graph of several parts, and the plans whose territories are connected."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(4, 8)), int(rng.integers(2, 4))
    people = people_of(str(rng.choice(["heavy", "whole", "count", "lumps", "mixed"])), rng, n)
    shares = rng.integers(1, 4, k).astype(float) if rng.random() < 0.5 else np.ones(k)
    pairs = None
    if rng.random() < 0.5:
        pairs = [(i, i + 1) for i in range(n - 1) if rng.random() < 0.75] or [(0, 1)]
    rules = {"shares": shares / shares.sum(), "pairs": pairs, "tolerance": float(rng.choice([0, 0.1, 0.3]))}
    asked = problem([(x, 0) for x in range(n)], k, measures={"people": people}, **rules)
    model, plans = compile_problem(asked), AllPlans(asked)
    labels = np.array([model.to_nodes(label) for label in plans.label[plans.is_connected]], dtype=np.int32).reshape(-1, n)
    return model, labels


def test_floors_are_below_every_plan() -> None:
    positive, tight = {}, {}
    for seed in range(250):
        model, labels = small_model(seed)
        if not len(labels) or model.load.sum() == 0:
            continue
        least_excess = min(excess(model, label) for label in labels)
        assert unavoidable_excess(model) <= least_excess + 1e-7, seed
        positive["excess"] = positive.get("excess", 0) + (unavoidable_excess(model) > 1e-6)
        tight["excess"] = tight.get("excess", 0) + (least_excess > 1e-6 and unavoidable_excess(model) > least_excess - 1e-6)
        loads = np.array([model.loads(label)[:, 0] for label in labels])
        least = np.abs(loads / model.target[:, 0] - 1).max(axis=1).min()
        for floor in balance_floors(model, 0):
            assert floor.value <= least + 1e-7, (seed, floor.kind)
            positive[floor.kind] = positive.get(floor.kind, 0) + 1
            tight[floor.kind] = tight.get(floor.kind, 0) + (floor.value > least - 1e-6)
    assert all(positive[kind] > 5 for kind in ("excess", "heavy", "crowded", "left_over", "steps", "sums", "parts")), positive
    assert all(tight.get(kind, 0) > 1 for kind in ("excess", "heavy", "crowded", "steps", "sums", "parts")), tight


def test_a_hundred_customers_cannot_be_cut_in_thirty() -> None:
    # 3 1/3 each within 5 % is 3.17 to 3.5: no whole number, so 20 territories have 3 and 10 have 4
    model = row([1.0] * 100, 30, tolerance=0.05)
    (steps,) = [floor for floor in balance_floors(model, 0) if floor.kind == "steps"]
    assert steps.value == pytest.approx(0.2)
    assert unavoidable_excess(model) == pytest.approx(20 * (0.1 - 0.05) + 10 * (0.2 - 0.05))


def test_seven_heavy_units_in_three_territories() -> None:
    # some territory gets three of the seven 10s, with 70 + 2 people for three it should have 24
    floors = {floor.kind: floor for floor in balance_floors(row([10] * 7 + [1, 1], 3), 0)}
    assert floors["crowded"].value == pytest.approx(30 / 24 - 1)
    assert len(floors["crowded"].nodes) == 7


def test_sums_that_miss_a_target() -> None:
    # 7, 7 and 10 make 0, 7, 10, 14, 17, 24: nothing is nearer to 12 than 10 and 14
    (sums,) = [floor for floor in balance_floors(row([7, 7, 10], 2), 0) if floor.kind == "sums"]
    assert sums.value == pytest.approx(1 / 6)


def test_two_islands_of_unlike_size() -> None:
    # 4 and 6 people on two islands in two territories: one each, 20 % off
    model = row([1.0] * 10, 2, pairs=[(i, i + 1) for i in range(9) if i != 3])
    (parts,) = [floor for floor in balance_floors(model, 0) if floor.kind == "parts"]
    assert parts.value == pytest.approx(0.2)
    assert unavoidable_excess(model) == pytest.approx(0.4)


def excess(model: Model, label: np.ndarray) -> float:
    loads = model.loads(label)
    over = np.maximum(np.maximum(loads - model.upper, model.lower - loads), 0)
    return float((over / model.target).sum())


def test_the_kinked_step_is_the_best_of_a_fine_grid() -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        k = 2
        root = rng.normal(0, 1, (k, k))
        curvature = root @ root.T + np.eye(k)
        slope, prices = rng.normal(0, 2, k), rng.normal(0, 0.5, k)
        lower = rng.uniform(0.2, 1, k)
        upper = lower + rng.uniform(0, 1, k)
        matrix = sp.csc_matrix(curvature)
        step = kinked_newton_step(matrix.indptr, matrix.indices, matrix.data, slope, prices, lower, upper, 2000)
        axis = np.linspace(-4, 4, 801)
        a, b = np.meshgrid(axis, axis, indexing="ij")
        grid = np.stack([a.ravel(), b.ravel()])
        best = model_value(grid, curvature, slope, prices, lower, upper).max()
        mine = model_value(step[:, None], curvature, slope, prices, lower, upper)[0]
        assert mine >= best - 1e-9, seed
        assert mine <= best + 1e-2, seed


def model_value(
    step: np.ndarray, curvature: np.ndarray, slope: np.ndarray, prices: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> np.ndarray:
    moved = prices[:, None] + step
    kinks = np.where(moved > 0, lower[:, None] * moved, upper[:, None] * moved).sum(axis=0)
    return slope @ step - 0.5 * np.einsum("in,ij,jn->n", step, curvature, step) + kinks


def test_a_price_rests_on_its_kink_where_neither_side_pulls() -> None:
    one = sp.csc_matrix(np.eye(1))

    def step_from(price: float) -> float:
        at = np.array([price])
        return float(kinked_newton_step(one.indptr, one.indices, one.data, -np.ones(1), at, np.full(1, 0.8), np.full(1, 1.2), 50)[0])

    # the slope is 0.8 − 1 right of zero and 1.2 − 1 left of it, and the curvature stops a step after 0.2
    assert step_from(0.1) == pytest.approx(-0.1)
    assert step_from(-0.1) == pytest.approx(0.1)
    assert step_from(0.3) == pytest.approx(-0.2)
    assert step_from(-0.3) == pytest.approx(0.2)


def test_room_is_paid_at_the_side_of_the_window_that_is_cheaper() -> None:
    lower, upper = np.array([0.9, 0.9, 0.9]), np.array([1.2, 1.2, 1.2])
    for price in (-3.0, -0.5, 0.0, 0.5, 3.0):
        least = min(price * load for load in np.linspace(0.9, 1.2, 31))
        assert window_value(np.full(3, price), lower, upper) == pytest.approx(3 * least)


def test_the_dual_of_a_row_of_four() -> None:
    # homes at 0 and 1, units at 0 1 2 3: the second home is nearest for three, but may have two
    model = compile_problem(problem([(x, 0) for x in range(4)], 2, centres=[(0, 0), (1, 0)], tolerance=0.0))
    exact = Transport.exact(model)
    window = np.ones(2)
    found = dual_bound(exact, model.centres, window, window, np.zeros(2))
    # weights sum to K = 2, so that a unit counts half: one of the units at 1, 2, 3 goes to the first home, 1 km farther
    assert found.value == pytest.approx((0 + 1 + 1 + 2) / 2, rel=1e-3)
    assert found.prices[1] < found.prices[0]
    loose = dual_bound(exact, model.centres, 0 * window, 2 * window, np.zeros(2))
    assert loose.value == pytest.approx((0 + 0 + 1 + 2) / 2)
