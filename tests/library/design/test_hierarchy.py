"""Levels above the territories: nesting, windows and connections at every level."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bailiwick.design.hierarchy.polish import PolishParams, polish
from bailiwick.design.hierarchy.solve import LevelsResult, solve_levels
from bailiwick.design.hierarchy.stages import part_problem
from bailiwick.design.hierarchy.tree import apportion, plan_tree
from bailiwick.design.relay import Relay
from bailiwick.domain import Adjacency, Level, Measure, Problem, UnitTable
from bailiwick.errors import InputError
from bailiwick.metrics.contiguity import pieces


def grid_problem(rows: int, columns: int, k: int, *, load: np.ndarray | None = None, tolerance: float = 0.1, **more: object) -> Problem:
    n = rows * columns
    index = np.arange(n).reshape(rows, columns)
    pairs = np.vstack(
        [np.column_stack([index[:, :-1].ravel(), index[:, 1:].ravel()]), np.column_stack([index[:-1].ravel(), index[1:].ravel()])]
    )
    coordinates = np.column_stack([np.arange(n) % columns, np.arange(n) // columns]).astype(float)
    units = UnitTable(
        np.array([f"u{i}" for i in range(n)], object), coordinates, {"load": np.ones(n) if load is None else load}, is_planar=True
    )
    fields: dict[str, object] = {
        "measures": (Measure("load", tolerance),),
        "territory_ids": np.array([f"T{j}" for j in range(k)], object),
        "centre_coordinates": np.full((k, 2), np.nan),
        "target_shares": np.full(k, 1 / k),
        "adjacency": Adjacency.from_pairs(n, pairs),
        **more,
    }
    return Problem(units, **fields)  # type: ignore[arg-type]


def named(name: str, count: int, tolerance: float | None = None, **given_: object) -> Level:
    return Level(name, np.array([f"{name} {g}" for g in range(count)], object), tolerance, **given_)  # type: ignore[arg-type]


def check_nested(found: LevelsResult) -> None:
    problem, label = found.result.problem, found.result.territory_idx
    assert set(label.tolist()) == set(range(problem.n_territories))
    for coarse, fine in itertools.pairwise(found.levels):
        for g in range(fine.level.n_groups):
            assert len(set(coarse.of_territory[fine.of_territory == g].tolist())) == 1
    for level in found.levels:
        assert set(level.of_territory.tolist()) == set(range(level.level.n_groups))
        assert level.evaluation.territory_idx.tolist() == level.of_territory[label].tolist()
        assert level.evaluation.totals.sum() == pytest.approx(problem.measure_matrix.sum())
        if problem.adjacency is not None and not level.level.is_given:
            assert pieces(problem.adjacency, level.of_territory[label], level.level.n_groups).max() == 1
        if level.bound is not None:
            assert level.bound.value <= level.evaluation.objective * (1 + 1e-9)


def test_a_grid_divides_exactly_at_every_level() -> None:
    problem = grid_problem(8, 8, 16, tolerance=0.0)
    found = solve_levels(problem, (named("region", 2), named("district", 4)), clock=time.perf_counter)
    check_nested(found)
    assert found.result.gap is not None
    for level, size in zip(found.levels, (32, 16), strict=True):
        assert level.evaluation.totals.ravel().tolist() == [size] * level.level.n_groups
        assert level.evaluation.keeps_every_rule
    assert found.result.objective <= 16 * 4  # squares of four units have a sum of distances of 2 + √2


def test_the_same_seed_gives_the_same_plan() -> None:
    problem = grid_problem(6, 6, 6)
    labels = [solve_levels(problem, (named("region", 2),), clock=time.perf_counter, seed=3).result.territory_idx.tolist() for _ in range(2)]
    assert labels[0] == labels[1]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000), st.integers(4, 7), st.sampled_from([(4, 2), (6, 3), (7, 3), (5, 2)]), st.booleans())
def test_levels_are_nested_and_connected_on_random_grids(seed: int, side: int, sizes: tuple[int, int], is_connected: bool) -> None:
    load = np.random.default_rng(seed).uniform(0.5, 2.0, side * side)
    problem = grid_problem(side, side, sizes[0], load=load, tolerance=0.3)
    if not is_connected:
        problem = grid_problem(side, side, sizes[0], load=load, tolerance=0.3, adjacency=None)
    check_nested(solve_levels(problem, (named("region", sizes[1]),), clock=time.perf_counter, seed=seed))


def test_a_level_tolerance_tighter_than_that_of_territories_is_kept() -> None:
    load = np.random.default_rng(1).uniform(0.5, 2.0, 100)
    problem = grid_problem(10, 10, 9, load=load, tolerance=0.2)
    found = solve_levels(problem, (named("region", 3, 0.01),), clock=time.perf_counter)
    check_nested(found)
    assert np.abs(found.levels[0].evaluation.deviations).max() <= 0.01
    assert np.abs(found.levels[0].evaluation.deviations).max() < 0.2


def test_given_regions_of_units_are_never_crossed_and_share_territories_by_load() -> None:
    of_unit = (np.arange(36) % 6 >= 2).astype(np.int32)  # 12 units west, 24 units east
    found = solve_levels(grid_problem(6, 6, 6), (named("region", 2, of_unit=of_unit),), clock=time.perf_counter)
    check_nested(found)
    assert np.bincount(found.levels[0].of_territory).tolist() == [2, 4]
    assert found.levels[0].of_territory[found.result.territory_idx].tolist() == of_unit.tolist()
    assert found.levels[0].evaluation.keeps_every_rule


def test_designed_districts_lie_inside_given_regions() -> None:
    of_unit = (np.arange(64) % 8 >= 4).astype(np.int32)
    levels = (named("region", 2, of_unit=of_unit), named("district", 4))
    check_nested(solve_levels(grid_problem(8, 8, 8), levels, clock=time.perf_counter))


def test_managers_of_reps_are_kept_and_districts_designed_below_them() -> None:
    homes = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0], [5.0, 5.0]])
    managers = np.array([0, 1, 0, 1], np.int32)
    problem = grid_problem(6, 6, 4, centre_coordinates=homes)
    found = solve_levels(problem, (named("manager", 2, of_territory=managers),), clock=time.perf_counter)
    check_nested(found)
    assert found.construction == "from below"
    assert found.levels[0].of_territory.tolist() == [0, 1, 0, 1]
    assert found.levels[0].evaluation.problem.adjacency is None


def test_locks_forbidden_pairs_and_groups_hold_with_levels() -> None:
    locked = np.full(36, -1, np.int32)
    locked[0], locked[35] = 5, 0
    groups = np.full(36, -1, np.int32)
    groups[[2, 33]] = 0
    forbidden = np.array([[14, 0], [14, 1], [14, 2]], np.int32)
    problem = grid_problem(6, 6, 6, tolerance=0.3, locked=locked, groups=groups, forbidden=forbidden, adjacency=None)
    found = solve_levels(problem, (named("region", 2),), clock=time.perf_counter)
    label = found.result.territory_idx
    assert (label[0], label[35]) == (5, 0)
    assert label[2] == label[33]
    assert label[14] not in (0, 1, 2)
    check_nested(found)


def test_a_stopped_search_still_gives_a_whole_plan() -> None:
    found = solve_levels(grid_problem(8, 8, 8), (named("region", 2),), clock=time.perf_counter, stop=lambda progress: True)
    check_nested(found)
    assert found.result.stop_reason == "interrupted"


def test_progress_of_the_whole_never_falls() -> None:
    seen: list[float] = []
    solve_levels(grid_problem(6, 6, 6), (named("region", 2),), clock=time.perf_counter, on_progress=lambda p: seen.append(p.fraction))
    assert seen == sorted(seen)
    assert 0.9 < seen[-1] <= 1.0


def test_the_polish_is_never_worse_and_mends_what_is_off() -> None:
    problem = grid_problem(6, 6, 4, tolerance=0.0)
    stripes = (np.arange(36) % 6 * 4 // 6).astype(np.int32)  # 12, 6, 12, 6 units
    levels, parents = (named("region", 2),), [np.array([0, 0, 1, 1], np.int32)]
    relay = Relay(time.perf_counter, None, None)
    before = polish(problem, levels, parents, stripes, relay, seed=0, done=(0, 1), params=PolishParams(n_slices=0))
    after = polish(problem, levels, parents, stripes, relay, seed=0, done=(0, 1))
    assert before.excess > 0.5
    assert after.excess == 0
    assert np.bincount(after.label).tolist() == [9, 9, 9, 9]


@pytest.mark.parametrize("off", [-0.03, 0.0, 0.04])
def test_a_part_that_is_off_leaves_windows_inside_those_of_the_whole(off: float) -> None:
    load = np.ones(16)
    load[:8] *= 1 + off
    load[8:] *= 1 - off
    problem = grid_problem(4, 4, 4, load=load, tolerance=0.1)
    part = part_problem(problem, np.arange(8), [np.array([0]), np.array([1])], (0.1,))
    allowed = part.measures[0].tolerance
    assert allowed is not None
    mean = load[:8].sum() / 2
    assert mean * (1 - allowed) >= 3.6 - 1e-9
    assert mean * (1 + allowed) <= 4.4 + 1e-9


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=8), st.integers(0, 20))
def test_apportionment_gives_whole_numbers_that_sum_up_and_follow_the_load(loads: list[float], more: int) -> None:
    seats = len(loads) + more
    given_ = apportion(np.array(loads), seats)
    assert given_.sum() == seats
    assert given_.min() >= 1
    order = np.argsort(loads, kind="stable")
    for light, heavy in itertools.pairwise(order):
        if loads[light] < loads[heavy]:
            assert given_[light] <= given_[heavy]


def test_districts_divide_regions_as_evenly_as_can_be() -> None:
    region, district = plan_tree((named("region", 4), named("district", 15)), 60, None, None)
    assert np.bincount(region).tolist() == [15, 15, 15, 15]
    assert sorted(np.bincount(district).tolist()) == [3] * 3 + [4] * 9 + [5] * 3


@pytest.mark.parametrize(
    "levels",
    [
        (named("region", 7),),
        (named("district", 3), named("region", 2)),
        (named("a", 2), named("a", 3)),
        (named("region", 2), named("state", 3, of_unit=np.arange(36) % 3)),
        (named("region", 2, of_unit=np.arange(36) % 2), named("state", 3, of_unit=np.arange(36) % 3)),
        (named("region", 2, of_unit=np.arange(5) % 2),),
    ],
    ids=["too many", "wrong order", "one name twice", "given below designed", "not nested", "wrong length"],
)
def test_levels_that_cannot_be_nested_are_refused(levels: tuple[Level, ...]) -> None:
    with pytest.raises(InputError):
        solve_levels(grid_problem(6, 6, 6), levels, clock=time.perf_counter)


@pytest.mark.parametrize("seed", range(4))
def test_a_line_is_divided_as_brute_force_would(seed: int) -> None:
    n, tolerance, narrow = 12, 0.45, 0.15
    load = np.random.default_rng(seed).integers(2, 9, n).astype(float)
    problem = grid_problem(1, n, 4, load=load, tolerance=tolerance)
    found = solve_levels(problem, (named("region", 2, narrow),), clock=time.perf_counter)
    best = np.inf
    for cuts in itertools.combinations(range(1, n), 3):
        parts = np.split(np.arange(n), cuts)
        sums = np.array([load[part].sum() for part in parts])
        halves = np.array([sums[:2].sum(), sums[2:].sum()])
        is_kept = (abs(sums / load.sum() * 4 - 1) <= tolerance + 1e-12).all() and (abs(halves / load.sum() * 2 - 1) <= narrow + 1e-12).all()
        if is_kept:
            best = min(best, sum(min((load[part] * abs(part - c)).sum() for c in part) for part in parts))
    assert np.isfinite(best)
    assert found.result.objective == pytest.approx(best)
    assert found.levels[0].evaluation.keeps_every_rule
    assert found.result.bound is not None
    assert found.result.bound.value <= best * (1 + 1e-9)


def test_every_part_gets_its_share_of_the_time() -> None:
    ticks = itertools.count()
    found = solve_levels(grid_problem(8, 8, 8), (named("region", 2),), clock=lambda: float(next(ticks)), time_limit=60.0)
    check_nested(found)
    assert found.result.stop_reason == "time_limit"
