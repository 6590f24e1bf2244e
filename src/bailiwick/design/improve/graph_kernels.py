"""Compiled helpers on the neighbour graph: random numbers, boundaries, connectivity."""

from __future__ import annotations

import numba as nb
import numpy as np


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
def touches(indptr, indices, i, j):  # type: ignore[no-untyped-def]
    for at in range(indptr[i], indptr[i + 1]):
        if indices[at] == j:
            return True
    return False


@nb.njit(cache=True)
def is_boundary(indptr, indices, label, i):  # type: ignore[no-untyped-def]
    """Whether some neighbour of i lies in another territory."""
    for at in range(indptr[i], indptr[i + 1]):
        if label[indices[at]] != label[i]:
            return True
    return False


@nb.njit(cache=True)
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


@nb.njit(cache=True)
def can_leave(indptr, indices, label, i, stamp, mark, queue):  # type: ignore[no-untyped-def]
    """Whether the territory of i stays in as many pieces without i (breadth-first search, small ring first).

    ``stamp[mark]`` holds the last mark used; every call uses three fresh ones.
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
    while head < tail:
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


@nb.njit(cache=True)
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


@nb.njit(cache=True)
def fill_buckets(indptr, indices, label, k, items, place, start, room, count):  # type: ignore[no-untyped-def]
    """Lay out the boundary units of each territory in ``items`` with room to grow; returns False if it does not fit."""
    n = len(label)
    count[:] = 0
    for i in range(n):
        place[i] = -1
        if is_boundary(indptr, indices, label, i):
            count[label[i]] += 1
    total = 0
    for j in range(k):
        start[j] = total
        room[j] = count[j] + count[j] // 2 + 16
        total += room[j]
    if total > len(items):
        return False
    items[:] = -1
    count[:] = 0
    for i in range(n):
        if is_boundary(indptr, indices, label, i):
            bucket_add(i, label[i], items, place, start, room, count)
    return True


@nb.njit(cache=True)
def bucket_add(i, j, items, place, start, room, count):  # type: ignore[no-untyped-def]
    if count[j] >= room[j]:
        return False
    slot = start[j] + count[j]
    items[slot] = i
    place[i] = slot
    count[j] += 1
    return True


@nb.njit(cache=True)
def bucket_remove(i, j, items, place, start, count):  # type: ignore[no-untyped-def]
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


@nb.njit(cache=True)
def update_buckets(indptr, indices, label, i, old, items, place, start, room, count):  # type: ignore[no-untyped-def]
    """Restore the buckets after i went from territory ``old`` to ``label[i]``; returns False if one is full."""
    bucket_remove(i, old, items, place, start, count)
    fits = True
    if is_boundary(indptr, indices, label, i):
        fits = bucket_add(i, label[i], items, place, start, room, count) and fits
    for at in range(indptr[i], indptr[i + 1]):
        u = indices[at]
        on_edge = is_boundary(indptr, indices, label, u)
        if on_edge and place[u] < 0:
            fits = bucket_add(u, label[u], items, place, start, room, count) and fits
        elif not on_edge and place[u] >= 0:
            bucket_remove(u, label[u], items, place, start, count)
    return fits
