"""Delaunay triangles of points on an integer grid: incremental, exact, compiled.

Importing this loads numba, so it is imported where it is used and not on top.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from bailiwick.compiled import kernel
from bailiwick.domain import IntArray

GRID_BITS = 30
"""Coordinates lie in 0 .. 2**30 - 1, so that an orientation fits in 64 bits."""
_MASK = (1 << 31) - 1


@nb.njit(cache=True, inline="always")
def _turn(x: NDArray[np.int64], y: NDArray[np.int64], a: int, b: int, c: int) -> int:
    """Positive if a, b, c turn left, negative if right, 0 on a line: exact."""
    return (x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a])


@kernel
def _exact_sign(u: NDArray[np.int64], v: NDArray[np.int64]) -> int:
    """Sign of u[0] v[0] + u[1] v[1] + u[2] v[2], numbers of up to 61 bits each, in three limbs."""
    high, middle, low = 0, 0, 0
    for k in range(3):
        u1, u0, v1, v0 = u[k] >> 31, u[k] & _MASK, v[k] >> 31, v[k] & _MASK
        bottom = u0 * v0
        centre = u1 * v0 + u0 * v1 + (bottom >> 31)
        low += bottom & _MASK
        middle += centre & _MASK
        high += u1 * v1 + (centre >> 31)
    middle += low >> 31
    low &= _MASK
    high += middle >> 31
    middle &= _MASK
    if high != 0:
        return 1 if high > 0 else -1
    return 1 if middle | low else 0


@kernel
def _is_in_circle(
    x: NDArray[np.int64], y: NDArray[np.int64], a: int, b: int, c: int, p: int, u: NDArray[np.int64], v: NDArray[np.int64]
) -> bool:
    """Whether p lies strictly inside the circle through a, b, c, which turn left."""
    ax, ay, bx, by, cx, cy = x[a] - x[p], y[a] - y[p], x[b] - x[p], y[b] - y[p], x[c] - x[p], y[c] - y[p]
    u[0], u[1], u[2] = ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy
    v[0], v[1], v[2] = bx * cy - by * cx, cx * ay - cy * ax, ax * by - ay * bx
    f0, f1, f2 = float(u[0]) * float(v[0]), float(u[1]) * float(v[1]), float(u[2]) * float(v[2])
    total = f0 + f1 + f2
    if abs(total) > 1e-14 * (abs(f0) + abs(f1) + abs(f2)):
        return total > 0
    return _exact_sign(u, v) > 0


@kernel
def _is_in_conflict(
    corner: IntArray, t: int, p: int, n: int, x: NDArray[np.int64], y: NDArray[np.int64], u: NDArray[np.int64], v: NDArray[np.int64]
) -> bool:
    """Whether a new point p destroys triangle t; outer triangles stand for the half plane beyond an edge of the hull."""
    a, b, c = corner[3 * t], corner[3 * t + 1], corner[3 * t + 2]
    if a != n and b != n and c != n:
        return _is_in_circle(x, y, a, b, c, p, u, v)
    while c != n:  # turn it so that the far point comes last
        a, b, c = b, c, a
    side = _turn(x, y, a, b, p)
    if side != 0:
        return side > 0
    # on the line of the edge: between its ends or not
    return (x[p] - x[a]) * (x[p] - x[b]) + (y[p] - y[a]) * (y[p] - y[b]) < 0


@kernel
def _locate(corner: IntArray, across: IntArray, t: int, p: int, n: int, x: NDArray[np.int64], y: NDArray[np.int64]) -> int:
    """Walk to the triangle that holds p, or to an outer one that sees it."""
    came_from = -1
    while True:
        moved = False
        for k in range(3):
            if corner[3 * t + k] == n:
                if _turn(x, y, corner[3 * t + (k + 1) % 3], corner[3 * t + (k + 2) % 3], p) > 0:
                    return t
                came_from, t, moved = t, across[3 * t + k], True  # a start outside: step into the hull
                break
        if moved:
            continue
        for k in range(3):
            beyond = across[3 * t + k]
            if beyond != came_from and _turn(x, y, corner[3 * t + (k + 1) % 3], corner[3 * t + (k + 2) % 3], p) < 0:
                came_from, t, moved = t, beyond, True
                break
        if not moved:
            return t


@kernel
def triangulate_grid(x: NDArray[np.int64], y: NDArray[np.int64], order: NDArray[np.int64]) -> tuple[IntArray, IntArray]:
    """Delaunay triangles of points on a grid.

    Parameters
    ----------
    x, y
        Shape (n,), whole numbers below 2**30.
    order
        In which to insert the points; the first three must not lie on one line. Speed wants neighbours in a row, with a
        coarse choice of all points first.

    Returns
    -------
    corners
        Shape (t, 3), turning left; the number n is the far point, which closes the outside of the hull. Of points in one
        place only the first is a corner.
    across
        Shape (t, 3): the triangle beyond the edge opposite to each corner.

    Notes
    -----
    Bowyer and Watson: find the triangle that holds the new point, take away all whose circle holds it, and join it to the
    rim of the hole. Both tests are exact, so nothing is lost to rounding. Expected time is O(n) after sorting.
    """
    n = len(x)
    most = 2 * n + 8
    corner, across = np.empty(3 * most, np.int32), np.empty(3 * most, np.int32)
    at_start = np.empty(n + 1, np.int32)
    mark = np.full(most, -1, np.int32)
    hole, rim = np.empty(most, np.int32), np.empty(most, np.int64)
    u, v = np.empty(3, np.int64), np.empty(3, np.int64)
    a, b, c = order[0], order[1], order[2]
    if _turn(x, y, a, b, c) < 0:
        b, c = c, b
    corner[:12] = np.array([a, b, c, b, a, n, c, b, n, a, c, n])
    across[:12] = np.array([2, 3, 1, 3, 2, 0, 1, 3, 0, 2, 1, 0])
    n_triangles, last = 4, 0
    for step in range(3, len(order)):
        p = order[step]
        t = _locate(corner, across, last, p, n, x, y)
        is_known = False
        for k in range(3):
            q = corner[3 * t + k]
            is_known = is_known or (q != n and x[q] == x[p] and y[q] == y[p])
        if is_known:
            continue
        # the hole: all triangles in conflict with p are connected
        hole[0], mark[t], n_hole, n_rim, done = t, step, 1, 0, 0
        while done < n_hole:
            t = hole[done]
            done += 1
            for k in range(3):
                beyond = across[3 * t + k]
                if mark[beyond] == step:
                    continue
                if _is_in_conflict(corner, beyond, p, n, x, y, u, v):
                    mark[beyond] = step
                    hole[n_hole] = beyond
                    n_hole += 1
                else:
                    rim[n_rim] = 3 * np.int64(t) + k
                    n_rim += 1
        last, n_triangles = _fill(corner, across, hole, n_hole, rim, n_rim, p, n, n_triangles, at_start)
    return corner[: 3 * n_triangles].copy().reshape(-1, 3), across[: 3 * n_triangles].copy().reshape(-1, 3)


@kernel
def _fill(
    corner: IntArray,
    across: IntArray,
    hole: IntArray,
    n_hole: int,
    rim: NDArray[np.int64],
    n_rim: int,
    p: int,
    n: int,
    n_triangles: int,
    at_start: IntArray,
) -> tuple[int, int]:
    """Join p to every edge of the rim; the new triangles take the places of the old ones and two more."""
    ends = np.empty((n_rim, 3), np.int32)
    for i in range(n_rim):
        t, k = rim[i] // 3, rim[i] % 3
        ends[i, 0], ends[i, 1], ends[i, 2] = corner[3 * t + (k + 1) % 3], corner[3 * t + (k + 2) % 3], across[rim[i]]
    finite = -1
    for i in range(n_rim):
        t = hole[i] if i < n_hole else n_triangles + i - n_hole
        a, b, beyond = ends[i]
        for k in range(3):  # tell the triangle outside who its neighbour is now
            if corner[3 * beyond + (k + 1) % 3] == b and corner[3 * beyond + (k + 2) % 3] == a:
                across[3 * beyond + k] = t
        corner[3 * t], corner[3 * t + 1], corner[3 * t + 2] = a, b, p
        across[3 * t + 2] = beyond
        at_start[a] = t
        if a != n and b != n:
            finite = t
    for i in range(n_rim):
        t = hole[i] if i < n_hole else n_triangles + i - n_hole
        follower = at_start[corner[3 * t + 1]]
        across[3 * t], across[3 * follower + 1] = follower, t
    return finite, n_triangles + n_rim - n_hole


@kernel
def hilbert_keys(x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position along Hilbert's curve, for coordinates below 2**30."""
    keys = np.empty(len(x), np.int64)
    for i in range(len(x)):
        a, b, key = x[i], y[i], 0
        for level in range(GRID_BITS - 1, -1, -1):
            bit_x, bit_y = (a >> level) & 1, (b >> level) & 1
            key = (key << 2) | ((3 * bit_x) ^ bit_y)
            if bit_y == 0:
                if bit_x == 1:
                    a, b = (1 << GRID_BITS) - 1 - a, (1 << GRID_BITS) - 1 - b
                a, b = b, a
        keys[i] = key
    return keys
