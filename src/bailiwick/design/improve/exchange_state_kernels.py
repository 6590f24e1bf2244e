"""A plan of which a few units at a time change places: what it is judged by, its sums, and how they follow a move."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bailiwick.compiled import leaf
from bailiwick.design.construct.kernels import cost_of, square_between
from bailiwick.domain import FloatArray, IntArray


class Terms(NamedTuple):
    """What exchanges are judged by: never changes. Few arrays, since every one makes each function slower to compile.

    Attributes
    ----------
    points, weight, load
        Positions, weights of distance and balanced measures of the nodes, shape (n, d), (n,) and (n, M).
    lower, upper, target
        Windows and targets, shape (K, M).
    may_have
        Whether a node may get a territory, shape (n, K).
    bond_ptr, bonds
        Links that must hold territories together; none where they need not be connected.
    near_ptr, nears
        Neighbours along which territories are near each other.
    home
        What every node costs from fixed centres, shape (K, n), or (0, 0) where all are free.
    is_fixed
        Mask of the territories that keep their centre, shape (K,).
    minutes
        What node i costs from site s in place of a distance, shape (n sites, n), or (0, 0).
    power
        Of the distance between nodes: 1 or 2.
    unit_cost
        Mean cost of a unit in the plan at the start.
    slack
        Exchanges that lose more at the present centres are not looked at, in mean costs of a unit.
    """

    points: FloatArray
    weight: FloatArray
    load: FloatArray
    lower: FloatArray
    upper: FloatArray
    target: FloatArray
    may_have: NDArray[np.bool_]
    bond_ptr: IntArray
    bonds: IntArray
    near_ptr: IntArray
    nears: IntArray
    home: FloatArray
    is_fixed: NDArray[np.bool_]
    minutes: FloatArray
    power: int
    is_sphere: bool
    unit_cost: float
    slack: float


class Stand(NamedTuple):
    """A plan with its sums. Units of a territory are linked: ``first`` of each, ``after`` and ``before`` each unit, −1 at the ends.

    ``own`` is what the territory of a unit would cost with its centre there; ``value`` and ``site`` are the best of it.
    """

    label: IntArray
    first: IntArray
    after: IntArray
    before: IntArray
    size: NDArray[np.int64]
    loads: FloatArray
    own: FloatArray
    value: FloatArray
    site: IntArray


@leaf
def site_cost(terms, i, s):  # type: ignore[no-untyped-def]
    """Cost of node i from a centre in node s."""
    if terms.minutes.shape[0] > 0:
        return terms.weight[i] * terms.minutes[s, i]
    return terms.weight[i] * cost_of(square_between(terms.points, i, terms.points, s), terms.power, terms.is_sphere)


@leaf
def present_cost(terms, stand, i, j):  # type: ignore[no-untyped-def]
    """Cost of node i in territory j with its centre as it is now."""
    return terms.home[j, i] if terms.is_fixed[j] else site_cost(terms, i, stand.site[j])


@leaf
def outside(rules, j, m, load):  # type: ignore[no-untyped-def]
    """Relative amount by which a load is outside the window of a territory; any rules with lower, upper and target will do."""
    over = max(load - rules.upper[j, m], rules.lower[j, m] - load, 0.0)
    return over / rules.target[j, m] if rules.target[j, m] > 0.0 else 0.0


@leaf
def total_excess(terms, stand):  # type: ignore[no-untyped-def]
    """Sum of the relative amounts outside all windows."""
    total = 0.0
    for j in range(len(stand.size)):
        for m in range(stand.loads.shape[1]):
            total += outside(terms, j, m, stand.loads[j, m])
    return total


@leaf
def lay_out(terms, stand, label):  # type: ignore[no-untyped-def]
    """Start from a plan."""
    stand.first[:] = -1
    stand.size[:] = 0
    stand.loads[:] = 0.0
    stand.value[:] = 0.0
    for i in range(len(label) - 1, -1, -1):
        _link(terms, stand, i, label[i])
    for i in range(len(label)):
        j, s, stand.own[i] = label[i], stand.first[label[i]], 0.0
        if terms.is_fixed[j]:
            stand.value[j] += terms.home[j, i]
        while s >= 0 and not terms.is_fixed[j]:
            stand.own[i] += site_cost(terms, s, i)
            s = stand.after[s]
    for j in range(len(stand.size)):
        settle(terms, stand, j)


@leaf
def _link(terms, stand, i, j):  # type: ignore[no-untyped-def]
    """Put node i at the head of territory j."""
    head = stand.first[j]
    stand.label[i], stand.first[j], stand.after[i], stand.before[i] = j, i, head, -1
    if head >= 0:
        stand.before[head] = i
    stand.size[j] += 1
    for m in range(stand.loads.shape[1]):
        stand.loads[j, m] += terms.load[i, m]


@leaf
def _unlink(terms, stand, i):  # type: ignore[no-untyped-def]
    """Take node i out of its territory."""
    j, ahead, behind = stand.label[i], stand.before[i], stand.after[i]
    if ahead >= 0:
        stand.after[ahead] = behind
    else:
        stand.first[j] = behind
    if behind >= 0:
        stand.before[behind] = ahead
    stand.size[j] -= 1
    for m in range(stand.loads.shape[1]):
        stand.loads[j, m] -= terms.load[i, m]


@leaf
def settle(terms, stand, j):  # type: ignore[no-untyped-def]
    """Let a free centre go to the best unit of its territory."""
    if terms.is_fixed[j]:
        return
    s, stand.site[j] = stand.first[j], -1
    while s >= 0:
        if stand.site[j] < 0 or stand.own[s] < stand.value[j] or (stand.own[s] == stand.value[j] and s < stand.site[j]):
            stand.value[j], stand.site[j] = stand.own[s], s
        s = stand.after[s]


@leaf
def move(terms, stand, i, b):  # type: ignore[no-untyped-def]
    """Node i goes to territory b; both are settled later."""
    a = stand.label[i]
    _unlink(terms, stand, i)
    if terms.is_fixed[a]:
        stand.value[a] -= terms.home[a, i]
    s = stand.first[a]
    while s >= 0 and not terms.is_fixed[a]:
        stand.own[s] -= site_cost(terms, i, s)
        s = stand.after[s]
    _link(terms, stand, i, b)
    if terms.is_fixed[b]:
        stand.value[b] += terms.home[b, i]
    s, stand.own[i] = stand.first[b], 0.0
    while s >= 0 and not terms.is_fixed[b]:
        stand.own[i] += site_cost(terms, s, i)
        if s != i:
            stand.own[s] += site_cost(terms, i, s)
        s = stand.after[s]
