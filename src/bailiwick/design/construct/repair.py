"""Contiguity repair: keep the heaviest piece of every territory and let its neighbours absorb the rest."""

from __future__ import annotations

import heapq

import numpy as np

from bailiwick.design.compiled import kernel
from bailiwick.design.construct.kernels import cost_between, is_barred
from bailiwick.design.model import Model
from bailiwick.domain import FloatArray, IntArray


def pieces(model: Model, label: IntArray) -> IntArray:
    """Number of the connected piece of its territory that each node belongs to, shape (n,)."""
    return _pieces(model.indptr, model.indices, label)


def n_broken(model: Model, label: IntArray) -> int:
    """How many territories are in more than one piece."""
    if not model.must_connect:
        return 0
    piece = pieces(model, label)
    owner = np.zeros(int(piece.max()) + 1, np.int64)
    owner[piece] = label
    return int((np.bincount(owner, minlength=model.k) > 1).sum())


def connect(model: Model, label: IntArray, centres: FloatArray, prices: FloatArray, power: int) -> IntArray:
    """Give back a plan whose territories are connected wherever locks and the graph allow it.

    Parameters
    ----------
    label
        Territory per node; −1 is allowed and means not assigned yet.
    centres, prices, power
        Score of node i in territory j: cost(i, c_j) − prices[j], as in the transport; power ``LOOKUP`` for a table.
    """
    kept = _keep_heaviest(model, label)
    kept = _grow(
        model.indptr,
        model.indices,
        model.points,
        kept,
        model.pinned,
        model.barred_ptr,
        model.barred,
        centres,
        prices,
        power,
        model.is_sphere,
    )
    missing = kept < 0
    kept[missing] = np.where(label[missing] >= 0, label[missing], 0)
    return kept


def _keep_heaviest(model: Model, label: IntArray) -> IntArray:
    piece = pieces(model, label)
    heft = np.bincount(piece, weights=model.load[:, 0] + model.weight * 1e-9 + 1e-12)
    heft = heft + 1e6 * np.bincount(piece, weights=model.pinned >= 0)
    owner = np.zeros(len(heft), np.int64)
    owner[piece] = label
    order = np.lexsort((np.arange(len(heft)), -heft, owner))
    is_first = np.r_[True, np.diff(owner[order]) != 0]
    is_kept = np.zeros(len(heft), bool)
    is_kept[order[is_first]] = True
    return np.where(is_kept[piece] | (model.pinned >= 0), label, -1).astype(np.int32)


@kernel
def _pieces(indptr, indices, label):  # type: ignore[no-untyped-def]
    n = len(label)
    piece = np.full(n, -1, np.int32)
    queue = np.empty(n, np.int32)
    found = 0
    for root in range(n):
        if piece[root] >= 0:
            continue
        piece[root] = found
        queue[0] = root
        head, tail = 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            for at in range(indptr[u], indptr[u + 1]):
                w = indices[at]
                if piece[w] < 0 and label[w] == label[root]:
                    piece[w] = found
                    queue[tail] = w
                    tail += 1
        found += 1
    return piece


@kernel
def _grow(indptr, indices, points, label, pinned, barred_ptr, barred, centres, prices, power, is_sphere):  # type: ignore[no-untyped-def]
    """Assign every unassigned node next to an assigned one, cheapest first (ties: lower node, lower territory)."""
    heap = [(0.0, np.int64(0), np.int64(0))]
    heap.pop()
    for i in range(np.int64(len(label))):
        if label[i] >= 0:
            continue
        for at in range(indptr[i], indptr[i + 1]):
            j = np.int64(label[indices[at]])
            if j >= 0 and not is_barred(barred_ptr, barred, i, j):
                heapq.heappush(heap, (cost_between(points, i, centres, j, power, is_sphere) - prices[j], np.int64(i), j))
    while len(heap) > 0:
        _, node, j = heapq.heappop(heap)
        if label[node] >= 0:
            continue
        label[node] = j
        for at in range(indptr[node], indptr[node + 1]):
            u = np.int64(indices[at])
            if label[u] < 0 and not is_barred(barred_ptr, barred, u, j):
                heapq.heappush(heap, (cost_between(points, u, centres, j, power, is_sphere) - prices[j], u, j))
    return label
