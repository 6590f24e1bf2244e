"""Compiled choice of the best site of every territory; see :func:`bailiwick.metrics.centres.best_sites`."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from bailiwick.compiled import both_ways, kernel
from bailiwick.geography.geodesy import EARTH_RADIUS_KM

FEW = 48
"""Units up to which every site is tried, so that equal ones go to the first."""


@kernel
def site_cost(points, weight, at, power, slope, chord):  # type: ignore[no-untyped-def]
    """Cost of the site ``at``; writes its gradient in the position of the site, and the chords from there to all points."""
    n, d = points.shape
    cost = 0.0
    slope[:] = 0.0
    for i in range(n):
        square = 0.0
        for axis in range(d):
            square += (points[at, axis] - points[i, axis]) ** 2
        chord[i] = math.sqrt(square)
        length, steep = chord[i], 1.0
        if d == 3:
            half = min(chord[i] / (2 * EARTH_RADIUS_KM), 1.0)
            length = 2 * EARTH_RADIUS_KM * math.asin(half)
            steep = 1.0 / math.sqrt(max(1.0 - half * half, 1e-12))
        cost += weight[i] * (length if power == 1 else length * length)
        if chord[i] > 0.0:
            steep *= weight[i] / chord[i]
            if power == 2:
                steep *= 2 * length
            for axis in range(d):
                slope[axis] += steep * (points[at, axis] - points[i, axis])
    return cost


@kernel
def nearest_to_mean(points, weight):  # type: ignore[no-untyped-def]
    """Row nearest to the weighted mean, and the sum of the weights."""
    n, d = points.shape
    total, mean = weight.sum(), np.zeros(d)
    for i in range(n):
        for axis in range(d):
            mean[axis] += weight[i] * points[i, axis] / total
    at, least = 0, np.inf
    for i in range(n):
        square = 0.0
        for axis in range(d):
            square += (points[i, axis] - mean[axis]) ** 2
        if square < least:
            at, least = i, square
    return at, total


@kernel
def best_row(points, weight, power):  # type: ignore[no-untyped-def]
    """Row of the least cost: sites in the order of a lower bound of theirs, until none can be better; of few, every one."""
    n, d = points.shape
    at, total = nearest_to_mean(points, weight)
    floor, chord, slope = np.zeros(n), np.empty(n), np.empty(d)
    best, best_cost = at, np.inf
    while True:
        cost = site_cost(points, weight, at, power, slope, chord)
        if cost < best_cost or (cost == best_cost and at < best):
            best, best_cost = at, cost
        heft = weight[at]
        follower, least = 0, np.inf
        for i in range(n):
            tangent = cost
            for axis in range(d):
                tangent += (points[i, axis] - points[at, axis]) * slope[axis]
            tangent += heft * chord[i] if power == 1 else total * chord[i] * chord[i]
            floor[i] = max(floor[i], tangent)
            if i == at:
                floor[i] = np.inf
            if floor[i] < least:
                follower, least = i, floor[i]
        at = follower
        if least == np.inf or (n > FEW and least >= best_cost * (1 - 1e-12)):
            return best


def _best_rows(points, weights, order, start, power):  # type: ignore[no-untyped-def]
    """Site of each territory, −1 for those without units, shape (K,).

    ``order`` lists the units by territory, those of territory j from ``start[j]`` to ``start[j + 1]``.
    """
    k, d = len(start) - 1, points.shape[1]
    sites = np.full(k, -1, np.int32)
    for j in nb.prange(k):
        n = start[j + 1] - start[j]
        if n > 0:
            mine, weight, heaviest = np.empty((n, d)), np.empty(n), 0.0
            for c in range(n):
                i = order[start[j] + c]
                weight[c] = weights[i]
                heaviest = max(heaviest, weight[c])
                for axis in range(d):
                    mine[c, axis] = points[i, axis]
            if heaviest == 0.0:
                weight[:] = 1.0
            sites[j] = order[start[j] + best_row(mine, weight, power)]
    return sites


best_rows, best_rows_parallel = both_ways(_best_rows)
