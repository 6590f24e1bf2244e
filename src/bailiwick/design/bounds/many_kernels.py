"""Compiled evaluation of the dual with a price per territory and measure."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from bailiwick.compiled import both_ways, leaf
from bailiwick.design.construct.kernels import CUTOFF, N_CHUNKS, cost_of, is_barred, place_of, square_between


@leaf
def priced_candidates(middle, radius, b, centres, prices, power, is_sphere, low, high, slack, found, floor):  # type: ignore[no-untyped-def]
    """Centres that can be within ``slack`` of best for some unit of block b; returns their number.

    ``low`` and ``high`` are the least and the greatest load per weight of the block's units, per measure.
    """
    k, n_measures = prices.shape
    best = np.inf
    for j in range(k):
        chord = math.sqrt(square_between(middle, b, centres, j))
        near, far = max(chord - radius[b], 0.0), chord + radius[b]
        most, least = 0.0, 0.0
        for m in range(n_measures):
            at_low, at_high = prices[j, m] * low[m], prices[j, m] * high[m]
            most += max(at_low, at_high)
            least += min(at_low, at_high)
        floor[j] = cost_of(near * near, power, is_sphere) - most
        best = min(best, cost_of(far * far, power, is_sphere) - least)
    count = 0
    for j in range(k):
        if floor[j] <= best + slack:
            found[count] = j
            count += 1
    return count


def _priced_loads(  # type: ignore[no-untyped-def]
    points,
    weight,
    softness,
    load,
    pinned,
    barred_ptr,
    barred,
    stay_ptr,
    stay_at,
    stay_worth,
    middle,
    radius,
    size,
    centres,
    prices,
    temperature,
    power,
    is_sphere,
):
    """Sum of the best scores at prices (K, M), smoothed at temperature per block (0: exact), and loads (K, M).

    The score of unit i in territory j is weight_i · cost(i, j) − Σ_m load_im · prices_jm, less what staying there is worth.
    Weights are positive; softness takes their place in the smoothing, so that units of next to no weight are smoothed, too.
    The smoothed sum is never above the exact one.
    """
    n_blocks, has_stay = len(radius), len(stay_ptr) > 0
    k, n_measures = prices.shape
    value = np.zeros(N_CHUNKS)
    loads = np.zeros((N_CHUNKS, k, n_measures))
    for chunk in nb.prange(N_CHUNKS):
        found, floor, score = np.empty(k, np.int64), np.empty(k), np.empty(k)
        low, high = np.empty(n_measures), np.empty(n_measures)
        sum_of_chunk = 0.0
        for b in range(chunk * n_blocks // N_CHUNKS, (chunk + 1) * n_blocks // N_CHUNKS):
            start, stop = b * size, min((b + 1) * size, len(points))
            low[:], high[:] = np.inf, -np.inf
            softest, is_any_barred = 0.0, False
            for i in range(start, stop):
                softest = max(softest, softness[i] / weight[i])
                # Bars and locks can make any centre the best that is left.
                is_any_barred = is_any_barred or barred_ptr[i] < barred_ptr[i + 1] or pinned[i] >= 0
                for m in range(n_measures):
                    rho = load[i, m] / weight[i]
                    low[m], high[m] = min(low[m], rho), max(high[m], rho)
            t = temperature[b]
            slack = np.inf if is_any_barred else CUTOFF * t * softest
            count = priced_candidates(middle, radius, b, centres, prices, power, is_sphere, low, high, slack, found, floor)
            for i in range(start, stop):
                best, chosen = np.inf, -1
                for c in range(count):
                    j = found[c]
                    score[c] = np.inf
                    if (pinned[i] >= 0 and pinned[i] != j) or (is_any_barred and is_barred(barred_ptr, barred, i, j)):
                        continue
                    score[c] = cost_of(square_between(points, i, centres, j), power, is_sphere)
                    for m in range(n_measures):
                        score[c] -= load[i, m] / weight[i] * prices[j, m]
                    if score[c] < best:
                        best, chosen = score[c], c
                n_found = count
                if has_stay:
                    for at in range(stay_ptr[i], stay_ptr[i + 1]):
                        j = stay_at[at]
                        c = place_of(found, count, j)
                        if c < 0:
                            c = n_found
                            n_found += 1
                            found[c] = j
                            score[c] = np.inf
                            if (pinned[i] < 0 or pinned[i] == j) and not is_barred(barred_ptr, barred, i, j):
                                score[c] = cost_of(square_between(points, i, centres, j), power, is_sphere)
                                for m in range(n_measures):
                                    score[c] -= load[i, m] / weight[i] * prices[j, m]
                        score[c] -= stay_worth[at] / weight[i]
                        if score[c] < best:
                            best, chosen = score[c], c
                if chosen < 0:
                    continue
                if t == 0.0:
                    sum_of_chunk += weight[i] * best
                    for m in range(n_measures):
                        loads[chunk, found[chosen], m] += load[i, m]
                    continue
                total, steep = 0.0, weight[i] / (softness[i] * t)
                for c in range(n_found):
                    gap = (score[c] - best) * steep
                    score[c] = math.exp(-gap) if gap < CUTOFF else 0.0
                    total += score[c]
                sum_of_chunk += weight[i] * best - softness[i] * t * math.log(total)
                for c in range(n_found):
                    if score[c] > 0.0:
                        for m in range(n_measures):
                            loads[chunk, found[c], m] += load[i, m] * score[c] / total
        value[chunk] = sum_of_chunk
    return value.sum(), loads.sum(axis=0)


priced_loads, priced_loads_parallel = both_ways(_priced_loads)
