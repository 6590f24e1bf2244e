"""Polygons of units: cleaned, measured for a position, and joined to a table by id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.matching import match_ids
from bailiwick.formats.table import Table
from bailiwick.formats.wording import in_rows

_WILD_DEGREES, _WILD_KM = 720.0, 1e8
_POINT, _POLYGON, _MULTIPOLYGON, _COLLECTION = 0, 3, 6, 7


@dataclass(frozen=True, eq=False)
class Shapes:
    """Geometry of rows.

    Attributes
    ----------
    polygons
        Valid polygons or multipolygons, None for rows without area, shape (n,).
    coordinates
        Position of each row, shape (n, 2): the point itself, or the centroid of the polygon, or a point inside it where the
        centroid lies outside; NaN where there is no geometry.
    is_point
        Mask of the rows whose geometry is one point, shape (n,).
    is_impossible
        Mask of the rows whose geometry was dropped because no place has such coordinates, shape (n,).
    notices
        What was repaired.
    """

    polygons: NDArray[np.object_]
    coordinates: FloatArray
    is_point: NDArray[np.bool_]
    is_impossible: NDArray[np.bool_]
    notices: tuple[Notice, ...]


def clean_shapes(geometry: NDArray[np.object_], *, is_planar: bool = False) -> Shapes:
    """Repair polygons and give every geometry a position.

    Parameters
    ----------
    geometry
        Shapely geometries or None, shape (n,).
    is_planar
        If False, coordinates are degrees, and shapes may cross the antimeridian.
    """
    geometry = np.array(geometry, dtype=object)
    geometry[shapely.is_empty(geometry)] = None
    bounds = np.abs(shapely.bounds(geometry)).max(axis=1, initial=0.0)
    is_impossible = ~shapely.is_missing(geometry) & ~(bounds < (_WILD_KM if is_planar else _WILD_DEGREES))
    geometry[is_impossible] = None
    kind = shapely.get_type_id(geometry)
    polygons = geometry.copy()
    polygons[(kind != _POLYGON) & (kind != _MULTIPOLYGON) & (kind != _COLLECTION)] = None
    mixed = np.flatnonzero(kind == _COLLECTION)
    polygons[mixed] = [_area_parts(g) for g in geometry[mixed]]
    broken = np.flatnonzero(~shapely.is_valid(polygons) & ~shapely.is_missing(polygons))
    polygons[broken] = [_area_parts(g) for g in shapely.make_valid(polygons[broken], method="structure", keep_collapsed=False)]
    has_area = ~shapely.is_missing(polygons)
    coordinates = np.full((len(geometry), 2), np.nan)
    coordinates[has_area] = _inside(polygons[has_area], is_planar=is_planar)
    other = ~has_area & ~shapely.is_missing(geometry)
    centroids = shapely.centroid(geometry[other])
    coordinates[other] = np.column_stack([shapely.get_x(centroids), shapely.get_y(centroids)])
    if not is_planar:
        coordinates[:, 0] = _wrapped(coordinates[:, 0])
        beyond = np.abs(coordinates[:, 1]) > 90
        coordinates[beyond], polygons[beyond] = np.nan, None
        is_impossible |= beyond
    notices: tuple[Notice, ...] = ()
    if len(broken):
        text = say("%(rows)s had an invalid polygon (such as one that crosses itself); repaired", rows=in_rows(len(broken)))
        notices = (Notice("shapes_repaired", text, len(broken), tuple(f"row {i + 1}" for i in broken[:3])),)
    return Shapes(polygons, coordinates, kind == _POINT, is_impossible, notices)


def _area_parts(geometry: Any) -> Any:
    """The polygons of a mixed geometry, or None."""
    parts = [p for p in shapely.get_parts(shapely.get_parts(geometry)) if p.geom_type == "Polygon" and p.is_valid and p.area > 0]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _inside(polygons: NDArray[np.object_], *, is_planar: bool) -> FloatArray:
    """Centroids, or a point inside where the centroid is not."""
    shifted = polygons if is_planar else _across_antimeridian(polygons)
    points = shapely.centroid(shifted)
    outside = ~shapely.intersects(shifted, points)
    points[outside] = shapely.point_on_surface(shifted[outside])
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def _across_antimeridian(polygons: NDArray[np.object_]) -> NDArray[np.object_]:
    """Move western parts of shapes that span more than half the globe to the east of 180°."""
    bounds = shapely.bounds(polygons)
    wide = np.flatnonzero(bounds[:, 2] - bounds[:, 0] > 180)
    if not len(wide):
        return polygons
    shifted = polygons.copy()
    shifted[wide] = shapely.transform(
        polygons[wide], lambda xy: np.column_stack([np.where(xy[:, 0] < 0, xy[:, 0] + 360, xy[:, 0]), xy[:, 1]])
    )
    return shifted


def _wrapped(lon: FloatArray) -> FloatArray:
    return np.where(np.abs(lon) > 180, (lon + 180.0) % 360.0 - 180.0, lon)


@dataclass(frozen=True, eq=False)
class ShapeJoin:
    """Shapes brought to the rows of a table.

    Attributes
    ----------
    shape_idx
        Row of the shapes for each row of the table, or −1, shape (n,).
    notices
        How they were joined, and how many found none.
    """

    shape_idx: NDArray[np.int64]
    notices: tuple[Notice, ...]


def join_shapes(keys: dict[str, TextArray], shapes: Table) -> ShapeJoin:
    """Find the column of a map whose values are the ids (or else the postcodes or names) of a table.

    Parameters
    ----------
    keys
        What a shape can be recognised by, best first: word → texts of the table, shape (n,).
    shapes
        The map.

    Raises
    ------
    InputError
        If the map has no geometry, or no column matches.
    """
    if shapes.geometry is None:
        raise InputError(
            say("%(source)s has no shapes; expected GeoJSON, GeoPackage, a shapefile or TopoJSON", source=shapes.source),
            code="no_shapes",
            field="shapes",
        )
    best: tuple[int, str, str, NDArray[np.int64], bool] | None = None
    for word, texts in keys.items():
        wanted = pa.array(texts, pa.string())
        for name in shapes.names:
            for padded in (False, True):
                idx = match_ids(wanted, shapes.text(name), ignore_zeros=padded)
                hits = int((idx >= 0).sum())
                if hits > (best[0] if best else 0):
                    best = hits, word, name, idx, padded
        if best is not None and best[0] * 2 >= len(texts):
            break
    if best is None:
        raise InputError(
            say(
                "no column of %(source)s (%(names)s) holds the %(names2)s of the units; the units have, for example, %(tolist)s",
                source=shapes.source,
                names=", ".join(shapes.names),
                names2=" or ".join(keys),
                tolist=str(next(iter(keys.values()))[:3].tolist()),
            ),
            code="no_shapes_match",
            field="shapes",
        )
    hits, word, name, idx, padded = best
    how = " without leading zeros" if padded else ""
    told = [
        Notice(
            "shapes_joined",
            say(
                "%(hits)s of %(n)s rows found their shape: %(word)s = column %(name)s of %(source)s%(how)s",
                hits=int(hits),
                n=len(idx),
                word=word,
                name=repr(name),
                source=shapes.source,
                how=how,
            ),
            hits,
        )
    ]
    return ShapeJoin(idx, tuple(told))
