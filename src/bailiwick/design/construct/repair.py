"""Contiguity repair: keep the heaviest piece of every territory and let its neighbours absorb the rest."""

from __future__ import annotations

import heapq

import numpy as np

from bailiwick.compiled import kernel
from bailiwick.design.construct.kernels import cost_between, is_barred
from bailiwick.design.model import Model
from bailiwick.domain import FloatArray, IntArray

CORRIDOR_WORK = 2_000_000
"""Nodes that corridors may pass in all; it limits how many are carved, how many are tried for one, and from how many pieces."""
MOST_CORRIDORS = 24
MOST_GOALS = 12
"""Territories to which a corridor from a piece is looked for, nearest first, its own always."""


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


def in_one_piece(model: Model, label: IntArray, centres: FloatArray, prices: FloatArray, power: int) -> IntArray:
    """Give back a plan repaired by neighbours and then by corridors; as it is where territories need not be connected.

    Parameters as for :func:`connect`.
    """
    if not model.must_connect:
        return label
    return carve(model, connect(model, label, centres, prices, power), centres, prices, power)


def carve(model: Model, label: IntArray, centres: FloatArray, prices: FloatArray, power: int) -> IntArray:
    """Give back a plan with fewer territories in pieces, where a corridor through others leads a stray piece home.

    A piece whose neighbours are all barred to it, or that is locked far from its territory, is not reached by letting
    neighbours absorb it. So the shortest corridor is looked for from it to a territory that may have it, and what the
    corridor cuts off is absorbed in turn. Parameters as for :func:`connect`.
    """
    broken = n_broken(model, label)
    effort = min(max(CORRIDOR_WORK // model.n, 2), MOST_CORRIDORS)
    for _ in range(effort if broken else 0):
        found = _with_corridor(model, label, broken, (centres, prices, power), effort)
        if found is None:
            break
        label, broken = found
        if not broken:
            break
    return label


def _with_corridor(
    model: Model, label: IntArray, broken: int, scores: tuple[FloatArray, FloatArray, int], effort: int
) -> tuple[IntArray, int] | None:
    """The plan with the shortest corridor that helps, and how many territories are in pieces then; None if none helps."""
    piece = pieces(model, label)
    for _, stray, goal, way in _corridors(model, label, piece, scores[0], effort):
        changed = label.copy()
        changed[piece == stray] = goal
        changed[way] = goal
        changed = connect(model, changed, *scores)
        now = n_broken(model, changed)
        if now < broken and np.bincount(changed, minlength=model.k).all():
            return changed, now
    return None


def _corridors(model: Model, label: IntArray, piece: IntArray, centres: FloatArray, effort: int) -> list[tuple[int, int, int, IntArray]]:
    """Length, stray piece, territory and nodes of corridors, shortest first."""
    owner, is_kept = _kept_pieces(model, label, piece)
    home = np.full(model.k, -1, np.int64)
    home[owner[is_kept]] = np.flatnonzero(is_kept)
    found = []
    for stray in np.flatnonzero(~is_kept)[:effort]:
        first = int(np.argmax(piece == stray))
        away = ((centres - model.points[first]) ** 2).sum(axis=1) if model.travel is None else centres[:, first].copy()
        away[owner[stray]] = -1.0
        for goal in np.argsort(away, kind="stable")[:MOST_GOALS]:
            way = _corridor(model.indptr, model.indices, model.pinned, model.barred_ptr, model.barred, piece, stray, home[goal], goal)
            if len(way):
                found.append((len(way), int(stray), int(goal), way))
    return sorted(found, key=lambda corridor: corridor[:3])[:effort]


def _keep_heaviest(model: Model, label: IntArray) -> IntArray:
    piece = pieces(model, label)
    is_kept = _kept_pieces(model, label, piece)[1]
    return np.where(is_kept[piece] | (model.pinned >= 0), label, -1).astype(np.int32)


def _kept_pieces(model: Model, label: IntArray, piece: IntArray) -> tuple[IntArray, np.ndarray]:
    """Territory of each piece, and whether it is the one that is kept: the heaviest, with locked nodes before all others."""
    heft = np.bincount(piece, weights=model.load[:, 0] + model.weight * 1e-9 + 1e-12)
    heft = heft + 1e6 * np.bincount(piece, weights=model.pinned >= 0)
    owner = np.zeros(len(heft), np.int32)
    owner[piece] = label
    order = np.lexsort((np.arange(len(heft)), -heft, owner))
    is_first = np.r_[True, np.diff(owner[order]) != 0]
    is_kept = np.zeros(len(heft), bool)
    is_kept[order[is_first]] = True
    return owner, is_kept


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


@kernel
def _corridor(indptr, indices, pinned, barred_ptr, barred, piece, stray, home, goal):  # type: ignore[no-untyped-def]
    """Nodes of a shortest way that territory ``goal`` may have, from piece ``stray`` to piece ``home``; without any if there is none.

    The last node of the way is the one of the home that is reached.
    """
    n = len(piece)
    before, queue, tail = np.full(n, -2, np.int32), np.empty(n, np.int32), 0
    for i in range(n):
        if piece[i] != stray:
            continue
        if (pinned[i] >= 0 and pinned[i] != goal) or is_barred(barred_ptr, barred, i, goal):
            return queue[:0].copy()
        before[i], queue[tail], tail = -1, i, tail + 1
    head = 0
    while head < tail:
        u = queue[head]
        head += 1
        for at in range(indptr[u], indptr[u + 1]):
            w = indices[at]
            if before[w] != -2 or (pinned[w] >= 0 and pinned[w] != goal) or is_barred(barred_ptr, barred, w, goal):
                continue
            before[w] = u
            if piece[w] == home:
                count = 0
                while before[w] != -1:
                    queue[count], w, count = w, before[w], count + 1
                return queue[:count].copy()[::-1].copy()
            queue[tail], tail = w, tail + 1
    return queue[:0].copy()
