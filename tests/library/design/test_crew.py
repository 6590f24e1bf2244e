"""Groups of territories searched side by side: what each writes is its own, and the sums stay right."""

from __future__ import annotations

import numba as nb
import numpy as np
import pytest
from tiny_instances import OBJECTIVES, grid, grid_pairs, problem

from bailiwick.design.construct.build import proposal_graph
from bailiwick.design.construct.repair import n_broken
from bailiwick.design.improve.crew import MOST_GROUPS, PER_GROUP, UNEVEN, divided, middles, mixed
from bailiwick.design.improve.graph_kernels import lay_out_borders
from bailiwick.design.improve.search import Search
from bailiwick.design.improve.search_kernels import DIAMETER_POWER, Heat
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.threads import each
from bailiwick.domain import Objective

COLUMNS, ROWS, SIDE = 48, 32, 4
K = COLUMNS * ROWS // SIDE**2


def started(model: Model, *, seed: int = 1) -> Search:
    """Squares of 4 × 4 to start from."""
    unit = np.arange(COLUMNS * ROWS)
    label = model.to_nodes((unit // COLUMNS // SIDE * (COLUMNS // SIDE) + unit % COLUMNS // SIDE).astype(np.int32))
    return Search(model, label, middles(model.points, label, K), proposal_graph(model), seed=seed)


def squares(objective: Objective = "distance", *, must_connect: bool = True) -> Model:
    load = {"people": np.random.default_rng(2).lognormal(0, 0.5, COLUMNS * ROWS)}
    pairs = grid_pairs(COLUMNS, ROWS) if must_connect else None
    return compile_problem(problem(grid(COLUMNS, ROWS), K, measures=load, tolerance=0.1, pairs=pairs, objective=objective))


def heat_for(search: Search) -> Heat:
    unit = 0.5 if search.power == DIAMETER_POWER else search.cost() / search.model.n
    return Heat(10.0 * unit * SIDE**2, 10.0, 0.0, 1.0, 2.0 * unit, 0.02 * unit, 200_000, 0.5)


@pytest.mark.parametrize("n_groups", [1, 2, 5, 16])
@pytest.mark.parametrize("d", [2, 3])
def test_every_territory_is_in_one_group_and_groups_are_nearly_even(n_groups: int, d: int) -> None:
    positions = np.random.default_rng(0).normal(size=(400, d))
    group = divided(positions, n_groups, np.random.default_rng(1))
    sizes = np.bincount(group, minlength=n_groups)
    assert len(sizes) == n_groups
    assert sizes.min() >= 400 / n_groups * (1 - UNEVEN) ** 4 - 4
    assert sizes.sum() == 400


def test_groups_are_others_every_time_and_no_group_is_empty() -> None:
    positions, rng = np.random.default_rng(0).normal(size=(18, 2)), np.random.default_rng(1)
    drawn = [divided(positions, MOST_GROUPS, rng) for _ in range(20)]
    assert all(len(np.unique(group)) == MOST_GROUPS for group in drawn)
    together = np.mean([group[:, None] == group[None, :] for group in drawn], axis=0)
    assert ((together > 0) & (together < 1)).any()


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("must_connect", [True, False])
def test_sums_and_lists_are_right_after_groups_have_searched(objective: Objective, must_connect: bool) -> None:
    model = squares(objective, must_connect=must_connect)
    search = started(model)
    assert search.crew.n_groups == 2 < K // PER_GROUP
    before = search.label.copy()
    search.state.reach[0] = 0.8 * search.cost()
    assert search.run(heat_for(search)) > 100
    state, label = search.state, search.label
    across = {(int(a), int(b)) for a, b in zip(before, label, strict=True) if a != b}
    assert len(across) > 20  # pairs of territories have exchanged something
    assert np.allclose(state.loads, model.loads(label), atol=1e-9)
    assert state.size.tolist() == np.bincount(label, minlength=K).tolist()
    if must_connect:
        assert n_broken(model, label) == 0
    kept = [sorted(search.borders.items[s : s + c].tolist()) for s, c in zip(search.borders.start, search.borders.count, strict=True)]
    lay_out_borders(search.graph, label, search.borders)
    assert kept == [
        sorted(search.borders.items[s : s + c].tolist()) for s, c in zip(search.borders.start, search.borders.count, strict=True)
    ]


def test_threads_change_nothing_and_seeds_do() -> None:
    model = squares()
    plans = []
    for n_threads, seed in ((1, 1), (nb.config.NUMBA_NUM_THREADS, 1), (1, 2)):
        nb.set_num_threads(n_threads)
        search = started(model, seed=seed)
        search.run(heat_for(search))
        plans.append((search.label.copy(), search.state.loads.copy()))
    nb.set_num_threads(nb.config.NUMBA_NUM_THREADS)
    assert np.array_equal(plans[0][0], plans[1][0])
    assert plans[0][1].tobytes() == plans[1][1].tobytes()
    assert not np.array_equal(plans[0][0], plans[2][0])


def test_random_sources_differ_and_are_never_zero() -> None:
    states = {mixed(seed, number) for seed in range(50) for number in range(16)}
    assert len(states) == 800
    assert 0 not in states


def test_each_keeps_the_order() -> None:
    assert each(lambda item: item * item, [3, 1, 2]) == [9, 1, 4]
    assert each(lambda item: item, []) == []
