"""Compiled inner loops of the transport: units in blocks, centres that cannot win a block skipped exactly."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from bailiwick.compiled import PARALLEL_UNITS as PARALLEL_UNITS
from bailiwick.compiled import both_ways, inline_leaf, kernel, leaf
from bailiwick.design.construct.curvature_kernels import add_block, add_couplings, add_shares, soften
from bailiwick.design.stay import kept_by

N_CHUNKS = 8  # fixed, so that sums do not depend on the number of threads
MOST_LOCAL = 64  # candidates of a block up to which its couplings are summed before they go to the lists
SLOTS = 24  # neighbours of a territory that the curvature keeps; farther ones are next to nothing
CUTOFF = 8.0  # in temperatures: what is left out is below 0.04 %
EARTH_DIAMETER_KM = 2 * 6371.0088
LOOKUP = -1  # power of costs that stand in a table: row j of the centres is what every node costs in territory j


@inline_leaf
def cost_of(square_km, power, is_sphere):  # type: ignore[no-untyped-def]
    """Distance or squared distance from the squared chord, km."""
    if is_sphere:
        arc = EARTH_DIAMETER_KM * math.asin(min(math.sqrt(square_km) / EARTH_DIAMETER_KM, 1.0))
        return arc if power == 1 else arc * arc
    return math.sqrt(square_km) if power == 1 else square_km


@inline_leaf
def square_between(points, i, centres, j):  # type: ignore[no-untyped-def]
    """Squared straight distance between point i and centre j."""
    total = 0.0
    for axis in range(points.shape[1]):
        step = points[i, axis] - centres[j, axis]
        total += step * step
    return total


@leaf
def cost_between(points, i, centres, j, power, is_sphere):  # type: ignore[no-untyped-def]
    """Cost of node i in territory j, from a table or from positions; for loops that are not hot."""
    if power == LOOKUP:
        return centres[j, i]
    return cost_of(square_between(points, i, centres, j), power, is_sphere)


@kernel
def block_circles(points, size):  # type: ignore[no-untyped-def]
    """Middle and radius (chord, km) of each run of ``size`` consecutive points."""
    n, d = points.shape
    n_blocks = (n + size - 1) // size
    middle, radius = np.zeros((n_blocks, d)), np.zeros(n_blocks)
    for b in range(n_blocks):
        start, stop = b * size, min((b + 1) * size, n)
        for axis in range(d):
            middle[b, axis] = points[start:stop, axis].mean()
        for i in range(start, stop):
            radius[b] = max(radius[b], math.sqrt(square_between(points, i, middle, b)))
    return middle, radius


@leaf
def chords_to(middle, b, across, chord):  # type: ignore[no-untyped-def]
    """Straight distances from the middle of block b to centres given by axis, shape (d, K)."""
    x, y = middle[b, 0], middle[b, 1]
    if across.shape[0] == 2:
        for j in range(len(chord)):
            chord[j] = math.sqrt((x - across[0, j]) ** 2 + (y - across[1, j]) ** 2)
    else:
        z = middle[b, 2]
        for j in range(len(chord)):
            chord[j] = math.sqrt((x - across[0, j]) ** 2 + (y - across[1, j]) ** 2 + (z - across[2, j]) ** 2)


@leaf
def block_candidates(middle, radius, b, across, prices, power, is_sphere, rho_low, rho_high, slack, found, floor):  # type: ignore[no-untyped-def]
    """Centres that can be best, or within ``slack`` of best, for some unit of block b; returns their number.

    ``across`` are the centres by axis, shape (d, K).
    """
    k, r = len(prices), radius[b]
    chords_to(middle, b, across, floor)
    best = np.inf
    if power == 1 and not is_sphere:
        for j in range(k):
            best = min(best, floor[j] + r - min(prices[j] * rho_low, prices[j] * rho_high))
        for j in range(k):
            floor[j] = max(floor[j] - r, 0.0) - max(prices[j] * rho_low, prices[j] * rho_high)
    else:
        for j in range(k):
            near, far = max(floor[j] - r, 0.0), floor[j] + r
            g_low, g_high = prices[j] * rho_low, prices[j] * rho_high
            floor[j] = cost_of(near * near, power, is_sphere) - max(g_low, g_high)
            best = min(best, cost_of(far * far, power, is_sphere) - min(g_low, g_high))
    count = 0
    for j in range(k):
        if floor[j] <= best + slack:
            found[count] = j
            count += 1
    return count


@leaf
def is_barred(barred_ptr, barred, i, j):  # type: ignore[no-untyped-def]
    """Whether node i must not get territory j, by bisection of its row."""
    low, high = barred_ptr[i], barred_ptr[i + 1]
    while low < high:
        middle = (low + high) // 2
        if barred[middle] < j:
            low = middle + 1
        else:
            high = middle
    return low < barred_ptr[i + 1] and barred[low] == j


@leaf
def place_of(found, count, j):  # type: ignore[no-untyped-def]
    """Where j stands among the first ``count`` entries of ``found``, which ascend; −1 if it does not."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if found[middle] < j:
            low = middle + 1
        else:
            high = middle
    return low if low < count and found[low] == j else -1


@leaf
def gather_candidates(found, count, centres, prices, near, price):  # type: ignore[no-untyped-def]
    """Positions, shape (d, count), and prices of the candidates of a block side by side, for loops that the compiler can widen."""
    for c in range(count):
        for axis in range(centres.shape[1]):
            near[axis, c] = centres[found[c], axis]
        price[c] = prices[found[c]]


@leaf
def plain_scores(points, i, rho, near, price, count, power, is_sphere, score):  # type: ignore[no-untyped-def]
    """Scores per weight of unit i in the candidates of its block; returns the least."""
    x, y = points[i, 0], points[i, 1]
    if is_sphere:
        z = points[i, 2]
        for c in range(count):
            square = (x - near[0, c]) ** 2 + (y - near[1, c]) ** 2 + (z - near[2, c]) ** 2
            score[c] = cost_of(square, power, True) - rho * price[c]
    elif power == 1:
        for c in range(count):
            score[c] = math.sqrt((x - near[0, c]) ** 2 + (y - near[1, c]) ** 2) - rho * price[c]
    else:
        for c in range(count):
            score[c] = (x - near[0, c]) ** 2 + (y - near[1, c]) ** 2 - rho * price[c]
    best = np.inf
    for c in range(count):
        best = min(best, score[c])
    return best


@leaf
def scores_of_today(  # type: ignore[no-untyped-def]
    points, i, rho, weight, barred_ptr, barred, stay_ptr, stay_at, stay_worth, centres, prices, power, is_sphere, found, count, score
):
    """Scores of unit i where it stands today, candidates that are missing added; returns the number of candidates and the least."""
    n_found, least = count, np.inf
    for at in range(stay_ptr[i], stay_ptr[i + 1]):
        j = stay_at[at]
        c = place_of(found, count, j)
        if c < 0:
            c = n_found
            n_found += 1
            found[c] = j
            score[c] = cost_of(square_between(points, i, centres, j), power, is_sphere) - rho * prices[j]
            if is_barred(barred_ptr, barred, i, j):
                score[c] = np.inf
        score[c] -= stay_worth[at] / weight
        least = min(least, score[c])
    return n_found, least


@leaf
def has_rules(pinned, barred_ptr, start, stop):  # type: ignore[no-untyped-def]
    """Whether some node of a block is locked or barred from a territory."""
    for i in range(start, stop):
        if pinned[i] >= 0 or barred_ptr[i] < barred_ptr[i + 1]:
            return True
    return False


@leaf
def ruled_scores(points, i, rho, barred_ptr, barred, centres, prices, power, is_sphere, found, count, score):  # type: ignore[no-untyped-def]
    """Like :func:`plain_scores` for a unit that may be barred: infinite where it is."""
    best = np.inf
    for c in range(count):
        j = found[c]
        if barred_ptr[i] < barred_ptr[i + 1] and is_barred(barred_ptr, barred, i, j):
            score[c] = np.inf
            continue
        score[c] = cost_of(square_between(points, i, centres, j), power, is_sphere) - rho * prices[j]
        best = min(best, score[c])
    return best


def _soft_loads(  # type: ignore[no-untyped-def]
    points,
    weight,
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
    """Value, territory loads and curvature of the smoothed dual.

    ``temperature`` is per block, in units of cost. Returns the value, loads (K,), and the negative second derivative as
    its diagonal (K,) and couplings: partners and values, shape (lists, K, SLOTS), partner −1 where unused; one list per chunk,
    or one for all where chunks follow each other.
    """
    n_blocks, k, has_stay = len(radius), len(prices), len(stay_ptr) > 0
    n_lists = N_CHUNKS if len(points) >= PARALLEL_UNITS else 1
    value = np.zeros(N_CHUNKS)
    loads = np.zeros((N_CHUNKS, k))
    diagonal = np.zeros((N_CHUNKS, k))
    partner = np.full((n_lists, k, SLOTS), -1, np.int32)
    coupling = np.zeros((n_lists, k, SLOTS))
    for chunk in nb.prange(N_CHUNKS):
        found, floor = np.empty(k, np.int64), np.empty(k)
        score, share, which = np.empty(k), np.empty(k), np.empty(k, np.int64)
        across = np.ascontiguousarray(centres.T)
        near, price, block = np.empty((points.shape[1], k)), np.empty(k), np.empty(MOST_LOCAL * MOST_LOCAL)
        own_loads, own_diagonal = loads[chunk], diagonal[chunk]
        own_partner, own_coupling = partner[chunk % n_lists], coupling[chunk % n_lists]
        sum_of_chunk = 0.0
        for b in range(chunk * n_blocks // N_CHUNKS, (chunk + 1) * n_blocks // N_CHUNKS):
            start, stop = b * size, min((b + 1) * size, len(points))
            rho_low, rho_high = np.inf, -np.inf
            for i in range(start, stop):
                rho = load[i] / weight[i]
                rho_low, rho_high = min(rho_low, rho), max(rho_high, rho)
            t = temperature[b]
            count = block_candidates(middle, radius, b, across, prices, power, is_sphere, rho_low, rho_high, CUTOFF * t, found, floor)
            is_plain = not has_stay and not has_rules(pinned, barred_ptr, start, stop)
            is_local = is_plain and count <= MOST_LOCAL
            if is_plain:
                gather_candidates(found, count, centres, prices, near, price)
            if is_local:
                block[: count * count] = 0.0
            for i in range(start, stop):
                if pinned[i] >= 0:
                    own_loads[pinned[i]] += load[i]
                    continue
                rho, n_found = load[i] / weight[i], count
                if is_plain:
                    best = plain_scores(points, i, rho, near, price, count, power, is_sphere, score)
                else:
                    best = ruled_scores(points, i, rho, barred_ptr, barred, centres, prices, power, is_sphere, found, count, score)
                if has_stay:
                    n_found, least = scores_of_today(
                        points, i, rho, weight[i], barred_ptr, barred, stay_ptr, stay_at, stay_worth, centres, prices, power, is_sphere,
                        found, count, score,
                    )  # fmt: skip
                    best = min(best, least)
                if best == np.inf:
                    continue
                total = soften(score, n_found, best, t, CUTOFF, share)
                sum_of_chunk += weight[i] * (best - t * math.log(total))
                scale = load[i] * rho / t
                n_strong = add_shares(share, n_found, total, load[i], scale, found, own_loads, own_diagonal, score, which)
                add_couplings(score, which, n_strong, scale, is_local, block, found, count, own_partner, own_coupling)
            if is_local:
                add_block(block, found, count, own_partner, own_coupling)
        value[chunk] = sum_of_chunk
    return value.sum(), loads.sum(axis=0), diagonal.sum(axis=0), partner, coupling


def _hard_assign(  # type: ignore[no-untyped-def]
    points, weight, load, pinned, barred_ptr, barred, stay_ptr, stay_at, stay_worth, middle, radius, size, centres, prices, power, is_sphere
):
    """Best territory of each unit at given prices, the sum of best scores, and loads; ties go to the lower index."""
    n_blocks, k, has_stay = len(radius), len(prices), len(stay_ptr) > 0
    label = np.full(len(points), -1, np.int32)
    value = np.zeros(N_CHUNKS)
    loads = np.zeros((N_CHUNKS, k))
    for chunk in nb.prange(N_CHUNKS):
        found, floor = np.empty(k, np.int64), np.empty(k)
        across = np.ascontiguousarray(centres.T)
        near, price, worth = np.empty((points.shape[1], k)), np.empty(k), np.empty(k)
        sum_of_chunk = 0.0
        for b in range(chunk * n_blocks // N_CHUNKS, (chunk + 1) * n_blocks // N_CHUNKS):
            start, stop = b * size, min((b + 1) * size, len(points))
            rho_low, rho_high = np.inf, -np.inf
            is_any_barred, is_plain = False, not has_stay and not has_rules(pinned, barred_ptr, start, stop)
            for i in range(start, stop):
                is_plain = is_plain and weight[i] > 0.0
                if weight[i] > 0.0:
                    rho = load[i] / weight[i]
                    rho_low, rho_high = min(rho_low, rho), max(rho_high, rho)
                is_any_barred = is_any_barred or barred_ptr[i] < barred_ptr[i + 1]
            # Units without weight of distance, and bars, can make any centre the best.
            slack = np.inf if is_any_barred or rho_high < 0.0 else 0.0
            rho_low, rho_high = min(rho_low, 1e300), max(rho_high, 0.0)
            count = block_candidates(middle, radius, b, across, prices, power, is_sphere, rho_low, rho_high, slack, found, floor)
            if is_plain:
                gather_candidates(found, count, centres, prices, near, price)
            for i in range(start, stop):
                best, chosen = np.inf, -1
                if is_plain:
                    best = plain_scores(points, i, load[i] / weight[i], near, price, count, power, is_sphere, worth)
                    for c in range(count):
                        if worth[c] == best:
                            chosen = found[c]
                            break
                    best *= weight[i]
                elif pinned[i] >= 0:
                    chosen = pinned[i]
                    best = weight[i] * cost_of(square_between(points, i, centres, chosen), power, is_sphere) - load[i] * prices[chosen]
                    if has_stay:
                        best -= kept_by(stay_ptr, stay_at, stay_worth, i, chosen)
                else:
                    for c in range(count if weight[i] > 0.0 else k):
                        j = found[c] if weight[i] > 0.0 else c
                        if is_any_barred and is_barred(barred_ptr, barred, i, j):
                            continue
                        score = weight[i] * cost_of(square_between(points, i, centres, j), power, is_sphere) - load[i] * prices[j]
                        if score < best:
                            best, chosen = score, j
                    if has_stay:
                        for at in range(stay_ptr[i], stay_ptr[i + 1]):
                            j = stay_at[at]
                            if is_any_barred and is_barred(barred_ptr, barred, i, j):
                                continue
                            score = weight[i] * cost_of(square_between(points, i, centres, j), power, is_sphere) - load[i] * prices[j]
                            score -= stay_worth[at]
                            if score < best or (score == best and j < chosen):
                                best, chosen = score, j
                if chosen >= 0:
                    label[i] = chosen
                    sum_of_chunk += best
                    loads[chunk, chosen] += load[i]
        value[chunk] = sum_of_chunk
    return label, value.sum(), loads.sum(axis=0)


soft_loads, soft_loads_parallel = both_ways(_soft_loads)
hard_assign, hard_assign_parallel = both_ways(_hard_assign)
