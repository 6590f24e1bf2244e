"""What the map draws and never changes: positions, areas, measures, neighbours and the ground under them, as columns."""

from __future__ import annotations

import base64
import gzip
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.errors import InputError
from bailiwick.pictures import basemap
from bailiwick.pictures.base_layers import project_base
from bailiwick.pictures.frame import Frame, lay_out, polygons_of
from bailiwick.pictures.view import MeasureView, PlanView
from bailiwick_web.planning.columns import text_column, write_columns
from bailiwick_web.planning.segments import segments
from bailiwick_web.territories.convert import UnitArrays, unit_arrays
from bailiwick_web.territories.models import UnitSet, UnitSetFile

FORMAT = "ground3"
"""Raise the number when the content changes, so that stored files of older versions are not used."""
CONTENT_TYPE = "application/octet-stream"
MOST_VERTICES = 600_000
Columns = dict[str, tuple[str, NDArray[Any]]]


def ground(unit_set: UnitSet) -> bytes:
    """The columns of a unit set, gzipped; computed once per :func:`ground_key` and kept in the database."""
    kept = UnitSetFile.objects.filter(unit_set=unit_set, kind=FORMAT)
    key = ground_key(unit_set)
    file = kept.filter(digest=key).first()
    if file is None:
        content = gzip.compress(_file(unit_set), compresslevel=5, mtime=0)
        file, _ = kept.get_or_create(digest=key, defaults={"unit_set": unit_set, "kind": FORMAT, "content": content})
        kept.exclude(digest=key).delete()
    return bytes(file.content)


def ground_key(unit_set: UnitSet) -> str:
    """What the columns depend on: the units (digest), what is not in the digest (version), and whether there is a base map."""
    return f"{unit_set.digest[:48]}.{unit_set.version}{'.land' if basemap.ASSET.exists() else ''}"


def _file(unit_set: UnitSet) -> bytes:
    units = unit_arrays(unit_set)
    table = units.table
    frame = lay_out(_bare_view(unit_set), max_vertices=MOST_VERTICES)
    attributes, codes = segments(unit_set, table.n_units)
    base, base_columns = _base(frame)
    header = {
        "format": FORMAT,
        "n_units": table.n_units,
        "window_km": [round(v, 3) for v in frame.window],
        "is_planar": table.is_planar,
        "measures": list(table.measures),
        "attributes": attributes,
        **base,
    }
    columns: Columns = {
        "ids": text_column(table.ids),
        "names": text_column(table.labels),
        "x_km": ("f4", frame.points[:, 0]),
        "y_km": ("f4", frame.points[:, 1]),
        "lon": ("f8", table.coordinates[:, 0]),
        "lat": ("f8", table.coordinates[:, 1]),
    }
    columns |= {f"measure:{name}": ("f8", values) for name, values in table.measures.items()}
    columns |= {f"attribute:{name}": ("u2", values) for name, values in codes.items()}
    if frame.unit_shapes is not None:
        columns |= _rings("area", *polygons_of(frame.unit_shapes))
    return write_columns(header, columns | _neighbours(units) | base_columns)


def _neighbours(units: UnitArrays) -> Columns:
    return {"neighbour_starts": ("u4", units.adjacency.indptr), "neighbours": ("u4", units.adjacency.indices)}


def _base(frame: Frame) -> tuple[dict[str, Any], Columns]:
    try:
        layers = project_base(basemap.load(), replace(frame, window=_in_sight(frame.window)), most_labels=160)
    except InputError:  # a source checkout without the built base map
        layers = None
    if layers is None:
        return {"labels": [], "credit": ""}, {}
    borders = [line for name in ("country", "state") for line in layers.lines.get(name, ())]
    land, owner = polygons_of(shapely.simplify(layers.land, 1.0))
    parts = shapely.get_parts(shapely.simplify(shapely.get_parts(np.array(borders, dtype=object)), 1.0)) if borders else np.empty(0, object)
    lines = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    xy, starts = _paths(lines)
    header = {
        "labels": [[label.text, label.kind, round(label.point[0], 1), round(label.point[1], 1)] for label in layers.labels],
        "credit": layers.credit,
    }
    return header, _rings("land", land, owner) | {"line_xy_km": ("f4", xy), "line_starts": ("u4", starts)}


def _in_sight(window: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """As far as a wide and low screen shows when everything fits: where the ground ended there, it looked like a coast."""
    west, south, east, north = window
    side = max(east - west, north - south, 100.0)
    return west - 1.5 * side, south - 0.3 * side, east + 1.5 * side, north + 0.3 * side


def _rings(name: str, polygons: NDArray[np.object_], owner: NDArray[np.int64]) -> Columns:
    """Polygons as a column of points, where each ring and each polygon begins, and whose it is; the first ring is the outer one."""
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    xy, starts = _paths(rings)
    return {
        f"{name}_xy_km": ("f4", xy),
        f"{name}_rings": ("u4", starts),
        f"{name}_polygons": ("u4", np.searchsorted(polygon, np.arange(len(polygons) + 1))),
        f"{name}_owner": ("u4", owner),
    }


def _paths(lines: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    points, line = shapely.get_coordinates(lines, return_index=True)
    counts = np.bincount(line, minlength=len(lines)) if len(lines) else np.zeros(0, np.int64)
    return points.ravel(), np.concatenate([[0], np.cumsum(counts)])


def packed(values: NDArray[Any], kind: str) -> str:
    """Numbers as base64 of their little-endian bytes: ``new Float32Array(bytes.buffer)`` in the browser.

    >>> packed(np.array([1.0]), "<f4")
    'AACAPw=='
    """
    return base64.b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode("ascii")


def _bare_view(unit_set: UnitSet) -> PlanView:
    table = unit_arrays(unit_set).table
    none = np.zeros(0)
    return PlanView(
        title=unit_set.name,
        coordinates=table.coordinates,
        unit_ids=table.ids,
        territory_idx=np.full(table.n_units, -1, np.int32),
        territory_ids=np.empty(0, object),
        territory_colours=np.empty(0, object),
        measures=(MeasureView("units", np.ones(table.n_units), none, none, none),),
        is_planar=table.is_planar,
        unit_shapes=table.shapes,
    )
