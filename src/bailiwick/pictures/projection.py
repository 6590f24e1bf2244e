"""Flat maps without lies about size: equal-area projections fitted to the data.

Data within 70° of their middle are drawn by Lambert's azimuthal equal-area projection centred there, which knows no
antimeridian and no pole; data all over the world by Equal Earth (Šavrič, Patterson & Jenny, Int. J. Geographical
Information Science, 2019), cut where the data leave the widest gap. Planar data stay as they are. Units are km.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, to_lonlat, to_vectors

_AZIMUTHAL_REACH_DEGREES = 70.0
_FARTHEST_DEGREES = 150.0
_MAX_EDGE_DEGREES = 0.5
_TOUCHING_DEGREES = 1e-6
_HEALING_KM = 0.01
_EQUAL_EARTH = (1.340264, -0.081106, 0.000893, 0.003796)


@dataclass(frozen=True)
class Projection:
    """From degrees (or planar km) to map km, x to the right and y up.

    Attributes
    ----------
    kind
        ``planar``, ``azimuthal`` or ``world``.
    lon, lat
        Middle of the map in degrees; ``world`` uses the longitude only, ``planar`` neither.
    """

    kind: Literal["planar", "azimuthal", "world"]
    lon: float = 0.0
    lat: float = 0.0

    def forward(self, coordinates: FloatArray) -> FloatArray:
        """Map km, shape (n, 2), of coordinates, shape (n, 2).

        Examples
        --------
        Along the middle meridian distances are true near the middle:

        >>> Projection("azimuthal", 180.0, 0.0).forward(np.array([[180.0, 1.0], [-180.0, -1.0]])).round(1).tolist()
        [[0.0, 111.2], [0.0, -111.2]]
        """
        coordinates = np.asarray(coordinates, dtype=np.float64).reshape(-1, 2)
        if self.kind == "planar":
            return coordinates
        return _azimuthal(coordinates, self.lon, self.lat) if self.kind == "azimuthal" else _equal_earth(coordinates, self.lon)

    def shapes(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Project polygons; long edges are bent as parallels and meridians bend. None stays None."""
        shapes = np.asarray(shapes, dtype=object)
        if self.kind == "planar":
            return shapes
        shapes = shapely.segmentize(shapes, _MAX_EDGE_DEGREES)
        if self.kind == "world":
            shapes = _cut_at_seam(shapes, _wrap(self.lon + 180.0))
        projected: NDArray[np.object_] = shapely.transform(shapes, self.forward)
        if self.kind == "azimuthal":
            _heal_antimeridian(shapes, projected)
        return projected


def fit_projection(coordinates: FloatArray, *, is_planar: bool) -> Projection:
    """Choose the projection for units at ``coordinates``, shape (n, 2).

    Examples
    --------
    >>> fit_projection(np.array([[179.0, -17.0], [-179.0, -19.0]]), is_planar=False)
    Projection(kind='azimuthal', lon=-180.0, lat=-18.0)
    """
    if is_planar:
        return Projection("planar")
    if len(coordinates) == 0:
        return Projection("world")
    middle = _middle(coordinates)
    cosines = to_vectors(coordinates) @ to_vectors(middle[None])[0] / EARTH_RADIUS_KM**2
    if cosines.min() >= np.cos(np.radians(_AZIMUTHAL_REACH_DEGREES)):
        return Projection("azimuthal", *middle.tolist())
    return Projection("world", _opposite_of_widest_gap(coordinates[:, 0]))


def _middle(lonlat: FloatArray) -> FloatArray:
    """Middle of the box around the points, seen from their mean direction, to a tenth of a degree."""
    mean = to_vectors(lonlat).mean(axis=0)
    if np.linalg.norm(mean) < 1e-6 * EARTH_RADIUS_KM:
        return np.array([0.0, 0.0])
    lon, lat = to_lonlat(mean[None])[0]
    relative = _wrap(lonlat[:, 0] - lon)
    if np.ptp(relative) < 180.0:
        lon = lon + (relative.min() + relative.max()) / 2
        lat = (lonlat[:, 1].min() + lonlat[:, 1].max()) / 2
    return np.round([_wrap(np.asarray(lon)), lat], 1) + 0.0


def _opposite_of_widest_gap(lon: FloatArray) -> float:
    angles = np.unique(np.round(_wrap(lon), 1))
    gaps = np.diff(np.append(angles, angles[0] + 360.0))
    widest = int(gaps.argmax())
    return float(np.round(_wrap(np.asarray(angles[widest] + gaps[widest] / 2 + 180.0)), 1))


def _wrap(lon: FloatArray | float) -> FloatArray:
    """Longitudes in [−180, 180)."""
    return np.asarray((np.asarray(lon) + 180.0) % 360.0 - 180.0)


def _azimuthal(lonlat: FloatArray, lon0: float, lat0: float) -> FloatArray:
    lon, lat = np.radians(lonlat[:, 0] - lon0), np.radians(lonlat[:, 1])
    phi = np.radians(lat0)
    cosine = np.sin(phi) * np.sin(lat) + np.cos(phi) * np.cos(lat) * np.cos(lon)
    east = np.cos(lat) * np.sin(lon)
    north = np.cos(phi) * np.sin(lat) - np.sin(phi) * np.cos(lat) * np.cos(lon)
    sine = np.maximum(np.hypot(east, north), 1e-12)
    half_angle = np.minimum(np.arctan2(sine, cosine), np.radians(_FARTHEST_DEGREES)) / 2
    scale = 2.0 * np.sin(half_angle) / sine
    return EARTH_RADIUS_KM * np.column_stack([scale * east, scale * north])


def _equal_earth(lonlat: FloatArray, lon0: float) -> FloatArray:
    a1, a2, a3, a4 = _EQUAL_EARTH
    relative = lonlat[:, 0] - lon0
    lon = np.radians(relative - 360.0 * (relative > 180.0 + 1e-9) + 360.0 * (relative < -180.0 - 1e-9))
    theta = np.arcsin(np.sqrt(3) / 2 * np.sin(np.radians(lonlat[:, 1])))
    square = theta * theta
    sixth = square**3
    x = 2 * np.sqrt(3) * lon * np.cos(theta) / (3 * (9 * a4 * sixth * square + 7 * a3 * sixth + 3 * a2 * square + a1))
    y = theta * (a4 * sixth * square + a3 * sixth + a2 * square + a1)
    return EARTH_RADIUS_KM * np.column_stack([x, y])


def _heal_antimeridian(shapes: NDArray[np.object_], projected: NDArray[np.object_]) -> None:
    """Join what was split at 180° on the globe and is whole on the map, in place."""
    bounds = shapely.bounds(shapes)
    is_split = (bounds[:, 0] <= -180.0 + _TOUCHING_DEGREES) & (bounds[:, 2] >= 180.0 - _TOUCHING_DEGREES)
    for index in np.flatnonzero(is_split):
        projected[index] = shapely.union_all(shapely.make_valid(shapely.get_parts(projected[index])), grid_size=_HEALING_KM)


def _cut_at_seam(shapes: NDArray[np.object_], seam: FloatArray) -> NDArray[np.object_]:
    """Split polygons where the world is cut, so that none is drawn across the whole map."""
    west, east = shapely.bounds(shapes)[:, [0, 2]].T
    cut = shapes.copy()
    for index in np.flatnonzero((west < seam) & (east > seam)):
        in_west = shapely.clip_by_rect(shapes[index], -540, -90, seam - 1e-6, 90)
        in_east = shapely.clip_by_rect(shapes[index], seam + 1e-6, -90, 540, 90)
        parts = [*shapely.get_parts(in_west), *shapely.get_parts(in_east)]
        cut[index] = shapely.multipolygons([part for part in parts if part.geom_type == "Polygon"])
    return cut
