"""Construction: starting centres, prices, rounding, filling, repair, and the graph of proposals."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from random_instances import Wish, make
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import splu
from tiny_instances import coincident_homes, grid, grid_pairs, island, one_place, path_pairs, problem, star, tie, two_towns

from bailiwick.design.construct.build import construct, fill_empty, proposal_graph, tightest_measure
from bailiwick.design.construct.centres import bisect, on_surface, recentre, scattered_centres, spread_coincident, start_centres
from bailiwick.design.construct.curvature_kernels import gather_curvature
from bailiwick.design.construct.newton_kernels import newton_step
from bailiwick.design.construct.repair import carve, connect, n_broken, pieces
from bailiwick.design.construct.transport import Transport, cut_to_size
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.progress import Watch
from bailiwick.domain import Problem
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, distance_km


def nearest_by_price(transport: Transport, centres: np.ndarray, prices: np.ndarray) -> np.ndarray:
    """Territory by least score, without blocks and pruning."""
    cost = distance_km(transport.points[:, None, :], centres[None]) ** transport.power
    score = transport.weight[:, None] * cost - transport.load[:, None] * prices
    for i in range(len(score)):
        score[i, transport.barred[transport.barred_ptr[i] : transport.barred_ptr[i + 1]]] = np.inf
    label = score.argmin(axis=1)
    return np.where(transport.pinned >= 0, transport.pinned, label)


def random_problem(seed: int, n: int, k: int, **settings: Any) -> Problem:
    rng = np.random.default_rng(seed)
    return problem(rng.random((n, 2)) * 100, k, measures={"people": rng.lognormal(0, 1, n)}, **settings)


# --- loads ---


def test_loads_are_cut_to_the_size_that_is_left_when_they_stand_alone() -> None:
    load, target = cut_to_size(np.array([6.0, 3.0, 1.0, 1.0, 1.0]), np.full(4, 3.0))
    # six and three stand alone; the other two territories share three units of one
    assert load.tolist() == [1.5, 1.5, 1, 1, 1]
    assert target.tolist() == [1.5] * 4


def test_loads_below_a_territory_stay() -> None:
    load, target = cut_to_size(np.array([2.0, 1.0, 1.0]), np.array([2.0, 2.0]))
    assert load.tolist() == [2, 1, 1]
    assert target.tolist() == [2, 2]


def test_targets_keep_their_shares_when_loads_are_cut() -> None:
    load, target = cut_to_size(np.array([8.0, 1.0, 1.0]), np.array([7.5, 2.5]))
    assert load.tolist() == [2, 1, 1]
    assert target.tolist() == [3, 1]


def test_where_heavy_units_have_everything_units_count_the_same() -> None:
    load, target = cut_to_size(np.array([2.0, 0.0, 0.0, 0.0]), np.array([1.0, 1.0]))
    assert load.tolist() == [0.5] * 4
    assert target.tolist() == [1, 1]


@pytest.mark.parametrize(("load", "k"), [([0.0, 0.0, 1.0, 1.0], 3), ([0.0, 0.0, 5.0, 0.0], 2), ([0.0, 0.0], 2)])
def test_with_fewer_heavy_units_than_territories_every_unit_counts_the_same(load: list[float], k: int) -> None:
    cut, target = cut_to_size(np.array(load), np.full(k, max(sum(load), 1.0) / k))
    assert cut.tolist() == [k / len(load)] * len(load)
    assert target.tolist() == [1.0] * k


def test_the_curvature_can_be_factorised_where_most_territories_are_empty() -> None:
    diagonal = np.array([0.0, 0.0, 0.0, 4.0, 4.0])
    partner, coupling = np.full((1, 5, 2), -1, np.int32), np.zeros((1, 5, 2))
    partner[0, 3, 0], partner[0, 4, 0], coupling[0, 3, 0], coupling[0, 4, 0] = 4, 3, -4.0, -4.0
    indptr, indices, entries = gather_curvature(diagonal, partner, coupling, 0.2)
    matrix = sp.csc_matrix((entries, indices, indptr), shape=(5, 5))
    step = splu(matrix).solve(np.array([1.0, 1.0, 1.0, -1.0, -2.0]))
    assert np.isfinite(step).all()
    assert np.linalg.cond(matrix.toarray()) < 1e10


@pytest.mark.parametrize("people", [[0, 0, 0, 0, 0, 5], [1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 5], [0, 0, 0, 0, 0, 0]])
def test_construction_survives_loads_that_cannot_be_shared(people: list[float]) -> None:
    model = compile_problem(problem([(x, 0) for x in range(6)], 2, measures={"people": people}))
    built = construct(model, watch=Watch(time.perf_counter))
    assert sorted(np.unique(built.label).tolist()) == [0, 1]
    assert np.isfinite(built.prices).all()
    assert np.isfinite(built.centres).all()


# --- centres ---


@pytest.mark.parametrize("k", [1, 2, 3, 5, 8])
def test_bisection_divides_load_in_proportion_along_the_longest_direction(k: int) -> None:
    points = np.column_stack([np.arange(40.0), np.zeros(40)])
    part = bisect(points, np.ones(40), k)
    assert set(np.bincount(part)) <= {40 // k, -(-40 // k)}
    assert len(np.flatnonzero(np.diff(part))) == k - 1


def test_bisection_leaves_no_part_empty_where_all_load_is_in_one_point() -> None:
    points = np.column_stack([np.arange(6.0), np.zeros(6)])
    for heavy in range(6):
        load = np.zeros(6)
        load[heavy] = 1.0
        assert np.bincount(bisect(points, load, 6), minlength=6).tolist() == [1] * 6


def test_starting_centres_keep_the_fixed_ones_and_fill_up_with_middles() -> None:
    model = compile_problem(problem([(x, 0) for x in range(9)], 3, centres=[(np.nan, np.nan), (0.5, 0), (np.nan, np.nan)]))
    centres = start_centres(Transport.of(model), model.centres)
    assert centres[1].tolist() == [0.5, 0]
    assert sorted(centres[[0, 2], 0].tolist()) == pytest.approx([4, 7])
    scattered = scattered_centres(Transport.of(model), model.centres, np.random.default_rng(0))
    assert scattered[1].tolist() == [0.5, 0]
    assert {tuple(c) for c in scattered[[0, 2]]} <= {tuple(p) for p in model.points}


def test_centres_in_one_place_are_moved_apart_a_little() -> None:
    spread = spread_coincident(np.array([[1.0, 1.0], [5.0, 5.0], [1.0, 1.0]]), 10.0)
    assert spread[1].tolist() == [5, 5]
    assert np.linalg.norm(spread[[0, 2]] - 1.0, axis=1) == pytest.approx([0.2, 0.2])
    assert np.linalg.norm(spread[0] - spread[2]) == pytest.approx(0.4)
    on_earth = spread_coincident(on_surface(np.array([[1.0, 0.0, 0.0]] * 3)), 100.0)
    assert np.linalg.norm(on_earth, axis=1) == pytest.approx([EARTH_RADIUS_KM] * 3)
    assert np.linalg.norm(on_earth - on_earth.mean(axis=0), axis=1) == pytest.approx([2.0] * 3, rel=1e-3)


def test_a_mean_is_the_best_centre_for_squares_and_steps_lead_to_the_median_for_distances() -> None:
    line = [(0, 0), (1, 0), (2, 0), (3, 0), (100, 0)]
    squares = Transport.of(compile_problem(problem(line, 1, objective="inertia")))
    label, centres, free = np.zeros(5, np.int32), np.array([[7.0, 0.0]]), np.array([True])
    assert recentre(squares, label, centres, free)[0, 0] == pytest.approx(106 / 5)
    plain = Transport.of(compile_problem(problem(line, 1)))
    for _ in range(60):
        centres = recentre(plain, label, centres, free)
    assert centres[0, 0] == pytest.approx(2, abs=0.1)
    assert recentre(plain, label, centres, ~free).tolist() == centres.tolist()


# --- prices ---


@pytest.mark.parametrize("objective", ["distance", "inertia"])
@pytest.mark.parametrize("is_planar", [True, False])
def test_pruned_assignment_equals_the_plain_one(objective: str, is_planar: bool) -> None:
    rng = np.random.default_rng(8)
    n, k = 700, 15
    points = rng.random((n, 2)) * [20, 10] + [-100, 35]
    asked = problem(
        points,
        k,
        measures={"people": np.where(rng.random(n) < 0.1, 0, rng.lognormal(0, 1, n)), "shops": rng.random(n)},
        centres=points[:k],
        is_planar=is_planar,
        objective=objective,
        locked=np.where(rng.random(n) < 0.02, rng.integers(0, k, n), -1),
        forbidden=rng.integers(0, (n, k), (40, 2)),
    )
    model = compile_problem(asked)
    for measure in (0, 1):
        exact = Transport.exact(model, measure=measure)
        for scale in (0.0, 0.3, 3.0):
            prices = rng.normal(0, scale * 100**exact.power, k)
            label, value, loads = exact.assign(model.centres, prices)
            plain = nearest_by_price(exact, model.centres, prices)
            assert label.tolist() == plain.tolist()
            assert loads == pytest.approx(np.bincount(plain, weights=exact.load, minlength=k))
            cost = distance_km(exact.points, model.centres[plain]) ** exact.power
            assert value == pytest.approx(float((exact.weight * cost - exact.load * prices[plain]).sum()))


@pytest.mark.parametrize("objective", ["distance", "inertia"])
def test_prices_give_every_territory_its_load_up_to_one_unit(objective: str) -> None:
    for seed in range(5):
        model = compile_problem(random_problem(seed, 400, 10, objective=objective))
        transport = Transport.of(model)
        centres = start_centres(transport, model.centres)
        label, _, loads = transport.assign(centres, transport.balance(centres))
        assert np.abs(loads - transport.target).max() <= transport.load.max(), seed
        unpriced = transport.assign(centres, np.zeros(10))[2]
        assert np.abs(loads - transport.target).max() < np.abs(unpriced - transport.target).max()
        assert np.bincount(label, minlength=10).min() > 0


def test_prices_follow_unequal_targets() -> None:
    shares = np.array([0.4, 0.3, 0.2, 0.1])
    rng = np.random.default_rng(2)
    model = compile_problem(problem(rng.random((500, 2)), 4, shares=shares))
    transport = Transport.of(model)
    centres = start_centres(transport, model.centres)
    loads = transport.assign(centres, transport.balance(centres))[2]
    assert loads == pytest.approx(4 * shares, abs=2 * transport.load.max() + 1e-9)


def test_the_smoothed_loads_are_the_slope_of_the_smoothed_dual() -> None:
    model = compile_problem(random_problem(1, 120, 5))
    transport = Transport.of(model)
    centres = start_centres(transport, model.centres)
    prices = np.linspace(-3, 3, 5)
    temperature = np.full(len(transport.radius), 4.0)
    _, loads, curvature = transport.soft(centres, prices, temperature)
    slope, step = csr_matrix((curvature.entries, curvature.indices, curvature.indptr)).toarray(), 1e-4
    for j in range(5):
        ahead, behind = prices.copy(), prices.copy()
        ahead[j] += step
        behind[j] -= step
        (value_ahead, loads_ahead, _), (value_behind, loads_behind, _) = (transport.soft(centres, p, temperature) for p in (ahead, behind))
        assert -(value_ahead - value_behind) / (2 * step) == pytest.approx(loads[j], rel=1e-3)
        # couplings below the cut-off are dropped, so the curvature is close, not exact
        assert (loads_ahead - loads_behind) / (2 * step) == pytest.approx(slope[:, j], abs=0.02 * slope.max())


def test_a_newton_step_solves_its_equations() -> None:
    rng = np.random.default_rng(4)
    k = 40
    coupling = np.where(rng.random((k, k)) < 0.1, rng.random((k, k)), 0.0)
    coupling += coupling.T
    matrix = csr_matrix(np.diag(coupling.sum(axis=0) + rng.random(k) * 0.1) - coupling)
    short = rng.normal(size=k)
    exact = np.linalg.solve(matrix.toarray(), short)
    step = newton_step(matrix.indptr, matrix.indices, matrix.data, short, 1e9, 1e-8)
    assert step == pytest.approx(exact - np.median(exact), abs=1e-5 * np.abs(exact).max())
    cut = newton_step(matrix.indptr, matrix.indices, matrix.data, short, 0.5, 1e-8)
    assert cut == pytest.approx(np.clip(step, -0.5, 0.5))
    rough = newton_step(matrix.indptr, matrix.indices, matrix.data, short, 1e9, 1e-2)
    assert 1e-5 < np.abs(rough - step).max() < 0.1 * np.abs(step).max()


def test_spacing_is_the_way_from_the_nearest_centre_to_the_third_beside_it() -> None:
    model = compile_problem(random_problem(5, 300, 7))
    transport = Transport.of(model)
    centres = start_centres(transport, model.centres)
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    nearest = np.linalg.norm(transport.middle[:, None] - centres[None], axis=2).argmin(axis=1)
    assert transport.spacing(centres) == pytest.approx(np.sort(apart, axis=1)[nearest, 3])


def test_merging_points_keeps_their_sums() -> None:
    transport = Transport.of(compile_problem(random_problem(3, 101, 4)))
    coarse = transport.coarsened(10)
    assert len(coarse.points) == 11
    assert coarse.load.sum() == pytest.approx(transport.load.sum())
    assert coarse.weight[10] == transport.weight[100]
    assert coarse.points[0] == pytest.approx(np.average(transport.points[:10], axis=0, weights=transport.weight[:10]))
    assert transport.coarsened(1) is transport


def test_coincident_homes_share_what_is_around_them() -> None:
    model = compile_problem(coincident_homes())
    built = construct(model, watch=Watch(time.perf_counter))
    assert np.bincount(built.label).tolist() == [4, 4]
    assert n_broken(model, built.label) == 0


def test_the_tightest_measure_is_the_one_to_balance_by_prices() -> None:
    measures = {"people": np.ones(6), "shops": np.arange(6), "none": np.zeros(6)}
    asked = problem(grid(6, 1), 2, measures=measures, tolerance={"people": 0.2, "shops": 0.1, "none": 0.0})
    assert tightest_measure(compile_problem(asked)) == 1


# --- rounding and filling ---


def fixed_row(n: int, k: int, **rules: Any) -> tuple[Model, np.ndarray]:
    model = compile_problem(problem([(x, 0) for x in range(n)], k, centres=[(x, 0) for x in range(k)], **rules))
    return model, model.centres


def filled(model: Model, centres: np.ndarray, unit_label: list[int]) -> list[int]:
    label = np.array(unit_label, np.int32)[np.argsort(model.node_of_unit)]
    return model.to_units(fill_empty(model, label, centres)).tolist()


def test_an_empty_territory_gets_the_nearest_unit_that_can_be_spared() -> None:
    assert filled(*fixed_row(5, 3), [0, 1, 1, 1, 1]) == [0, 1, 2, 1, 1]
    # the nearest one is the only one of its territory
    assert filled(*fixed_row(4, 3), [1, 1, 0, 1]) == [1, 2, 0, 1]


def test_a_locked_unit_is_not_taken_to_fill() -> None:
    assert filled(*fixed_row(5, 3, locked=[-1, -1, 1, -1, -1]), [0, 1, 1, 1, 1]) == [0, 2, 1, 1, 1]


def test_an_empty_territory_is_filled_through_a_chain_where_bars_leave_no_other_way() -> None:
    # only unit 0 may go to the third territory, but it is the only unit of the first, which gets another in turn
    model, centres = fixed_row(4, 3, forbidden=np.array([(1, 2), (2, 2), (3, 2)]))
    assert filled(model, centres, [0, 1, 1, 1]) == [2, 0, 1, 1]


def test_a_unit_without_territory_gets_the_nearest_that_is_allowed() -> None:
    model, centres = fixed_row(4, 3, forbidden=np.array([(3, 2)]))
    assert filled(model, centres, [0, 1, 2, -1]) == [0, 1, 2, 1]


# --- repair ---


def connected(model: Model, unit_label: list[int]) -> list[int]:
    label = np.array(unit_label, np.int32)[np.argsort(model.node_of_unit)]
    k = model.k
    centres = np.where(np.isfinite(model.centres), model.centres, model.points[:k])
    return model.to_units(connect(model, label, centres, np.zeros(k), 1)).tolist()


def test_repair_keeps_the_heaviest_piece_and_gives_the_rest_to_the_neighbours() -> None:
    model = compile_problem(problem([(x, 0) for x in range(6)], 2, pairs=path_pairs(6)))
    assert connected(model, [0, 0, 0, 1, 1, 0]) == [0, 0, 0, 1, 1, 1]
    heavy = compile_problem(problem([(x, 0) for x in range(6)], 2, measures={"people": [1, 1, 1, 1, 1, 9]}, pairs=path_pairs(6)))
    assert connected(heavy, [0, 0, 0, 1, 1, 0]) == [1, 1, 1, 1, 1, 0]


def test_repair_keeps_the_piece_with_the_lock() -> None:
    model = compile_problem(problem([(x, 0) for x in range(6)], 2, locked=[-1, -1, -1, -1, -1, 0], pairs=path_pairs(6)))
    assert connected(model, [0, 0, 0, 1, 1, 0]) == [1, 1, 1, 1, 1, 0]


def test_repair_leaves_a_connected_plan_alone() -> None:
    model = compile_problem(problem(grid(4, 4), 4, pairs=grid_pairs(4, 4)))
    quadrants = [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3]
    assert connected(model, quadrants) == quadrants


def test_pieces_are_counted_per_territory() -> None:
    model = compile_problem(problem(grid(3, 3), 2, pairs=grid_pairs(3, 3)))
    corners = np.array([0, 1, 0, 1, 1, 1, 0, 1, 0], np.int32)[np.argsort(model.node_of_unit)]
    assert len(np.unique(pieces(model, corners))) == 5
    assert n_broken(model, corners) == 1


def test_repair_connects_every_plan_of_every_connected_graph() -> None:
    for seed in range(300):
        rng = np.random.default_rng(seed)
        n, k = int(rng.integers(4, 40)), int(rng.integers(1, 4))
        model = compile_problem(make(Wish(seed, n=n, k=k, layout=["points", "grid", "sphere"][seed % 3], has_zeros=seed % 2 == 0)))
        label = np.append(np.arange(k), rng.integers(0, k, n - k)).astype(np.int32)
        repaired = connect(model, label, model.points[rng.choice(n, k, replace=False)], rng.normal(0, 10, k), 1)
        assert n_broken(model, repaired) == 0, seed
        assert np.bincount(repaired, minlength=k).min() > 0, seed


def carved(model: Model, unit_label: list[int]) -> list[int]:
    label = np.array(unit_label, np.int32)[np.argsort(model.node_of_unit)]
    return model.to_units(carve(model, label, model.points[: model.k], np.zeros(model.k), 1)).tolist()


def test_a_corridor_leads_a_unit_home_that_no_neighbour_may_have() -> None:
    rows = problem(grid(4, 2), 2, pairs=grid_pairs(4, 2), forbidden=np.array([(0, 0)]))
    # the corner must not belong to the territory around it: the upper row becomes its corridor, the lower row stays whole
    assert carved(compile_problem(rows), [1, 0, 0, 1, 0, 0, 0, 1]) == [1, 1, 1, 1, 0, 0, 0, 1]


def test_no_corridor_where_there_is_none() -> None:
    # in a row the way home cuts the other territory in two: the plan stays as it is
    row = compile_problem(problem([(x, 0) for x in range(5)], 2, pairs=path_pairs(5), locked=[1, 0, -1, -1, 1]))
    assert carved(row, [1, 0, 0, 0, 1]) == [1, 0, 0, 0, 1]


def test_corridors_break_no_lock_and_no_bar_and_never_more_territories() -> None:
    mended = 0
    for seed in range(200):
        model = compile_problem(make(Wish(seed, n=16, k=3, n_barred=6, n_locked=2, layout="grid")))
        rng = np.random.default_rng(seed)
        scores = model.points[rng.choice(model.n, 3, replace=False)], rng.normal(0, 10, 3), 1
        allowed = np.ones((model.n, 3), bool)
        allowed[np.repeat(np.arange(model.n), np.diff(model.barred_ptr)), model.barred] = False
        is_locked = model.pinned >= 0
        if not allowed.any(axis=1).all() or not allowed[is_locked, model.pinned[is_locked]].all():
            continue
        label = np.array([rng.choice(np.flatnonzero(row)) for row in allowed], np.int32)
        label[is_locked] = model.pinned[is_locked]
        plain = connect(model, label, *scores)
        after = carve(model, plain, *scores)
        assert n_broken(model, after) <= n_broken(model, plain), seed
        assert (after[is_locked] == model.pinned[is_locked]).all(), seed
        assert allowed[np.arange(model.n), after].all(), seed
        mended += n_broken(model, after) < n_broken(model, plain)
    assert mended > 10


def test_repair_gives_no_unit_to_a_territory_that_is_forbidden_to_it() -> None:
    for seed in range(200):
        model = compile_problem(make(Wish(seed, n=12, k=3, n_barred=8, n_locked=0)))
        rng = np.random.default_rng(seed)
        owner = np.repeat(np.arange(model.n), np.diff(model.barred_ptr))
        allowed = np.ones((model.n, 3), bool)
        allowed[owner, model.barred] = False
        if not allowed.any(axis=1).all():
            continue
        label = np.array([rng.choice(np.flatnonzero(row)) for row in allowed], np.int32)
        repaired = connect(model, label, model.points[:3], np.zeros(3), 1)
        assert allowed[np.arange(model.n), repaired].all(), seed


@pytest.mark.parametrize("builder", [island, star, tie, one_place, two_towns])
def test_constructions_are_complete_and_connected(builder: Any) -> None:
    model = compile_problem(builder())
    for rng in (None, np.random.default_rng(0), np.random.default_rng(1)):
        built = construct(model, watch=Watch(time.perf_counter), rng=rng)
        assert np.bincount(built.label, minlength=model.k).min() > 0
        assert n_broken(model, built.label) == 0
        assert built.centres.shape == model.centres.shape


# --- proposals ---


def neighbours(graph: tuple[np.ndarray, np.ndarray], i: int) -> set[int]:
    indptr, indices = graph
    return set(indices[indptr[i] : indptr[i + 1]].tolist())


def test_proposals_follow_the_adjacency_where_there_is_one() -> None:
    model = compile_problem(problem(grid(4, 4), 4, pairs=grid_pairs(4, 4)))
    assert proposal_graph(model)[1] is model.indices


def test_proposals_go_to_the_nearest_places_both_ways() -> None:
    model = compile_problem(problem([(x**2, 0) for x in range(10)], 2))
    graph = proposal_graph(model, n_neighbours=2)
    position = model.points[:, 0]
    for i in range(10):
        nearest = np.argsort(np.abs(position - position[i]), kind="stable")[1:3]
        assert neighbours(graph, i) >= set(nearest.tolist())
        assert all(i in neighbours(graph, j) for j in neighbours(graph, i))
        assert i not in neighbours(graph, i)


def test_units_in_a_crowded_place_see_other_places() -> None:
    model = compile_problem(two_towns())
    graph = proposal_graph(model)
    town = model.points[:, 0] > 250
    assert all(any(town[j] != town[i] for j in neighbours(graph, i)) for i in range(model.n))
    assert all(any(town[j] == town[i] for j in neighbours(graph, i)) for i in range(model.n))


def test_one_unit_has_nobody_to_see() -> None:
    graph = proposal_graph(compile_problem(problem([(0, 0)], 1)))
    assert graph[0].tolist() == [0, 0]
    assert len(graph[1]) == 0
