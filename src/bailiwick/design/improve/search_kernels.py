"""Compiled annealing over boundary moves: shift one unit, or shift two in one step (a swap, or a chain of three).

The records are unpacked once per stint: handing many arrays to a function costs more than a whole proposal.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bailiwick.compiled import inline_leaf, kernel, leaf
from bailiwick.design.construct.kernels import LOOKUP, cost_of, is_barred, square_between
from bailiwick.design.improve.graph_kernels import (
    Graph,
    can_leave,
    enter_move,
    next_below,
    next_random,
    random_border_unit,
    random_other_of,
)
from bailiwick.design.stay import Stay, kept_by
from bailiwick.domain import FloatArray, IntArray

DIAMETER_POWER = 0
STINT = 32  # proposals
MOST_HEATS = 40.0  # temperatures that no draw exceeds: numbers have 53 bits, so 36.8 at most


class Ground(NamedTuple):
    """What a plan is judged by: never changes during a search.

    ``bonds`` are the links that must hold territories together: the neighbour graph, or none where territories need not be connected.
    """

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
    bonds: Graph
    stay: Stay


class State(NamedTuple):
    """A plan with its sums; the kernels edit the arrays in place.

    ``members`` lists the units of each territory (rows of fixed room, used only for the diameter), ``seat`` the column of
    each unit there, ``reach[0]`` the distance in km beyond which a pair of units costs, ``moved[0]`` the share of the disruption that
    has left its territory of today.
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
    moved: FloatArray


class Heat(NamedTuple):
    """Prices and temperatures of one run.

    An excess e over a window costs ``price · e · (1 + bend · e + charge / (knee + e))``: the bend spreads what must be
    outside over many territories, the charge gathers it in few.
    """

    price: float
    bend: float
    charge: float
    knee: float
    hot: float
    cold: float
    n_proposals: int
    compound_share: float


@inline_leaf
def penalty(loads, load, lower, upper, target, emphasis, heat, i, j, sign):  # type: ignore[no-untyped-def]
    """Penalty of territory j with unit i added (+1), removed (−1) or ignored (0), without the price."""
    total = 0.0
    for m in range(loads.shape[1]):
        if target[j, m] > 0.0:
            value = loads[j, m] + sign * load[i, m]
            over = max(value - upper[j, m], lower[j, m] - value)
            if over > 0.0:  # seldom: most moves are spared the division
                over /= target[j, m]
                total += emphasis[m] * over * (1.0 + heat.bend * over + heat.charge / (heat.knee + over))
    return total


@inline_leaf
def imbalance_change(loads, load, lower, upper, target, emphasis, heat, i, a, b):  # type: ignore[no-untyped-def]
    """Change of the penalties when unit i goes from a to b."""
    return (
        penalty(loads, load, lower, upper, target, emphasis, heat, i, a, -1.0)
        - penalty(loads, load, lower, upper, target, emphasis, heat, i, a, 0.0)
        + penalty(loads, load, lower, upper, target, emphasis, heat, i, b, 1.0)
        - penalty(loads, load, lower, upper, target, emphasis, heat, i, b, 0.0)
    )


@leaf
def pull_cost(points, weight, centres, mass, is_mean, power, is_sphere, i, j, sign):  # type: ignore[no-untyped-def]
    """Change of distance or inertia when unit i joins (+1) or leaves (−1) territory j.

    Where the centre is the mean of the territory the exact change of inertia includes its shift.
    """
    square = square_between(points, i, centres, j)
    if not is_mean[j]:
        return sign * weight[i] * cost_of(square, power, is_sphere)
    other = mass[j] + sign * weight[i]
    return sign * weight[i] * mass[j] / other * square if other > 0.0 else 0.0


@leaf
def pair_cost(points, members, n_members, reach, i, j):  # type: ignore[no-untyped-def]
    """Sum over the units of territory j that are beyond the reach of unit i of the relative surplus of distance."""
    total, limit = 0.0, reach * reach
    for c in range(n_members):
        square = square_between(points, i, points, members[j, c])
        if square > limit:
            total += math.sqrt(square) / reach - 1.0
    return total


@inline_leaf
def objective_change(points, weight, centres, mass, is_mean, power, is_sphere, members, size, reach, i, a, b):  # type: ignore[no-untyped-def]
    """Change of the objective when unit i goes from a to b."""
    if power <= DIAMETER_POWER:
        if power == LOOKUP:
            change = weight[i] * (centres[b, i] - centres[a, i])
        else:
            change = pair_cost(points, members, size[b], reach[0], i, b) - pair_cost(points, members, size[a], reach[0], i, a)
    else:
        change = pull_cost(points, weight, centres, mass, is_mean, power, is_sphere, i, b, 1.0)
        change += pull_cost(points, weight, centres, mass, is_mean, power, is_sphere, i, a, -1.0)
    return change


@leaf
def shift_mean(points, weight, centres, mass, i, j, sign):  # type: ignore[no-untyped-def]
    """Update the mean of territory j for unit i joining or leaving."""
    other = mass[j] + sign * weight[i]
    if other > 0.0:
        for axis in range(points.shape[1]):
            centres[j, axis] += sign * weight[i] / other * (points[i, axis] - centres[j, axis])
    mass[j] = other


@inline_leaf
def apply_move(points, weight, load, label, loads, size, centres, mass, is_mean, power, members, seat, i, b):  # type: ignore[no-untyped-def]
    """Hand unit i to territory b and keep every sum right."""
    a = label[i]
    for m in range(loads.shape[1]):
        loads[a, m] -= load[i, m]
        loads[b, m] += load[i, m]
    if power == DIAMETER_POWER:
        last = members[a, size[a] - 1]
        members[a, seat[i]] = last
        seat[last] = seat[i]
        members[b, size[b]] = i
        seat[i] = size[b]
    size[a] -= 1
    size[b] += 1
    if is_mean[a]:
        shift_mean(points, weight, centres, mass, i, a, -1.0)
    if is_mean[b]:
        shift_mean(points, weight, centres, mass, i, b, 1.0)
    label[i] = b


@inline_leaf
def may_move(pinned, barred_ptr, barred, label, size, room, i, b):  # type: ignore[no-untyped-def]
    """Whether locks, bars and the last unit of a territory allow i to go to b."""
    return pinned[i] < 0 and size[label[i]] > 1 and size[b] < room and not is_barred(barred_ptr, barred, i, b)


@leaf
def disruption_price(ground, state):  # type: ignore[no-untyped-def]
    """What moving all disruption counts in the objective of the search; pairs of units cost relative to the reach."""
    return ground.stay.price / state.reach[0] if ground.power == DIAMETER_POWER else ground.stay.price


@leaf
def newly_moved(ptr, territory, share, i, a, b):  # type: ignore[no-untyped-def]
    """Share of the disruption that moves when unit i goes from a to b; negative where it comes home."""
    if len(ptr) == 0:
        return 0.0
    return kept_by(ptr, territory, share, i, a) - kept_by(ptr, territory, share, i, b)


@inline_leaf
def is_accepted(change, temperature, draw):  # type: ignore[no-untyped-def]
    """Metropolis with a number drawn from [0, 1): the logarithm is taken only where it decides."""
    if temperature <= 0.0 or change <= 0.0:
        return change < 0.0 or temperature > 0.0
    return change <= MOST_HEATS * temperature and change <= -temperature * math.log(1.0 - draw)


@leaf
def room_for(state, power):  # type: ignore[no-untyped-def]
    """Most units that a territory can hold: unlimited unless its members are listed."""
    return state.members.shape[1] if power == DIAMETER_POWER else len(state.label) + 1


@leaf
def list_outside(ground, state, territories, outside):  # type: ignore[no-untyped-def]
    """Those of the territories that are out of balance into ``outside``; returns their number."""
    found = 0
    for j in territories:
        for m in range(state.loads.shape[1]):
            value = state.loads[j, m]
            if value > ground.upper[j, m] + 1e-12 or value < ground.lower[j, m] - 1e-12:
                outside[found] = j
                found += 1
                break
    return found


@leaf
def single_stint(graph, ground, state, borders, turf, scratch, heat, random, focus, temperature, n_tries):  # type: ignore[no-untyped-def]
    """Propose single shifts at the border of one territory; returns the accepted number."""
    indptr, indices, group, mine = graph.indptr, graph.indices, turf.group, turf.mine
    points, weight, load, lower, upper = ground.points, ground.weight, ground.load, ground.lower, ground.upper
    target, emphasis, pinned, barred_ptr, barred = ground.target, ground.emphasis, ground.pinned, ground.barred_ptr, ground.barred
    power, is_sphere = ground.power, ground.is_sphere
    label, loads, size, centres, mass, is_mean = state.label, state.loads, state.size, state.centres, state.mass, state.is_mean
    members, seat, reach = state.members, state.seat, state.reach
    items, place, abroad = borders.items, borders.place, borders.abroad
    start, room, count = borders.start, borders.room, borders.count
    stamp, mark, queue = scratch.stamp, scratch.mark, scratch.queue
    stay_ptr, stay_at, stay_share, cap, moved = ground.stay.ptr, ground.stay.territory, ground.stay.share, ground.stay.cap, state.moved
    bond_ptr, bonds = ground.bonds.indptr, ground.bonds.indices
    stay_price, seats, accepted = disruption_price(ground, state), room_for(state, power), 0
    for _ in range(n_tries):
        i = random_border_unit(items, start, count, focus, random)
        other = random_other_of(indptr, indices, label, group, mine, i, random, queue) if i >= 0 else -1
        if other < 0:
            continue
        if next_random(random) < 0.5:
            i, other = other, i
        a, b = label[i], label[other]
        if not may_move(pinned, barred_ptr, barred, label, size, seats, i, b):
            continue
        leaves = newly_moved(stay_ptr, stay_at, stay_share, i, a, b)
        if leaves > 0.0 and moved[0] + leaves > cap:
            continue
        change = heat.price * imbalance_change(loads, load, lower, upper, target, emphasis, heat, i, a, b)
        change += objective_change(points, weight, centres, mass, is_mean, power, is_sphere, members, size, reach, i, a, b)
        change += stay_price * leaves
        draw = next_random(random) if temperature > 0.0 else 0.0
        if not is_accepted(change, temperature, draw):
            continue
        if not can_leave(bond_ptr, bonds, label, i, stamp, mark, queue):
            continue
        apply_move(points, weight, load, label, loads, size, centres, mass, is_mean, power, members, seat, i, b)
        moved[0] += leaves
        accepted += 1
        if not enter_move(indptr, indices, label, i, a, items, place, abroad, start, room, count):
            turf.is_full[0] = True
    return accepted


@leaf
def double_stint(graph, ground, state, borders, turf, scratch, heat, random, focus, temperature, n_tries):  # type: ignore[no-untyped-def]
    """Propose pairs of shifts: after one from a to b, another that leaves b again or refills a; returns the accepted number."""
    indptr, indices, group, mine = graph.indptr, graph.indices, turf.group, turf.mine
    points, weight, load, lower, upper = ground.points, ground.weight, ground.load, ground.lower, ground.upper
    target, emphasis, pinned, barred_ptr, barred = ground.target, ground.emphasis, ground.pinned, ground.barred_ptr, ground.barred
    power, is_sphere = ground.power, ground.is_sphere
    label, loads, size, centres, mass, is_mean = state.label, state.loads, state.size, state.centres, state.mass, state.is_mean
    members, seat, reach = state.members, state.seat, state.reach
    items, place, abroad = borders.items, borders.place, borders.abroad
    start, room, count = borders.start, borders.room, borders.count
    stamp, mark, queue = scratch.stamp, scratch.mark, scratch.queue
    stay_ptr, stay_at, stay_share, cap, moved = ground.stay.ptr, ground.stay.territory, ground.stay.share, ground.stay.cap, state.moved
    bond_ptr, bonds = ground.bonds.indptr, ground.bonds.indices
    stay_price, seats, accepted = disruption_price(ground, state), room_for(state, power), 0
    for _ in range(n_tries):
        i = random_border_unit(items, start, count, focus, random)
        other = random_other_of(indptr, indices, label, group, mine, i, random, queue) if i >= 0 else -1
        if other < 0:
            continue
        if next_random(random) < 0.5:
            i, other = other, i
        a, b = label[i], label[other]
        if not may_move(pinned, barred_ptr, barred, label, size, seats, i, b):
            continue
        is_refill = next_random(random) < 0.5
        u = random_border_unit(items, start, count, a if is_refill else b, random)
        v = random_other_of(indptr, indices, label, group, mine, u, random, queue) if u >= 0 else -1
        second = v if is_refill else u
        if v < 0 or second == i or (is_refill and label[v] == a):
            continue
        leaves = newly_moved(stay_ptr, stay_at, stay_share, i, a, b)
        change = heat.price * imbalance_change(loads, load, lower, upper, target, emphasis, heat, i, a, b)
        change += objective_change(points, weight, centres, mass, is_mean, power, is_sphere, members, size, reach, i, a, b)
        change += stay_price * leaves
        draw = next_random(random) if temperature > 0.0 else 0.0
        apply_move(points, weight, load, label, loads, size, centres, mass, is_mean, power, members, seat, i, b)
        origin, goal = label[second], a if is_refill else label[v]
        is_kept = origin != goal and may_move(pinned, barred_ptr, barred, label, size, seats, second, goal)
        if is_kept:
            also_leaves = newly_moved(stay_ptr, stay_at, stay_share, second, origin, goal)
            leaves += also_leaves
            is_kept = leaves <= 0.0 or moved[0] + leaves <= cap
        if is_kept:
            change += heat.price * imbalance_change(loads, load, lower, upper, target, emphasis, heat, second, origin, goal)
            change += objective_change(points, weight, centres, mass, is_mean, power, is_sphere, members, size, reach, second, origin, goal)
            change += stay_price * also_leaves
            is_kept = is_accepted(change, temperature, draw)
        if is_kept:
            label[i] = a
            is_kept = can_leave(bond_ptr, bonds, label, i, stamp, mark, queue)
            label[i] = b
            # The receiver of the second unit must touch it still, and the territory that it leaves must hold.
            is_kept = is_kept and can_join(bond_ptr, bonds, label, second, goal)
            is_kept = is_kept and can_leave(bond_ptr, bonds, label, second, stamp, mark, queue)
        if not is_kept:
            apply_move(points, weight, load, label, loads, size, centres, mass, is_mean, power, members, seat, i, a)
            continue
        # Borders follow one move at a time: the second waits until the first is entered.
        fits = enter_move(indptr, indices, label, i, a, items, place, abroad, start, room, count)
        apply_move(points, weight, load, label, loads, size, centres, mass, is_mean, power, members, seat, second, goal)
        fits = enter_move(indptr, indices, label, second, origin, items, place, abroad, start, room, count) and fits
        moved[0] += leaves
        accepted += 1
        if not fits:
            turf.is_full[0] = True
    return accepted


@leaf
def can_join(indptr, indices, label, i, j):  # type: ignore[no-untyped-def]
    """Whether unit i can be of territory j: it touches it, or has no link that it would need."""
    return indptr[i] == indptr[i + 1] or touches_territory(indptr, indices, label, i, j)


@leaf
def touches_territory(indptr, indices, label, i, j):  # type: ignore[no-untyped-def]
    """Whether some neighbour of i lies in territory j."""
    for at in range(indptr[i], indptr[i + 1]):
        if label[indices[at]] == j:
            return True
    return False


@kernel
def anneal(graph, ground, state, borders, turf, scratch, heat, random, first, n_stints):  # type: ignore[no-untyped-def]
    """Propose moves within a group of territories while the temperature falls; returns the stints done and the accepted number.

    A move is kept only if the territories that lose a unit stay in as many pieces as before. Proposals stay at one
    territory for a stint, so that its units are in the cache; half of the stints go to territories out of balance. Ends
    early when a border list is full. Everything that is written belongs to territories of the group, and of others only
    what does not change meanwhile is read, so groups can run side by side.

    Parameters
    ----------
    first, n_stints
        Stints done before, out of all: the temperature falls from ``heat.hot`` to ``heat.cold`` over all of them.
    """
    territories = turf.territories
    k = len(territories)
    outside, n_outside, accepted, done = np.empty(k, np.int64), 0, 0, first
    cooling = (heat.cold / heat.hot) ** (1.0 / max(n_stints, 1)) if heat.hot > 0.0 else 0.0
    temperature = heat.hot * cooling**first if heat.hot > 0.0 else 0.0
    n_outside = list_outside(ground, state, territories, outside)
    while done < n_stints and not turf.is_full[0]:
        done += 1
        temperature *= cooling
        if done % (k // 8 + 2) == 0:
            n_outside = list_outside(ground, state, territories, outside)
        is_astray = n_outside > 0 and next_random(random) < 0.5
        focus = outside[next_below(random, n_outside)] if is_astray else territories[next_below(random, k)]
        if next_random(random) < heat.compound_share:
            accepted += double_stint(graph, ground, state, borders, turf, scratch, heat, random, focus, temperature, STINT)
        else:
            accepted += single_stint(graph, ground, state, borders, turf, scratch, heat, random, focus, temperature, STINT)
    return done, accepted
