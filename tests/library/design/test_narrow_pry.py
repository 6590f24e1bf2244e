"""What leaves a territory together: connected with where it goes to, nothing left behind in pieces, nothing that must stay."""

from __future__ import annotations

import numpy as np
import pytest
from brute_force import AllPlans
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from tiny_instances import problem

from bailiwick.design.construct.build import proposal_graph
from bailiwick.design.improve.graph_kernels import Graph
from bailiwick.design.improve.narrow import _field, _standing, narrow
from bailiwick.design.improve.narrow_pry_kernels import chunk_at
from bailiwick.design.improve.narrow_step_kernels import scratch_for
from bailiwick.design.improve.schedule import Improved
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.progress import Watch
from bailiwick.domain import IntArray, Problem
from bailiwick.metrics.diameter import diameters_km


def near_a_tree(n: int, k: int, seed: int, *, tolerance: float = 0.3, **rules: IntArray) -> Problem:
    """Units along a line, each tied to one of the three before it: nearly all of them hold others."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(0.0, 100.0, (n, 2))
    places = places[np.argsort(places[:, 0])]
    pairs = np.array([(i, int(rng.integers(max(0, i - 3), i))) for i in range(1, n)])
    people = rng.integers(5, 16, n).astype(np.float64)
    return problem(places, k, measures={"people": people}, tolerance=tolerance, pairs=pairs, objective="diameter", **rules)


def n_pieces(model: Model, nodes: IntArray) -> int:
    ends = np.repeat(np.arange(model.n), np.diff(model.indptr))
    graph = coo_matrix((np.ones(len(ends)), (ends, model.indices)), shape=(model.n, model.n)).tocsr()
    return int(connected_components(graph[nodes][:, nodes], directed=False)[0])


def halves(model: Model) -> IntArray:
    """Two connected territories: what is cut off by one tie of the tree, as near to a half as can be."""
    ends = np.repeat(np.arange(model.n), np.diff(model.indptr))
    best, label = model.n, np.zeros(model.n, np.int32)
    for i, j in zip(ends, model.indices, strict=True):
        kept = ~(((ends == i) & (model.indices == j)) | ((ends == j) & (model.indices == i)))
        graph = coo_matrix((np.ones(kept.sum()), (ends[kept], model.indices[kept])), shape=(model.n, model.n))
        pieces = connected_components(graph, directed=False)[1]
        if (uneven := abs(2 * int((pieces == 0).sum()) - model.n)) < best:
            best, label = uneven, pieces.astype(np.int32)
    return label


def chunk(model: Model, label: IntArray, end: int) -> tuple[IntArray, int]:
    field = _field(model, proposal_graph(model))
    now, ways = _standing(field, label), Graph(model.indptr, model.indices)
    scratch = scratch_for(now)
    count, goal = chunk_at(field, now, ways, scratch, end, np.full(1, 7, np.uint64))
    return scratch.chunk[:count].copy(), goal


@pytest.mark.parametrize("seed", range(3))
def test_both_territories_stay_in_one_piece(seed: int) -> None:
    model = compile_problem(near_a_tree(40, 2, seed))
    label = halves(model)
    sizes = []
    for end in range(model.n):
        moved, goal = chunk(model, label, end)
        after = label.copy()
        after[moved] = goal
        assert end in moved
        assert len(np.unique(moved)) == len(moved)
        assert (label[moved] == label[end]).all()
        assert goal != label[end]
        assert [n_pieces(model, np.flatnonzero(after == t)) for t in np.unique(after)] == [1] * len(np.unique(after))
        sizes.append(len(moved))
    assert max(sizes) > 3  # some ends take much along


def test_what_holds_a_locked_unit_stays() -> None:
    free = compile_problem(near_a_tree(40, 2, 0))
    label = halves(free)
    end = max(range(free.n), key=lambda i: len(chunk(free, label, i)[0]))
    moved, goal = chunk(free, label, end)
    held = next(i for i in moved if i != end)
    locks = np.full(40, -1, np.int32)
    locks[np.flatnonzero(free.node_of_unit == held)] = 1 - goal
    locked = compile_problem(near_a_tree(40, 2, 0, locked=locks))
    assert len(chunk(locked, label, end)[0]) == 0


def test_the_best_of_all_plans_is_found_where_nearly_every_unit_holds_others() -> None:
    n_judged = 0
    for seed in range(12):
        asked = near_a_tree(12, 3, seed)
        model, plans = compile_problem(asked), AllPlans(asked)
        kept = plans.label[plans.is_connected & (np.abs(plans.deviations[:, :, 0]) <= 0.3 + 1e-9).all(axis=1)]
        if len(kept) > 1:
            widths = np.array([diameters_km(model.points, model.to_nodes(label.astype(np.int32)), 3).max() for label in kept])
            worst = model.to_nodes(kept[widths.argmax()].astype(np.int32))
            begun = Improved(worst, model.points[:3], model.excesses(worst), float(widths.max()))
            found = narrow(model, begun, proposal_graph(model), Watch(lambda: 0.0), seed=seed)
            assert found.cost == pytest.approx(widths.min())
            n_judged += 1
    assert n_judged >= 6
