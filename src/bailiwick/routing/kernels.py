"""Compiled loops of this room: contraction of a network, and shortest paths from many nodes to many others."""

from __future__ import annotations

import numba as nb
import numpy as np

from bailiwick.compiled import kernel, parallel

N_CHUNKS = 16  # of the sources; each has its own working memory
WIDTH = 4  # children of a node of the heap


@kernel
def contract(n_nodes, tail, head, km, along, against, is_kept):  # type: ignore[no-untyped-def]
    """Directed arcs between kept nodes and junctions; dead ends without a kept node go, chains become one arc.

    Returns
    -------
    Start, end, seconds and km of each arc, shape (A,) each; nodes keep their numbers.
    """
    n_segments = len(tail)
    indptr, segments = _incidence(n_nodes, tail, head)
    degree = np.empty(n_nodes, np.int32)
    for u in range(n_nodes):
        degree[u] = indptr[u + 1] - indptr[u]
    is_gone = np.zeros(n_segments, np.bool_)
    stack = np.empty(n_nodes, np.int32)
    top = 0
    for u in range(n_nodes):
        if degree[u] == 1 and not is_kept[u]:
            stack[top] = u
            top += 1
    while top > 0:
        top -= 1
        u = stack[top]
        for at in range(indptr[u], indptr[u + 1]):
            e = segments[at]
            if is_gone[e]:
                continue
            is_gone[e] = True
            v = head[e] if tail[e] == u else tail[e]
            degree[u] -= 1
            degree[v] -= 1
            if degree[v] == 1 and not is_kept[v]:
                stack[top] = v
                top += 1
    start, end = np.empty(2 * n_segments, np.int32), np.empty(2 * n_segments, np.int32)
    seconds, length = np.empty(2 * n_segments), np.empty(2 * n_segments)
    n_arcs = 0
    for u in range(n_nodes):
        if degree[u] == 0 or (degree[u] == 2 and not is_kept[u]):
            continue
        for at in range(indptr[u], indptr[u + 1]):
            e = segments[at]
            if is_gone[e]:
                continue
            # Follow the chain that leaves u by e; only the outward direction, the other end gives the way back.
            v, time, way = u, 0.0, 0.0
            while True:
                time += along[e] if tail[e] == v else against[e]
                way += km[e]
                v = head[e] if tail[e] == v else tail[e]
                if degree[v] != 2 or is_kept[v]:
                    break
                for there in range(indptr[v], indptr[v + 1]):
                    if segments[there] != e and not is_gone[segments[there]]:
                        e = segments[there]
                        break
            if v != u and time < np.inf:
                start[n_arcs], end[n_arcs], seconds[n_arcs], length[n_arcs] = u, v, time, way
                n_arcs += 1
    return start[:n_arcs].copy(), end[:n_arcs].copy(), seconds[:n_arcs].copy(), length[:n_arcs].copy()


@kernel
def _incidence(n_nodes, tail, head):  # type: ignore[no-untyped-def]
    """Segments at each node in compressed rows."""
    indptr = np.zeros(n_nodes + 1, np.int64)
    for e in range(len(tail)):
        indptr[tail[e] + 1] += 1
        indptr[head[e] + 1] += 1
    for u in range(n_nodes):
        indptr[u + 1] += indptr[u]
    place = indptr[:-1].copy()
    segments = np.empty(2 * len(tail), np.int32)
    for e in range(len(tail)):
        segments[place[tail[e]]] = e
        place[tail[e]] += 1
        segments[place[head[e]]] = e
        place[head[e]] += 1
    return indptr, segments


@kernel
def _rise(heap, place, time, at):  # type: ignore[no-untyped-def]
    """Move an entry of the heap up to where it belongs."""
    node = heap[at]
    while at > 0:
        above = (at - 1) // WIDTH
        if time[heap[above]] <= time[node]:
            break
        heap[at] = heap[above]
        place[heap[at]] = at
        at = above
    heap[at] = node
    place[node] = at


@kernel
def _sink(heap, place, time, size):  # type: ignore[no-untyped-def]
    """Move the first entry of the heap down to where it belongs."""
    node, at = heap[0], 0
    while True:
        first = WIDTH * at + 1
        if first >= size:
            break
        least = first
        for child in range(first + 1, min(first + WIDTH, size)):
            if time[heap[child]] < time[heap[least]]:
                least = child
        if time[heap[least]] >= time[node]:
            break
        heap[at] = heap[least]
        place[heap[at]] = at
        at = least
    heap[at] = node
    place[node] = at


@kernel
def _reach(indptr, ends, seconds, length, source, is_target, n_targets, time, way, place, heap, touched):  # type: ignore[no-untyped-def]
    """Dijkstra's search from one node until every target is settled; returns the number of nodes seen.

    ``time`` and ``way`` hold the result; ``place`` is −1 for nodes not seen, −2 for settled ones.
    """
    time[source], way[source] = 0.0, 0.0
    heap[0], place[source], size = source, 0, 1
    touched[0], n_touched, missing = source, 1, n_targets
    while size > 0:
        u = heap[0]
        size -= 1
        if size > 0:
            heap[0] = heap[size]
            _sink(heap, place, time, size)
        place[u] = -2
        if is_target[u]:
            missing -= 1
            if missing == 0:
                break
        for at in range(indptr[u], indptr[u + 1]):
            v = ends[at]
            if place[v] == -2:
                continue
            later = time[u] + seconds[at]
            if place[v] == -1:
                touched[n_touched] = v
                n_touched += 1
                heap[size] = v
                place[v] = size
                size += 1
            elif later >= time[v]:
                continue
            time[v], way[v] = later, way[u] + length[at]
            _rise(heap, place, time, place[v])
    return n_touched


@parallel
def many_to_many(indptr, ends, seconds, length, sources, targets):  # type: ignore[no-untyped-def]
    """Seconds and km of the fastest way from each source to each target, shape (s, t) each; infinite where there is none."""
    n = len(indptr) - 1
    all_seconds = np.full((len(sources), len(targets)), np.inf, np.float32)
    all_km = np.full((len(sources), len(targets)), np.inf, np.float32)
    is_target = np.zeros(n, np.bool_)
    n_targets = 0
    for t in targets:
        n_targets += not is_target[t]
        is_target[t] = True
    for chunk in nb.prange(N_CHUNKS):
        time, way = np.full(n, np.inf), np.full(n, np.inf)
        place, heap, touched = np.full(n, -1, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
        for s in range(chunk, len(sources), N_CHUNKS):
            n_touched = _reach(indptr, ends, seconds, length, sources[s], is_target, n_targets, time, way, place, heap, touched)
            for t in range(len(targets)):
                all_seconds[s, t] = time[targets[t]]
                all_km[s, t] = way[targets[t]]
            for at in range(n_touched):
                u = touched[at]
                time[u], way[u], place[u] = np.inf, np.inf, -1
    return all_seconds, all_km
