"""Islands: links across the water are used where a balanced plan needs them, and only there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brute_force import AllPlans

from bailiwick.design.islands import without_needless_links
from bailiwick.design.solve import solve
from bailiwick.domain import Adjacency, Baseline, Measure, Problem, UnitTable
from bailiwick.geography.islands import link_islands
from bailiwick.metrics import evaluate

UNEVEN = (3.0, 1.0, 2.0, 5.0, 4.0, 2.0, 1.0, 3.0, 6.0)


def clock() -> float:
    return 0.0


def three_rows(weights: tuple[float, ...], k: int, tolerance: float, rows: int = 3) -> Problem:
    """Rows of three squares, each an island, one kilometre apart: nearer to each other than each is long."""
    n = 3 * rows
    points = np.array([(float(i % 3), float(i // 3)) for i in range(n)])
    land = Adjacency.from_pairs(n, np.array([(i, i + 1) for i in range(n - 1) if i % 3 < 2]))
    units = UnitTable([str(i) for i in range(n)], points, {"work": np.array(weights)}, is_planar=True)
    ids, free = [f"T{j}" for j in range(k)], np.full((k, 2), np.nan)
    return Problem(units, (Measure("work", tolerance),), ids, free, np.full(k, 1 / k), adjacency=link_islands(land, points))


def land_only(problem: Problem) -> Problem:
    n = problem.n_units
    land = Adjacency.from_pairs(n, np.array([(i, i + 1) for i in range(n - 1) if i % 3 < 2]))
    return replace(problem, adjacency=land)


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("tolerance", [0.05, 0.2, 0.34, 0.6])
def test_no_territory_crosses_the_water_where_a_balanced_plan_on_land_exists(k: int, tolerance: float) -> None:
    linked = three_rows(UNEVEN, k, tolerance)
    found = solve(linked, clock=clock)
    on_land = AllPlans(land_only(linked))
    crosses = len(evaluate(on_land.problem, found.territory_idx).in_pieces)
    if on_land.is_feasible.any():
        assert not crosses
        assert "islands_apart" in {notice.code for notice in found.notices}
    # a rule is broken only where links would not help either
    assert evaluate(linked, found.territory_idx).keeps_every_rule == AllPlans(linked).is_feasible.any()


def test_links_stay_where_islands_are_too_small() -> None:
    asked = three_rows((1.0,) * 6, 3, 0.05, rows=2)
    assert without_needless_links(asked) is asked
    found = solve(asked, clock=clock)
    assert evaluate(asked, found.territory_idx).keeps_every_rule
    assert [notice.code for notice in found.notices] == ["islands"]


def test_totals_that_fit_do_not_hide_units_that_do_not() -> None:
    # 12 of 24 on each of two islands and two territories each, but 10 + 1 + 1 cannot be halved
    asked = three_rows((1.0, 10.0, 1.0, 4.0, 4.0, 4.0), 4, 0.7, rows=2)
    assert without_needless_links(asked) is not asked
    found = solve(asked, clock=clock)
    assert evaluate(asked, found.territory_idx).keeps_every_rule == AllPlans(asked).is_feasible.any()


def test_a_territory_with_locks_on_both_shores_keeps_its_link() -> None:
    asked = three_rows((1.0,) * 6, 2, 0.05, rows=2)
    assert without_needless_links(asked) is not asked
    locked = replace(asked, locked=np.array([0, -1, -1, 0, -1, -1], dtype=np.int32))
    assert without_needless_links(locked) is locked


def test_two_homes_on_one_island_keep_its_link() -> None:
    asked = three_rows((1.0,) * 6, 2, 0.05, rows=2)
    homes = replace(asked, centre_coordinates=np.array([(0.0, 0.0), (2.0, 0.0)]))
    assert without_needless_links(homes) is homes


def test_a_plan_of_today_keeps_its_links() -> None:
    asked = three_rows((1.0,) * 6, 2, 0.05, rows=2)
    stands = replace(asked, baseline=Baseline(np.array([0, 1, 1, 0, 0, 1], dtype=np.int32)))
    assert without_needless_links(stands) is stands
