"""Compiled sums of the curvature of the smoothed dual: couplings of territories per chunk of units, gathered into one matrix."""

from __future__ import annotations

import math

import numpy as np

from bailiwick.compiled import kernel, leaf

LEAST_SHARE = 2e-3  # of a unit in a territory that couples it with others


@leaf
def add_coupling(partner, coupling, j, other, value):  # type: ignore[no-untyped-def]
    """Add to the entry (j, other) of a matrix kept as short lists; what finds no slot is dropped."""
    for slot in range(partner.shape[1]):
        if partner[j, slot] == other:
            coupling[j, slot] += value
            return
        if partner[j, slot] < 0:
            partner[j, slot] = other
            coupling[j, slot] = value
            return


@leaf
def soften(score, count, best, t, cutoff, share):  # type: ignore[no-untyped-def]
    """Shares of a unit by a softmin of temperature t, none beyond ``cutoff``, not yet divided by their sum, which is returned."""
    total = 0.0
    for c in range(count):
        gap = (score[c] - best) / t
        share[c] = math.exp(-gap) if gap < cutoff else 0.0
        total += share[c]
    return total


@leaf
def add_shares(share, count, total, unit_load, scale, found, loads, diagonal, strong, which):  # type: ignore[no-untyped-def]
    """Add a unit to loads and diagonal; lists the shares that couple territories, and whose they are, and returns their number."""
    n_strong = 0
    for c in range(count):
        p = share[c] / total
        if p == 0.0:
            continue
        loads[found[c]] += unit_load * p
        diagonal[found[c]] += scale * p * (1.0 - p)
        if p >= LEAST_SHARE:
            strong[n_strong] = p
            which[n_strong] = c
            n_strong += 1
    return n_strong


@leaf
def add_couplings(strong, which, n_strong, scale, is_local, block, found, count, partner, coupling):  # type: ignore[no-untyped-def]
    """Add what a unit couples to the triangle of its block, or where that is too small to the lists of the territories."""
    for c in range(n_strong):
        drag = -scale * strong[c]
        for e in range(c + 1, n_strong):
            if is_local:
                block[which[c] * count + which[e]] += drag * strong[e]
            else:
                add_coupling(partner, coupling, found[which[c]], found[which[e]], drag * strong[e])
                add_coupling(partner, coupling, found[which[e]], found[which[c]], drag * strong[e])


@leaf
def add_block(block, found, count, partner, coupling):  # type: ignore[no-untyped-def]
    """Add what a block of units couples, an upper triangle over its candidates, to the lists of the territories."""
    for c in range(count):
        for e in range(c + 1, count):
            value = block[c * count + e]
            if value != 0.0:
                add_coupling(partner, coupling, found[c], found[e], value)
                add_coupling(partner, coupling, found[e], found[c], value)


@kernel
def gather_curvature(diagonal, partner, coupling, dead_cell):  # type: ignore[no-untyped-def]
    """Add up the chunks' coupling lists and the diagonal into one matrix in compressed columns.

    Cells that hold almost nothing have almost no curvature; a floor of ``dead_cell`` times the median keeps their step
    from dwarfing all others.
    """
    k = len(diagonal)
    typical = max(np.median(diagonal), 0.01 * diagonal.max()) + 1e-12
    indptr = np.zeros(k + 1, np.int32)
    indices = np.empty(k * (1 + partner.shape[0] * partner.shape[2]), np.int32)
    entries = np.empty(len(indices))
    total, touched = np.zeros(k), np.zeros(k, np.bool_)
    used = 0
    for j in range(k):
        first = used
        indices[used] = j
        total[j] = max(diagonal[j], dead_cell * typical) + 1e-6 * typical
        touched[j] = True
        used += 1
        for chunk in range(partner.shape[0]):
            for slot in range(partner.shape[2]):
                other = partner[chunk, j, slot]
                if other < 0:
                    break
                if not touched[other]:
                    touched[other] = True
                    indices[used] = other
                    used += 1
                total[other] += coupling[chunk, j, slot]
        indices[first:used].sort()
        for at in range(first, used):
            entries[at] = total[indices[at]]
            total[indices[at]] = 0.0
            touched[indices[at]] = False
        indptr[j + 1] = used
    return indptr, indices[:used].copy(), entries[:used].copy()
