"""Urban, intermediate, rural: classes of density, and what they mean for the time between calls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, TextArray
from bailiwick.domain.said import plain, say
from bailiwick.errors import InputError

CLASSES = ("urban", "intermediate", "rural")
PEOPLE_PER_KM2 = (1_500.0, 300.0)
"""Limits of urban and intermediate by people, as the European statistics office draws them."""
SPEED_KMH = (25.0, 45.0, 65.0)
CIRCUITY = 1.3
_NEIGHBOURS = 10
_EARTH_KM = 6371.0088


@dataclass(frozen=True, eq=False)
class Density:
    """Density of n places.

    Attributes
    ----------
    per_km2
        Places (or people) per km², shape (n,).
    nearest_km
        Distance of the nearest other place, shape (n,).
    classes
        ``urban``, ``intermediate`` or ``rural``, shape (n,).
    limits
        Densities at which urban and intermediate begin.
    minutes_between
        Class → minutes of travel from one place to the next, by distance, circuity and speed of the class.
    rule
        How the limits came about.
    """

    per_km2: FloatArray
    nearest_km: FloatArray
    classes: TextArray
    limits: tuple[float, float]
    minutes_between: dict[str, float]
    rule: str


def density_classes(lon_lat: FloatArray, people_per_km2: FloatArray | None = None, *, is_planar: bool = False) -> Density:
    """Class of every place, by people per km² where known, else by how near the next ten places are.

    Parameters
    ----------
    lon_lat
        Degrees, or km if ``is_planar``, shape (n, 2).
    people_per_km2
        Shape (n,); NaN counts as rural. None: the limits are natural breaks of the density of the places themselves.

    Notes
    -----
    Density of places is k ÷ (π · d²) with d the distance of the k-th nearest, k = 10 or a fifth of the places. Natural breaks:
    one-dimensional k-means on its logarithm. O(n log n).

    Examples
    --------
    >>> town = [[x / 10, y / 10] for x in range(5) for y in range(5)]
    >>> land = [[10.0 * x, 50.0 + 10 * y] for x in range(1, 5) for y in range(5)]
    >>> found = density_classes(np.array(town + land), is_planar=True)
    >>> found.classes[12], found.classes[-1], round(float(found.nearest_km[0]), 3)
    ('urban', 'rural', 0.1)
    """
    if len(lon_lat) < 2:
        raise InputError("density needs two places or more", code="too_little_data", field="units")
    points = lon_lat if is_planar else _on_sphere(lon_lat)
    from scipy.spatial import cKDTree

    k = min(_NEIGHBOURS, max(1, len(points) // 5))
    gaps = np.asarray(cKDTree(points).query(points, k + 1)[0])[:, 1:]
    per_km2 = k / (np.pi * np.maximum(gaps[:, -1], 0.01) ** 2)
    if people_per_km2 is not None:
        limits, rule, used = PEOPLE_PER_KM2, say("people per km²: urban from 1,500, intermediate from 300"), np.nan_to_num(people_per_km2)
    else:
        limits, used = _natural_breaks(per_km2), per_km2
        rule = say(
            "natural breaks of the places per km² around each: urban from %(urban)s, intermediate from %(between)s",
            urban=plain(limits[0], ".3g"),
            between=plain(limits[1], ".3g"),
        )
    codes = np.where(used >= limits[0], 0, np.where(used >= limits[1], 1, 2))
    minutes = {}
    for i, name in enumerate(CLASSES):
        if (codes == i).any():
            apart = gaps[codes == i, 0]
            apart = apart[apart > 0] if (apart > 0).any() else apart
            minutes[name] = float(np.median(apart) * CIRCUITY / SPEED_KMH[i] * 60)
    words: TextArray = np.array(CLASSES, dtype=object)[codes]
    return Density(used if people_per_km2 is not None else per_km2, gaps[:, 0], words, limits, minutes, rule)


def _on_sphere(lon_lat: FloatArray) -> FloatArray:
    lon, lat = np.radians(lon_lat[:, 0]), np.radians(lon_lat[:, 1])
    return _EARTH_KM * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _natural_breaks(values: FloatArray) -> tuple[float, float]:
    """Two limits between three groups: the split of sorted logarithms with the least squares inside, on at most 400 quantiles."""
    logs = np.sort(np.log(values))
    logs = np.quantile(logs, np.linspace(0, 1, min(400, len(logs))))
    sums, squares = np.r_[0, np.cumsum(logs)], np.r_[0, np.cumsum(logs**2)]
    place: NDArray[np.int64] = np.arange(len(logs) + 1)

    def inside(a: NDArray[np.int64] | int, b: NDArray[np.int64] | int) -> FloatArray:
        count = np.maximum(np.asarray(b) - np.asarray(a), 1)
        return np.asarray(squares[b] - squares[a] - (sums[b] - sums[a]) ** 2 / count)

    cost = inside(0, place)[:, None] + inside(place[:, None], place[None, :]) + inside(place, len(logs))[None, :]
    cost[place[:, None] >= place[None, :]] = np.inf
    cost[0, :] = cost[:, -1] = np.inf
    if not np.isfinite(cost).any():
        middle = float(np.exp(logs[len(logs) // 2]))
        return middle, middle
    first, second = np.unravel_index(int(np.argmin(cost)), cost.shape)
    between = (logs[1:] + logs[:-1]) / 2
    return float(np.exp(between[second - 1])), float(np.exp(between[first - 1]))
