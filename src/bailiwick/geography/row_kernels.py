"""Compiled work on graphs in compressed rows; importing it loads numba, so it is imported where it is used and not on top."""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from bailiwick.compiled import PARALLEL_UNITS, both_ways, kernel, leaf
from bailiwick.domain import IntArray

N_CHUNKS = 8

SHORT = 64
"""Entries up to which a row is sorted by insertion, a third of the time of a general sort."""


@leaf
def sort_row(row):  # type: ignore[no-untyped-def]
    """Put a short row in ascending order, in place."""
    for c in range(1, len(row)):
        u, at = row[c], c
        while at > 0 and row[at - 1] > u:
            row[at] = row[at - 1]
            at -= 1
        row[at] = u


@kernel
def distinct_first(row, own):  # type: ignore[no-untyped-def]
    """Sort a row and move its distinct entries but ``own`` to the front, in place; returns their number."""
    if len(row) <= SHORT:
        sort_row(row)
    else:
        row.sort()
    count, last = 0, -1
    for u in row:
        if u != last and u != own:
            row[count] = u
            count += 1
        last = u
    return count


def _compact_rows(end, indices):  # type: ignore[no-untyped-def]
    """Rows sorted, and what stands in them twice or leads back to the row left out.

    ``end`` is where each row ends, shape (n + 1,), the first entry 0; ``indices`` serves as working memory.
    """
    n = len(end) - 1
    indptr = np.zeros(n + 1, np.int32)
    for chunk in nb.prange(N_CHUNKS):
        for i in range(chunk * n // N_CHUNKS, (chunk + 1) * n // N_CHUNKS):
            indptr[i + 1] = distinct_first(indices[end[i] : end[i + 1]], i)
    for i in range(n):
        indptr[i + 1] += indptr[i]
    compact = np.empty(indptr[n], np.int32)
    for chunk in nb.prange(N_CHUNKS):
        for i in range(chunk * n // N_CHUNKS, (chunk + 1) * n // N_CHUNKS):
            for c in range(indptr[i + 1] - indptr[i]):
                compact[indptr[i] + c] = indices[end[i] + c]
    return indptr, compact


compact_rows, compact_rows_parallel = both_ways(_compact_rows)


def rows_of_pairs(n: int, pairs: NDArray[np.integer]) -> tuple[IntArray, IntArray]:
    """Neighbours in compressed rows, ascending, of pairs of nodes, shape (m, 2), which may repeat themselves or name one node twice.

    Returns
    -------
    Row starts, shape (n + 1,), and neighbours: every pair stands in both rows.
    """
    return compacted(*both_rows(n, pairs))


def compacted(end: NDArray[np.int64], indices: IntArray) -> tuple[IntArray, IntArray]:
    """Rows that end at ``end``, sorted, without repeats and without themselves: row starts and neighbours."""
    compact = compact_rows_parallel if len(end) > PARALLEL_UNITS else compact_rows
    indptr, neighbours = compact(end, indices)
    return indptr, neighbours


@kernel
def both_rows(n, pairs):  # type: ignore[no-untyped-def]
    """Row ends, shape (n + 1,), and neighbours: every pair in both rows, as often as it is given."""
    end = np.zeros(n + 1, np.int64)
    for at in range(len(pairs)):
        end[pairs[at, 0] + 1] += 1
        end[pairs[at, 1] + 1] += 1
    for i in range(n):
        end[i + 1] += end[i]
    start, indices = end[:-1].copy(), np.empty(end[n], np.int32)
    for at in range(len(pairs)):
        u, v = pairs[at, 0], pairs[at, 1]
        indices[start[u]] = v
        start[u] += 1
        indices[start[v]] = u
        start[v] += 1
    return end, indices


@kernel
def connected_parts(indptr, indices, label):  # type: ignore[no-untyped-def]
    """Number of the connected part of each node among nodes of its label, shape (n,), in the order of their first nodes."""
    n, count = len(indptr) - 1, 0
    part, queue = np.full(n, -1, np.int32), np.empty(n, np.int32)
    for first in range(n):
        if part[first] >= 0:
            continue
        part[first], queue[0] = count, first
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            head += 1
            for at in range(indptr[i], indptr[i + 1]):
                u = indices[at]
                if part[u] < 0 and label[u] == label[i]:
                    part[u], queue[tail] = count, u
                    tail += 1
        count += 1
    return part
