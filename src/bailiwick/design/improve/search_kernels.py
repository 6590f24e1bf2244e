"""Compiled annealing over boundary moves: shift one unit, or shift two in one step (a swap, or a chain of three)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from bailiwick.design.construct.kernels import cost_of, is_barred, square_between
from bailiwick.design.improve.graph_kernels import (
    Borders,
    Graph,
    Scratch,
    can_leave,
    enter_move,
    lay_out_borders,
    next_below,
    next_random,
    random_border_unit,
    random_other,
)
from bailiwick.domain import FloatArray, IntArray

DIAMETER_POWER = 0


class Ground(NamedTuple):
    """What a plan is judged by: never changes during a search."""

    points: FloatArray
    weight: FloatArray
    load: FloatArray
    lower: FloatArray
    upper: FloatArray
    target: FloatArray
    emphasis: FloatArray
    pinned: IntArray
    barred_ptr: IntArray
    barred: IntArray
    power: int
    is_sphere: bool
    must_connect: bool


class State(NamedTuple):
    """A plan with its sums; the kernels edit the arrays in place.

    ``members`` lists the units of each territory (rows of fixed room, used only for the diameter), ``seat`` the column of
    each unit there, ``reach[0]`` the distance in km beyond which a pair of units costs.
    """

    label: IntArray
    loads: FloatArray
    size: NDArray[np.int64]
    centres: FloatArray
    mass: FloatArray
    is_mean: NDArray[np.bool_]
    members: IntArray
    seat: IntArray
    reach: FloatArray


class Heat(NamedTuple):
    """Prices and temperatures of one run."""

    price: float
    bend: float
    hot: float
    cold: float
    n_proposals: int
    compound_share: float


@nb.njit(cache=True)
def penalty(ground, state, j, i, sign, bend):  # type: ignore[no-untyped-def]
    """Penalty of territory j with unit i added (+1), removed (−1) or ignored (0): linear plus a bend that spreads overload."""
    total = 0.0
    for m in range(state.loads.shape[1]):
        target = ground.target[j, m]
        if target <= 0.0:
            continue
        value = state.loads[j, m] + sign * ground.load[i, m]
        over = max(value - ground.upper[j, m], ground.lower[j, m] - value, 0.0) / target
        total += ground.emphasis[m] * over * (1.0 + bend * over)
    return total


@nb.njit(cache=True)
def is_outside(ground, state, j):  # type: ignore[no-untyped-def]
    """Whether some load of territory j is outside its window."""
    for m in range(state.loads.shape[1]):
        value = state.loads[j, m]
        if value > ground.upper[j, m] + 1e-12 or value < ground.lower[j, m] - 1e-12:
            return True
    return False


@nb.njit(cache=True)
def pull_cost(ground, state, i, j, sign):  # type: ignore[no-untyped-def]
    """Change of the objective when unit i joins (+1) or leaves (−1) territory j.

    Where the centre is the mean of the territory the exact change of inertia includes its shift. For the diameter
    every pair beyond the reach costs its relative surplus.
    """
    if ground.power == DIAMETER_POWER:
        total = 0.0
        limit = state.reach[0] * state.reach[0]
        for c in range(state.size[j]):
            square = square_between(ground.points, i, ground.points, state.members[j, c])
            if square > limit:
                total += math.sqrt(square) / state.reach[0] - 1.0
        return sign * total
    square = square_between(ground.points, i, state.centres, j)
    if not state.is_mean[j]:
        return sign * ground.weight[i] * cost_of(square, ground.power, ground.is_sphere)
    other = state.mass[j] + sign * ground.weight[i]
    if other <= 0.0:
        return 0.0
    return sign * ground.weight[i] * state.mass[j] / other * square


@nb.njit(cache=True)
def shift_mean(ground, state, i, j, sign):  # type: ignore[no-untyped-def]
    """Update the mean of territory j for unit i joining or leaving."""
    other = state.mass[j] + sign * ground.weight[i]
    if other > 0.0:
        for axis in range(ground.points.shape[1]):
            state.centres[j, axis] += sign * ground.weight[i] / other * (ground.points[i, axis] - state.centres[j, axis])
    state.mass[j] = other


@nb.njit(cache=True)
def apply_move(ground, state, i, b):  # type: ignore[no-untyped-def]
    """Hand unit i to territory b and keep every sum right."""
    a = state.label[i]
    for m in range(state.loads.shape[1]):
        state.loads[a, m] -= ground.load[i, m]
        state.loads[b, m] += ground.load[i, m]
    if ground.power == DIAMETER_POWER:
        last = state.members[a, state.size[a] - 1]
        state.members[a, state.seat[i]] = last
        state.seat[last] = state.seat[i]
        state.members[b, state.size[b]] = i
        state.seat[i] = state.size[b]
    state.size[a] -= 1
    state.size[b] += 1
    if state.is_mean[a]:
        shift_mean(ground, state, i, a, -1.0)
    if state.is_mean[b]:
        shift_mean(ground, state, i, b, 1.0)
    state.label[i] = b


@nb.njit(cache=True)
def move_change(ground, state, heat, i, b):  # type: ignore[no-untyped-def]
    """Change of the penalised objective when unit i goes to b."""
    a = state.label[i]
    return (
        pull_cost(ground, state, i, b, 1.0)
        + pull_cost(ground, state, i, a, -1.0)
        + heat.price
        * (
            penalty(ground, state, a, i, -1.0, heat.bend)
            - penalty(ground, state, a, i, 0.0, heat.bend)
            + penalty(ground, state, b, i, 1.0, heat.bend)
            - penalty(ground, state, b, i, 0.0, heat.bend)
        )
    )


@nb.njit(cache=True)
def may_move(ground, state, i, b):  # type: ignore[no-untyped-def]
    """Whether locks, bars and the last unit of a territory allow i to go to b."""
    if ground.pinned[i] >= 0 or state.size[state.label[i]] <= 1:
        return False
    if ground.power == DIAMETER_POWER and state.size[b] >= state.members.shape[1]:
        return False
    return not is_barred(ground.barred_ptr, ground.barred, i, b)


@nb.njit(cache=True)
def list_outside(ground, state, outside):  # type: ignore[no-untyped-def]
    """Territories out of balance into ``outside``; returns their number."""
    found = 0
    for j in range(len(state.size)):
        if is_outside(ground, state, j):
            outside[found] = j
            found += 1
    return found


@nb.njit(cache=True)
def second_move(graph, ground, state, borders, random, first, a, b):  # type: ignore[no-untyped-def]
    """After ``first`` went from a to b: a unit that leaves b again, or one that refills a; (−1, −1) if none is at hand."""
    is_refill = next_random(random) < 0.5
    j = a if is_refill else b
    u = random_border_unit(borders, j, random)
    if u < 0 or u == first or state.label[u] != j:
        return -1, -1
    v = random_other(graph, state.label, u, random)
    if v < 0 or v == first:
        return -1, -1
    unit, goal = (v, j) if is_refill else (u, state.label[v])
    if not may_move(ground, state, unit, goal):
        return -1, -1
    return unit, goal


@nb.njit(cache=True)
def try_two(graph, ground, state, borders, scratch, heat, random, i, b, change, limit):  # type: ignore[no-untyped-def]
    """Shift i to b together with a second unit, if both are worth it and nothing falls apart; returns whether done."""
    a = state.label[i]
    apply_move(ground, state, i, b)
    second, goal = second_move(graph, ground, state, borders, random, i, a, b)
    if second >= 0:
        change += move_change(ground, state, heat, second, goal)
        is_kept = change < limit or (change == limit and limit > 0.0)
        if is_kept and ground.must_connect:
            state.label[i] = a
            is_kept = can_leave(graph, state.label, i, scratch)
            state.label[i] = b
            is_kept = is_kept and can_leave(graph, state.label, second, scratch)
        if is_kept:
            origin = state.label[second]
            # Borders follow one move at a time: the second waits until the first is entered.
            fits = enter_move(graph, state.label, i, a, borders)
            apply_move(ground, state, second, goal)
            fits = enter_move(graph, state.label, second, origin, borders) and fits
            if not fits:
                lay_out_borders(graph, state.label, borders)
            return True
    apply_move(ground, state, i, a)
    return False


@nb.njit(cache=True)
def anneal(graph, ground, state, borders, scratch, heat, random):  # type: ignore[no-untyped-def]
    """Propose moves while the temperature falls from ``heat.hot`` to ``heat.cold``; returns the accepted number.

    A move is kept only if the territories that lose a unit stay in as many pieces as before. Half of the proposals go
    to territories that are out of balance while there are any.
    """
    k = len(state.size)
    lay_out_borders(graph, state.label, borders)
    outside, n_outside, accepted = np.empty(k, np.int64), 0, 0
    cooling = (heat.cold / heat.hot) ** (1.0 / max(heat.n_proposals, 1)) if heat.hot > 0.0 else 0.0
    temperature = heat.hot
    for step in range(heat.n_proposals):
        temperature *= cooling
        if step % (4 * k + 64) == 0:
            n_outside = list_outside(ground, state, outside)
        focus = outside[next_below(random, n_outside)] if n_outside > 0 and next_random(random) < 0.5 else -1
        i = random_border_unit(borders, focus, random)
        if i < 0:
            continue
        other = random_other(graph, state.label, i, random)
        if other < 0:
            continue
        if next_random(random) < 0.5:
            i, other = other, i
        a, b = state.label[i], state.label[other]
        if not may_move(ground, state, i, b):
            continue
        change = move_change(ground, state, heat, i, b)
        limit = -temperature * math.log(1.0 - next_random(random)) if temperature > 0.0 else 0.0
        if next_random(random) < heat.compound_share:
            accepted += try_two(graph, ground, state, borders, scratch, heat, random, i, b, change, limit)
            continue
        if change > limit or (change == 0.0 and temperature == 0.0):
            continue
        if ground.must_connect and not can_leave(graph, state.label, i, scratch):
            continue
        apply_move(ground, state, i, b)
        accepted += 1
        if not enter_move(graph, state.label, i, a, borders):
            lay_out_borders(graph, state.label, borders)
    return accepted
