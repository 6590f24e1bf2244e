"""Compiled annealing of a plan with levels: units change hands at the border, every level keeps its windows and its one piece.

Territories and groups share one numbering: territories first, then the groups of each level from the finest to the
coarsest. Row 0 of ``labels`` and ``parent`` is that of the territories.
"""

from __future__ import annotations

import math

from bailiwick.compiled import inline_leaf, leaf
from bailiwick.design.construct.kernels import cost_of, is_barred, square_between
from bailiwick.design.improve.graph_kernels import can_leave, next_below, next_random, random_other


@inline_leaf
def off_target(loads, load, lower, upper, target, emphasis, bend, i, group, sign):  # type: ignore[no-untyped-def]
    """Penalty of a group with unit i added (+1), removed (−1) or ignored (0): linear plus a bend that spreads overload."""
    total = 0.0
    for m in range(loads.shape[1]):
        if target[group, m] > 0.0:
            value = loads[group, m] + sign * load[i, m]
            over = max(value - upper[group, m], lower[group, m] - value, 0.0) / target[group, m]
            total += emphasis[m] * over * (1.0 + bend * over)
    return total


@leaf
def move_units(  # type: ignore[no-untyped-def]
    indptr, indices, points, weight, load, pinned, barred_ptr, barred, power, is_sphere, must_connect,
    parent, is_closed, pull, lower, upper, target, emphasis, labels, loads, size, centres, rows,
    price, bend, hot, cold, n_proposals, stamp, mark, queue, random,
):  # fmt: skip
    """Propose ``n_proposals`` moves of a unit to a neighbouring territory; returns how many were made.

    Parameters
    ----------
    parent
        Group of each territory per level, shape (L + 1, K).
    is_closed
        Whether units must not leave their group, per level, shape (L + 1,).
    pull
        Weight of the distance to the centre of a group, per level, shape (L + 1,).
    rows
        What each unit costs in each territory and group, shape (T, n), where travel times are the distance; else no row.
    labels
        Group of each unit per level, shape (L + 1, n); changed in place, as are ``loads`` and ``size``.
    """
    n, n_levels = labels.shape[1], labels.shape[0]
    cooling = math.log(cold / hot) / max(n_proposals, 1) if hot > 0.0 else 0.0
    made = 0
    for step in range(n_proposals):
        i = next_below(random, n)
        a = labels[0, i]
        if pinned[i] >= 0 or size[a] <= 1:
            continue
        other = random_other(indptr, indices, labels[0], i, random)
        if other < 0:
            continue
        b = labels[0, other]
        if is_barred(barred_ptr, barred, i, b):
            continue
        change = 0.0
        is_allowed = True
        for level in range(n_levels):
            from_, to = parent[level, a], parent[level, b]
            if from_ == to:
                break
            if is_closed[level]:
                is_allowed = False
                break
            change += price * (
                off_target(loads, load, lower, upper, target, emphasis, bend, i, from_, -1.0)
                - off_target(loads, load, lower, upper, target, emphasis, bend, i, from_, 0.0)
                + off_target(loads, load, lower, upper, target, emphasis, bend, i, to, 1.0)
                - off_target(loads, load, lower, upper, target, emphasis, bend, i, to, 0.0)
            )
            if len(rows) > 0:
                change += pull[level] * weight[i] * (rows[to, i] - rows[from_, i])
            elif power > 0:
                nearer = cost_of(square_between(points, i, centres, to), power, is_sphere)
                nearer -= cost_of(square_between(points, i, centres, from_), power, is_sphere)
                change += pull[level] * weight[i] * nearer
        heat = hot * math.exp(cooling * step) if hot > 0.0 else 0.0
        if not is_allowed or (change >= 0.0 and (heat <= 0.0 or next_random(random) >= math.exp(-change / heat))):
            continue
        for level in range(n_levels):
            if parent[level, a] == parent[level, b]:
                break
            if must_connect[level] and not can_leave(indptr, indices, labels[level], i, stamp, mark, queue):
                is_allowed = False
                break
        if not is_allowed:
            continue
        made += 1
        for level in range(n_levels):
            from_, to = parent[level, a], parent[level, b]
            if from_ == to:
                break
            labels[level, i] = to
            size[from_] -= 1
            size[to] += 1
            for m in range(load.shape[1]):
                loads[from_, m] -= load[i, m]
                loads[to, m] += load[i, m]
    return made
