"""The dual of several measures beside the linear programme that it bounds."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from bailiwick.design.bounds import many_measures
from bailiwick.design.bounds.many_measures import many_dual_bound
from bailiwick.design.model import Model, compile_problem
from bailiwick.domain import Measure, Problem, UnitTable

N, K, NAMES = 60, 5, ("calls", "potential", "accounts")


def random_model(seed: int, *, is_planar: bool, objective: str, has_zeros: bool) -> Model:
    rng = np.random.default_rng(seed)
    measures = {name: rng.lognormal(0, 0.7, N) for name in NAMES}
    if has_zeros:
        measures["calls"][rng.random(N) < 0.3] = 0.0
    homes = rng.uniform(-5, 5, (K, 2)) + (0 if is_planar else [10, 50])
    places = rng.uniform(-5, 5, (N, 2)) + (0 if is_planar else [10, 50])
    locked = np.full(N, -1, np.int32)
    locked[:3] = [0, 1, 0]
    problem = Problem(
        UnitTable(np.arange(N).astype(str).astype(object), places, measures, is_planar=is_planar),
        tuple(Measure(name, 0.05) for name in NAMES),
        np.array([f"T{j}" for j in range(K)], object),
        homes,
        np.full(K, 1 / K),
        objective=objective,  # type: ignore[arg-type]
        locked=locked,
        forbidden=np.array([[7, 2], [8, 2], [9, 4]], np.int32),
    )
    return compile_problem(problem)


def linear_programme(model: Model) -> float:
    """Least objective over plans with split units, weights scaled to sum to K."""
    span = model.points[:, None] - model.centres[None]
    chord = np.sqrt((span**2).sum(axis=2))
    distance = 2 * 6371.0088 * np.arcsin(chord / (2 * 6371.0088)) if model.is_sphere else chord
    cost = model.weight[:, None] * (model.k / model.weight.sum()) * distance ** (2 if model.objective == 1 else 1)
    allowed = np.ones((N, K), bool)
    for i in range(N):
        allowed[i, model.barred[model.barred_ptr[i] : model.barred_ptr[i + 1]]] = False
        if model.pinned[i] >= 0:
            allowed[i] = np.arange(K) == model.pinned[i]
    loads = sp.vstack([sp.kron(column[None, :], sp.eye(K)) for column in model.load.T])
    found = linprog(
        cost.ravel(),
        A_eq=sp.kron(sp.eye(N), np.ones((1, K))),
        b_eq=np.ones(N),
        A_ub=sp.vstack([loads, -loads]),
        b_ub=np.concatenate([model.upper.T.ravel(), -model.lower.T.ravel()]),
        bounds=[(0, float(a)) for a in allowed.ravel()],
        method="highs",
    )
    assert found.status == 0, found.message
    return float(found.fun)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("is_planar", [True, False])
@pytest.mark.parametrize("objective", ["distance", "inertia"])
@pytest.mark.parametrize("has_zeros", [False, True])
def test_the_bound_is_just_below_the_linear_programme(seed: int, is_planar: bool, objective: str, has_zeros: bool) -> None:
    model = random_model(seed, is_planar=is_planar, objective=objective, has_zeros=has_zeros)
    found = many_dual_bound(model, model.centres, model.lower, model.upper, np.zeros((K, 3)))
    optimum = linear_programme(model)
    assert found.value <= optimum * (1 + 1e-9)
    assert found.value >= optimum * 0.998


def test_without_a_climb_it_is_the_value_at_the_given_prices() -> None:
    model = random_model(0, is_planar=True, objective="distance", has_zeros=False)
    free = many_dual_bound(model, model.centres, model.lower, model.upper, np.zeros((K, 3)), ladder=())
    assert free.prices.tolist() == np.zeros((K, 3)).tolist()
    assert 0 < free.value < linear_programme(model)


def test_prices_found_on_merged_units_bound_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(2, is_planar=True, objective="distance", has_zeros=True)
    monkeypatch.setattr(many_measures, "COARSE_UNITS", 30)
    monkeypatch.setattr(many_measures, "COARSE_PER_TERRITORY", 1)
    found = many_dual_bound(model, model.centres, model.lower, model.upper, np.zeros((K, 3)))
    optimum = linear_programme(model)
    assert optimum * 0.8 <= found.value <= optimum * (1 + 1e-9)


def test_a_unit_locked_far_away_counts_with_its_score() -> None:
    # two towns far apart, so that each sees only its own centre, and a unit of the first is locked to the second
    rng = np.random.default_rng(0)
    places = np.vstack([rng.normal(0, 1, (100, 2)), rng.normal([1000.0, 0.0], 1, (100, 2))])
    measures = {"calls": np.ones(200), "potential": rng.lognormal(0, 1, 200)}
    locked = np.full(200, -1, np.int32)
    locked[10] = 1
    problem = Problem(
        UnitTable(np.arange(200).astype(str).astype(object), places, measures, is_planar=True),
        (Measure("calls", 0.1), Measure("potential", 0.1)),
        np.array(["A", "B"], object),
        np.array([[0.0, 0.0], [1000.0, 0.0]]),
        np.full(2, 0.5),
        locked=locked,
    )
    model = compile_problem(problem)
    prices = np.array([[500.0, 300.0], [900.0, 900.0]])
    distance = np.sqrt(((model.points[:, None] - model.centres[None]) ** 2).sum(axis=2))
    score = model.weight[:, None] * model.scale * distance - model.load @ prices.T
    allowed = np.where(model.pinned[:, None] >= 0, np.arange(2) == model.pinned[:, None], True)
    by_hand = np.where(allowed, score, np.inf).min(axis=1).sum() + (model.lower * prices).sum()
    found = many_dual_bound(model, model.centres, model.lower, model.upper, prices, ladder=())
    assert found.value == pytest.approx(by_hand, rel=1e-12)
