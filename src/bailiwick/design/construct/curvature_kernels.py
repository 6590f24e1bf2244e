"""Compiled sums of the curvature of the smoothed dual: couplings of territories per chunk of units, gathered into one matrix."""

from __future__ import annotations

import numpy as np

from bailiwick.design.compiled import kernel, leaf


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
