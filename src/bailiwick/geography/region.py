"""The region that territories of points may cover: an outline around the points, clipped to the land."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from bailiwick.domain import FloatArray, IntArray
from bailiwick.geography.arcs import arcs_in_degrees, rings_in_degrees
from bailiwick.geography.delaunay import StereographicMap
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, middle, project_around, to_lonlat, to_vectors
from bailiwick.geography.outline import hull_around, outline_around

FRAME = shapely.box(-180, -90, 180, 90)
_FAR_SIDE = shapely.Point(0, 0).buffer(1.8 * EARTH_RADIUS_KM, quad_segs=32)  # 128 degrees from the middle of the map
_DISC_SIDES = 24
_WORLD_MARGIN_KM = 25.0


class Region:
    """Where territories may be.

    Parameters
    ----------
    points
        Points of the units in km, shape (n, 2) in the plane or (n, 3) on the sphere.
    territory_idx
        Shape (n,).
    land
        Polygons in km or degrees, or None.

    Attributes
    ----------
    lines
        Shapely lines: every border of the region, in km or degrees.
    """

    def __init__(self, points: FloatArray, territory_idx: IntArray, land: shapely.Geometry | None) -> None:
        self._is_planar = points.shape[1] == 2
        self._centre: FloatArray | None = None
        self._outline: shapely.Geometry | None = None
        margin = _WORLD_MARGIN_KM
        if land is not None and not _holds_most(land, points):
            land = None  # a map of somewhere else
        # Land sets the limits where it is known; without it gaps between the points show where nobody is.
        surround = outline_around if land is None else hull_around
        lines: list[NDArray[np.object_]] = []
        if self._is_planar:
            self._outline, margin = surround(points)
            lines.append(_rings(self._outline))
        else:
            lines.append(_rings(FRAME))
            if StereographicMap.around(points) is not None:
                self._centre = middle(to_lonlat(points))
                outline, margin = surround(project_around(to_lonlat(points), self._centre))
                self._outline = shapely.intersection(outline, _FAR_SIDE)
                lines.append(rings_in_degrees(self._outline, self._centre))
        self._disc_km = margin / 3
        self._land = None if land is None else _clipped(land, lines[-1])
        self._discs: cKDTree | None = None
        if self._land is not None:
            self._add_land(points, territory_idx, lines)
        if self._outline is not None:
            shapely.prepare(self._outline)
        self.lines = np.concatenate(lines)

    def _add_land(self, points: FloatArray, territory_idx: IntArray, lines: list[NDArray[np.object_]]) -> None:
        shapely.prepare(self._land)
        at = points if self._is_planar else to_lonlat(points)
        is_off = ~shapely.contains_xy(self._land, at[:, 0], at[:, 1])
        lines.append(_rings(self._land))
        if is_off.any():
            centres = _thinned(points[is_off], territory_idx[is_off], self._disc_km / 2)
            lines.append(_disc_lines(centres, self._disc_km))
            self._discs = cKDTree(centres)

    def contains(self, xy: FloatArray) -> NDArray[np.bool_]:
        """Mask of the points in km or degrees, shape (m, 2), that lie in the region."""
        inside = np.ones(len(xy), bool)
        if self._outline is not None:
            at = xy if self._centre is None else project_around(xy, self._centre)
            inside &= shapely.contains_xy(self._outline, at[:, 0], at[:, 1])
        if self._land is not None:
            on_land = shapely.contains_xy(self._land, xy[:, 0], xy[:, 1])
            if self._discs is not None:
                inner_radius = self._disc_km * np.cos(np.pi / _DISC_SIDES)
                on_land |= self._discs.query(xy if self._is_planar else to_vectors(xy))[0] <= inner_radius
            inside &= on_land
        return inside


def _rings(geometry: shapely.Geometry) -> NDArray[np.object_]:
    rings: NDArray[np.object_] = shapely.get_parts(shapely.boundary(geometry))
    return rings


def _clipped(land: shapely.Geometry, lines: NDArray[np.object_]) -> shapely.Geometry:
    west, south, east, north = shapely.total_bounds(lines)
    pad = 0.01 * max(east - west, north - south)
    near = shapely.clip_by_rect(land, west - pad, south - pad, east + pad, north + pad)
    parts = shapely.get_parts(shapely.make_valid(near, method="structure", keep_collapsed=False))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _thinned(points: FloatArray, territory_idx: IntArray, step_km: float) -> FloatArray:
    """One point per cube of the given side and territory."""
    cube = np.floor(points / step_km).astype(np.int64)
    order = np.lexsort((*points.T, *cube.T, territory_idx))
    key = np.column_stack([territory_idx, cube])[order]
    is_first = np.append(True, (key[1:] != key[:-1]).any(axis=1))
    return points[order[is_first]]


def _disc_lines(centres: FloatArray, radius_km: float) -> NDArray[np.object_]:
    angle = np.arange(_DISC_SIDES + 1) % _DISC_SIDES * (2 * np.pi / _DISC_SIDES)
    ring = radius_km * np.column_stack([np.cos(angle), np.sin(angle)])
    east, north = tangents(centres)
    points = centres[:, None] + ring[None, :, :1] * east[:, None] + ring[None, :, 1:] * north[:, None]
    if centres.shape[1] == 2:
        return shapely.linestrings(points)
    points /= np.linalg.norm(points, axis=2)[:, :, None]
    return arcs_in_degrees(points[:, :-1].reshape(-1, 3), points[:, 1:].reshape(-1, 3))


def tangents(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Unit vectors to the east and north of points, shape (n, 2) in the plane or (n, 3) on the sphere."""
    if points.shape[1] == 2:
        return np.broadcast_to([1.0, 0.0], points.shape), np.broadcast_to([0.0, 1.0], points.shape)
    up = points / EARTH_RADIUS_KM
    axis = np.where(np.abs(up[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    east = np.cross(axis, up)
    east /= np.linalg.norm(east, axis=1)[:, None]
    return east, np.cross(up, east)


def _holds_most(land: shapely.Geometry, points: FloatArray) -> bool:
    """Whether at least half of the points, in km, lie on the land."""
    shapely.prepare(land)
    at = points if points.shape[1] == 2 else to_lonlat(points)
    return bool(shapely.contains_xy(land, at[:, 0], at[:, 1]).mean() >= 0.5)
