"""What the map draws and never changes: positions, areas and the ground under them, as columns."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.errors import InputError
from bailiwick.pictures import basemap
from bailiwick.pictures.base_layers import project_base
from bailiwick.pictures.frame import Frame, lay_out, polygons_of
from bailiwick.pictures.view import MeasureView, PlanView
from bailiwick_web.territories.convert import unit_arrays
from bailiwick_web.territories.models import UnitSet, UnitSetFile

FORMAT = "ground1"
"""Raise the number when the content changes, so that stored files of older versions are not used."""
MOST_VERTICES = 300_000


def ground(unit_set: UnitSet) -> bytes:
    """The document of a unit set, gzipped JSON; computed once per digest and kept in the database."""
    file = UnitSetFile.objects.filter(unit_set=unit_set, kind=FORMAT, digest=unit_set.digest).first()
    if file is None:
        content = gzip.compress(json.dumps(_document(unit_set), separators=(",", ":")).encode(), mtime=0)
        file, _ = UnitSetFile.objects.get_or_create(unit_set=unit_set, kind=FORMAT, digest=unit_set.digest, defaults={"content": content})
    return bytes(file.content)


def _document(unit_set: UnitSet) -> dict[str, Any]:
    table = unit_arrays(unit_set).table
    frame = lay_out(_bare_view(unit_set), max_vertices=MOST_VERTICES)
    document = {
        "format": FORMAT,
        "n_units": table.n_units,
        "window_km": [round(v, 3) for v in frame.window],
        "ids": table.ids.tolist(),
        "names": table.labels.tolist(),
        "x_km": packed(frame.points[:, 0], "<f4"),
        "y_km": packed(frame.points[:, 1], "<f4"),
        "measures": [{"key": name, "values": packed(values, "<f4")} for name, values in table.measures.items()],
        "areas": None if frame.unit_shapes is None else _rings(*polygons_of(frame.unit_shapes)),
    }
    return document | _base(frame)


def _base(frame: Frame) -> dict[str, Any]:
    try:
        layers = project_base(basemap.load(), frame, most_labels=60)
    except InputError:  # a source checkout without the built base map
        layers = None
    if layers is None:
        return {"land": None, "lines": None, "labels": [], "credit": ""}
    borders = [line for name in ("country", "state") for line in layers.lines.get(name, ())]
    land, owner = polygons_of(shapely.simplify(layers.land, 1.0))
    parts = shapely.get_parts(shapely.simplify(shapely.get_parts(np.array(borders, dtype=object)), 1.0)) if borders else np.empty(0, object)
    lines = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    return {
        "land": _rings(land, owner),
        "lines": _paths(lines, np.arange(len(lines))),
        "labels": [[label.text, label.kind, round(label.point[0], 1), round(label.point[1], 1)] for label in layers.labels],
        "credit": layers.credit,
    }


def _rings(polygons: NDArray[np.object_], owner: NDArray[np.int64]) -> dict[str, Any]:
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    return _paths(rings, owner[polygon])


def _paths(lines: NDArray[np.object_], owner: NDArray[np.int64]) -> dict[str, Any]:
    """Rings or lines as one column of points, where each begins, and whose it is."""
    points, line = shapely.get_coordinates(lines, return_index=True)
    counts = np.bincount(line, minlength=len(lines)) if len(lines) else np.zeros(0, np.int64)
    return {
        "xy_km": packed(points.ravel(), "<f4"),
        "starts": packed(np.concatenate([[0], np.cumsum(counts)]), "<u4"),
        "owner": packed(owner, "<u4"),
    }


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
