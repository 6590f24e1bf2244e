"""What staying is worth, in the transport, in the search and in the start; all against sums made here."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny_instances import grid, grid_pairs, path_pairs, problem

from bailiwick.design.construct.build import construct, proposal_graph
from bailiwick.design.construct.repair import n_broken
from bailiwick.design.construct.transport import Transport
from bailiwick.design.improve.schedule import Improved
from bailiwick.design.improve.search import Search
from bailiwick.design.improve.search_kernels import Heat
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.progress import Watch
from bailiwick.design.realign import centres_of_today, keep_names, start_of_today
from bailiwick.domain import Baseline, Objective, Problem

N_COLUMNS, N_ROWS, K = 16, 12, 6


def shifted(objective: Objective = "distance", *, price: float = 3.0, cap: float | None = None, **rules: object) -> Problem:
    rng = np.random.default_rng(8)
    n = N_COLUMNS * N_ROWS
    today = np.arange(n) // N_COLUMNS * K // N_ROWS
    today[rng.random(n) < 0.05] = -1
    return problem(
        np.array(grid(N_COLUMNS, N_ROWS)) + rng.normal(0, 0.1, (n, 2)),
        K,
        measures={"people": rng.lognormal(0, 0.7, n)},
        tolerance=0.1,
        pairs=grid_pairs(N_COLUMNS, N_ROWS),
        objective=objective,
        baseline=Baseline(today, rng.lognormal(0, 1, n), price, cap),
        **rules,
    )


def moved_in(asked: Problem, label: np.ndarray) -> float:
    assert asked.baseline is not None
    return float(asked.disruption[asked.baseline.is_moved(label)].sum() / asked.disruption.sum())


def test_without_a_baseline_nothing_is_kept_in_memory() -> None:
    stay = compile_problem(replace(shifted(), baseline=None)).stay
    assert not stay.is_there
    assert stay.ptr.size + stay.territory.size + stay.share.size == 0


def test_shares_of_groups_add_up_by_territory() -> None:
    groups = np.array([0, 0, 0, -1, -1])
    asked = problem(
        [(x, 0) for x in range(5)], 2, groups=groups, baseline=Baseline(np.array([0, 0, 1, 1, -1]), np.array([1, 2, 4, 1, 2.0]))
    )
    model = compile_problem(asked)
    for label in ([0, 0, 0, 1, 1], [1, 1, 1, 1, 0], [1, 1, 1, 0, 0]):
        assert model.stay.moved(model.to_nodes(np.array(label))) == pytest.approx(moved_in(asked, np.array(label)))
    assert model.to_units(model.stay.today()).tolist() == [1, 1, 1, 1, -1]  # most of the group is at stake in the second territory


@pytest.mark.parametrize("objective", ["distance", "inertia"])
@pytest.mark.parametrize("has_bars", [True, False])
def test_the_transport_takes_the_best_score_with_what_staying_is_worth(objective: Objective, has_bars: bool) -> None:
    rng = np.random.default_rng(1)
    rules = {"forbidden": rng.integers(0, (N_COLUMNS * N_ROWS, K), (80, 2))} if has_bars else {}
    model = compile_problem(shifted(objective, price=2.0, **rules))
    exact = Transport.exact(model)
    centres, prices = centres_of_today(model), rng.normal(0, 1, K)
    square = ((model.points[:, None] - centres[None]) ** 2).sum(axis=2)
    cost = square if objective == "inertia" else np.sqrt(square)
    score = exact.weight[:, None] * cost - exact.load[:, None] * prices
    row = np.repeat(np.arange(model.n), np.diff(model.stay.ptr))
    score[row, model.stay.territory] -= model.stay.share * model.stay.price * model.scale
    for i in range(model.n):
        score[i, model.barred[model.barred_ptr[i] : model.barred_ptr[i + 1]]] = np.inf
    label, value, loads = exact.assign(centres, prices)
    assert label.tolist() == score.argmin(axis=1).tolist()
    assert value == pytest.approx(score.min(axis=1).sum())
    assert np.allclose(loads, model.loads(label)[:, 0])
    # at a low temperature the smoothed form tends to the same
    smooth = Transport.of(model)
    soft = smooth.soft(centres, prices, np.full(len(smooth.radius), 1e-6))
    assert np.allclose(soft[1], np.bincount(smooth.assign(centres, prices)[0], weights=smooth.load, minlength=K), atol=1e-6)


def started(asked: Problem) -> tuple[Model, Search]:
    model = compile_problem(asked)
    centres = centres_of_today(model)
    built = construct(model, watch=Watch(lambda: 0.0), at=centres)
    return model, Search(model, start_of_today(model, built, centres), centres, proposal_graph(model), seed=3)


@pytest.mark.parametrize("objective", ["distance", "inertia", "diameter"])
@pytest.mark.parametrize("cap", [None, 0.1])
def test_the_search_keeps_count_of_what_has_moved(objective: Objective, cap: float | None) -> None:
    asked = shifted(objective, price=0.0 if cap else 0.5, cap=cap)
    model, search = started(asked)
    assert search.state.moved[0] == pytest.approx(moved_in(asked, model.to_units(search.label)), abs=1e-12)
    scale = max(search.cost(), 1.0) / model.n
    assert search.run(Heat(10.0 * scale, 10.0, 0.0, 1.0, 2.0 * scale, 0.02 * scale, 200_000, 0.5)) > 50
    moved = moved_in(asked, model.to_units(search.label))
    assert search.state.moved[0] == pytest.approx(moved, abs=1e-9)
    assert moved > 0.02
    if cap is not None:
        assert moved <= cap + 1e-9
        assert moved > cap - 0.05  # without a price everything that may move does


def energy_of(asked: Problem, model: Model, search: Search, heat: Heat) -> float:
    """What the search makes small, from the label alone: ways, priced excess, and the price of what has moved."""
    assert asked.baseline is not None
    square = ((model.points - search.state.centres[search.label]) ** 2).sum(axis=1)
    ways = float((search.weight * (square if asked.objective == "inertia" else np.sqrt(square))).sum())
    load = model.loads(search.label)
    over = np.maximum(np.maximum(load - model.upper, model.lower - load), 0.0) / model.target
    moved = asked.baseline.price * float(asked.disruption[asked.baseline.is_moved(model.to_units(search.label))].sum())
    return ways + heat.price * float((over * (1 + heat.bend * over)).sum()) + moved * model.scale


@pytest.mark.parametrize("objective", ["distance", "inertia"])
@pytest.mark.parametrize("compound_share", [0.0, 1.0])
def test_a_quench_takes_every_step_downhill(objective: Objective, compound_share: float) -> None:
    asked = shifted(objective, price=0.4)
    model, search = started(asked)
    scale = max(search.cost(), 1.0) / model.n
    search.run(Heat(scale, 10.0, 0.0, 1.0, 4.0 * scale, 2.0 * scale, 20_000, 0.5))
    cold = Heat(10.0 * scale, 10.0, 0.0, 1.0, 0.0, 0.0, 32, compound_share)
    before, accepted = energy_of(asked, model, search, cold), 0
    for _ in range(400):
        accepted += search.run(cold)
        now = energy_of(asked, model, search, cold)
        assert now <= before + 1e-9
        before = now
    assert accepted > 50


def test_the_change_of_a_move_includes_its_price() -> None:
    asked = shifted(price=1e9)
    model, search = started(asked)
    before = search.label.copy()
    search.run(Heat(1e-3, 10.0, 0.0, 1.0, 1.0, 0.01, 100_000, 0.5))
    has = model.stay.today() >= 0
    assert np.array_equal(search.label[has], before[has])  # only new units change hands where any other move is too dear


def test_a_plan_in_pieces_is_joined_as_far_as_the_cap_allows() -> None:
    today = np.array([0, 0, 0, 1, 0, 1, 1, 0])  # two pieces of one unit and one of two lie apart
    for cap, n_moved in ((None, 3), (1.0, 3), (0.3, 2), (0.2, 1), (0.1, 0)):
        asked = problem([(x, 0) for x in range(8)], 2, pairs=path_pairs(8), baseline=Baseline(today, max_moved_share=cap))
        model = compile_problem(asked)
        centres = centres_of_today(model)
        label = start_of_today(model, construct(model, watch=Watch(lambda: 0.0), at=centres), centres)
        assert round(8 * model.stay.moved(label)) == n_moved, cap
        assert (n_broken(model, label) == 0) == (n_moved == 3)


def test_new_and_barred_units_and_empty_territories_find_a_place() -> None:
    today = np.array([0, 0, 0, 0, -1, 0, 0, 0])
    asked = problem(
        [(x, 0) for x in range(8)], 3, pairs=path_pairs(8), forbidden=np.array([[0, 0]]), baseline=Baseline(today), tolerance=0.5
    )
    model = compile_problem(asked)
    centres = centres_of_today(model)
    assert np.isfinite(centres).all()
    assert len(np.unique(centres, axis=0)) == 3
    label = start_of_today(model, construct(model, watch=Watch(lambda: 0.0), at=centres), centres)
    assert sorted(set(label.tolist())) == [0, 1, 2]
    assert model.to_units(label)[0] != 0


def test_names_go_where_most_stays() -> None:
    asked = problem(grid(4, 1), 2, pairs=path_pairs(4), baseline=Baseline(np.array([0, 0, 1, 1]), price=1.0))
    model = compile_problem(asked)
    swapped = Improved(model.to_nodes(np.array([1, 1, 1, 0])), np.array([[3.0, 0.0], [1.0, 0.0]]), np.zeros((2, 1)), 10.0)
    kept = keep_names(model, swapped)
    assert model.to_units(kept.label).tolist() == [0, 0, 0, 1]
    assert kept.centres.tolist() == [[1.0, 0.0], [3.0, 0.0]]
    assert kept.cost == pytest.approx(10.0 - 2 * (3 - 1) / 4)
    locked = compile_problem(replace(asked, locked=np.array([-1, -1, -1, 0])))
    assert keep_names(locked, swapped) is swapped
