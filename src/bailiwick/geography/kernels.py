"""Compiled loops of this room; importing it loads numba, so it is imported where it is used and not on top."""

from __future__ import annotations

import numpy as np

from bailiwick.compiled import kernel
from bailiwick.domain import FloatArray, IntArray


@kernel
def longest_hops(n_points: int, pairs: IntArray, length: FloatArray, order: np.ndarray) -> FloatArray:
    """For every edge, the longest hop on the way between its ends whose longest hop is shortest.

    Parameters
    ----------
    order
        Edges by ascending length.

    Notes
    -----
    Kruskal's tree of merges, by size and without shortcuts, is at most log2(n) deep; the merge at which two points come
    together is found by climbing from both of them, always from where the next merge is shorter.
    """
    parent = np.arange(n_points)
    size = np.ones(n_points, np.int32)
    joined_at = np.full(n_points, np.inf)
    result = np.empty(len(pairs))
    for e in order:
        a, b = pairs[e, 0], pairs[e, 1]
        while parent[a] != a:
            a = parent[a]
        while parent[b] != b:
            b = parent[b]
        if a == b:
            continue
        if size[a] < size[b]:
            a, b = b, a
        parent[b] = a
        size[a] += size[b]
        joined_at[b] = length[e]
    for e in range(len(pairs)):
        a, b = pairs[e, 0], pairs[e, 1]
        longest = 0.0
        while a != b:
            if joined_at[a] <= joined_at[b]:
                longest = joined_at[a]
                a = parent[a]
            else:
                longest = joined_at[b]
                b = parent[b]
        result[e] = longest
    return result


@kernel
def _cot_at(points: FloatArray, corner: int, u: int, v: int) -> float:
    """Cotangent of the angle at ``corner`` between the directions of u and v."""
    dot, square_u, square_v = 0.0, 0.0, 0.0
    for k in range(points.shape[1]):
        a, b = points[u, k] - points[corner, k], points[v, k] - points[corner, k]
        dot += a * b
        square_u += a * a
        square_v += b * b
    return dot / np.sqrt(max(square_u * square_v - dot * dot, 1e-300))


@kernel
def neighbouring_edges(corners: IntArray, across: IntArray, points: FloatArray, least_cot: float, least_sum: float) -> IntArray:
    """Edges of a triangulation that no corner opposite to them sees at too large an angle, each once, shape (m, 2).

    Parameters
    ----------
    corners, across
        A triangulation, shape (t, 3) each.
    points
        Shape (s, 2) or (s, 3).
    least_cot
        Least cotangent of the angle at either opposite corner.
    least_sum
        Least sum of both cotangents: twice the length of the edge between the Voronoi cells as a share of the edge.
    """
    kept = np.empty((3 * len(corners), 2), np.int32)
    n_kept = 0
    for t in range(len(corners)):
        for k in range(3):
            beyond = across[t, k]
            if 0 <= beyond < t:
                continue
            u, v = corners[t, (k + 1) % 3], corners[t, (k + 2) % 3]
            cot = _cot_at(points, corners[t, k], u, v)
            other = np.inf
            if beyond >= 0:
                other = _cot_at(points, corners[beyond, 0] + corners[beyond, 1] + corners[beyond, 2] - u - v, u, v)
            if min(cot, other) >= least_cot and cot + other > least_sum:
                kept[n_kept, 0], kept[n_kept, 1] = min(u, v), max(u, v)
                n_kept += 1
    return kept[:n_kept].copy()
