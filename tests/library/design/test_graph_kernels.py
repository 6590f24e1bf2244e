"""Connectivity, borders and random numbers of the search, against the plainest code that says the same."""

from __future__ import annotations

import numpy as np
import pytest

from bailiwick.design.improve.graph_kernels import (
    Borders,
    Graph,
    can_leave,
    enter_move,
    lay_out_borders,
    n_abroad,
    next_below,
    next_random,
    random_other,
    random_other_of,
    touches,
)
from bailiwick.domain import Adjacency


def n_pieces(near: list[set[int]], members: set[int]) -> int:
    """Number of connected pieces, by flooding."""
    left, pieces = set(members), 0
    while left:
        pieces += 1
        frontier = {left.pop()}
        while frontier:
            frontier = {u for i in frontier for u in near[i]} & left
            left -= frontier
    return pieces


def random_graph(seed: int, n: int, n_edges: int) -> tuple[Adjacency, list[set[int]]]:
    rng = np.random.default_rng(seed)
    graph = Adjacency.from_pairs(n, rng.integers(0, n, (n_edges, 2)))
    return graph, [set(graph.neighbours(i).tolist()) for i in range(n)]


def leave(graph: Adjacency, label: np.ndarray, i: int, scratch: tuple[np.ndarray, np.ndarray, np.ndarray]) -> bool:
    return bool(can_leave(np.array(graph.indptr), np.array(graph.indices), label, i, *scratch))


def test_leaving_is_allowed_exactly_where_no_new_piece_arises() -> None:
    # with 30 units every detour is short enough to be found
    yes = no = 0
    for seed in range(150):
        n = 30
        graph, near = random_graph(seed, n, int(np.random.default_rng(seed).integers(20, 90)))
        label = np.random.default_rng(seed + 1).integers(0, 3, n).astype(np.int32)
        scratch = np.zeros(n, np.int64), np.zeros(1, np.int64), np.empty(n, np.int32)
        for i in range(n):
            members = set(np.flatnonzero(label == label[i]).tolist())
            is_safe = n_pieces(near, members - {i}) <= n_pieces(near, members)
            assert leave(graph, label, i, scratch) == is_safe, (seed, i)
            yes, no = yes + is_safe, no + (not is_safe)
    assert min(yes, no) > 300


def test_a_long_way_round_counts_as_none_but_a_yes_is_always_right() -> None:
    yes = no = 0
    for seed in range(40):
        n = 400
        graph, near = random_graph(seed, n, 460)
        label = np.zeros(n, np.int32)
        scratch = np.zeros(n, np.int64), np.zeros(1, np.int64), np.empty(n, np.int32)
        for i in range(0, n, 7):
            said = leave(graph, label, i, scratch)
            assert not said or n_pieces(near, set(range(n)) - {i}) <= n_pieces(near, set(range(n))), (seed, i)
            yes, no = yes + said, no + (not said)
    assert min(yes, no) > 100
    ring = Adjacency.from_pairs(200, np.column_stack([np.arange(200), np.roll(np.arange(200), 1)]))
    scratch = np.zeros(200, np.int64), np.zeros(1, np.int64), np.empty(200, np.int32)
    assert not leave(ring, np.zeros(200, np.int32), 0, scratch)
    assert leave(ring, (np.arange(200) > 20).astype(np.int32), 0, scratch)


def test_borders_are_the_units_with_a_neighbour_elsewhere() -> None:
    graph, near = random_graph(3, 60, 100)
    label = np.random.default_rng(5).integers(0, 4, 60).astype(np.int32)
    indptr, indices = np.array(graph.indptr), np.array(graph.indices)
    for i in range(60):
        assert n_abroad(indptr, indices, label, i) == sum(label[u] != label[i] for u in near[i])
        assert all(touches(indptr, indices, i, j) == (j in near[i]) for j in range(60))


def test_border_lists_follow_moves_one_by_one() -> None:
    n, k = 60, 4
    graph, near = random_graph(3, n, 100)
    rng = np.random.default_rng(5)
    label = rng.integers(0, k, n).astype(np.int32)
    kept = Graph(np.array(graph.indptr), np.array(graph.indices))
    units = np.empty(n, np.int32)
    borders = Borders(np.empty(n + n // 2 + 16 * k + 16, np.int32), units, units.copy(), *(np.empty(k, np.int64) for _ in range(3)))
    lay_out_borders(kept, label, borders)
    for _ in range(500):
        i, old = int(rng.integers(n)), -1
        old, label[i] = int(label[i]), rng.integers(0, k)
        if label[i] == old:
            continue
        fits = enter_move(*kept, label, i, old, *borders)
        if not fits:
            lay_out_borders(kept, label, borders)
        for j in range(k):
            listed = borders.items[borders.start[j] : borders.start[j] + borders.count[j]].tolist()
            assert sorted(listed) == [u for u in range(n) if label[u] == j and any(label[v] != j for v in near[u])]
        assert borders.abroad.tolist() == [sum(label[v] != label[u] for v in near[u]) for u in range(n)]


def test_random_numbers_are_even_and_repeatable() -> None:
    state = np.array([12345], np.uint64)
    drawn = np.array([next_random(state) for _ in range(20_000)])
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert np.histogram(drawn, bins=10, range=(0, 1))[0] == pytest.approx([2000] * 10, abs=200)
    again = np.array([12345], np.uint64)
    assert [next_random(again) for _ in range(100)] == drawn[:100].tolist()
    assert {next_below(state, 3) for _ in range(100)} == {0, 1, 2}
    assert {next_below(state, 1) for _ in range(10)} == {0}


def test_the_other_territory_is_drawn_from_all_neighbours_there() -> None:
    graph = Adjacency.from_pairs(5, np.array([(0, 1), (0, 2), (0, 3), (0, 4)]))
    label, state = np.array([0, 1, 1, 0, 2], np.int32), np.array([7], np.uint64)
    indptr, indices = np.array(graph.indptr), np.array(graph.indices)
    assert {random_other(indptr, indices, label, 0, state) for _ in range(100)} == {1, 2, 4}
    assert random_other(indptr, indices, label, 3, state) == -1
    found, group = np.empty(5, np.int32), np.array([0, 0, 1], np.int32)
    assert {random_other_of(indptr, indices, label, group, 0, 0, state, found) for _ in range(100)} == {1, 2}
    assert {random_other_of(indptr, indices, label, group, 1, 0, state, found) for _ in range(100)} == {4}
    assert random_other_of(indptr, indices, label, group, 1, 3, state, found) == -1
