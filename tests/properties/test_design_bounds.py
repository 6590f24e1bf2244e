"""The lower bound against the exact linear programme of the transport, on problems too large to count plans."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog
from tiny_instances import problem

from bailiwick.design import solve
from bailiwick.design.bounds import for_centres
from bailiwick.design.bounds.for_centres import bound_for_centres
from bailiwick.design.construct.build import construct
from bailiwick.design.model import compile_problem
from bailiwick.design.progress import Watch
from bailiwick.domain import Measure, Objective, Problem, Result
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km
from bailiwick.metrics import evaluate

N, K = 300, 8


def random_problem(objective: Objective, *, is_planar: bool, has_homes: bool, tolerance: float) -> Problem:
    rng = np.random.default_rng(11)
    points = rng.random((N, 2)) * [100, 60] if is_planar else rng.random((N, 2)) * [30, 15] + [-110, 30]
    people = rng.lognormal(0, 0.8, N)
    people[:10] = 0.0
    homes = points[rng.choice(N, K, replace=False)] if has_homes else None
    locked = np.full(N, -1)
    locked[20:24] = [0, 1, 2, 3]
    bars = np.column_stack([rng.integers(30, N, 100), rng.integers(0, K, 100)])
    return problem(
        points,
        K,
        measures={"people": people},
        tolerance=tolerance,
        centres=homes,
        is_planar=is_planar,
        objective=objective,
        locked=locked if has_homes else None,
        forbidden=bars if has_homes else None,
    )


def least_cost_of_split_units(result: Result) -> float:
    """Optimum of the transport to the centres of a plan, units may be split, every territory within its window."""
    problem_, k = result.problem, result.problem.n_territories
    power = 2 if problem_.objective == "inertia" else 1
    centres = coordinates_to_points(result.centre_coordinates, is_planar=problem_.units.is_planar)
    cost = problem_.weights[:, None] * distance_km(points_km(problem_.units)[:, None, :], centres[None]) ** power
    measure = problem_.measures[0]
    assert measure.tolerance is not None
    target = problem_.weights.sum() * problem_.target_shares
    deviation = evaluate(problem_, result.territory_idx).deviations[:, 0]
    low = target * (1 + np.minimum(deviation, -measure.tolerance))
    high = target * (1 + np.maximum(deviation, measure.tolerance))
    allowed = np.ones((N, k), bool)
    if problem_.forbidden is not None:
        allowed[problem_.forbidden[:, 0], problem_.forbidden[:, 1]] = False
    if problem_.locked is not None:
        for i in np.flatnonzero(problem_.locked >= 0):
            allowed[i] = np.arange(k) == problem_.locked[i]
    once = sp.kron(sp.eye(N), np.ones((1, k)))
    loads = sp.kron(problem_.weights[None, :], sp.eye(k))
    found = linprog(
        cost.ravel(),
        A_eq=once,
        b_eq=np.ones(N),
        A_ub=sp.vstack([loads, -loads]),
        b_ub=np.concatenate([high, -low]),
        bounds=[(0, float(a)) for a in allowed.ravel()],
        method="highs",
    )
    assert found.status == 0, found.message
    return float(found.fun)


every_cost = pytest.mark.parametrize(
    ("objective", "is_planar"), [("distance", True), ("distance", False), ("inertia", True), ("inertia", False)]
)


@every_cost
def test_the_bound_is_just_below_the_linear_programme(objective: Objective, is_planar: bool) -> None:
    result = solve(random_problem(objective, is_planar=is_planar, has_homes=True, tolerance=0.05), clock=lambda: 0.0)
    assert result.bound is not None
    assert result.bound.holds_for == "all plans with the given centres that keep people within its tolerance"
    optimum = least_cost_of_split_units(result)
    assert 0.99 * optimum <= result.bound.value <= optimum * (1 + 1e-9)
    assert result.objective >= optimum * (1 - 1e-9)
    assert result.gap == pytest.approx(result.objective / result.bound.value - 1)


@every_cost
def test_for_free_centres_it_holds_for_those_that_were_chosen(objective: Objective, is_planar: bool) -> None:
    asked = random_problem(objective, is_planar=is_planar, has_homes=False, tolerance=0.02)
    rough = solve(asked, clock=lambda: 0.0, stop=lambda _: True)
    model = compile_problem(asked)
    built = construct(model, watch=Watch(lambda: 0.0))
    bound = bound_for_centres(model, evaluate(asked, rough.territory_idx), built.prices)
    assert bound is not None
    assert bound.holds_for.startswith("all plans with these centres that keep people within its tolerance")
    optimum = least_cost_of_split_units(rough)
    assert 0.99 * optimum <= bound.value <= optimum * (1 + 1e-9)


@pytest.mark.parametrize("objective", ["distance", "inertia"])
def test_the_bound_of_a_search_that_was_stopped_holds_too(objective: Objective) -> None:
    asked = random_problem(objective, is_planar=True, has_homes=True, tolerance=0.0)
    result = solve(asked, clock=lambda: 0.0, stop=lambda _: True)
    assert result.stop_reason == "interrupted"
    assert result.bound is not None
    optimum = least_cost_of_split_units(result)
    assert 0.99 * optimum <= result.bound.value <= optimum * (1 + 1e-9)


def test_a_stopped_search_has_prices_or_none_but_never_zeros_that_mean_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = random_problem("distance", is_planar=True, has_homes=True, tolerance=0.0)
    result = solve(asked, clock=lambda: 0.0, stop=lambda _: True)
    plan, unknown = evaluate(asked, result.territory_idx), np.zeros(K)
    quick = bound_for_centres(compile_problem(asked), plan, unknown, is_quick=True)
    assert quick.prices is not None
    assert quick.value >= 0.99 * least_cost_of_split_units(result)
    monkeypatch.setattr(for_centres, "QUICK_UNITS", 0)
    large = bound_for_centres(compile_problem(asked), plan, unknown, is_quick=True)
    assert large.prices is None
    assert 0 < large.value < quick.value


def test_more_rules_never_lower_what_the_bound_bounds() -> None:
    asked = random_problem("distance", is_planar=True, has_homes=True, tolerance=0.05)
    free = replace(asked, locked=None, forbidden=None)
    bound, lower = solve(asked, clock=lambda: 0.0).bound, solve(free, clock=lambda: 0.0).bound
    assert bound is not None
    assert lower is not None
    assert bound.value > lower.value


@every_cost
@pytest.mark.parametrize("is_quick", [True, False])
def test_the_prices_that_are_stated_prove_the_bound(objective: Objective, is_planar: bool, is_quick: bool) -> None:
    asked = random_problem(objective, is_planar=is_planar, has_homes=True, tolerance=0.05)
    asked = replace(asked, locked=None, forbidden=None)
    hours = np.random.default_rng(5).lognormal(0, 0.5, N) * 40
    units = replace(asked.units, measures={**asked.units.measures, "hours": hours})
    # hours have the narrower tolerance, while distance is weighed by people
    asked = replace(asked, units=units, measures=(replace(asked.measures[0], tolerance=0.06), Measure("hours", 0.05)))
    result = solve(asked, clock=lambda: 0.0, stop=lambda _: True)
    plan = evaluate(asked, result.territory_idx)
    bound = result.bound if is_quick else bound_for_centres(compile_problem(asked), plan, np.zeros(K))
    assert bound is not None
    prices = bound.prices
    assert prices is not None
    assert prices.measures == (("hours",) if is_quick else ("people", "hours"))
    power = 2 if objective == "inertia" else 1
    homes = coordinates_to_points(asked.centre_coordinates, is_planar=is_planar)
    cost = asked.weights[:, None] * distance_km(points_km(units)[:, None, :], homes[None]) ** power
    paid = 0.0
    for name, price in zip(prices.measures, prices.values.T, strict=True):
        column = [m.name for m in asked.measures].index(name)
        tolerance, deviation = float(asked.measures[column].tolerance or 0), plan.deviations[:, column]
        target = units.measures[name].sum() * asked.target_shares
        low, high = target * (1 + np.minimum(deviation, -tolerance)), target * (1 + np.maximum(deviation, tolerance))
        cost = cost + units.measures[name][:, None] * price
        paid += float((np.where(price > 0, high, low) * price).sum())
        assert (price > 0).any()
        assert (price < 0).any()
    assert cost.min(axis=1).sum() - paid == pytest.approx(bound.value, rel=1e-6)
