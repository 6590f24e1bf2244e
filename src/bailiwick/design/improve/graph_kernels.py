"""Compiled helpers on the neighbour graph: random numbers, boundaries, connectivity."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import IntArray


class Graph(NamedTuple):
    """Neighbours in compressed rows."""

    indptr: IntArray
    indices: IntArray


class Borders(NamedTuple):
    """Units with a neighbour in another territory, listed by territory with room to grow.

    The border units of territory j are ``items[start[j]:start[j] + count[j]]``; ``place`` is the slot of a unit or −1.
    """

    items: IntArray
    place: IntArray
    start: NDArray[np.int64]
    room: NDArray[np.int64]
    count: NDArray[np.int64]


class Scratch(NamedTuple):
    """Working memory of the connectivity search; ``mark[0]`` is the last stamp used."""

    stamp: NDArray[np.int64]
    mark: NDArray[np.int64]
    queue: IntArray


@nb.njit(cache=True, inline="always")
def next_random(state):  # type: ignore[no-untyped-def]
    """Uniform number in [0, 1) from a xorshift64* generator whose state is ``state[0]`` (Vigna 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@nb.njit(cache=True, inline="always")
def next_below(state, n):  # type: ignore[no-untyped-def]
    """Uniform integer in 0..n − 1."""
    return min(np.int64(next_random(state) * n), n - 1)


@nb.njit(cache=True)
def touches(graph, i, j):  # type: ignore[no-untyped-def]
    for at in range(graph.indptr[i], graph.indptr[i + 1]):
        if graph.indices[at] == j:
            return True
    return False


@nb.njit(cache=True)
def on_border(graph, label, i):  # type: ignore[no-untyped-def]
    """Whether some neighbour of i lies in another territory."""
    for at in range(graph.indptr[i], graph.indptr[i + 1]):
        if label[graph.indices[at]] != label[i]:
            return True
    return False


@nb.njit(cache=True)
def random_other(graph, label, i, state):  # type: ignore[no-untyped-def]
    """A random neighbour of i in another territory, or −1."""
    count = 0
    for at in range(graph.indptr[i], graph.indptr[i + 1]):
        if label[graph.indices[at]] != label[i]:
            count += 1
    if count == 0:
        return -1
    pick = next_below(state, count)
    for at in range(graph.indptr[i], graph.indptr[i + 1]):
        if label[graph.indices[at]] != label[i]:
            if pick == 0:
                return graph.indices[at]
            pick -= 1
    return -1


@nb.njit(cache=True)
def can_leave(graph, label, i, scratch):  # type: ignore[no-untyped-def]
    """Whether the territory of i stays in as many pieces without i (breadth-first search, small ring first).    """
    stamp, mark, queue = scratch.stamp, scratch.mark, scratch.queue
    a = label[i]
    near = 0
    for at in range(graph.indptr[i], graph.indptr[i + 1]):
        if label[graph.indices[at]] == a:
            queue[near] = graph.indices[at]
            near += 1
    if near <= 1:
        return True
    if _ring_connected(graph, queue, near):
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
    while head < tail:
        u = queue[head]
        head += 1
        for at in range(graph.indptr[u], graph.indptr[u + 1]):
            w = graph.indices[at]
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


@nb.njit(cache=True)
def _ring_connected(graph, ring, near):  # type: ignore[no-untyped-def]
    """Whether the first ``near`` units of ``ring`` hang together by their own edges; reorders them."""
    reached = 1
    head = 0
    while head < reached:
        for c in range(reached, near):
            if touches(graph, ring[head], ring[c]):
                ring[c], ring[reached] = ring[reached], ring[c]
                reached += 1
        head += 1
    return reached == near


@nb.njit(cache=True)
def lay_out_borders(graph, label, borders):  # type: ignore[no-untyped-def]
    """List the border units of each territory afresh."""
    items, place, start, room, count = borders.items, borders.place, borders.start, borders.room, borders.count
    n, k = len(label), len(count)
    count[:] = 0
    for i in range(n):
        place[i] = -1
        if on_border(graph, label, i):
            count[label[i]] += 1
    total = 0
    for j in range(k):
        start[j] = total
        room[j] = count[j] + count[j] // 2 + 16
        total += room[j]
    items[:total] = -1
    count[:] = 0
    for i in range(n):
        if on_border(graph, label, i):
            _add(i, label[i], borders)


@nb.njit(cache=True)
def _add(i, j, borders):  # type: ignore[no-untyped-def]
    if borders.count[j] >= borders.room[j]:
        return False
    slot = borders.start[j] + borders.count[j]
    borders.items[slot] = i
    borders.place[i] = slot
    borders.count[j] += 1
    return True


@nb.njit(cache=True)
def _remove(i, j, borders):  # type: ignore[no-untyped-def]
    slot = borders.place[i]
    if slot < 0:
        return
    borders.count[j] -= 1
    last = borders.start[j] + borders.count[j]
    moved = borders.items[last]
    borders.items[slot] = moved
    borders.place[moved] = slot
    borders.items[last] = -1
    borders.place[i] = -1


@nb.njit(cache=True)
def enter_move(graph, label, i, old, borders):  # type: ignore[no-untyped-def]
    """Bring the borders up to date after i went from ``old`` to ``label[i]``; returns False if a list is full."""
    _remove(i, old, borders)
    fits = True
    if on_border(graph, label, i):
        fits = _add(i, label[i], borders) and fits
    for at in range(graph.indptr[i], graph.indptr[i + 1]):
        u = graph.indices[at]
        is_on = on_border(graph, label, u)
        if is_on and borders.place[u] < 0:
            fits = _add(u, label[u], borders) and fits
        elif not is_on and borders.place[u] >= 0:
            _remove(u, label[u], borders)
    return fits


@nb.njit(cache=True)
def random_border_unit(borders, j, state):  # type: ignore[no-untyped-def]
    """A random border unit of territory j, or of any if j is −1; −1 if the draw hit an empty slot."""
    if j >= 0:
        if borders.count[j] == 0:
            return -1
        return borders.items[borders.start[j] + next_below(state, borders.count[j])]
    last = len(borders.count) - 1
    return borders.items[next_below(state, borders.start[last] + borders.room[last])]
