"""Sets of units that two territories might exchange, and the best exchange of all: rules kept, both centres chosen anew."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bailiwick.compiled import leaf
from bailiwick.design.improve.exchange_state_kernels import outside, present_cost, site_cost
from bailiwick.design.improve.graph_kernels import next_below, next_random
from bailiwick.domain import FloatArray, IntArray

CANDIDATES = 12
"""Units of a territory that the other one takes at the least loss."""
SITES, FEW_UNITS = 8, 24
"""Units of a territory, the best ones, that may be its centre after an exchange; in one of few units those that come may, too."""
N_SETS = 1 + CANDIDATES + CANDIDATES * (CANDIDATES - 1) // 2 + CANDIDATES * (CANDIDATES - 1) * (CANDIDATES - 2) // 6
"""Sets of none, one, two or three of them."""
KICK_TRIES, SKIPPED = 6, 0.5
"""Exchanges that keep the rules among which a kick takes the cheapest, and the share of all that is passed over to draw them."""
EQUAL = 1e-9
"""Excesses, and costs in mean costs of a unit, that differ by less are the same."""


class Desk(NamedTuple):
    """Working memory for a pair of territories; the first axis tells the two apart.

    ``units`` are their members, ``sites`` the best places for a centre, ``found`` the candidates and ``loss`` what moving one
    costs, ``sets`` sets of candidates with their ``sizes``, ``sums`` of loads and ``losses``, ``choice`` those that are to change places.
    """

    units: IntArray
    n_units: NDArray[np.int64]
    found: IntArray
    loss: FloatArray
    sites: IntArray
    n_sites: NDArray[np.int64]
    sets: IntArray
    sizes: NDArray[np.int64]
    sums: FloatArray
    losses: FloatArray
    stamp: NDArray[np.int64]
    mark: NDArray[np.int64]
    queue: IntArray
    n_sets: NDArray[np.int64]
    choice: NDArray[np.int64]


@leaf
def _is_near(bond_ptr, bonds, label, i, b):  # type: ignore[no-untyped-def]
    """Whether node i, or a neighbour in its own territory, touches territory b."""
    for at in range(bond_ptr[i], bond_ptr[i + 1]):
        other = bonds[at]
        if label[other] == b:
            return True
        if label[other] == label[i]:
            for further in range(bond_ptr[other], bond_ptr[other + 1]):
                if label[bonds[further]] == b:
                    return True
    return False


@leaf
def _note_site(stand, desk, side, i):  # type: ignore[no-untyped-def]
    """Keep the best places for the centre of a side, best first."""
    sites, at = desk.sites[side], min(desk.n_sites[side], SITES - 1)
    if desk.n_sites[side] == SITES and stand.own[i] >= stand.own[sites[at]]:
        return
    while at > 0 and stand.own[sites[at - 1]] > stand.own[i]:
        sites[at] = sites[at - 1]
        at -= 1
    sites[at] = i
    desk.n_sites[side] = min(desk.n_sites[side] + 1, SITES)


@leaf
def find_candidates(terms, stand, desk, side, a, b):  # type: ignore[no-untyped-def]
    """List the units of a, and those of them that b takes at the least loss; returns their number."""
    found, loss, count = desk.found[side], desk.loss[side], 0
    is_bound = len(terms.bonds) > 0
    i, desk.n_units[side], desk.n_sites[side] = stand.first[a], 0, 0
    while i >= 0:
        desk.units[side, desk.n_units[side]] = i
        desk.n_units[side] += 1
        if not terms.is_fixed[a]:
            _note_site(stand, desk, side, i)
        if terms.may_have[i, b] and (not is_bound or _is_near(terms.bond_ptr, terms.bonds, stand.label, i, b)):
            this = present_cost(terms, stand, i, b) - present_cost(terms, stand, i, a)
            at = count if count < CANDIDATES else CANDIDATES - 1
            if count < CANDIDATES or this < loss[at]:
                while at > 0 and (loss[at - 1] > this or (loss[at - 1] == this and found[at - 1] > i)):
                    found[at], loss[at] = found[at - 1], loss[at - 1]
                    at -= 1
                found[at], loss[at] = i, this
                count = min(count + 1, CANDIDATES)
        i = stand.after[i]
    return count


@leaf
def list_sets(terms, desk, side, count, most):  # type: ignore[no-untyped-def]
    """All sets of at most ``most`` candidates, the empty one first; returns their number."""
    desk.sizes[side, 0], desk.losses[side, 0] = 0, 0.0
    desk.sums[side, 0] = 0.0
    none = desk.sizes[side, 0]
    n = none + 1
    for x in range(count):
        one, n = n, _add_set(terms, desk, side, n, none, x)
        for y in range(x + 1, count if most > 1 else 0):
            two, n = n, _add_set(terms, desk, side, n, one, y)
            for z in range(y + 1, count if most > 2 else 0):
                n = _add_set(terms, desk, side, n, two, z)
    return n


@leaf
def _add_set(terms, desk, side, n, smaller, at):  # type: ignore[no-untyped-def]
    """Note a smaller set with one more candidate; returns how many sets there are now."""
    size, i = desk.sizes[side, smaller], desk.found[side, at]
    for c in range(size):
        desk.sets[side, n, c] = desk.sets[side, smaller, c]
    desk.sets[side, n, size] = i
    desk.sizes[side, n] = size + 1
    desk.losses[side, n] = desk.losses[side, smaller] + desk.loss[side, at]
    for m in range(terms.load.shape[1]):
        desk.sums[side, n, m] = desk.sums[side, smaller, m] + terms.load[i, m]
    return n + 1


@leaf
def value_after(terms, stand, desk, side, j, p, q):  # type: ignore[no-untyped-def]
    """Cost of territory j, of that side, after set p of its own has left and set q of the other has come."""
    leaving, coming, n_in = desk.sets[side, p], desk.sets[1 - side, q], desk.sizes[1 - side, q]
    if terms.is_fixed[j]:
        value = stand.value[j]
        for c in range(desk.sizes[side, p]):
            value -= terms.home[j, leaving[c]]
        for c in range(n_in):
            value += terms.home[j, coming[c]]
        return value
    best, n_sites = np.inf, desk.n_sites[side]
    for at in range(n_sites + (n_in if desk.n_units[side] <= FEW_UNITS else 0)):
        is_new = at >= n_sites
        s = coming[at - n_sites] if is_new else desk.sites[side, at]
        value, stays = 0.0 if is_new else stand.own[s], True
        if is_new:
            for c in range(desk.n_units[side]):
                value += site_cost(terms, desk.units[side, c], s)
        for c in range(desk.sizes[side, p]):
            stays = stays and leaving[c] != s
            value -= site_cost(terms, leaving[c], s)
        for c in range(n_in):
            value += site_cost(terms, coming[c], s)
        if stays:
            best = min(best, value)
    return best


@leaf
def is_in_one_piece(terms, desk, side, p, q):  # type: ignore[no-untyped-def]
    """Whether the territory of a side is connected after set p of its own has left and set q of the other has come."""
    mark, size = desk.mark, desk.n_units[side] - desk.sizes[side, p] + desk.sizes[1 - side, q]
    desk.stamp[0] += 2
    inside, seen, start = desk.stamp[0], desk.stamp[0] + 1, -1
    for c in range(desk.n_units[side]):
        mark[desk.units[side, c]] = inside
    for c in range(desk.sizes[side, p]):
        mark[desk.sets[side, p, c]] = 0
    for c in range(desk.sizes[1 - side, q]):
        start = desk.sets[1 - side, q, c]
        mark[start] = inside
    for c in range(desk.n_units[side]):
        if start < 0 and mark[desk.units[side, c]] == inside:
            start = desk.units[side, c]
    desk.queue[0], mark[start], n_reached, at = start, seen, 1, 0
    while at < n_reached:
        i = desk.queue[at]
        at += 1
        for e in range(terms.bond_ptr[i], terms.bond_ptr[i + 1]):
            other = terms.bonds[e]
            if mark[other] == inside:
                mark[other] = seen
                desk.queue[n_reached] = other
                n_reached += 1
    return n_reached == size


@leaf
def keeps_connection(terms, desk, p, q):  # type: ignore[no-untyped-def]
    """Whether both territories stay connected, where they have to be."""
    if len(terms.bonds) > 0:
        for side in range(2):
            if not is_in_one_piece(terms, desk, side, p if side == 0 else q, q if side == 0 else p):
                return False
    return True


@leaf
def value_of_pair(terms, stand, desk, a, b, p, q):  # type: ignore[no-untyped-def]
    """Cost of both territories after the exchange of set p of a for set q of b."""
    total = 0.0
    for side in range(2):
        total += value_after(terms, stand, desk, side, a if side == 0 else b, p if side == 0 else q, q if side == 0 else p)
    return total


@leaf
def excess_of_pair(terms, stand, desk, a, b, p, q):  # type: ignore[no-untyped-def]
    """Excess of both territories after the exchange of set p of a for set q of b."""
    total = 0.0
    for m in range(stand.loads.shape[1]):
        step = desk.sums[0, p, m] - desk.sums[1, q, m]
        total += outside(terms, a, m, stand.loads[a, m] - step) + outside(terms, b, m, stand.loads[b, m] + step)
    return total


@leaf
def choose_exchange(terms, stand, desk, a, b, most, skipped, random):  # type: ignore[no-untyped-def]
    """Choose sets of a and b to exchange; returns whether there are any.

    The least excess, and of equal ones the least cost: better than now, or where a share of the exchanges is ``skipped`` at random
    the best of the first few that are left, none of which has more excess than now. (Flags and sides are variables, as every
    constant that a function is given would have it compiled once more.)
    """
    for side in range(2):
        here, there = (a, b) if side == 0 else (b, a)
        desk.n_sets[side] = list_sets(terms, desk, side, find_candidates(terms, stand, desk, side, here, there), most)
    low, high = _room(terms, stand, a, b)
    desk.choice[:] = 0
    best_excess = excess_of_pair(terms, stand, desk, a, b, desk.choice[0], desk.choice[1])
    is_drawn, slack, least_loss = skipped > 0.0, terms.slack * terms.unit_cost, 0.0
    for q in range(desk.n_sets[1]):
        least_loss = min(least_loss, desk.losses[1, q])
    limit = np.inf if is_drawn else stand.value[a] + stand.value[b] - EQUAL * terms.unit_cost
    n_found, begin = 0, next_below(random, desk.n_sets[0]) if is_drawn else 0
    for step in range(desk.n_sets[0]):
        p = (begin + step) % desk.n_sets[0]
        if not is_drawn and desk.losses[0, p] + least_loss > slack:
            continue
        for q in range(desk.n_sets[1]):
            gain = desk.sums[1, q, 0] - desk.sums[0, p, 0]
            if gain < low - EQUAL or gain > high + EQUAL or (p == 0 and q == 0):
                continue
            if next_random(random) < skipped if is_drawn else desk.losses[0, p] + desk.losses[1, q] > slack:
                continue
            n_moved = desk.sizes[0, p] - desk.sizes[1, q]
            if n_moved >= desk.n_units[0] or -n_moved >= desk.n_units[1]:
                continue
            excess = excess_of_pair(terms, stand, desk, a, b, p, q)
            if excess > best_excess + EQUAL:
                continue
            value = value_of_pair(terms, stand, desk, a, b, p, q)
            if (excess < best_excess - EQUAL or value < limit) and keeps_connection(terms, desk, p, q):
                best_excess, limit = min(excess, best_excess), value
                desk.choice[0], desk.choice[1], n_found = p, q, n_found + 1
                if is_drawn and n_found == KICK_TRIES:
                    return True
    return n_found > 0


@leaf
def _room(terms, stand, a, b):  # type: ignore[no-untyped-def]
    """How much more of the first measure a may get than it gives, least and most, so that neither is farther out of its window."""
    lower, upper, in_a, in_b = terms.lower, terms.upper, stand.loads[a, 0], stand.loads[b, 0]
    low = max(min(lower[a, 0] - in_a, 0.0), min(in_b - upper[b, 0], 0.0))
    return low, min(max(upper[a, 0] - in_a, 0.0), max(in_b - lower[b, 0], 0.0))
