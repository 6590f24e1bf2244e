"""A plan under tabu search for a smaller largest diameter: what is known of its territories, and how to bring it up to date."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bailiwick.compiled import fast_leaf, inline_leaf, leaf
from bailiwick.design.improve.graph_kernels import Graph
from bailiwick.domain import FloatArray, IntArray

EXPONENT = 12
"""Of squared diameters: the sum of so high powers is nearly the largest alone, but every wide territory weighs."""
EQUAL = 1e-9
"""Excesses that differ by less are the same."""
SOFT = 0.02
"""Imbalance, relative to the target, below which its cost grows in proportion and above which by its square."""


class Field(NamedTuple):
    """What does not change: places, loads and windows, ties and prohibitions."""

    points: FloatArray
    load: FloatArray
    lower: FloatArray
    upper: FloatArray
    per_target: FloatArray
    pinned: IntArray
    barred_ptr: IntArray
    barred: IntArray
    beside: Graph
    bonds: Graph


class Standing(NamedTuple):
    """A plan, and per territory what the next steps ask for.

    ``square`` is the squared diameter, ``ends`` the two nodes that are so far apart, ``less`` the squared diameter without either;
    ``excess`` what lies outside the windows, ``strain`` what that costs at a price of one. ``places`` and ``spot`` are working memory.
    """

    label: IntArray
    members: IntArray
    size: NDArray[np.int64]
    seat: IntArray
    loads: FloatArray
    square: FloatArray
    ends: IntArray
    less: FloatArray
    excess: FloatArray
    strain: FloatArray
    places: FloatArray
    spot: FloatArray


@inline_leaf
def _apart(points, i, j):  # type: ignore[no-untyped-def]
    total = 0.0
    for d in range(points.shape[1]):
        total += (points[i, d] - points[j, d]) ** 2
    return total


@inline_leaf
def power(square, ref):  # type: ignore[no-untyped-def]
    """What a squared diameter costs, beside one that costs 1."""
    return (square / ref) ** EXPONENT


@inline_leaf
def _between(xyz, i, j):  # type: ignore[no-untyped-def]
    return (xyz[0, i] - xyz[0, j]) ** 2 + (xyz[1, i] - xyz[1, j]) ** 2 + (xyz[2, i] - xyz[2, j]) ** 2


@fast_leaf
def _widest(xyz, size):  # type: ignore[no-untyped-def]
    """The largest squared distance between two of some places, and one of the two."""
    far, end = 0.0, 0
    for i in range(size):
        x, y, z = xyz[0, i], xyz[1, i], xyz[2, i]
        mine = 0.0
        for j in range(i):
            mine = max(mine, (x - xyz[0, j]) ** 2 + (y - xyz[1, j]) ** 2 + (z - xyz[2, j]) ** 2)
        if mine > far:
            far, end = mine, i
    return far, end


@leaf
def reach(points, i, members, size):  # type: ignore[no-untyped-def]
    """Squared distance from a node to the farthest of some."""
    far = 0.0
    for at in range(size):
        far = max(far, _apart(points, i, members[at]))
    return far


@inline_leaf
def _strain_of(over):  # type: ignore[no-untyped-def]
    return (over + SOFT) * (over + SOFT) - SOFT * SOFT if over > 0.0 else 0.0


@leaf
def strain_with(field, now, t, gained, lost):  # type: ignore[no-untyped-def]
    """Strain of a territory after it has gained a node and lost another; −1 for none."""
    total = 0.0
    for m in range(now.loads.shape[1]):
        load = now.loads[t, m]
        if gained >= 0:
            load += field.load[gained, m]
        if lost >= 0:
            load -= field.load[lost, m]
        total += _strain_of(max(load - field.upper[t, m], field.lower[t, m] - load) * field.per_target[t, m])
    return total


@leaf
def measure(field, now, t):  # type: ignore[no-untyped-def]
    """Bring what is known of a territory up to date."""
    size, xyz = now.size[t], now.places
    for at in range(size):
        for d in range(field.points.shape[1]):
            xyz[d, at] = field.points[now.members[t, at], d]
    now.square[t], first = _widest(xyz, size)
    second, away = first, -1.0
    for at in range(size):
        found = _between(xyz, first, at)
        if found > away:
            second, away = at, found
    now.ends[t, 0], now.ends[t, 1] = now.members[t, first], now.members[t, second]
    for side in range(2):
        end = first if side == 0 else second
        for d in range(3):
            now.spot[d], xyz[d, end] = xyz[d, end], xyz[d, size - 1]
        now.less[t, side] = _widest(xyz, size - 1)[0]
        for d in range(3):
            xyz[d, end] = now.spot[d]
    now.excess[t] = 0.0
    for m in range(now.loads.shape[1]):
        over = max(now.loads[t, m] - field.upper[t, m], field.lower[t, m] - now.loads[t, m]) * field.per_target[t, m]
        now.excess[t] += max(over, 0.0)
    if now.excess[t] < EQUAL:
        now.excess[t] = 0.0
    now.strain[t] = strain_with(field, now, t, -1, -1)


@leaf
def left(now, i, t):  # type: ignore[no-untyped-def]
    """Squared diameter of a territory without one of its nodes."""
    if i == now.ends[t, 0]:
        return now.less[t, 0]
    return now.less[t, 1] if i == now.ends[t, 1] else now.square[t]


@leaf
def carry(field, now, i, b):  # type: ignore[no-untyped-def]
    """Move a node to a territory."""
    a = now.label[i]
    now.size[a] -= 1
    last = now.members[a, now.size[a]]
    now.members[a, now.seat[i]], now.seat[last] = last, now.seat[i]
    now.members[b, now.size[b]], now.seat[i] = i, now.size[b]
    now.size[b] += 1
    now.label[i] = b
    for m in range(now.loads.shape[1]):
        now.loads[a, m] -= field.load[i, m]
        now.loads[b, m] += field.load[i, m]
