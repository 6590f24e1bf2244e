"""Imbalance that no plan can avoid because locks, forbidden pairs or the largest distance leave units too few territories.

Who may serve whom is a network. If units may be split, the least tolerance with which everything can be shared out is a linear
programme; where it is above zero, its dual names units that have too few territories, or territories that have too few units.
That name is then checked by adding up, so that nothing rests on the accuracy of the programme.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from bailiwick.design.model import number_nodes
from bailiwick.domain import FloatArray, IntArray, Problem
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km
from bailiwick.metrics.balance import TOLERANCE_SLACK

MOST_PAIRS = 20_000_000
MOST_VARIABLES = 300_000
MOST_TRIALS = 200


@dataclass(frozen=True, eq=False)
class Access:
    """Who may serve whom.

    Attributes
    ----------
    node_of_unit
        Node of each unit: its own, or that of its group.
    pinned
        Territory that a node is locked to, or −1.
    is_forbidden, is_too_far
        Masks of pairs, shape (nodes, K).
    """

    node_of_unit: IntArray
    pinned: IntArray
    is_forbidden: np.ndarray
    is_too_far: np.ndarray

    @property
    def allowed(self) -> np.ndarray:
        """Mask of the pairs that may be, shape (nodes, K)."""
        k = self.is_forbidden.shape[1]
        free = (self.pinned < 0)[:, None] | (self.pinned[:, None] == np.arange(k))
        return np.asarray(free & ~self.is_forbidden & ~self.is_too_far)

    def without_distance(self) -> Access:
        """The same, however far."""
        return replace(self, is_too_far=np.zeros_like(self.is_too_far))


@dataclass(frozen=True, eq=False)
class ReachFloor:
    """A deviation that some territory has in every plan.

    Attributes
    ----------
    value
        At least this, as a fraction of its target.
    is_above
        True: ``nodes`` may only go to ``territories``, which is too much for them. False: ``territories`` can get no other
        nodes than ``nodes``, which is too little for them.
    nodes, territories
        Indices, ascending.
    """

    value: float
    is_above: bool
    nodes: IntArray
    territories: IntArray


def access_of(problem: Problem) -> Access | None:
    """Who may serve whom; None if the table would be too large."""
    node_of_unit = number_nodes(problem)
    n, k = int(node_of_unit.max()) + 1, problem.n_territories
    if n * k > MOST_PAIRS:
        return None
    pinned = np.full(n, -1, np.int32)
    if problem.locked is not None:
        pinned[node_of_unit[problem.locked >= 0]] = problem.locked[problem.locked >= 0]
    is_forbidden, is_too_far = np.zeros((n, k), bool), np.zeros((n, k), bool)
    if problem.forbidden is not None:
        is_forbidden[node_of_unit[problem.forbidden[:, 0]], problem.forbidden[:, 1]] = True
    if problem.max_distance_km is not None:
        for j in np.flatnonzero(problem.is_fixed):
            is_too_far[node_of_unit[home_km(problem, int(j)) > problem.max_distance_km * (1 + TOLERANCE_SLACK)], j] = True
    return Access(node_of_unit, pinned, is_forbidden, is_too_far)


def home_km(problem: Problem, territory: int) -> FloatArray:
    """Distance of every unit from a fixed centre in km, shape (n,)."""
    home = coordinates_to_points(problem.centre_coordinates[[territory]], is_planar=problem.units.is_planar)
    return distance_km(points_km(problem.units), home)


def reach_floor(load: FloatArray, target: FloatArray, allowed: np.ndarray) -> ReachFloor | None:
    """The highest floor that locks, bars and distances give for one measure; None if there is none.

    Parameters
    ----------
    load
        Of each node, shape (nodes,).
    target
        Of each territory in the same unit, shape (K,).
    allowed
        Mask of the pairs that may be, shape (nodes, K); a node without any may go anywhere here.
    """
    allowed = everyone_somewhere(allowed)
    if allowed.all() or load.sum() <= 0:
        return None
    found = [*_by_single_territory(load, target, allowed), *_by_programme(load, target, allowed)]
    best = max(found, key=lambda floor: floor.value)
    return best if best.value > TOLERANCE_SLACK else None


def everyone_somewhere(allowed: np.ndarray) -> np.ndarray:
    """The same pairs, but a node without any may go anywhere: what holds for more plans holds for fewer."""
    is_stuck = np.logical_not(allowed.any(axis=1, keepdims=True))
    return np.asarray(allowed | is_stuck)


def _by_single_territory(load: FloatArray, target: FloatArray, allowed: np.ndarray) -> list[ReachFloor]:
    """The territory with too much that can go nowhere else, and the one that can get too little."""
    k = len(target)
    is_only = allowed & (allowed.sum(axis=1, keepdims=True) == 1)
    fullest = int(np.argmax([load[is_only[:, j]].sum() / target[j] for j in range(k)]))
    emptiest = int(np.argmin([load[allowed[:, j]].sum() / target[j] for j in range(k)]))
    return [_above(load, target, allowed, np.arange(k) == fullest), _below(load, target, allowed, np.arange(k) == emptiest)]


def _above(load: FloatArray, target: FloatArray, allowed: np.ndarray, chosen: np.ndarray) -> ReachFloor:
    nodes = np.flatnonzero(~allowed[:, ~chosen].any(axis=1)).astype(np.int32)
    value = float(load[nodes].sum() / target[chosen].sum()) - 1.0
    return ReachFloor(value, True, nodes, np.flatnonzero(chosen).astype(np.int32))


def _below(load: FloatArray, target: FloatArray, allowed: np.ndarray, chosen: np.ndarray) -> ReachFloor:
    nodes = np.flatnonzero(allowed[:, chosen].any(axis=1)).astype(np.int32)
    value = 1.0 - float(load[nodes].sum() / target[chosen].sum())
    return ReachFloor(value, False, nodes, np.flatnonzero(chosen).astype(np.int32))


def _by_programme(load: FloatArray, target: FloatArray, allowed: np.ndarray) -> list[ReachFloor]:
    """Least t with L = (1 − t) target, U = (1 + t) target over nodes with the same choice; its dual names the sets."""
    k = len(target)
    packed, number = np.unique(np.packbits(allowed, axis=1), axis=0, return_inverse=True)
    choice = np.unpackbits(packed, axis=1)[:, :k].astype(bool)
    row, column = np.nonzero(choice)
    if len(row) > MOST_VARIABLES:
        return []
    scale = float(target.mean())
    amount = np.bincount(number.ravel(), weights=load, minlength=len(choice)) / scale
    once = sp.csr_matrix((np.ones(len(row)), (row, np.arange(len(row)))), shape=(len(choice), len(row) + 1))
    into = sp.csr_matrix((np.ones(len(row)), (column, np.arange(len(row)))), shape=(k, len(row)))
    spread = sp.csr_matrix(-target[:, None] / scale)
    limits = sp.vstack([sp.hstack([into, spread]), sp.hstack([-into, spread])], format="csr")
    room = np.concatenate([target, -target]) / scale
    cost = np.zeros(len(row) + 1)
    cost[-1] = 1.0
    solved = linprog(cost, A_ub=limits, b_ub=room, A_eq=once, b_eq=amount, method="highs")
    if solved.status != 0 or solved.fun < 1e-7:
        return []
    full, empty = solved.ineqlin.marginals[:k] < -1e-9, solved.ineqlin.marginals[k:] < -1e-9
    found = [_above(load, target, allowed, full)] if full.any() and not full.all() else []
    return found + ([_below(load, target, allowed, empty)] if empty.any() and not empty.all() else [])


def smallest_above(load: FloatArray, upper: FloatArray, allowed: np.ndarray, floor: ReachFloor) -> tuple[IntArray, IntArray]:
    """Few nodes of a floor that are still too much for the territories that they may go to, and these.

    The heaviest ones, as many as it takes; then each is left out on trial (a deletion filter), so that none is idle.
    """
    order = floor.nodes[np.argsort(-load[floor.nodes], kind="stable")]
    n_needed = int(np.searchsorted(np.cumsum(load[order]), upper[floor.territories].sum() * (1 + TOLERANCE_SLACK), side="right")) + 1
    nodes = order[:n_needed]
    for node in nodes[::-1][:MOST_TRIALS]:
        rest = nodes[nodes != node]
        if len(rest) and _is_too_much(load, upper, allowed, rest):
            nodes = rest
    return np.sort(nodes), np.flatnonzero(allowed[nodes].any(axis=0)).astype(np.int32)


def _is_too_much(load: FloatArray, upper: FloatArray, allowed: np.ndarray, nodes: IntArray) -> bool:
    return bool(load[nodes].sum() > upper[allowed[nodes].any(axis=0)].sum() * (1 + TOLERANCE_SLACK))


def smallest_below(load: FloatArray, lower: FloatArray, allowed: np.ndarray, floor: ReachFloor) -> tuple[IntArray, IntArray]:
    """Few territories of a floor that still cannot get enough, by a deletion filter, and all the nodes that they can get."""
    chosen = floor.territories
    for j in floor.territories[:MOST_TRIALS]:
        rest = chosen[chosen != j]
        if len(rest) and _is_too_little(load, lower, allowed, rest):
            chosen = rest
    return np.flatnonzero(allowed[:, chosen].any(axis=1)).astype(np.int32), chosen


def _is_too_little(load: FloatArray, lower: FloatArray, allowed: np.ndarray, chosen: IntArray) -> bool:
    return bool(load[allowed[:, chosen].any(axis=1)].sum() < lower[chosen].sum() * (1 - TOLERANCE_SLACK))
