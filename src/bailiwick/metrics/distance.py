"""How far units are from the middle of their territory, and how far territories reach."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray, IntArray
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, distance_km
from bailiwick.metrics.balance import territory_sums


def weighted_centroids(points: FloatArray, weights: FloatArray, territory_idx: IntArray, n_territories: int) -> FloatArray:
    """Weighted mean position of each territory in km, shape (K, 2) or (K, 3); NaN rows for empty territories.

    Parameters
    ----------
    points
        Unit positions in km: two columns in the plane, three on the sphere; there the mean direction is taken.
    weights
        Zero or more, shape (n,). A territory of no weight at all takes the plain mean.
    """
    weightless = territory_sums(weights[:, None], territory_idx, n_territories)[:, 0] <= 0
    heft = np.where(weightless[territory_idx] & (territory_idx >= 0), 1.0, weights)
    sums = territory_sums(np.column_stack([points * heft[:, None], heft]), territory_idx, n_territories)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums[:, :-1] / sums[:, -1:]
        if points.shape[1] == 3:
            mean *= EARTH_RADIUS_KM / np.linalg.norm(mean, axis=1, keepdims=True)
    return mean


def mean_distance_km(points: FloatArray, weights: FloatArray, territory_idx: IntArray, centroids: FloatArray) -> float:
    """Weighted mean distance of the units to the weighted centroid of their territory, in km.

    Σ weight · distance ÷ Σ weight over the assigned units; 0 if nothing has weight. Great-circle distance where points
    have three columns.

    Examples
    --------
    Weights 1 and 3 at the ends of 4 km: the centroid is 1 km from the heavy end.

    >>> points = np.array([[0.0, 0.0], [4.0, 0.0]])
    >>> mean_distance_km(points, np.array([1.0, 3.0]), np.array([0, 0]), np.array([[3.0, 0.0]]))
    1.5
    """
    keep = territory_idx >= 0
    total = float(weights[keep].sum())
    if total <= 0:
        return 0.0
    away = distance_km(points[keep], centroids[territory_idx[keep]])
    return float((weights[keep] * away).sum()) / total


def mean_distances_km(points: FloatArray, weights: FloatArray, territory_idx: IntArray, centroids: FloatArray) -> FloatArray:
    """Like :func:`mean_distance_km`, for each territory, shape (K,); 0 for a territory of no weight."""
    keep = territory_idx >= 0
    idx, k = territory_idx[keep], len(centroids)
    away = distance_km(points[keep], centroids[idx])
    mass = np.bincount(idx, weights=weights[keep], minlength=k)
    moment = np.bincount(idx, weights=weights[keep] * away, minlength=k)
    return np.divide(moment, mass, out=np.zeros(k), where=mass > 0)


def mean_to_centre(weights: FloatArray, distance: FloatArray, territory_idx: IntArray) -> float:
    """Weighted mean of a distance to the centre over the assigned units, in its unit; 0 if nothing has weight.

    Examples
    --------
    >>> mean_to_centre(np.array([1.0, 3.0, 9.0]), np.array([4.0, 8.0, 0.0]), np.array([0, 1, -1]))
    7.0
    """
    keep = territory_idx >= 0
    total = float(weights[keep].sum())
    return float((weights[keep] * distance[keep]).sum()) / total if total > 0 else 0.0


def means_to_centre(weights: FloatArray, distance: FloatArray, territory_idx: IntArray, n_territories: int) -> FloatArray:
    """Like :func:`mean_to_centre`, for each territory, shape (K,)."""
    keep = territory_idx >= 0
    mass = np.bincount(territory_idx[keep], weights=weights[keep], minlength=n_territories)
    moment = np.bincount(territory_idx[keep], weights=weights[keep] * distance[keep], minlength=n_territories)
    return np.divide(moment, mass, out=np.zeros(n_territories), where=mass > 0)


def reach_km(centre_distance_km: FloatArray, territory_idx: IntArray, n_territories: int) -> FloatArray:
    """Distance of the farthest unit of each territory from its centre in km, shape (K,); 0 if empty."""
    keep = territory_idx >= 0
    reach = np.zeros(n_territories)
    np.maximum.at(reach, territory_idx[keep], centre_distance_km[keep])
    return reach
