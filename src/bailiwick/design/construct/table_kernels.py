"""The inner loops of the transport where the costs stand in a table: every node looks at every territory."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from bailiwick.compiled import parallel
from bailiwick.design.construct.curvature_kernels import add_coupling
from bailiwick.design.construct.kernels import CUTOFF, N_CHUNKS, SLOTS, is_barred
from bailiwick.design.stay import kept_by


@parallel
def soft_loads_by_table(weight, load, pinned, barred_ptr, barred, stay_ptr, stay_at, stay_worth, rows, prices, temperature):  # type: ignore[no-untyped-def]
    """Like ``kernels.soft_loads``: value, loads, and the curvature as its diagonal and short lists of couplings.

    ``rows`` is what each node costs in each territory, shape (K, n); ``temperature`` is per node.
    """
    k, n = rows.shape
    has_stay = len(stay_ptr) > 0
    value, loads, diagonal = np.zeros(N_CHUNKS), np.zeros((N_CHUNKS, k)), np.zeros((N_CHUNKS, k))
    partner, coupling = np.full((N_CHUNKS, k, SLOTS), -1, np.int32), np.zeros((N_CHUNKS, k, SLOTS))
    for chunk in nb.prange(N_CHUNKS):
        score, strong = np.empty(k), np.empty(k, np.int64)
        for i in range(chunk * n // N_CHUNKS, (chunk + 1) * n // N_CHUNKS):
            if pinned[i] >= 0:
                loads[chunk, pinned[i]] += load[i]
                continue
            rho, t = load[i] / weight[i], temperature[i]
            for j in range(k):
                score[j] = np.inf if is_barred(barred_ptr, barred, i, j) else rows[j, i] - rho * prices[j]
            if has_stay:
                for at in range(stay_ptr[i], stay_ptr[i + 1]):
                    score[stay_at[at]] -= stay_worth[at] / weight[i]
            best = score.min()
            if best == np.inf:
                continue
            total = 0.0
            for j in range(k):
                gap = (score[j] - best) / t
                score[j] = math.exp(-gap) if gap < CUTOFF else 0.0
                total += score[j]
            value[chunk] += weight[i] * (best - t * math.log(total))
            scale, n_strong = load[i] * rho / t, 0
            for j in range(k):
                p = score[j] / total
                if p == 0.0:
                    continue
                loads[chunk, j] += load[i] * p
                diagonal[chunk, j] += scale * p * (1.0 - p)
                if p >= 2e-3:
                    score[j] = p
                    strong[n_strong] = j
                    n_strong += 1
            for c in range(n_strong):
                for e in range(n_strong):
                    if c != e:
                        a, b = strong[c], strong[e]
                        add_coupling(partner[chunk], coupling[chunk], a, b, -scale * score[a] * score[b])
    return value.sum(), loads.sum(axis=0), diagonal.sum(axis=0), partner, coupling


@parallel
def assign_by_table(weight, load, pinned, barred_ptr, barred, stay_ptr, stay_at, stay_worth, rows, prices):  # type: ignore[no-untyped-def]
    """Best territory of each node at given prices, the sum of best scores, and loads; ties go to the lower index."""
    k, n = rows.shape
    has_stay = len(stay_ptr) > 0
    label, value, loads = np.full(n, -1, np.int32), np.zeros(N_CHUNKS), np.zeros((N_CHUNKS, k))
    for chunk in nb.prange(N_CHUNKS):
        for i in range(chunk * n // N_CHUNKS, (chunk + 1) * n // N_CHUNKS):
            best, chosen = np.inf, -1
            if pinned[i] >= 0:
                chosen = pinned[i]
                best = weight[i] * rows[chosen, i] - load[i] * prices[chosen]
                if has_stay:
                    best -= kept_by(stay_ptr, stay_at, stay_worth, i, chosen)
            else:
                for j in range(k):
                    if is_barred(barred_ptr, barred, i, j):
                        continue
                    score = weight[i] * rows[j, i] - load[i] * prices[j]
                    if has_stay:
                        score -= kept_by(stay_ptr, stay_at, stay_worth, i, j)
                    if score < best:
                        best, chosen = score, j
            if chosen >= 0:
                label[i] = chosen
                value[chunk] += best
                loads[chunk, chosen] += load[i]
    return label, value.sum(), loads.sum(axis=0)


@parallel
def priced_loads_by_table(  # type: ignore[no-untyped-def]
    weight, softness, load, pinned, barred_ptr, barred, stay_ptr, stay_at, stay_worth, rows, prices, temperature
):
    """Like ``many_kernels.priced_loads``: sum of the best scores at prices (K, M), smoothed at temperature per node, and loads (K, M)."""
    k, n = rows.shape
    n_measures, has_stay = prices.shape[1], len(stay_ptr) > 0
    value, loads = np.zeros(N_CHUNKS), np.zeros((N_CHUNKS, k, n_measures))
    for chunk in nb.prange(N_CHUNKS):
        score = np.empty(k)
        for i in range(chunk * n // N_CHUNKS, (chunk + 1) * n // N_CHUNKS):
            best, chosen = np.inf, -1
            for j in range(k):
                score[j] = np.inf
                if (pinned[i] >= 0 and pinned[i] != j) or is_barred(barred_ptr, barred, i, j):
                    continue
                score[j] = rows[j, i]
                for m in range(n_measures):
                    score[j] -= load[i, m] / weight[i] * prices[j, m]
                if has_stay:
                    score[j] -= kept_by(stay_ptr, stay_at, stay_worth, i, j) / weight[i]
                if score[j] < best:
                    best, chosen = score[j], j
            if chosen < 0:
                continue
            t = temperature[i]
            if t == 0.0:
                value[chunk] += weight[i] * best
                for m in range(n_measures):
                    loads[chunk, chosen, m] += load[i, m]
                continue
            total, steep = 0.0, weight[i] / (softness[i] * t)
            for j in range(k):
                gap = (score[j] - best) * steep
                score[j] = math.exp(-gap) if gap < CUTOFF else 0.0
                total += score[j]
            value[chunk] += weight[i] * best - softness[i] * t * math.log(total)
            for j in range(k):
                if score[j] > 0.0:
                    for m in range(n_measures):
                        loads[chunk, j, m] += load[i, m] * score[j] / total
    return value.sum(), loads.sum(axis=0)
