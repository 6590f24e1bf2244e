"""Several starts: what they find where a single valley would hold the search."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.spatial import Delaunay

from bailiwick.design.solve import solve
from bailiwick.domain import Adjacency, Measure, Problem, UnitTable
from bailiwick.metrics import evaluate


def few_large_units(n: int, k: int) -> Problem:
    """Units of which a territory has some fifteen, to be balanced within half a percent: nearly every move breaks that."""
    rng = np.random.default_rng(2)
    places = rng.uniform(0, 100, (n, 2))
    people = rng.normal(4000.0, 1300.0, n).clip(1200, 8000).round()
    units = UnitTable([str(i) for i in range(n)], places, {"people": people}, is_planar=True)
    ids = [f"T{j}" for j in range(k)]
    measures, corners = (Measure("people", 0.005),), Delaunay(places).simplices
    graph = Adjacency.from_pairs(n, np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]))
    return Problem(units, measures, ids, np.full((k, 2), np.nan), np.full(k, 1 / k), objective="inertia", adjacency=graph)


@pytest.mark.parametrize("seed", [0, 2])
def test_a_narrow_tolerance_on_few_units_is_met_near_the_best_plan_known(seed: int) -> None:
    # the best plan known has 102.06 million; with imbalance dear from the beginning the second seed ends at 114.7
    problem = few_large_units(60, 4)
    found = solve(problem, clock=time.perf_counter, seed=seed)
    assert evaluate(problem, found.territory_idx).keeps_every_rule
    assert found.objective < 105e6
