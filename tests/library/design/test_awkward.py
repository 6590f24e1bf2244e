"""Awkward graphs of seven units: paths, stars, combs; every plan is counted."""

from __future__ import annotations

import numpy as np
import pytest
from brute_force import AllPlans
from tiny_instances import path_pairs, problem

from bailiwick.design.solve import solve
from bailiwick.metrics import evaluate

GRAPHS = {
    "path": path_pairs(7),
    "star": [(0, leaf) for leaf in range(1, 7)],
    "comb": [(0, 1), (1, 2), (0, 3), (1, 4), (2, 5), (5, 6)],
}
PLACES = np.array([(float(i % 3), float(i // 3)) for i in range(7)])


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("graph", GRAPHS)
def test_a_plan_that_keeps_the_rules_is_found_where_there_is_one(graph: str, k: int) -> None:
    asked = problem(PLACES, k, measures={"work": [3, 1, 2, 5, 4, 2, 1]}, tolerance=0.4, pairs=GRAPHS[graph], objective="inertia")
    found, plans = solve(asked, clock=lambda: 0.0), AllPlans(asked)
    assert evaluate(asked, found.territory_idx).keeps_every_rule == plans.is_feasible.any()
    assert bool(found.conflicts) == (not plans.is_feasible.any())
    assert all(conflict.is_proven for conflict in found.conflicts)
    if plans.is_feasible.any():
        assert found.objective <= plans.least_costs()[plans.is_feasible].min() * 1.005
