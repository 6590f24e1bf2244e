"""Construction where travel times are the distance: centres are sites, costs stand in rows."""

from __future__ import annotations

import numpy as np

from bailiwick.design.construct.curvature_kernels import gather_curvature
from bailiwick.design.construct.table_kernels import assign_by_table, soft_loads_by_table
from bailiwick.design.construct.transport import DEAD_CELL, Curvature, Transport
from bailiwick.domain import FloatArray, IntArray

APART = 0.02
"""How far homes in one place are told apart, as a share of the median cost, so that their territories can differ."""


class TableTransport(Transport):
    """Transport whose ``centres`` are rows: what each node costs in each territory, shape (K, n)."""

    def coarsened(self, size: int) -> Transport:
        """The same: a table knows no points between its nodes."""
        return self

    def spacing(self, centres: FloatArray) -> FloatArray:
        """How far the fourth nearest centre is from each node, minutes, shape (n,)."""
        q = min(4, len(centres)) - 1
        near = np.partition(centres, q, axis=0)[q]
        return np.asarray(np.maximum(near, 1e-3 * max(float(near.mean()), 1e-9)) ** (1.0 / self.power))

    def assign(self, centres: FloatArray, prices: FloatArray) -> tuple[IntArray, float, FloatArray]:
        """Best territory per node at these prices, sum of the best scores, and territory loads."""
        return assign_by_table(
            self.weight, self.load, self.pinned, self.barred_ptr, self.barred,
            self.stay.ptr, self.stay.territory, self.stay_worth, centres, prices,
        )  # fmt: skip

    def soft(self, centres: FloatArray, prices: FloatArray, temperature: FloatArray) -> tuple[float, FloatArray, Curvature]:
        """Smoothed dual without its linear term, loads (K,), and the negative second derivative (K, K)."""
        value, load, diagonal, partner, coupling = soft_loads_by_table(
            self.weight, self.load, self.pinned, self.barred_ptr, self.barred,
            self.stay.ptr, self.stay.territory, self.stay_worth, centres, prices, temperature,
        )  # fmt: skip
        return value, load, Curvature(*gather_curvature(diagonal, partner, coupling, DEAD_CELL))


def told_apart(rows: FloatArray, points: FloatArray, node_points: FloatArray) -> FloatArray:
    """Rows with a little added where centres share a place: the way around it, from a side of its own each.

    Parameters
    ----------
    rows
        Shape (K, n).
    points, node_points
        Positions of centres and nodes in km, shape (K, d) and (n, d).
    """
    place = np.unique(np.round(points, 6), axis=0, return_inverse=True)[1].ravel()
    told = rows.copy()
    for at in np.flatnonzero(np.bincount(place) > 1):
        members = np.flatnonzero(place == at)
        offset = node_points - points[members[0]]
        wide = np.argsort(-np.abs(offset).sum(axis=0), kind="stable")
        angle = np.arctan2(offset[:, wide[1]], offset[:, wide[0]])
        for number, j in enumerate(members):
            side = 2 * np.pi * number / len(members)
            told[j] += APART * np.median(rows[j]) * (1.0 - np.cos(angle - side))
    return told
