"""Every metric on instances small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bailiwick.domain import Adjacency, Baseline, Measure, Objective, Problem, TravelTable, UnitTable
from bailiwick.errors import InputError
from bailiwick.metrics import BY_KEY, METRICS, evaluate


def grid(objective: Objective = "distance", **rules: object) -> Problem:
    """Nine units on a 3 × 3 grid of 1 km, people 1…9 row by row, rook neighbours, three free territories."""
    xy = np.array([[column, row] for row in range(3) for column in range(3)], dtype=float)
    units = UnitTable(
        ids=np.array([f"u{i}" for i in range(9)], dtype=object),
        coordinates=xy,
        measures={"people": np.arange(1.0, 10.0), "shops": np.ones(9)},
        is_planar=True,
    )
    pairs = [(i, i + 1) for i in range(9) if i % 3 < 2] + [(i, i + 3) for i in range(6)]
    settings: dict[str, object] = {
        "measures": (Measure("people", 0.2), Measure("shops", None)),
        "territory_ids": np.array(["A", "B", "C"], dtype=object),
        "centre_coordinates": np.full((3, 2), np.nan),
        "target_shares": np.full(3, 1 / 3),
        "adjacency": Adjacency.from_pairs(9, np.array(pairs)),
        "objective": objective,
    }
    return Problem(units=units, **{**settings, **rules})  # type: ignore[arg-type]


ROWS = np.repeat([0, 1, 2], 3)


def test_sums_targets_and_deviations() -> None:
    plan = evaluate(grid(), ROWS)
    assert plan.totals.tolist() == [[6, 3], [15, 3], [24, 3]]
    assert plan.targets.tolist() == [[15, 3]] * 3
    assert plan.deviations[:, 0].tolist() == pytest.approx([-0.6, 0.0, 0.6])
    assert plan.is_violating.tolist() == [[True, False], [False, False], [True, False]]
    assert plan.number("violating_territories") == 2
    assert plan.column("max_deviation").tolist() == pytest.approx([0.6, 0.0])
    assert plan.column("rms_deviation").tolist() == pytest.approx([np.sqrt(0.24), 0.0])
    assert not plan.keeps_every_rule


def test_targets_follow_the_shares() -> None:
    plan = evaluate(grid(target_shares=np.array([0.5, 0.25, 0.25])), ROWS)
    assert plan.targets[:, 0].tolist() == [22.5, 11.25, 11.25]


def test_a_deviation_of_exactly_the_tolerance_is_allowed() -> None:
    plan = evaluate(grid(measures=(Measure("people", 0.6),)), ROWS)
    assert not plan.is_violating.any()
    assert plan.keeps_every_rule


def test_a_measure_of_zeros_is_balanced_by_any_plan() -> None:
    units = UnitTable(ids=["a", "b"], coordinates=[[0, 0], [1, 0]], measures={"none": [0, 0]}, is_planar=True)
    problem = Problem(units, (Measure("none"),), ["A", "B"], np.full((2, 2), np.nan), [0.5, 0.5])
    plan = evaluate(problem, np.array([0, 1]))
    assert plan.deviations.tolist() == [[0.0], [0.0]]
    assert plan.mean_distance_km == 0.0


def test_distances_are_measured_from_the_best_unit() -> None:
    plan = evaluate(grid(), ROWS)
    # row 1: people 1 2 3 at x = 0 1 2; from x = 1 the cost is 1 + 3 = 4, from x = 2 it is 2 + 2 = 4, the first counts
    assert plan.centre_coordinates.tolist() == [[1, 0], [1, 1], [1, 2]]
    assert plan.objective == 4 + 10 + 16
    assert plan.number("inertia") == 4 + 10 + 16
    assert plan.column("reach_km").tolist() == [1, 1, 1]
    assert plan.column("diameter_km").tolist() == [2, 2, 2]


def test_distances_are_measured_from_a_fixed_centre() -> None:
    centres = np.array([[0.0, 0.0], [np.nan, np.nan], [1.0, 2.0]])
    plan = evaluate(grid(centre_coordinates=centres), ROWS)
    assert plan.objective == (2 + 6) + 10 + 16
    assert plan.number("inertia") == (2 + 12) + 10 + 16
    assert plan.column("reach_km").tolist() == [2, 1, 1]


def test_mean_distance_is_to_the_weighted_middle() -> None:
    plan = evaluate(grid(), ROWS)
    # row 1 has its middle at x = 4/3: 1·4/3 + 2·1/3 + 3·2/3 = 4; rows 2 and 3 at 17/15 and 13/12 likewise
    second = 4 * 17 / 15 + 5 * 2 / 15 + 6 * 13 / 15
    third = 7 * 13 / 12 + 8 * 1 / 12 + 9 * 11 / 12
    assert plan.mean_distance_km == pytest.approx((4 + second + third) / 45)
    assert plan.column("territory_mean_distance_km").tolist() == pytest.approx([4 / 6, second / 15, third / 24])


def test_diameter_objective_is_the_widest_territory() -> None:
    columns_and_corner = np.array([0, 1, 2, 0, 1, 2, 0, 1, 0])
    plan = evaluate(grid("diameter"), columns_and_corner)
    assert plan.objective == pytest.approx(np.sqrt(8))


def test_pieces_and_borders() -> None:
    plan = evaluate(grid(), np.array([0, 1, 0, 1, 1, 1, 2, 2, 2]))
    assert plan.column("n_pieces").tolist() == [2, 1, 1]
    assert plan.in_pieces.tolist() == [0]
    assert plan.number("territories_in_pieces") == 1
    assert plan.number("cut_edges") == 4 + 3
    assert plan.number("border_share") == pytest.approx(7 / 12)


def test_border_share_counts_kilometres_where_they_are_known() -> None:
    pairs = np.array([[0, 1], [1, 2]])
    units = UnitTable(ids=["a", "b", "c"], coordinates=[[0, 0], [1, 0], [2, 0]], measures={"n": [1, 1, 1]}, is_planar=True)
    graph = Adjacency.from_pairs(3, pairs, border_km=np.array([9.0, 1.0]))
    problem = Problem(units, (Measure("n"),), ["A", "B"], np.full((2, 2), np.nan), [0.5, 0.5], adjacency=graph)
    assert evaluate(problem, np.array([0, 0, 1])).number("border_share") == pytest.approx(0.1)


def test_without_adjacency_there_are_no_pieces() -> None:
    plan = evaluate(grid(adjacency=None), np.array([0, 1, 0, 1, 1, 1, 2, 2, 2]))
    assert "n_pieces" not in plan.values
    assert plan.in_pieces.size == 0


def test_fairness_of_the_loads() -> None:
    plan = evaluate(grid(), ROWS)
    assert plan.column("load_range")[0] == pytest.approx(1.2)
    assert plan.column("load_cv")[0] == pytest.approx(np.sqrt(0.24))
    assert plan.column("load_gini")[0] == pytest.approx((-2 * 0.4 + 2 * 1.6) / (3 * 3))


def test_units_without_a_territory_are_counted_and_nothing_else_breaks() -> None:
    plan = evaluate(grid(), np.where(ROWS == 2, -1, ROWS))
    assert plan.unassigned.tolist() == [6, 7, 8]
    assert plan.column("n_units").tolist() == [3, 3, 0]
    assert plan.number("empty_territories") == 1
    assert np.isnan(plan.centre_coordinates[2]).all()
    assert plan.objective == 4 + 10
    assert plan.column("n_pieces").tolist() == [1, 1, 0]


def test_hard_rules_are_checked() -> None:
    problem = grid(
        locked=np.array([1, -1, -1, -1, -1, -1, -1, -1, 2]),
        forbidden=np.array([[3, 1], [4, 0]]),
        groups=np.array([0, 0, -1, 5, -1, -1, 5, -1, -1]),
        max_distance_km=0.5,
    )
    plan = evaluate(problem, ROWS)
    assert plan.number("broken_locks") == 1
    assert plan.number("forbidden_assignments") == 1
    assert plan.number("split_groups") == 1
    assert plan.number("too_far_units") == 6


def test_disruption_takes_the_best_matching_of_labels() -> None:
    renamed = np.array([2, 0, 1])[ROWS]
    assert evaluate(grid(), renamed, baseline_idx=ROWS).column("disruption").tolist() == [0, 0]
    renamed[0] = renamed[3]
    assert evaluate(grid(), renamed, baseline_idx=ROWS).column("disruption").tolist() == pytest.approx([1 / 45, 1 / 9])


def test_wrong_lengths_and_indices_are_refused() -> None:
    with pytest.raises(InputError, match="one entry for each of the 9 units"):
        evaluate(grid(), ROWS[:8])
    with pytest.raises(InputError, match="names territory 3, but there are only 3"):
        evaluate(grid(), ROWS + 1)


def test_keys_are_unique_and_shapes_follow_the_scope() -> None:
    assert len(BY_KEY) == len(METRICS)
    everything = {"locked": np.full(9, -1), "forbidden": np.array([[0, 2]]), "groups": np.full(9, -1), "max_distance_km": 9.0}
    everything["baseline"] = Baseline(ROWS, max_moved_share=0.1)
    everything |= {"travel": TravelTable(np.ones((9, 9), np.float32), None), "max_minutes": 9.0}
    plan = evaluate(grid(**everything), ROWS, baseline_idx=ROWS)
    assert set(plan.values) == set(BY_KEY)
    for metric in METRICS:
        expected = {"plan": (), "measure": (2,), "territory": (3,)}[metric.scope]
        assert np.shape(plan.values[metric.key]) == expected, metric.key
