"""Compiled inner problem of the bound over all centres: the cheapest territory around each site."""

from __future__ import annotations

import numba as nb
import numpy as np

from bailiwick.compiled import kernel, parallel
from bailiwick.design.construct.kernels import N_CHUNKS, cost_of, square_between


@kernel
def site_costs(points, weight, sites, power, is_sphere):  # type: ignore[no-untyped-def]
    """Weighted cost of every unit from every site, shape (sites, n)."""
    cost = np.empty((len(sites), len(points)))
    for s in range(len(sites)):
        for i in range(len(points)):
            cost[s, i] = weight[i] * cost_of(square_between(points, i, sites, s), power, is_sphere)
    return cost


@kernel
def fill_territory(cost, load, credit, forced, lower, upper, share):  # type: ignore[no-untyped-def]
    """Least Σ (cost − credit) · share with lower ≤ Σ load · share ≤ upper, 0 ≤ share ≤ 1 and share 1 for ``forced`` (or −1).

    Writes the shares and returns the value: a continuous knapsack, filled by value per load.
    """
    n = len(cost)
    value, total = 0.0, 0.0
    for i in range(n):
        share[i] = 0.0
        if cost[i] < credit[i] or i == forced:
            share[i] = 1.0
            value += cost[i] - credit[i]
            total += load[i]
    if lower <= total <= upper:
        return value
    is_over = total > upper
    count = 0
    order, rate = np.empty(n, np.int64), np.empty(n)
    for i in range(n):
        if load[i] > 0.0 and i != forced and (share[i] == 1.0) == is_over:
            order[count] = i
            rate[count] = abs(cost[i] - credit[i]) / load[i]
            count += 1
    for at in np.argsort(rate[:count], kind="mergesort"):
        i = order[at]
        missing = total - upper if is_over else lower - total
        if missing <= 0.0:
            break
        part = min(missing / load[i], 1.0)
        share[i] = 1.0 - part if is_over else part
        value += part * abs(cost[i] - credit[i])
        total += -part * load[i] if is_over else part * load[i]
    return value


@parallel
def price_sites(cost, load, credit, forced, lower, upper):  # type: ignore[no-untyped-def]
    """Value of the cheapest territory around each site, shape (sites,)."""
    n_sites, n = cost.shape
    value = np.empty(n_sites)
    for chunk in nb.prange(N_CHUNKS):
        share = np.empty(n)
        for s in range(chunk * n_sites // N_CHUNKS, (chunk + 1) * n_sites // N_CHUNKS):
            value[s] = fill_territory(cost[s], load, credit, forced[s], lower, upper, share)
    return value
