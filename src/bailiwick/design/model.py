"""The compiled problem: ids and names become integers and arrays, groups become single nodes, once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bailiwick.design.pieces import bars_between_pieces, homes_in_pieces, pieces_of, pieces_of_territories
from bailiwick.design.stay import NOTHING, Stay, compile_stay
from bailiwick.design.travel import Travel
from bailiwick.domain import FloatArray, IntArray, Problem
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, coordinates_to_points, distance_km, points_km
from bailiwick.geography.row_kernels import rows_of_pairs

DISTANCE, INERTIA, DIAMETER = 0, 1, 2
OBJECTIVE_CODES = {"distance": DISTANCE, "inertia": INERTIA, "diameter": DIAMETER}


@dataclass(frozen=True, eq=False)
class Model:
    """A problem as the engine sees it: n nodes (units, or groups of units), K territories, M balanced measures.

    Attributes
    ----------
    points
        Node positions in km, shape (n, 2) in the plane or (n, 3) on the sphere; nodes stand in space-filling order.
    weight
        Weight of distance per node, shape (n,).
    load
        Balanced measures per node, each scaled so that the mean target of a territory is 1, shape (n, M).
    target, lower, upper
        Target and allowed window of each territory's load, shape (K, M).
    emphasis
        Weight of a deviation per measure, shape (M,).
    indptr, indices
        Neighbour graph of the nodes; empty if territories need not be connected.
    pinned
        Territory that a node must keep, or −1, shape (n,).
    barred_ptr, barred
        Territories that a node must not get, in compressed rows, ascending.
    centres
        Fixed centres in km, NaN rows where free, shape (K, d).
    node_of_unit
        Node index of each unit of the problem, shape (n_units,).
    stay
        What nodes keep by staying where they are today; empty if nothing stands today.
    travel
        Travel times in place of the distance between points, or None.
    """

    points: FloatArray
    weight: FloatArray
    load: FloatArray
    target: FloatArray
    lower: FloatArray
    upper: FloatArray
    emphasis: FloatArray
    indptr: IntArray
    indices: IntArray
    pinned: IntArray
    barred_ptr: IntArray
    barred: IntArray
    centres: FloatArray
    objective: int
    node_of_unit: IntArray
    stay: Stay = NOTHING
    travel: Travel | None = None

    @property
    def n(self) -> int:
        """Number of nodes."""
        return len(self.points)

    @property
    def k(self) -> int:
        """Number of territories."""
        return len(self.target)

    @property
    def must_connect(self) -> bool:
        """Whether territories must be connected."""
        return len(self.indices) > 0

    @property
    def is_fixed(self) -> np.ndarray:
        """Mask of fixed centres, shape (K,)."""
        return np.isfinite(self.centres[:, 0])

    @property
    def is_sphere(self) -> bool:
        """Whether distances follow the great circle."""
        return self.points.shape[1] == 3

    @property
    def scale(self) -> float:
        """Factor from weights of distance to those that sum to K."""
        total = float(self.weight.sum())
        return self.k / total if total > 0 else 1.0

    @cached_property
    def parts(self) -> IntArray:
        """Number of the connected part of the graph of each node, shape (n,); all of one part where territories need not connect."""
        if not self.must_connect:
            return np.zeros(self.n, np.int32)
        return pieces_of(self.indptr, self.indices)

    def loads(self, label: IntArray) -> FloatArray:
        """Load of each territory, shape (K, M)."""
        columns = [np.bincount(label, weights=column, minlength=self.k) for column in self.load.T]
        return np.column_stack(columns)

    def excesses(self, label: IntArray) -> FloatArray:
        """Relative amount by which each load is outside its window, shape (K, M)."""
        loads = self.loads(label)
        over = np.maximum(np.maximum(loads - self.upper, self.lower - loads), 0.0)
        return np.divide(over, self.target, out=np.zeros_like(over), where=self.target > 0)

    def to_units(self, label: IntArray) -> IntArray:
        """Territory of each unit from the territory of each node."""
        return label[self.node_of_unit]

    def to_nodes(self, unit_label: IntArray) -> IntArray:
        """Territory of each node from the territory of each unit (a group follows its last unit)."""
        label = np.zeros(self.n, np.int32)
        label[self.node_of_unit] = unit_label
        return label


def compile_problem(problem: Problem) -> Model:
    """Turn a problem into arrays, nodes ordered along a space-filling curve for locality."""
    node_of_unit = number_nodes(problem)
    n = int(node_of_unit.max()) + 1
    points, weight = _merge_points(problem, node_of_unit, n)
    order = morton_order(points)
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n)
    node_of_unit = rank[node_of_unit].astype(np.int32)
    load, target, lower, upper, emphasis = _windows(problem, node_of_unit, n)
    indptr, indices = _node_graph(problem, node_of_unit, n)
    points, centres = np.ascontiguousarray(points[order]), _centres(problem)
    pinned = _pinned(problem, node_of_unit, n)
    apart = _bars_by_pieces(pieces_of(indptr, indices), points, load[:, 0], target[:, 0], pinned, centres)
    barred_ptr, barred = _barred(problem, node_of_unit, points, centres, apart)
    return Model(
        points=points,
        weight=weight[order],
        load=load,
        target=target,
        lower=lower,
        upper=upper,
        emphasis=emphasis,
        indptr=indptr,
        indices=indices,
        pinned=pinned,
        barred_ptr=barred_ptr,
        barred=barred,
        centres=centres,
        objective=OBJECTIVE_CODES[problem.objective],
        node_of_unit=node_of_unit,
        stay=compile_stay(problem, node_of_unit, n),
        travel=Travel.of(problem, node_of_unit),
    )


def number_nodes(problem: Problem) -> IntArray:
    """Number of the node that each unit belongs to, shape (n_units,): its own, or that of its group."""
    n = problem.n_units
    if problem.groups is None:
        return np.arange(n, dtype=np.int32)
    grouped = problem.groups >= 0
    key = np.where(grouped, problem.groups.astype(np.int64), np.int64(problem.groups.max()) + 1 + np.arange(n))
    return np.unique(key, return_inverse=True)[1].astype(np.int32)


def _merge_points(problem: Problem, node_of_unit: IntArray, n: int) -> tuple[FloatArray, FloatArray]:
    points, weight = points_km(problem.units), np.array(problem.weights)
    if n == problem.n_units:
        order = np.argsort(node_of_unit, kind="stable")
        return points[order], weight[order]
    heft = weight + 1e-9 * max(weight.mean(), 1e-300)
    total = np.bincount(node_of_unit, weights=heft, minlength=n)
    merged = np.column_stack([np.bincount(node_of_unit, weights=heft * column, minlength=n) / total for column in points.T])
    if merged.shape[1] == 3:
        merged *= EARTH_RADIUS_KM / np.linalg.norm(merged, axis=1, keepdims=True)
    return merged, np.bincount(node_of_unit, weights=weight, minlength=n).astype(np.float64)


SPREAD_STEPS = {
    2: (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ),
    3: (
        (32, 0x1F00000000FFFF),
        (16, 0x1F0000FF0000FF),
        (8, 0x100F00F00F00F00F),
        (4, 0x10C30C30C30C30C3),
        (2, 0x1249249249249249),
    ),
}


def morton_order(points: FloatArray) -> np.ndarray:
    """Order of points along the Z curve: near in the order is near in space; ties keep their place.

    Examples
    --------
    >>> morton_order(np.array([[0.0, 0.0], [9.0, 9.0], [0.1, 0.1]])).tolist()
    [0, 2, 1]
    """
    d = points.shape[1]
    bits = 31 if d == 2 else 21
    low = points.min(axis=0)
    span = max(float((points.max(axis=0) - low).max()), 1e-12)
    grid = np.minimum(((points - low) / span * (1 << bits)).astype(np.uint64), np.uint64((1 << bits) - 1))
    key = np.zeros(len(points), np.uint64)
    for axis in range(d):
        key |= _spread(grid[:, axis], d) << np.uint64(axis)
    return np.argsort(key, kind="stable")


def _spread(value: np.ndarray, d: int) -> np.ndarray:
    """Insert ``d − 1`` zero bits between the bits of ``value``."""
    for shift, mask in SPREAD_STEPS[d]:
        value = (value | (value << np.uint64(shift))) & np.uint64(mask)
    return value


def _windows(problem: Problem, node_of_unit: IntArray, n: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Loads and windows of the balanced measures, scaled so that the mean target is 1."""
    k = problem.n_territories
    balanced = [m for m in problem.measures if m.tolerance is not None] or [problem.measures[0]]
    load = np.empty((n, len(balanced)))
    target, slack = np.empty((k, len(balanced))), np.empty(len(balanced))
    for col, measure in enumerate(balanced):
        values = problem.units.measures[measure.name]
        total = float(values.sum())
        load[:, col] = np.bincount(node_of_unit, weights=values, minlength=n) * (k / total if total > 0 else 0.0)
        target[:, col] = problem.target_shares * k if total > 0 else 0.0
        slack[col] = 1e6 if measure.tolerance is None else measure.tolerance
    lower, upper = target * np.maximum(1 - slack, 0.0), target * (1 + slack)
    return load, target, lower, upper, np.array([m.weight for m in balanced])


def _node_graph(problem: Problem, node_of_unit: IntArray, n: int) -> tuple[IntArray, IntArray]:
    if problem.adjacency is None:
        return np.zeros(n + 1, np.int32), np.empty(0, np.int32)
    indptr, indices = rows_of_pairs(n, node_of_unit[problem.adjacency.pairs])
    return indptr, indices


def _pinned(problem: Problem, node_of_unit: IntArray, n: int) -> IntArray:
    pinned = np.full(n, -1, np.int32)
    if problem.locked is not None:
        is_locked = problem.locked >= 0
        pinned[node_of_unit[is_locked]] = problem.locked[is_locked]
    return pinned


def _bars_by_pieces(
    piece: IntArray, points: FloatArray, load: FloatArray, target: FloatArray, pinned: IntArray, centres: FloatArray
) -> np.ndarray:
    """Keys node · K + territory of the territories that belong to another piece of the neighbour graph."""
    if not piece.any():
        return np.empty(0, np.int64)
    home = homes_in_pieces(piece, points, load, pinned, centres)
    return bars_between_pieces(piece, pieces_of_territories(piece, load, target, home))


def _barred(
    problem: Problem, node_of_unit: IntArray, points: FloatArray, centres: FloatArray, apart: np.ndarray
) -> tuple[IntArray, IntArray]:
    """Territories that a node must not get: forbidden pairs, other pieces of the graph, fixed centres that are too far."""
    n, k = len(points), len(centres)
    forbidden = np.empty(0, np.int64)
    if problem.forbidden is not None:
        forbidden = np.unique(node_of_unit[problem.forbidden[:, 0]].astype(np.int64) * k + problem.forbidden[:, 1])
    forbidden = np.union1d(forbidden, _unless_stuck(apart, forbidden, n, k))
    pairs = np.union1d(forbidden, _too_far(problem, node_of_unit, points, centres, forbidden))
    indptr = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(pairs // k, minlength=n), out=indptr[1:])
    return indptr, (pairs % k).astype(np.int32)


def _too_far(problem: Problem, node_of_unit: IntArray, points: FloatArray, centres: FloatArray, forbidden: np.ndarray) -> np.ndarray:
    """Keys node · K + territory of the fixed centres beyond the largest distance or the most minutes.

    Nodes without another allowed territory, and centres that are far from every node, stay free: the distance gives way.
    """
    n, k = len(points), len(centres)
    far = [_nodes_beyond(problem, node_of_unit, points, centres, int(j)) * k + j for j in np.flatnonzero(problem.is_fixed)]
    keys = np.concatenate(far) if far else np.empty(0, np.int64)
    return _unless_stuck(keys, forbidden, n, k)


def _unless_stuck(keys: np.ndarray, forbidden: np.ndarray, n: int, k: int) -> np.ndarray:
    """Bars but for those of nodes that would have no territory left, and of territories that would have no node."""
    barred = np.union1d(keys, forbidden)
    is_stuck, is_lonely = np.bincount(barred // k, minlength=n) >= k, np.bincount(barred % k, minlength=k) >= n
    return keys[~is_stuck[keys // k] & ~is_lonely[keys % k]]


def _nodes_beyond(problem: Problem, node_of_unit: IntArray, points: FloatArray, centres: FloatArray, j: int) -> np.ndarray:
    """Nodes that are too far from a fixed centre: by straight km, or with a unit beyond the most minutes."""
    limit_km = np.inf if problem.max_distance_km is None else problem.max_distance_km
    beyond = np.empty(0, np.int64)
    if problem.max_minutes is not None and problem.travel is None and problem.pace is not None:
        limit_km = min(limit_km, problem.max_minutes / problem.pace.minutes_per_km)
    elif problem.max_minutes is not None and problem.travel is not None and problem.travel.home_minutes is not None:
        beyond = np.unique(node_of_unit[problem.travel.home_minutes[:, j] > problem.max_minutes]).astype(np.int64)
    if np.isfinite(limit_km):
        beyond = np.union1d(beyond, np.flatnonzero(distance_km(points, centres[j]) > limit_km).astype(np.int64))
    return beyond


def _centres(problem: Problem) -> FloatArray:
    d = 2 if problem.units.is_planar else 3
    centres = np.full((problem.n_territories, d), np.nan)
    fixed = problem.is_fixed
    centres[fixed] = coordinates_to_points(problem.centre_coordinates[fixed], is_planar=problem.units.is_planar)
    return centres
