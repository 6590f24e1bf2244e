"""Steps of the tabu search for a smaller largest diameter: moves between every two territories, exchanges, the price of imbalance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bailiwick.compiled import kernel, leaf
from bailiwick.design.construct.kernels import is_barred
from bailiwick.design.improve.graph_kernels import can_leave, next_below
from bailiwick.design.improve.narrow_kernels import EQUAL, carry, left, measure, power, reach, strain_with
from bailiwick.design.improve.narrow_pry_kernels import chunk_at
from bailiwick.domain import FloatArray, IntArray

PRICE_PERIOD, PRICE_STEP = 50, 1.3
CHEAPEST, DEAREST = 1.0, 2e4
RELIEF = 0.01
"""Iterations between two looks at the price of imbalance, its growth while plans are out of balance, its ends, and the
share of the dearest that it falls to when that has not helped: then diameters may shake the plan."""
PATIENCE = 500
"""Iterations without gain after which an end of the widest territory is pried loose."""
SHORTEST_BAN, LONGEST_BAN = 30, 200
"""Iterations for which a node must not return; fewer where there are few nodes."""


class Offers(NamedTuple):
    """The best move from each territory to each other one: what it costs, infinite if there is none, and of which node.

    ``goal`` is the best of a row. ``can_go`` says of nodes whether their territory stays in one piece without them, known since change
    number ``asked`` of that territory; ``changed`` counts changes.
    """

    cost: FloatArray
    node: IntArray
    goal: IntArray
    can_go: NDArray[np.bool_]
    asked: NDArray[np.int64]
    changed: NDArray[np.int64]


class Bans(NamedTuple):
    """Which territory each node left last and until when it must not return; who is set free at which iteration."""

    left: IntArray
    until: NDArray[np.int64]
    freed: IntArray


class Scratch(NamedTuple):
    """Working memory of the search for detours and ways."""

    stamp: NDArray[np.int64]
    mark: NDArray[np.int64]
    queue: IntArray
    ours: IntArray
    theirs: IntArray
    tried: NDArray[np.int64]
    origin: IntArray
    chunk: IntArray


@leaf
def _must_not(field, bans, i, t, iteration):  # type: ignore[no-untyped-def]
    if bans.left[i] == t and bans.until[i] > iteration:
        return True
    return field.barred_ptr[i] < field.barred_ptr[i + 1] and is_barred(field.barred_ptr, field.barred, i, t)


@leaf
def _can_go(field, now, offers, scratch, i):  # type: ignore[no-untyped-def]
    """Whether the territory of a node stays in one piece without it; the answer is kept until the territory changes."""
    a = now.label[i]
    if offers.asked[i] != offers.changed[a]:
        bonds = field.bonds
        offers.can_go[i] = can_leave(bonds.indptr, bonds.indices, now.label, i, scratch.stamp, scratch.mark, scratch.queue)
        offers.asked[i] = offers.changed[a]
    return offers.can_go[i]


@leaf
def _consider(field, now, offers, bans, scratch, i, b, price, ref, iteration):  # type: ignore[no-untyped-def]
    """Offer the move of a node, if it is the best between two territories."""
    a = now.label[i]
    is_free = field.pinned[i] < 0 and now.size[a] > 1 and now.size[b] + 1 < now.members.shape[1]
    if not is_free or offers.node[a, b] == i or _must_not(field, bans, i, b, iteration):
        return
    cost = -price * (now.strain[a] + now.strain[b])
    if i in (now.ends[a, 0], now.ends[a, 1]):
        cost += power(left(now, i, a), ref) - power(now.square[a], ref)
    if cost >= offers.cost[a, b]:
        return
    cost += price * strain_with(field, now, b, i, -1)
    if cost >= offers.cost[a, b]:
        return
    cost += price * strain_with(field, now, a, -1, i)
    if cost >= offers.cost[a, b]:
        return
    far = reach(field.points, i, now.members[b], now.size[b])
    if far > now.square[b]:
        cost += power(far, ref) - power(now.square[b], ref)
    if cost < offers.cost[a, b] and _can_go(field, now, offers, scratch, i):
        offers.cost[a, b], offers.node[a, b] = cost, i


@leaf
def _offer_around(field, now, offers, bans, scratch, t, price, ref, iteration):  # type: ignore[no-untyped-def]
    """Look anew for the best moves out of a territory and into it."""
    for other in range(len(now.size)):
        offers.cost[t, other], offers.cost[other, t] = np.inf, np.inf
        offers.node[t, other], offers.node[other, t] = -1, -1
    for at in range(now.size[t]):
        i = now.members[t, at]
        last = t
        for e in range(field.beside.indptr[i], field.beside.indptr[i + 1]):
            j = field.beside.indices[e]
            b = now.label[j]
            if b == t:
                continue
            if b != last:
                _consider(field, now, offers, bans, scratch, i, b, price, ref, iteration)
                last = b
            _consider(field, now, offers, bans, scratch, j, t, price, ref, iteration)


@leaf
def _rank_row(offers, a):  # type: ignore[no-untyped-def]
    best = 0
    for b in range(len(offers.goal)):
        if offers.cost[a, b] < offers.cost[a, best]:
            best = b
    offers.goal[a] = best


@leaf
def _rank_after(offers, t):  # type: ignore[no-untyped-def]
    """Find the best of rows anew after the offers of a territory have changed."""
    _rank_row(offers, t)
    for a in range(len(offers.goal)):
        if offers.goal[a] == t:
            _rank_row(offers, a)
        elif offers.cost[a, t] < offers.cost[a, offers.goal[a]]:
            offers.goal[a] = t


@leaf
def _touches_other(graph, label, i, t, but):  # type: ignore[no-untyped-def]
    for e in range(graph.indptr[i], graph.indptr[i + 1]):
        if label[graph.indices[e]] == t and graph.indices[e] != but:
            return True
    return False


@leaf
def _list_border(field, now, t, other, found):  # type: ignore[no-untyped-def]
    """List the nodes of a territory that may change hands and have a neighbour in another one; returns their number."""
    count = 0
    for at in range(now.size[t]):
        i = now.members[t, at]
        if field.pinned[i] < 0 and _touches_other(field.beside, now.label, i, other, -1):
            found[count] = i
            count += 1
    return count


@leaf
def _best_exchange(field, now, offers, bans, scratch, a, price, ref, iteration, least):  # type: ignore[no-untyped-def]
    """The best exchange of a node of a territory for one of a neighbour that costs less than ``least``; −1 if there is none."""
    best_i, best_j = -1, -1
    scratch.mark[0] += 1
    tried = scratch.mark[0]
    for at in range(now.size[a]):
        first = now.members[a, at]
        for e in range(field.beside.indptr[first], field.beside.indptr[first + 1]):
            b = now.label[field.beside.indices[e]]
            if b != a and scratch.tried[b] != tried:
                scratch.tried[b] = tried
                i, j, least = _best_exchange_with(field, now, offers, bans, scratch, a, b, price, ref, iteration, least)
                if i >= 0:
                    best_i, best_j = i, j
    return best_i, best_j


@leaf
def _best_exchange_with(field, now, offers, bans, scratch, a, b, price, ref, iteration, least):  # type: ignore[no-untyped-def]
    """The same with one neighbour, and what it costs."""
    best_i, best_j = -1, -1
    ours, theirs, label = scratch.ours, scratch.theirs, now.label
    n_theirs = _list_border(field, now, b, a, theirs)
    before = price * (now.strain[a] + now.strain[b]) + power(now.square[a], ref) + power(now.square[b], ref)
    for x in range(_list_border(field, now, a, b, ours)):
        i = ours[x]
        if _must_not(field, bans, i, b, iteration):
            continue
        grown = -1.0
        for y in range(n_theirs):
            j = theirs[y]
            if _must_not(field, bans, j, a, iteration):
                continue
            cost = price * (strain_with(field, now, a, j, i) + strain_with(field, now, b, i, j)) - before
            if cost >= least:
                continue
            if grown < 0.0:
                grown = reach(field.points, i, now.members[b], now.size[b])
            cost += power(max(left(now, i, a), reach(field.points, j, now.members[a], now.size[a])), ref)
            cost += power(max(left(now, j, b), grown), ref)
            is_beside = _touches_other(field.beside, label, i, b, j) and _touches_other(field.beside, label, j, a, i)
            if cost >= least or not is_beside:
                continue
            if not _can_go(field, now, offers, scratch, i):
                break
            if _can_go(field, now, offers, scratch, j):
                best_i, best_j, least = i, j, cost
    return best_i, best_j, least


@leaf
def _focus(now, random):  # type: ignore[no-untyped-def]
    """Some territory outside a window; where there is none the widest."""
    n_outside = 0
    for t in range(len(now.excess)):
        n_outside += now.excess[t] > 0.0
    if n_outside == 0:
        return np.argmax(now.square)
    pick = next_below(random, n_outside)
    for t in range(len(now.excess)):
        if now.excess[t] > 0.0:
            if pick == 0:
                return t
            pick -= 1
    return 0


@leaf
def _ban(bans, i, t, iteration, place, random):  # type: ignore[no-untyped-def]
    """Keep a node from returning for a random time."""
    n = len(bans.left)
    least, most = 1 + min(SHORTEST_BAN, n // 60), 2 + min(LONGEST_BAN, n // 10)
    bans.left[i], bans.until[i] = t, iteration + least + next_below(random, most - least)
    bans.freed[bans.until[i] % len(bans.freed), place] = i


@kernel
def scratch_for(now):  # type: ignore[no-untyped-def]
    """Working memory for a plan."""
    n, k, most = len(now.label), len(now.size), now.members.shape[1]
    return Scratch(
        np.zeros(n, np.int64), np.zeros(1, np.int64), np.zeros(n + 1, np.int32), np.zeros(most, np.int32), np.zeros(most, np.int32),
        np.zeros(k, np.int64), np.zeros(n, np.int32), np.zeros(n, np.int32),
    )  # fmt: skip


@kernel
def tabu(field, now, best_label, best, price, n_iterations, random):  # type: ignore[no-untyped-def]
    """Search on from a plan for some iterations.

    ``now`` is left as the last plan; ``best_label`` and ``best`` (excess, squared diameter) are those of the best plan, and change when
    a better one is found. Returns the price of imbalance by then.
    """
    n, k = len(now.label), len(now.size)
    offers = Offers(
        np.full((k, k), np.inf), np.full((k, k), -1, np.int32), np.zeros(k, np.int32), np.zeros(n, np.bool_),
        np.full(n, -1, np.int64), np.zeros(k, np.int64),
    )  # fmt: skip
    bans = Bans(np.full(n, -1, np.int32), np.zeros(n, np.int64), np.full((LONGEST_BAN + 2, 2), -1, np.int32))
    scratch = scratch_for(now)
    for t in range(k):
        measure(field, now, t)
    if (now.excess.sum(), now.square.max()) < (best[0], best[1]):
        best[0], best[1], best_label[:] = now.excess.sum(), now.square.max(), now.label
    ref, n_kept, is_stale, last_gain = max(best[1], 1e-12), 0, True, 0
    for iteration in range(1, n_iterations + 1):
        if is_stale:
            for t in range(k):
                _offer_around(field, now, offers, bans, scratch, t, price, ref, iteration)
            for t in range(k):
                _rank_row(offers, t)
            is_stale = False
        _free(field, now, offers, bans, scratch, price, ref, iteration)
        a = 0
        for t in range(k):
            if offers.cost[t, offers.goal[t]] < offers.cost[a, offers.goal[a]]:
                a = t
        b, j = offers.goal[a], -1
        i, least = offers.node[a, b], offers.cost[a, b]
        if least >= 0.0:
            focus = _focus(now, random)
            given, taken = _best_exchange(field, now, offers, bans, scratch, focus, price, ref, iteration, least)
            if given >= 0:
                a, i, j, b = focus, given, taken, now.label[taken]
        if i >= 0:
            carry(field, now, i, b)
            _ban(bans, i, a, iteration, 0, random)
            offers.asked[i] = -1
            if j >= 0:
                carry(field, now, j, a)
                offers.asked[j] = -1
                _ban(bans, j, b, iteration, 1, random)
            measure(field, now, a)
            measure(field, now, b)
            offers.changed[a] += 1
            offers.changed[b] += 1
            _offer_around(field, now, offers, bans, scratch, a, price, ref, iteration)
            _offer_around(field, now, offers, bans, scratch, b, price, ref, iteration)
            _rank_after(offers, a)
            _rank_after(offers, b)
        excess, square = now.excess.sum(), now.square.max()
        n_kept += excess <= best[0] + EQUAL
        if excess < best[0] - EQUAL or (excess <= best[0] + EQUAL and square < best[1] * (1.0 - 1e-12)):
            best[0], best[1] = excess, square
            best_label[:] = now.label
            ref, is_stale, last_gain = max(square, 1e-12), True, iteration
        elif iteration - last_gain > PATIENCE:
            _pry(field, now, offers, bans, scratch, best[0] > EQUAL, iteration, random)
            price, is_stale, last_gain = RELIEF * DEAREST, True, iteration
        if iteration % PRICE_PERIOD == 0:
            before = price
            if n_kept == 0:
                price = price * PRICE_STEP if price < DEAREST else RELIEF * DEAREST
            elif n_kept > PRICE_PERIOD // 2:
                price = max(price / PRICE_STEP, CHEAPEST)
            n_kept, is_stale = 0, is_stale or price != before
    return price


@leaf
def _pry(field, now, offers, bans, scratch, is_outside, iteration, random):  # type: ignore[no-untyped-def]
    """Move an end of the widest territory to a neighbouring one, with all that must go along."""
    a = np.argmax(now.square)
    end = now.ends[a, next_below(random, 2)]
    if is_outside:
        a = _focus(now, random)
        if now.excess[a] > 0.0:
            end = now.members[a, next_below(random, now.size[a])]
    ways = field.bonds if len(field.bonds.indices) else field.beside
    count, b = chunk_at(field, now, ways, scratch, end, random)
    for at in range(count):
        i = scratch.chunk[at]
        carry(field, now, i, b)
        _ban(bans, i, a, iteration, 0, random)
        offers.asked[i] = -1
    if count:
        measure(field, now, a)
        measure(field, now, b)
        offers.changed[a] += 1
        offers.changed[b] += 1


@leaf
def _free(field, now, offers, bans, scratch, price, ref, iteration):  # type: ignore[no-untyped-def]
    """Offer the moves that were forbidden until now."""
    freed = bans.freed[iteration % len(bans.freed)]
    for place in range(2):
        i = freed[place]
        if i >= 0 and now.label[i] != bans.left[i] and _touches_other(field.beside, now.label, i, bans.left[i], -1):
            _consider(field, now, offers, bans, scratch, i, bans.left[i], price, ref, iteration)
            _rank_after(offers, bans.left[i])
        freed[place] = -1
