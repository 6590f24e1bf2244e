"""Two neighbouring territories thrown together and cut anew, along random spanning trees.

Where territories consist of few, large units, no move and no swap may bring a load into a narrow window, though another
division of the same units does. A spanning tree of both territories falls into two connected parts wherever it is cut, so
that every edge of every tree is a division to look at (recombination: DeFord, Duchin & Solomon, Harvard Data Science Review 2021).
"""

from __future__ import annotations

import numpy as np

from bailiwick.compiled import kernel, leaf
from bailiwick.design.bounds.disruption_floor import territory_pairs
from bailiwick.design.construct.kernels import cost_between, is_barred
from bailiwick.design.improve.crew import mixed
from bailiwick.design.improve.exchange_state_kernels import outside
from bailiwick.design.improve.graph_kernels import next_below
from bailiwick.design.improve.search import Search
from bailiwick.design.improve.search_kernels import DIAMETER_POWER
from bailiwick.domain import IntArray

TREE_NODES = 200_000
"""Nodes in all trees of a pair together: 30 units are cut along 6,000 trees, 600 units along 300."""
FIRST_TREES = 0.2
"""Share of the trees after which a division without any excess is good enough."""
EQUAL = 1e-9
"""Excesses that differ by less are the same."""


def recombine(search: Search, *, seed: int) -> IntArray | None:
    """Territory per node after each territory outside a window has shared its units anew with a neighbour, shape (n,).

    The worst territory chooses first: the neighbour with which the excess falls most, and of their divisions with the least
    excess the cheapest. None where no division has less excess than there is now. The search stays as it is.
    """
    label, excess = search.label.copy(), search.excesses().sum(axis=1)
    pairs = territory_pairs(label, search.model.indptr, search.model.indices, search.model.k)
    random = np.full(1, mixed(seed, search.model.k), np.uint64)
    is_settled = np.zeros(search.model.k, np.bool_)
    for worst in np.argsort(-excess, kind="stable")[: int((excess > EQUAL).sum())]:
        gain, settled = EQUAL, None
        for other in pairs[pairs[:, 0] == worst, 1]:
            if is_settled[worst] or is_settled[other]:
                continue
            divided = _divide(search.ground, search.ground.bonds, search.state.centres, label, worst, other, TREE_NODES, random)
            if excess[worst] + excess[other] - divided[1] > gain:
                gain, settled = excess[worst] + excess[other] - divided[1], (other, divided[0])
        if settled is not None:
            is_settled[[worst, settled[0]]], label = True, settled[1]
    return label if is_settled.any() else None


@kernel
def _divide(ground, graph, centres, label, a, b, n_nodes, random):  # type: ignore[no-untyped-def]
    """The best division of a and b along random trees: labels of all nodes, and the excess of both, infinite if none was found."""
    nodes = np.flatnonzero((label == a) | (label == b)).astype(np.int32)
    n, n_measures = len(nodes), ground.load.shape[1]
    place = np.full(len(label), -1, np.int32)
    place[nodes] = np.arange(n, dtype=np.int32)
    value = np.empty((n, n_measures + 3))  # loads, cost in a less cost in b, nodes that must be in a, nodes that must be in b
    _fill(ground, centres, nodes, a, b, value)
    total = value.sum(axis=0)
    sums, best = np.empty_like(value), np.full(2, np.inf)
    order, parent = np.empty(n, np.int32), np.empty(n, np.int32)
    n_edges = 0
    for i in nodes:
        n_edges += graph.indptr[i + 1] - graph.indptr[i]
    ends = np.empty((n_edges + 1, 2), np.int32)
    found, inside = label.copy(), np.empty(n, np.bool_)
    n_trees = max(n_nodes // n, 1)
    for tree in range(n_trees):
        if (best[0] < EQUAL and tree > FIRST_TREES * n_trees) or _grow_tree(graph, nodes, place, order, parent, ends, random) < n:
            break
        for at in range(n):
            sums[at] = value[at]
        for at in range(n - 1, 0, -1):
            i = order[at]
            for column in range(value.shape[1]):
                sums[parent[i], column] += sums[i, column]
        for at in range(1, n):
            for side in range(2):
                cut = _judge(ground, sums[order[at]], total, a, b, side)
                if cut[0] < best[0] - EQUAL or (cut[0] < best[0] + EQUAL and cut[1] < best[1]):
                    best[0], best[1] = cut
                    _mark(order, parent, at, inside)
                    for c in range(n):
                        found[nodes[c]] = a if inside[c] == (side == 0) else b
    return found, best[0]


@leaf
def _fill(ground, centres, nodes, a, b, value):  # type: ignore[no-untyped-def]
    """What every node adds to the sums of a part."""
    power, n_measures = (1 if ground.power == DIAMETER_POWER else ground.power), ground.load.shape[1]
    for at in range(len(nodes)):
        i = nodes[at]
        for m in range(n_measures):
            value[at, m] = ground.load[i, m]
        there = cost_between(ground.points, i, centres, a, power, ground.is_sphere)
        here = cost_between(ground.points, i, centres, b, power, ground.is_sphere)
        value[at, n_measures] = ground.weight[i] * (there - here)
        value[at, n_measures + 1] = 1.0 if ground.pinned[i] == a or is_barred(ground.barred_ptr, ground.barred, i, b) else 0.0
        value[at, n_measures + 2] = 1.0 if ground.pinned[i] == b or is_barred(ground.barred_ptr, ground.barred, i, a) else 0.0


@leaf
def _grow_tree(graph, nodes, place, order, parent, ends, random):  # type: ignore[no-untyped-def]
    """Grow a tree from a random node along random edges; returns how many nodes it reaches."""
    n = len(nodes)
    for at in range(n):
        parent[at] = -1
    root = next_below(random, n)
    ends[0, 0], ends[0, 1], n_open, n_reached = root, root, 1, 0
    while n_open > 0:
        at = next_below(random, n_open)
        before, i = ends[at, 0], ends[at, 1]
        n_open -= 1
        ends[at, 0], ends[at, 1] = ends[n_open, 0], ends[n_open, 1]
        if parent[i] >= 0:
            continue
        parent[i], order[n_reached] = before, i
        n_reached += 1
        for c in range(graph.indptr[nodes[i]], graph.indptr[nodes[i] + 1]):
            other = place[graph.indices[c]]
            if other >= 0 and parent[other] < 0:
                ends[n_open, 0], ends[n_open, 1] = i, other
                n_open += 1
    return n_reached


@leaf
def _judge(ground, part, total, a, b, side):  # type: ignore[no-untyped-def]
    """Excess and relative cost if a part goes to a (side 0) or to b (side 1) and the rest to the other."""
    n_measures = len(part) - 3
    mine, other = n_measures + 1 + side, n_measures + 2 - side
    if part[other] > 0.0 or part[mine] < total[mine]:
        return np.inf, np.inf
    first, second = (a, b) if side == 0 else (b, a)
    excess = 0.0
    for m in range(n_measures):
        excess += outside(ground, first, m, part[m]) + outside(ground, second, m, total[m] - part[m])
    cost = part[n_measures] if side == 0 else total[n_measures] - part[n_measures]
    return excess, cost


@leaf
def _mark(order, parent, at, inside):  # type: ignore[no-untyped-def]
    """Mark the nodes at and behind a place of a tree."""
    for i in range(len(inside)):
        inside[i] = False
    inside[order[at]] = True
    for later in range(at + 1, len(order)):
        inside[order[later]] = inside[order[later]] or inside[parent[order[later]]]
