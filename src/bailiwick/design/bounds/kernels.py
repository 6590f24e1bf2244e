"""Compiled step of the bound: Newton model plus kinked linear terms, by coordinate ascent."""

from __future__ import annotations

import numpy as np

from bailiwick.compiled import kernel


@kernel
def kinked_newton_step(indptr, indices, entries, slope, prices, lower, upper, sweeps):  # type: ignore[no-untyped-def]
    """Maximise slope·δ − ½ δᵀHδ + Σ ψ(prices + δ), ψ(g) = lower·g for g > 0, upper·g for g < 0; shape (K,).

    H comes in compressed columns and is symmetric.
    """
    k = len(prices)
    diagonal = np.ones(k)
    for j in range(k):
        for at in range(indptr[j], indptr[j + 1]):
            if indices[at] == j:
                diagonal[j] = entries[at]
    step, drag = np.zeros(k), np.zeros(k)
    for _ in range(sweeps):
        largest = 0.0
        for j in range(k):
            h = diagonal[j]
            pull = slope[j] - drag[j] + h * step[j]
            right, left = (pull + lower[j]) / h, (pull + upper[j]) / h
            if prices[j] + right > 0.0:
                best = right
            elif prices[j] + left < 0.0:
                best = left
            else:
                best = -prices[j]
            move = best - step[j]
            if move != 0.0:
                for at in range(indptr[j], indptr[j + 1]):
                    drag[indices[at]] += entries[at] * move
                step[j] = best
                largest = max(largest, abs(move))
        if largest < 1e-10:
            break
    return step
