"""Compiled annealing over boundary moves: shift one unit, or shift two in one step (a swap, or a chain of three)."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from bailiwick.design.construct.kernels import cost_of, is_barred, square_between
from bailiwick.design.improve.graph_kernels import (
    can_leave,
    fill_buckets,
    next_below,
    next_random,
    random_other,
    update_buckets,
)


@nb.njit(cache=True, inline="always")
def excess(value, low, high):  # type: ignore[no-untyped-def]
    """How far a load is outside its window."""
    return max(value - high, low - value, 0.0)


@nb.njit(cache=True)
def penalty(loads, j, lower, upper, target, emphasis, load, i, sign, bend):  # type: ignore[no-untyped-def]
    """Penalty of territory j with unit i added (+1), removed (−1) or ignored (0): linear plus a bend that spreads overload."""
    total = 0.0
    for m in range(loads.shape[1]):
        if target[j, m] <= 0.0:
            continue
        over = excess(loads[j, m] + sign * load[i, m], lower[j, m], upper[j, m]) / target[j, m]
        total += emphasis[m] * over * (1.0 + bend * over)
    return total


@nb.njit(cache=True)
def pull_cost(points, weight, centres, mass, is_mean, i, j, sign, power, is_sphere):  # type: ignore[no-untyped-def]
    """Change of the objective when unit i joins (+1) or leaves (−1) territory j.

    Where the centre is the mean of the territory (``is_mean``) the exact change of inertia includes its shift.
    """
    square = square_between(points, i, centres, j)
    if not is_mean[j]:
        return sign * weight[i] * cost_of(square, power, is_sphere)
    other = mass[j] + sign * weight[i]
    if other <= 0.0:
        return 0.0
    return sign * weight[i] * mass[j] / other * square


@nb.njit(cache=True)
def shift_mean(points, weight, centres, mass, i, j, sign):  # type: ignore[no-untyped-def]
    """Update the mean of territory j for unit i joining or leaving."""
    other = mass[j] + sign * weight[i]
    if other > 0.0:
        for axis in range(points.shape[1]):
            centres[j, axis] += sign * weight[i] / other * (points[i, axis] - centres[j, axis])
    mass[j] = other


@nb.njit(cache=True)
def apply_move(points, weight, load, label, loads, size, centres, mass, is_mean, i, b):  # type: ignore[no-untyped-def]
    a = label[i]
    for m in range(loads.shape[1]):
        loads[a, m] -= load[i, m]
        loads[b, m] += load[i, m]
    size[a] -= 1
    size[b] += 1
    if is_mean[a]:
        shift_mean(points, weight, centres, mass, i, a, -1.0)
    if is_mean[b]:
        shift_mean(points, weight, centres, mass, i, b, 1.0)
    label[i] = b


@nb.njit(cache=True)
def move_change(  # type: ignore[no-untyped-def]
    points, weight, load, loads, lower, upper, target, emphasis, centres, mass, is_mean, i, a, b, price, bend, power, is_sphere
):
    """Change of penalised objective when unit i goes from a to b."""
    change = pull_cost(points, weight, centres, mass, is_mean, i, b, 1.0, power, is_sphere)
    change += pull_cost(points, weight, centres, mass, is_mean, i, a, -1.0, power, is_sphere)
    change += price * (
        penalty(loads, a, lower, upper, target, emphasis, load, i, -1.0, bend)
        - penalty(loads, a, lower, upper, target, emphasis, load, i, 0.0, bend)
        + penalty(loads, b, lower, upper, target, emphasis, load, i, 1.0, bend)
        - penalty(loads, b, lower, upper, target, emphasis, load, i, 0.0, bend)
    )
    return change


@nb.njit(cache=True)
def is_outside(loads, j, lower, upper):  # type: ignore[no-untyped-def]
    for m in range(loads.shape[1]):
        if loads[j, m] > upper[j, m] + 1e-12 or loads[j, m] < lower[j, m] - 1e-12:
            return True
    return False


@nb.njit(cache=True)
def may_move(label, size, pinned, barred_ptr, barred, i, b):  # type: ignore[no-untyped-def]
    if pinned[i] >= 0 or size[label[i]] <= 1:
        return False
    return not is_barred(barred_ptr, barred, i, b)


@nb.njit(cache=True)
def anneal(  # type: ignore[no-untyped-def]
    indptr, indices, must_connect, points, weight, load, lower, upper, target, emphasis, pinned, barred_ptr, barred,
    label, loads, size, centres, mass, is_mean, power, is_sphere,
    price, bend, hot, cold, n_proposals, compound_share, state, items, place, start, room, count, stamp, mark, queue,
):  # fmt: skip
    """Run ``n_proposals`` proposals while the temperature falls from ``hot`` to ``cold``; edits the plan in place.

    Returns the number of accepted steps. A step is kept only if the territories that lose a unit stay connected.
    """
    k = len(size)
    if not fill_buckets(indptr, indices, label, k, items, place, start, room, count):
        return -1
    used = start[k - 1] + room[k - 1]
    outside, n_outside = np.empty(k, np.int64), 0
    accepted = 0
    cooling = (cold / hot) ** (1.0 / max(n_proposals, 1)) if hot > 0.0 else 0.0
    temperature = hot
    for step in range(n_proposals):
        temperature *= cooling
        if step % (4 * k + 64) == 0:
            n_outside = 0
            for j in range(k):
                if is_outside(loads, j, lower, upper):
                    outside[n_outside] = j
                    n_outside += 1
        # Half of the tries go to territories that are out of balance.
        if n_outside > 0 and next_random(state) < 0.5:
            j = outside[next_below(state, n_outside)]
            if count[j] == 0:
                continue
            i = items[start[j] + next_below(state, count[j])]
        else:
            i = items[next_below(state, used)]
        if i < 0:
            continue
        other = random_other(indptr, indices, label, i, state)
        if other < 0:
            continue
        if next_random(state) < 0.5:
            i, other = other, i
        a, b = label[i], label[other]
        if not may_move(label, size, pinned, barred_ptr, barred, i, b):
            continue
        change = move_change(
            points, weight, load, loads, lower, upper, target, emphasis, centres, mass, is_mean, i, a, b, price, bend, power, is_sphere
        )
        limit = -temperature * math.log(1.0 - next_random(state)) if temperature > 0.0 else 0.0
        is_single = next_random(state) >= compound_share
        if is_single:
            if change > limit or (change == 0.0 and temperature == 0.0):
                continue
            if must_connect and not can_leave(indptr, indices, label, i, stamp, mark, queue):
                continue
            apply_move(points, weight, load, label, loads, size, centres, mass, is_mean, i, b)
            accepted += 1
            if not update_buckets(indptr, indices, label, i, a, items, place, start, room, count):
                fill_buckets(indptr, indices, label, k, items, place, start, room, count)
                used = start[k - 1] + room[k - 1]
            continue
        # A second move that either relieves the receiver b or refills the giver a.
        apply_move(points, weight, load, label, loads, size, centres, mass, is_mean, i, b)
        giver = next_random(state) < 0.5
        j = a if giver else b
        second, goal = -1, -1
        if count[j] > 0:
            u = items[start[j] + next_below(state, count[j])]
            if u >= 0 and u != i and label[u] == j:
                v = random_other(indptr, indices, label, u, state)
                if v >= 0 and v != i:
                    second, goal = (v, j) if giver else (u, label[v])
        is_kept = False
        if second >= 0 and may_move(label, size, pinned, barred_ptr, barred, second, goal):
            origin = label[second]
            change += move_change(
                points, weight, load, loads, lower, upper, target, emphasis, centres, mass, is_mean, second, origin, goal,
                price, bend, power, is_sphere,
            )  # fmt: skip
            if change < limit or (change == limit and temperature > 0.0):
                is_kept = True
                if must_connect:
                    label[i] = a
                    is_kept = can_leave(indptr, indices, label, i, stamp, mark, queue)
                    label[i] = b
                    is_kept = is_kept and can_leave(indptr, indices, label, second, stamp, mark, queue)
            if is_kept:
                accepted += 1
                # Buckets follow one move at a time: the second waits until the first is entered.
                fits = update_buckets(indptr, indices, label, i, a, items, place, start, room, count)
                apply_move(points, weight, load, label, loads, size, centres, mass, is_mean, second, goal)
                fits = update_buckets(indptr, indices, label, second, origin, items, place, start, room, count) and fits
                if not fits:
                    fill_buckets(indptr, indices, label, k, items, place, start, room, count)
                    used = start[k - 1] + room[k - 1]
        if not is_kept:
            apply_move(points, weight, load, label, loads, size, centres, mass, is_mean, i, a)
    return accepted
