"""Compiled sum of what a plan costs."""

from __future__ import annotations

import numba as nb
import numpy as np

from bailiwick.compiled import both_ways
from bailiwick.design.construct.kernels import N_CHUNKS, cost_of, square_between


def _total_cost(points, weight, label, centres, power, is_sphere):  # type: ignore[no-untyped-def]
    """Σ weight · distance^power to the centre of the own territory, km."""
    n = len(label)
    total = np.zeros(N_CHUNKS)
    for chunk in nb.prange(N_CHUNKS):
        sum_of_chunk = 0.0
        for i in range(chunk * n // N_CHUNKS, (chunk + 1) * n // N_CHUNKS):
            sum_of_chunk += weight[i] * cost_of(square_between(points, i, centres, label[i]), power, is_sphere)
        total[chunk] = sum_of_chunk
    return total.sum()


total_cost, total_cost_parallel = both_ways(_total_cost)
