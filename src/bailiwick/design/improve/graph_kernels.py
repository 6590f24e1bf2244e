"""Compiled helpers on the neighbour graph: random numbers, boundaries, connectivity."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bailiwick.compiled import inline_leaf, leaf
from bailiwick.domain import IntArray

SEARCH_LIMIT = 40  # units: a detour longer than this counts as none


class Graph(NamedTuple):
    """Neighbours in compressed rows."""

    indptr: IntArray
    indices: IntArray


class Borders(NamedTuple):
    """Units with a neighbour in another territory, listed by territory with room to grow.

    The border units of territory j are ``items[start[j]:start[j] + count[j]]``; ``place`` is the slot of a unit or −1, ``abroad``
    the number of its neighbours in other territories.
    """

    items: IntArray
    place: IntArray
    abroad: IntArray
    start: NDArray[np.int64]
    room: NDArray[np.int64]
    count: NDArray[np.int64]  # type: ignore[assignment]


class Scratch(NamedTuple):
    """Working memory of the connectivity search; ``mark[0]`` is the last stamp used.

    Only units of the territory that is looked at are stamped, so groups of territories may share the stamps.
    """

    stamp: NDArray[np.int64]
    mark: NDArray[np.int64]
    queue: IntArray


class Turf(NamedTuple):
    """The group of territories within which units change hands.

    Attributes
    ----------
    group
        Group of every territory, shape (K,).
    mine
        The group that is meant.
    territories
        Its territories.
    is_full
        Set where a border list had no room: the lists must be laid out afresh. Shape (1,).
    """

    group: IntArray
    mine: int
    territories: IntArray
    is_full: NDArray[np.bool_]


@inline_leaf
def next_random(state):  # type: ignore[no-untyped-def]
    """Uniform number in [0, 1) from a xorshift64* generator whose state is ``state[0]`` (Vigna 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inline_leaf
def next_below(state, n):  # type: ignore[no-untyped-def]
    """Uniform integer in 0..n − 1."""
    return min(np.int64(next_random(state) * n), n - 1)


@leaf
def touches(indptr, indices, i, j):  # type: ignore[no-untyped-def]
    """Whether i and j are neighbours."""
    for at in range(indptr[i], indptr[i + 1]):
        if indices[at] == j:
            return True
    return False


@leaf
def n_abroad(indptr, indices, label, i):  # type: ignore[no-untyped-def]
    """Number of neighbours of i in other territories."""
    own, count = label[i], 0
    for at in range(indptr[i], indptr[i + 1]):
        count += label[indices[at]] != own
    return count


@leaf
def random_other(indptr, indices, label, i, state):  # type: ignore[no-untyped-def]
    """A random neighbour of i in another territory, or −1."""
    count = 0
    for at in range(indptr[i], indptr[i + 1]):
        if label[indices[at]] != label[i]:
            count += 1
    if count == 0:
        return -1
    pick = next_below(state, count)
    for at in range(indptr[i], indptr[i + 1]):
        if label[indices[at]] != label[i]:
            if pick == 0:
                return indices[at]
            pick -= 1
    return -1


@leaf
def random_other_of(indptr, indices, label, group, mine, i, state, found):  # type: ignore[no-untyped-def]
    """A random neighbour of i in another territory of the group ``mine``, or −1; ``found`` has room for all neighbours."""
    own, count = label[i], 0
    for at in range(indptr[i], indptr[i + 1]):  # without a branch, as what is guessed wrong costs more than the work
        other = indices[at]
        found[count] = other
        count += (label[other] != own) & (group[label[other]] == mine)
    return found[next_below(state, count)] if count > 0 else -1


@leaf
def can_leave(indptr, indices, label, i, stamp, mark, queue):  # type: ignore[no-untyped-def]
    """Whether the territory of i surely stays in as many pieces without i.

    Neighbours of i that hang together by their own edges settle it; else a breadth-first search of limited depth, so
    that a yes is always right and a no may miss a long way around.
    """
    a = label[i]
    near = 0
    for at in range(indptr[i], indptr[i + 1]):
        if label[indices[at]] == a:
            queue[near] = indices[at]
            near += 1
    if near <= 1:
        return True
    if _ring_connected(indptr, indices, queue, near):
        return True
    mark[0] += 2
    wanted, seen = mark[0], mark[0] + 1
    first = queue[0]
    for c in range(1, near):
        stamp[queue[c]] = wanted
    missing = near - 1
    stamp[i] = seen
    stamp[first] = seen
    queue[0] = first
    head, tail = 0, 1
    while head < tail and head < SEARCH_LIMIT:
        u = queue[head]
        head += 1
        for at in range(indptr[u], indptr[u + 1]):
            w = indices[at]
            if label[w] != a or stamp[w] == seen:
                continue
            if stamp[w] == wanted:
                missing -= 1
                if missing == 0:
                    return True
            stamp[w] = seen
            queue[tail] = w
            tail += 1
    return False


@leaf
def _ring_connected(indptr, indices, ring, near):  # type: ignore[no-untyped-def]
    """Whether the first ``near`` units of ``ring`` hang together by their own edges; reorders them."""
    reached = 1
    head = 0
    while head < reached:
        for c in range(reached, near):
            if touches(indptr, indices, ring[head], ring[c]):
                ring[c], ring[reached] = ring[reached], ring[c]
                reached += 1
        head += 1
    return reached == near


@leaf
def lay_out_borders(graph, label, borders):  # type: ignore[no-untyped-def]
    """List the border units of each territory afresh."""
    indptr, indices = graph.indptr, graph.indices
    items, place, abroad, start, room, count = borders.items, borders.place, borders.abroad, borders.start, borders.room, borders.count
    n, k = len(label), len(count)
    count[:] = 0
    for i in range(n):
        place[i] = -1
        abroad[i] = n_abroad(indptr, indices, label, i)
        if abroad[i] > 0:
            count[label[i]] += 1
    total = 0
    for j in range(k):
        start[j] = total
        room[j] = count[j] + count[j] // 2 + 16
        total += room[j]
    items[:total] = -1
    count[:] = 0
    for i in range(n):
        if abroad[i] > 0:
            _add(i, label[i], items, place, start, room, count)


@leaf
def _add(i, j, items, place, start, room, count):  # type: ignore[no-untyped-def]
    if count[j] >= room[j]:
        return False
    slot = start[j] + count[j]
    items[slot] = i
    place[i] = slot
    count[j] += 1
    return True


@leaf
def _remove(i, j, items, place, start, count):  # type: ignore[no-untyped-def]
    slot = place[i]
    if slot < 0:
        return
    count[j] -= 1
    last = start[j] + count[j]
    moved = items[last]
    items[slot] = moved
    place[moved] = slot
    items[last] = -1
    place[i] = -1


@leaf
def enter_move(indptr, indices, label, i, old, items, place, abroad, start, room, count):  # type: ignore[no-untyped-def]
    """Bring the borders up to date after i went from ``old`` to ``label[i]``; returns False if a list is full.

    Neighbours in third territories are at the border before and after.
    """
    new, fits = label[i], True
    _remove(i, old, items, place, start, count)
    abroad[i] = n_abroad(indptr, indices, label, i)
    if abroad[i] > 0:
        fits = _add(i, new, items, place, start, room, count)
    for at in range(indptr[i], indptr[i + 1]):
        u = indices[at]
        if label[u] == old:
            abroad[u] += 1
            if abroad[u] == 1:
                fits = _add(u, old, items, place, start, room, count) and fits
        elif label[u] == new:
            abroad[u] -= 1
            if abroad[u] == 0:
                _remove(u, new, items, place, start, count)
    return fits


@leaf
def random_border_unit(items, start, count, j, state):  # type: ignore[no-untyped-def]
    """A random border unit of territory j, or −1 if it has none."""
    if count[j] == 0:
        return -1
    return items[start[j] + next_below(state, count[j])]
