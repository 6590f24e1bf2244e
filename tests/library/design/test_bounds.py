"""Bounds on numbers that fit in the head, and the compiled step against a fine search."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from tiny_instances import heavy_unit, line5, problem

from bailiwick.design.bounds.balance_floor import unavoidable_excess
from bailiwick.design.bounds.kernels import kinked_newton_step
from bailiwick.design.bounds.transport_dual import dual_bound
from bailiwick.design.construct.transport import Transport
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


def test_the_unavoidable_excess_is_below_that_of_every_plan() -> None:
    positive = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n, k = int(rng.integers(4, 7)), int(rng.integers(2, 4))
        people = np.round(rng.lognormal(0, 1.5, n), 2) + 0.01
        shares = rng.integers(1, 4, k).astype(float)
        model = row(people.tolist(), k, tolerance=float(rng.choice([0, 0.1, 0.3])), shares=shares / shares.sum())
        least = min(excess(model, np.array(label, np.int32)) for label in itertools.product(range(k), repeat=n))
        floor = unavoidable_excess(model)
        assert floor <= least + 1e-9, seed
        positive += floor > 0
    assert positive > 10


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
