"""Problems as arrays: order, groups, scales, windows, graphs and bars, on numbers that fit in the head."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_instances import forbidden, grid, grid_pairs, grouped, line5, locked, problem, zero_measure

from bailiwick.design.model import Model, compile_problem, morton_order, number_nodes
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, to_vectors


def test_the_z_curve_visits_quarters_one_after_the_other() -> None:
    points = np.array(grid(4, 4))
    order = morton_order(points)
    assert points[order[:4]].tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert sorted(order.tolist()) == list(range(16))
    quarters = [set(map(tuple, points[order[at : at + 4]] // 2)) for at in range(0, 16, 4)]
    assert quarters == [{(0, 0)}, {(1, 0)}, {(0, 1)}, {(1, 1)}]


@pytest.mark.parametrize("d", [2, 3])
def test_the_z_curve_keeps_bits_of_all_axes_apart(d: int) -> None:
    rng = np.random.default_rng(0)
    cells = rng.integers(0, 1 << 10, (500, d))
    cells[:2] = [[0] * d, [(1 << 10) - 1] * d]
    keys = [sum(((int(c[axis]) >> bit) & 1) << (bit * d + axis) for bit in range(10) for axis in range(d)) for c in cells]
    assert morton_order((cells + 0.5).astype(float) - 0.5).tolist() == np.argsort(keys, kind="stable").tolist()


def test_points_in_one_place_keep_their_order() -> None:
    assert morton_order(np.zeros((5, 3))).tolist() == [0, 1, 2, 3, 4]
    assert morton_order(np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 1.0], [0.0, 0.0]])).tolist() == [1, 3, 0, 2]


def test_loads_are_in_mean_territories_and_windows_follow_shares() -> None:
    asked = problem(grid(4, 1), 2, measures={"people": [1, 2, 3, 4]}, tolerance=0.1, shares=[0.75, 0.25])
    model = compile_problem(asked)
    assert model.load[model.node_of_unit, 0].tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert model.target.ravel().tolist() == [1.5, 0.5]
    assert model.lower.ravel().tolist() == pytest.approx([1.35, 0.45])
    assert model.upper.ravel().tolist() == pytest.approx([1.65, 0.55])
    assert model.weight[model.node_of_unit].tolist() == [1, 2, 3, 4]


def test_a_tolerance_above_one_does_not_ask_for_less_than_nothing() -> None:
    assert compile_problem(line5()).lower.min() > 0
    assert compile_problem(problem(grid(4, 1), 2, tolerance=1.5)).lower.tolist() == [[0], [0]]


def test_measures_without_tolerance_are_left_out_unless_there_is_no_other() -> None:
    both = {"people": [1, 1, 1, 1], "shops": [1, 2, 3, 4]}
    one = compile_problem(problem(grid(4, 1), 2, measures=both, tolerance={"people": None, "shops": 0.1}))  # type: ignore[dict-item]
    assert one.load.shape == (4, 1)
    assert one.load[one.node_of_unit, 0].tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8])
    none = compile_problem(problem(grid(4, 1), 2, measures=both, tolerance={"people": None, "shops": None}))  # type: ignore[dict-item]
    assert none.load[:, 0].tolist() == [0.5] * 4
    assert none.upper.min() > 1e5


def test_a_measure_of_zeros_has_nothing_to_balance() -> None:
    model = compile_problem(zero_measure())
    assert not model.load.any()
    assert not model.target.any()


def test_a_group_is_one_node_in_the_middle_of_its_weight() -> None:
    asked = problem(
        [(0, 0), (1, 0), (2, 0), (6, 0)], 2, measures={"people": [1, 1, 1, 3]}, groups=[4, -1, -1, 4], pairs=[(0, 1), (1, 2), (2, 3)]
    )
    model = compile_problem(asked)
    assert model.n == 3
    assert model.node_of_unit[0] == model.node_of_unit[3]
    node = model.node_of_unit[0]
    assert model.points[node] == pytest.approx([4.5, 0])
    assert model.weight[node] == 4
    assert model.indices[model.indptr[node] : model.indptr[node + 1]].tolist() == sorted(model.node_of_unit[[1, 2]].tolist())
    assert model.to_units(model.to_nodes(np.array([1, 0, 0, 1]))).tolist() == [1, 0, 0, 1]
    assert number_nodes(grouped()).max() == 5


def test_a_group_on_the_sphere_stays_on_the_sphere() -> None:
    model = compile_problem(problem([(179, 60), (-179, 60), (0, 0)], 2, groups=[0, 0, -1], is_planar=False))
    node = model.node_of_unit[0]
    assert np.linalg.norm(model.points[node]) == pytest.approx(EARTH_RADIUS_KM)
    assert model.points[node] / EARTH_RADIUS_KM @ to_vectors(np.array([[180.0, 60.0]]))[0] / EARTH_RADIUS_KM == pytest.approx(1.0, abs=1e-7)


def test_the_graph_of_nodes_is_that_of_the_units() -> None:
    model = compile_problem(problem(grid(4, 4), 4, pairs=grid_pairs(4, 4)))
    assert model.must_connect
    unit = np.argsort(model.node_of_unit)
    pairs = {tuple(sorted((unit[i], unit[j]))) for i in range(16) for j in model.indices[model.indptr[i] : model.indptr[i + 1]]}
    assert pairs == set(grid_pairs(4, 4))
    assert not compile_problem(problem(grid(4, 4), 4)).must_connect


def test_locks_and_bars_are_those_of_the_units() -> None:
    model = compile_problem(locked())
    assert model.pinned[model.node_of_unit].tolist() == [1, -1, -1, -1, -1, 0]
    assert bars_of(compile_problem(forbidden())) == {(0, 0), (1, 0), (4, 1), (5, 1)}


def bars_of(model: Model) -> set[tuple[int, int]]:
    unit = np.argsort(model.node_of_unit, kind="stable")
    return {(int(unit[i]), int(j)) for i in range(model.n) for j in model.barred[model.barred_ptr[i] : model.barred_ptr[i + 1]]}


def test_homes_beyond_the_largest_distance_are_barred() -> None:
    row = [(x, 0) for x in range(6)]
    capped = problem(row, 2, centres=[(0, 0), (5, 0)], max_distance_km=3)
    assert bars_of(compile_problem(capped)) == {(4, 0), (5, 0), (0, 1), (1, 1)}


def test_the_largest_distance_gives_way_to_what_is_forbidden() -> None:
    row = [(x, 0) for x in range(6)]
    # unit 0 may not go to the first home, so the second stays open although it is too far
    asked = problem(row, 2, centres=[(0, 0), (5, 0)], max_distance_km=3, forbidden=np.array([(0, 0)]))
    assert bars_of(compile_problem(asked)) == {(0, 0), (4, 0), (5, 0), (1, 1)}


def test_a_home_far_from_everybody_is_not_barred_to_everybody() -> None:
    asked = problem([(x, 0) for x in range(6)], 2, centres=[(0, 0), (50, 0)], max_distance_km=5)
    assert bars_of(compile_problem(asked)) == set()
