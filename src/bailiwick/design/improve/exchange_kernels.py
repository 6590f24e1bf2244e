"""Compiled walk from plan to plan by exchanges of up to three units each way between two territories."""

from __future__ import annotations

import numpy as np

from bailiwick.compiled import kernel, leaf
from bailiwick.design.improve.exchange_set_kernels import CANDIDATES, EQUAL, N_SETS, SITES, SKIPPED, Desk, choose_exchange
from bailiwick.design.improve.exchange_state_kernels import Stand, lay_out, move, settle, total_excess
from bailiwick.design.improve.graph_kernels import next_below, next_random

MOST_KICKS = 3
"""Exchanges of one kick."""


@leaf
def carry_out(terms, stand, desk, a, b):  # type: ignore[no-untyped-def]
    """Make the exchange that is chosen."""
    for side in range(2):
        row = desk.choice[side]
        for c in range(desk.sizes[side, row]):
            move(terms, stand, desk.sets[side, row, c], b if side == 0 else a)
    settle(terms, stand, a)
    settle(terms, stand, b)


@leaf
def _find_near(terms, stand, near):  # type: ignore[no-untyped-def]
    """Mark the pairs of territories that touch along the graph, shape (K, K)."""
    near[:] = False
    for i in range(len(stand.label)):
        for at in range(terms.near_ptr[i], terms.near_ptr[i + 1]):
            near[stand.label[i], stand.label[terms.nears[at]]] = True


@leaf
def _reopen(is_open, a, b):  # type: ignore[no-untyped-def]
    """All pairs with one of two territories have to be looked at again."""
    for pair in (a, b):
        is_open[pair, :] = True
        is_open[:, pair] = True


@leaf
def descend(terms, stand, desk, near, is_open, most, random):  # type: ignore[no-untyped-def]
    """Exchange until no open pair of neighbours gains."""
    k, is_at_rest = len(stand.size), False
    while not is_at_rest:
        is_at_rest = True
        _find_near(terms, stand, near)
        for a in range(k):
            for b in range(a + 1, k):
                while near[a, b] and is_open[a, b]:
                    if choose_exchange(terms, stand, desk, a, b, most, 0.0, random):
                        carry_out(terms, stand, desk, a, b)
                        _reopen(is_open, a, b)
                        is_at_rest = False
                    else:
                        is_open[a, b] = False


@leaf
def _drawn_neighbour(near, a, random):  # type: ignore[no-untyped-def]
    """A territory near a, or −1."""
    near[a, a] = False
    n_near = near[a].sum()
    pick = next_below(random, n_near) if n_near > 0 else -1
    for b in range(len(near)):
        pick -= near[a, b]
        if near[a, b] and pick < 0:
            return b
    return -1


@leaf
def kick(terms, stand, desk, near, is_open, most, random):  # type: ignore[no-untyped-def]
    """One to three drawn exchanges between drawn neighbours, whatever they cost."""
    k = len(stand.size)
    for _ in range(1 + next_below(random, MOST_KICKS)):
        _find_near(terms, stand, near)
        a = next_below(random, k)
        b = _drawn_neighbour(near, a, random)
        if b >= 0 and choose_exchange(terms, stand, desk, a, b, most, SKIPPED, random):
            carry_out(terms, stand, desk, a, b)
            _reopen(is_open, a, b)


@kernel
def walk(terms, best, kept, n_kicks, hot, cold, most, random):  # type: ignore[no-untyped-def]
    """Descend from a plan, then kick and descend again and again, and go on from what is better, or not much worse while it is hot.

    ``best`` and ``kept`` are the best plan so far and the one to go on from; ``hot`` and ``cold`` temperatures in mean costs of a unit.
    Returns both as they are then.
    """
    n, (k, n_measures) = len(best), terms.target.shape
    stand = Stand(
        np.zeros(n, np.int32), np.zeros(k, np.int32), np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(k, np.int64),
        np.zeros((k, n_measures)), np.zeros(n), np.zeros(k), np.full(k, -1, np.int32),
    )  # fmt: skip
    desk = Desk(
        np.zeros((2, n), np.int32), np.zeros(2, np.int64), np.zeros((2, CANDIDATES), np.int32), np.zeros((2, CANDIDATES)),
        np.zeros((2, SITES), np.int32), np.zeros(2, np.int64),
        np.zeros((2, N_SETS, 3), np.int32), np.zeros((2, N_SETS), np.int64), np.zeros((2, N_SETS, n_measures)), np.zeros((2, N_SETS)),
        np.zeros(1, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int32), np.zeros(2, np.int64), np.zeros(2, np.int64),
    )  # fmt: skip
    near, is_open = np.zeros((k, k), np.bool_), np.ones((k, k), np.bool_)
    lay_out(terms, stand, best)
    best, best_excess, best_cost = best.copy(), total_excess(terms, stand), stand.value.sum()
    lay_out(terms, stand, kept)
    descend(terms, stand, desk, near, is_open, most, random)
    kept, kept_excess, kept_cost = stand.label.copy(), total_excess(terms, stand), stand.value.sum()
    for step in range(n_kicks + 1):
        if step > 0:
            kick(terms, stand, desk, near, is_open, most, random)
            descend(terms, stand, desk, near, is_open, most, random)
        excess, cost = total_excess(terms, stand), stand.value.sum()
        if excess < best_excess - EQUAL or (excess < best_excess + EQUAL and cost < best_cost - EQUAL * terms.unit_cost):
            best_excess, best_cost = excess, cost
            best[:] = stand.label
        heat = terms.unit_cost * (hot + (cold - hot) * step / max(n_kicks, 1))
        if excess < kept_excess + EQUAL and cost <= kept_cost - heat * np.log(max(next_random(random), 1e-300)):
            kept_excess, kept_cost = excess, cost
            kept[:] = stand.label
        else:
            lay_out(terms, stand, kept)
            is_open[:] = False
    return best, kept
