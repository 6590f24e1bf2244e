"""Least disruption that brings every territory into its window, by a flow between territories.

Units are divisible here and territories need not stay connected, so whatever real units can do, the flow can do at the
same disruption or less. ``docs/algorithms/realignment.md`` has the statement and its proof.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from bailiwick.design.model import Model, compile_problem
from bailiwick.domain import FloatArray, IntArray, Problem

MOST_LINES = 12
"""Supporting lines of the disruption curve of a territory; more make the floor a little higher."""
LENGTH_PRICE = 1e-9
"""What an arc costs beside disruption, so that nothing flows in circles."""
SAFETY = 1e-6
"""Relative: what the solver may be wrong by is taken off the floor."""


@dataclass(frozen=True, eq=False)
class Flow:
    """Load that changes hands at the least disruption.

    Attributes
    ----------
    share
        The floor: no plan of those that the flow stands for moves a smaller share of the disruption.
    origin, goal, amount
        Arcs between territories and the load on each, in mean targets, shape (m,).
    """

    share: float
    origin: IntArray
    goal: IntArray
    amount: FloatArray


@dataclass(frozen=True, eq=False)
class Floors:
    """Least share of the disruption that must change hands.

    Attributes
    ----------
    anywhere
        Over all plans within the tolerances.
    to_neighbours
        Over those of them in which a unit stays or goes to a territory that borders its own today (or is empty today);
        None if there is no neighbour graph, or no such plan even with units divided.
    """

    anywhere: float
    to_neighbours: float | None


def disruption_floors(problem: Problem) -> Floors:
    """Both floors of a problem with a baseline, over every balanced measure.

    Examples
    --------
    Loads 14, 10, 6 in a row, 30 in all, each to become 10: 4 must leave the first, and where they may go to the neighbour
    only, 4 others must leave the middle. See ``tests/library/design/test_disruption_floor.py``.
    """
    model = compile_problem(replace(problem, groups=None, max_distance_km=None, max_minutes=None))  # these only shrink the set of plans
    measures = range(model.load.shape[1])
    anywhere = [found.share for m in measures if (found := least_flow(model, m, None)) is not None]
    if not model.must_connect:
        return Floors(max(anywhere, default=0.0), None)
    pairs = territory_pairs(standing(model), model.indptr, model.indices, model.k)
    near = [least_flow(model, m, pairs) for m in measures]
    to_neighbours = None if any(found is None for found in near) else max(found.share for found in near if found is not None)
    return Floors(max(anywhere, default=0.0), to_neighbours)


def territory_pairs(label: IntArray, indptr: IntArray, indices: IntArray, k: int) -> IntArray:
    """Ordered pairs of territories that touch, and pairs from any territory to one that is empty, shape (m, 2).

    Parameters
    ----------
    label
        Territory per node, −1 for none, shape (n,).
    indptr, indices
        Neighbour graph of the nodes.
    """
    row = np.repeat(np.arange(len(label)), np.diff(indptr))
    a, b = label[row], label[indices]
    between = (a != b) & (a >= 0) & (b >= 0)
    key = np.unique(a[between].astype(np.int64) * k + b[between])
    empty = np.flatnonzero(np.bincount(label[label >= 0], minlength=k) == 0)
    full = np.setdiff1d(np.arange(k), empty)
    pairs = np.column_stack([key // k, key % k])
    return np.vstack([pairs, np.column_stack([np.repeat(full, len(empty)), np.tile(empty, len(full))])]).astype(np.int32)


def standing(model: Model) -> IntArray:
    """Territory of each node before anything is chosen: where it is locked, else today's, −1 for new nodes, shape (n,)."""
    return np.where(model.pinned >= 0, model.pinned, model.stay.today()).astype(np.int32)


def least_flow(model: Model, measure: int, pairs: IntArray | None) -> Flow | None:
    """The flow of least disruption into the windows of one measure, or None if there is none.

    Parameters
    ----------
    pairs
        Ordered pairs of territories between which load may flow, shape (m, 2); None: between any two.
    """
    k, today, load = model.k, standing(model), model.load[:, measure]
    has = today >= 0
    loads = np.bincount(today[has], weights=load[has], minlength=k)
    hub = k  # between any two territories means by way of one hub
    ends = np.arange(k)
    arcs = np.vstack([np.column_stack([ends, np.full(k, hub)]), np.column_stack([np.full(k, hub), ends])]) if pairs is None else pairs
    lines, movable = _curves(model, today, load)
    m = len(arcs)
    out = sp.csr_matrix((np.ones(m), (arcs[:, 0], np.arange(m))), shape=(k + 1, m))
    into = sp.csr_matrix((np.ones(m), (arcs[:, 1], np.arange(m))), shape=(k + 1, m))
    # Columns: load on every arc; disruption of every territory; new load of every territory.
    eye, owner = sp.identity(k, format="csr"), lines[:, 0].astype(np.int64)
    change = sp.hstack([(into - out)[:k], sp.csr_matrix((k, k)), eye])
    above_lines = sp.hstack([sp.diags(lines[:, 1]) @ out[owner], -eye[owner], sp.csr_matrix((len(lines), k))])
    found = linprog(
        np.concatenate([np.full(m, LENGTH_PRICE), np.ones(k), np.zeros(k)]),
        A_ub=sp.vstack([change, -change, above_lines, sp.hstack([out[:k], sp.csr_matrix((k, 2 * k))])]),
        b_ub=np.concatenate([model.upper[:, measure] - loads, loads - model.lower[:, measure], -lines[:, 2], movable]),
        A_eq=sp.vstack([sp.hstack([(into - out)[k:], sp.csr_matrix((1, 2 * k))]), np.repeat([0.0, 1.0], [m + k, k])[None]]),
        b_eq=[0.0, float(load[~has].sum())],
        method="highs",
    )
    if found.status != 0:
        return None
    used = np.flatnonzero(found.x[:m] > 1e-9)
    floor = float(found.x[m : m + k].sum()) * (1 - SAFETY) - LENGTH_PRICE * float(load.sum()) * 2
    floor = max(floor, 0.0) + model.stay.moved(today)
    return Flow(floor, arcs[used, 0].astype(np.int32), arcs[used, 1].astype(np.int32), found.x[used])


def _curves(model: Model, today: IntArray, load: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least disruption of taking load out of each territory, as supporting lines from below; and the load that can leave.

    The cheapest units leave first, the last one in part: a convex curve. Lines are rows (territory, slope, height at zero).
    """
    share = np.zeros(model.n)
    np.add.at(share, np.repeat(np.arange(model.n), np.diff(model.stay.ptr)), model.stay.share)
    can_leave = np.flatnonzero((today >= 0) & (model.pinned < 0) & (load > 0))
    movable: FloatArray = np.bincount(today[can_leave], weights=load[can_leave], minlength=model.k).astype(np.float64)
    slope = share[can_leave] / load[can_leave]
    order = np.lexsort((slope, today[can_leave]))
    rows = []
    for units in np.split(order, np.flatnonzero(np.diff(today[can_leave][order])) + 1):
        if not len(units):
            continue
        loads, slopes = load[can_leave][units], slope[units]
        before = np.cumsum(loads) - loads
        height = np.cumsum(loads * slopes) - loads * slopes - before * slopes
        first = np.append(True, slopes[1:] > slopes[:-1] * (1 + 1e-12) + 1e-15)
        chosen = np.flatnonzero(first)
        chosen = chosen[np.unique(np.linspace(0, len(chosen) - 1, MOST_LINES).round().astype(int))]
        j = today[can_leave][units[0]]
        rows.append(np.column_stack([np.full(len(chosen), j), slopes[chosen], height[chosen]]))
    return (np.vstack(rows) if rows else np.empty((0, 3))), movable
