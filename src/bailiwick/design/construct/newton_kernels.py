"""Compiled parts of a Newton step: local distances between centres, and the step itself by conjugate gradients."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from bailiwick.compiled import both_ways, kernel, leaf
from bailiwick.design.construct.kernels import N_CHUNKS, chords_to


def _spacing_around(centres, middle, rank):  # type: ignore[no-untyped-def]
    """Distance from the centre nearest to each block to its ``rank``-th nearest other one, shape (blocks,)."""
    k = len(centres)
    across = np.ascontiguousarray(centres.T)
    near, spacing = np.empty(k), np.empty(len(middle))
    for chunk in nb.prange(N_CHUNKS):
        chord = np.empty(k)
        for j in range(chunk * k // N_CHUNKS, (chunk + 1) * k // N_CHUNKS):
            chords_to(centres, j, across, chord)
            near[j] = np.partition(chord, rank)[rank]  # the nearest is the centre itself
    for chunk in nb.prange(N_CHUNKS):
        chord = np.empty(k)
        for b in range(chunk * len(middle) // N_CHUNKS, (chunk + 1) * len(middle) // N_CHUNKS):
            chords_to(middle, b, across, chord)
            spacing[b] = near[np.argmin(chord)]
    return spacing


spacing_around, spacing_around_parallel = both_ways(_spacing_around)


@leaf
def times(indptr, indices, entries, vector, product):  # type: ignore[no-untyped-def]
    """Symmetric matrix in compressed rows times a vector."""
    for j in range(len(vector)):
        total = 0.0
        for at in range(indptr[j], indptr[j + 1]):
            total += entries[at] * vector[indices[at]]
        product[j] = total


@leaf
def inner(a, b):  # type: ignore[no-untyped-def]
    """Σ a · b, in order."""
    total = 0.0
    for j in range(len(a)):
        total += a[j] * b[j]
    return total


@kernel
def newton_step(indptr, indices, entries, short, cap, rest_share):  # type: ignore[no-untyped-def]
    """Change of the prices that would raise loads by ``short``, its median taken out, every component within ±``cap``; shape (K,).

    Found when what is still short is at most ``rest_share`` of ``short``, in length.
    Conjugate gradients with the diagonal as preconditioner (Hestenes & Stiefel 1952): territories are coupled with those
    around them only, so a few dozen products with a sparse matrix do, and no factor has to be laid out.
    """
    k = len(short)
    diagonal = np.ones(k)
    for j in range(k):
        for at in range(indptr[j], indptr[j + 1]):
            if indices[at] == j:
                diagonal[j] = entries[at]
    step, rest, product = np.zeros(k), short.copy(), np.empty(k)
    eased = rest / diagonal
    way = eased.copy()
    gain = inner(rest, eased)
    enough = rest_share * math.sqrt(inner(short, short))
    for _ in range(2 * k + 20):
        if math.sqrt(inner(rest, rest)) <= enough:
            break
        times(indptr, indices, entries, way, product)
        bend = inner(way, product)
        if bend <= 0.0:
            break
        length = gain / bend
        for j in range(k):
            step[j] += length * way[j]
            rest[j] -= length * product[j]
            eased[j] = rest[j] / diagonal[j]
        before, gain = gain, inner(rest, eased)
        for j in range(k):
            way[j] = eased[j] + gain / before * way[j]
    return np.minimum(np.maximum(step - np.median(step), -cap), cap)
