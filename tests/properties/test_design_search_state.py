"""After a run of the search, every sum and list that it kept up to date equals the one computed from scratch."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_instances import OBJECTIVES, grid, grid_pairs, problem

from bailiwick.design.construct.build import proposal_graph
from bailiwick.design.construct.repair import n_broken
from bailiwick.design.improve.graph_kernels import lay_out_borders
from bailiwick.design.improve.search import Search
from bailiwick.design.improve.search_kernels import Heat
from bailiwick.design.model import Model, compile_problem
from bailiwick.domain import Objective, Problem

N_COLUMNS, N_ROWS, K = 16, 12, 7


def counted_problem(objective: Objective, *, is_planar: bool, must_connect: bool, has_rules: bool) -> Problem:
    rng = np.random.default_rng(5)
    n = N_COLUMNS * N_ROWS
    points = np.array(grid(N_COLUMNS, N_ROWS)) + rng.normal(0, 0.1, (n, 2))
    if not is_planar:
        points = np.column_stack([(points[:, 0] + 172 + 180) % 360 - 180, points[:, 1] + 60])
    measures = {"people": np.where(rng.random(n) < 0.1, 0.0, rng.lognormal(0, 1, n)), "shops": rng.integers(0, 5, n)}
    centres = np.full((K, 2), np.nan)
    rules: dict[str, object] = {}
    if has_rules:
        centres[:3] = points[[5, 80, 150]]
        rules = {"locked": np.where(np.arange(n) % 40 == 0, np.arange(n) // 40 % K, -1), "forbidden": rng.integers(0, (n, K), (60, 2))}
        rules["forbidden"] = [bar for bar in rules["forbidden"] if rules["locked"][bar[0]] < 0]  # type: ignore[index, attr-defined]
    return problem(
        points,
        K,
        measures=measures,
        tolerance=0.1,
        pairs=grid_pairs(N_COLUMNS, N_ROWS) if must_connect else None,
        centres=centres,
        is_planar=is_planar,
        objective=objective,
        **rules,
    )


def stripes(model: Model) -> np.ndarray:
    """Connected territories to start from: bands of rows, with locks put in their place."""
    row = np.arange(model.n) // N_COLUMNS
    label = model.to_nodes((row * K // N_ROWS).astype(np.int32))
    return np.where(model.pinned >= 0, model.pinned, label).astype(np.int32)


def start(model: Model) -> Search:
    label = stripes(model)
    centres = np.column_stack(
        [np.bincount(label, weights=column, minlength=K) / np.bincount(label, minlength=K) for column in model.points.T]
    )
    centres[model.is_fixed] = model.centres[model.is_fixed]
    return Search(model, label, centres, proposal_graph(model), seed=3)


def border_lists(search: Search) -> list[list[int]]:
    borders = search.borders
    return [sorted(borders.items[s : s + c].tolist()) for s, c in zip(borders.start, borders.count, strict=True)]


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("is_planar", [True, False])
@pytest.mark.parametrize("must_connect", [True, False])
@pytest.mark.parametrize("has_rules", [True, False])
def test_what_is_kept_up_to_date_equals_what_is_computed_afresh(
    objective: Objective, is_planar: bool, must_connect: bool, has_rules: bool
) -> None:
    model = compile_problem(counted_problem(objective, is_planar=is_planar, must_connect=must_connect, has_rules=has_rules))
    search = start(model)
    before, pieces_before = search.label.copy(), n_broken(model, search.label)
    allowed_before = barred_assignments(model, before)
    scale = max(search.cost(), 1.0) / model.n
    search.state.reach[0] = 0.8 * search.cost()
    accepted = search.run(Heat(10.0 * scale, 10.0, 0.0, 1.0, 2.0 * scale, 0.02 * scale, 300_000, 0.5))
    state, label = search.state, search.label
    assert accepted > 1000
    assert not np.array_equal(label, before)

    assert state.size.tolist() == np.bincount(label, minlength=K).tolist()
    assert state.size.min() >= 1
    assert np.allclose(state.loads, model.loads(label), atol=1e-9)
    mass = np.bincount(label, weights=search.weight, minlength=K)
    assert np.allclose(state.mass[state.is_mean], mass[state.is_mean], atol=1e-9)
    means = np.column_stack([np.bincount(label, weights=search.weight * column, minlength=K) / mass for column in model.points.T])
    assert np.allclose(state.centres[state.is_mean], means[state.is_mean], atol=1e-6)
    assert state.is_mean.any() == (objective == "inertia")
    if objective == "diameter":
        for j in range(K):
            assert sorted(state.members[j, : state.size[j]].tolist()) == np.flatnonzero(label == j).tolist()
        assert state.members[label, state.seat].tolist() == list(range(model.n))

    kept = border_lists(search)
    place = search.borders.place.copy()
    assert sorted(np.flatnonzero(place >= 0).tolist()) == sorted(unit for units in kept for unit in units)
    assert search.borders.items[place[place >= 0]].tolist() == np.flatnonzero(place >= 0).tolist()
    lay_out_borders(search.graph, label, search.borders)
    assert kept == border_lists(search)

    assert np.array_equal(label[model.pinned >= 0], before[model.pinned >= 0])
    assert barred_assignments(model, label) <= allowed_before
    if must_connect and not has_rules:
        assert pieces_before == n_broken(model, label) == 0


def barred_assignments(model: Model, label: np.ndarray) -> set[tuple[int, int]]:
    """Nodes in a territory forbidden to them: the stripes may have some, the search must not add any."""
    owner = np.repeat(np.arange(model.n), np.diff(model.barred_ptr))
    return {(int(i), int(j)) for i, j in zip(owner, model.barred, strict=True) if label[i] == j}


def test_the_cost_is_that_of_the_label_and_the_centres() -> None:
    model = compile_problem(counted_problem("distance", is_planar=True, must_connect=True, has_rules=False))
    search = start(model)
    offset = model.points - search.state.centres[search.label]
    assert search.cost() == pytest.approx(float((search.weight * np.hypot(*offset.T)).sum()))
    assert search.weight.sum() == pytest.approx(K)


def test_border_lists_survive_when_they_outgrow_their_room() -> None:
    side = 50
    model = compile_problem(problem(grid(side, side), 2, pairs=grid_pairs(side, side), tolerance=0.5))
    halves = model.to_nodes((np.arange(side * side) // (side * side // 2)).astype(np.int32))
    search = Search(model, halves, np.array([[25.0, 12.0], [25.0, 37.0]]), proposal_graph(model), seed=0)
    lay_out_borders(search.graph, search.label, search.borders)
    room = search.borders.room.copy()
    assert room.tolist() == [side + side // 2 + 16] * 2
    search.run(Heat(0.1, 1.0, 0.0, 1.0, 100.0, 100.0, 200_000, 0.5))
    kept = border_lists(search)
    assert max(len(units) for units in kept) > room[0]
    lay_out_borders(search.graph, search.label, search.borders)
    assert kept == border_lists(search)
    assert n_broken(model, search.label) == 0
