"""TopoJSON, decoded here: GDAL drops areas that have shrunk to a line, and with them whole counties."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from bailiwick.domain import FloatArray, Notice
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.crs import to_lon_lat
from bailiwick.formats.table import NO_COLUMNS, Table, clean_names, object_array
from bailiwick.formats.wording import in_rows, quoted


def read_topojson(data: bytes, *, layer: str | None = None, is_planar: bool = False, source: str) -> Table:
    """Read one object of a topology; by default the one with most shapes.

    Raises
    ------
    InputError
        If the bytes are no topology, or it has no such object.

    References
    ----------
    M. Bostock, C. Metcalf, The TopoJSON Format Specification, version 1.0.0.
    """
    try:
        topology = json.loads(data)
        objects = {name: list(_features(shape)) for name, shape in topology["objects"].items()}
        arcs = _decode_arcs(topology)
        name, told = _choose(objects, layer, source)
        features = objects[name]
        geometry = object_array(_geometry(feature, arcs, topology.get("transform")) for feature in features)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, shapely.errors.ShapelyError):
        raise InputError(
            say("%(source)s is damaged TopoJSON; save or download it again", source=source), code="damaged_file", field=source
        ) from None
    collapsed = [f for f, g in zip(features, geometry, strict=True) if "Polygon" in str(f.get("type")) and g is not None and g.area == 0]
    if collapsed:
        text = say(
            "%(rows)s had a polygon without area (lost in simplifying the map); only its position is kept", rows=in_rows(len(collapsed))
        )
        told += (Notice("shapes_collapsed", text, len(collapsed), tuple(str(f.get("id", "?")) for f in collapsed[:3])),)
    geometry, moved = to_lon_lat(geometry, None, source=source, is_planar=is_planar)
    columns, renamed = _columns(features)
    return Table(pa.table(columns), np.arange(1, len(features) + 1), source, geometry, (*told, *renamed, *moved))


def _features(shape: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A collection without own id and properties is a list of features."""
    if shape.get("type") == "GeometryCollection" and "id" not in shape and not shape.get("properties"):
        for part in shape["geometries"]:
            yield from _features(part)
    else:
        yield shape


def _choose(objects: Mapping[str, Sequence[Any]], wanted: str | None, source: str) -> tuple[str, tuple[Notice, ...]]:
    if not objects or (wanted is None and not any(objects.values())):
        raise InputError(say("%(source)s holds no shapes", source=source), code="empty_file", field=source)
    if wanted is not None:
        if wanted not in objects:
            raise InputError(
                say("%(source)s has no layer %(wanted)s; it has: %(names)s", source=source, wanted=repr(wanted), names=quoted(objects)),
                code="unknown_layer",
                field=wanted,
            )
        return wanted, ()
    chosen = max(objects, key=lambda name: len(objects[name]))
    others = [name for name in objects if name != chosen]
    if not others:
        return chosen, ()
    return chosen, (
        Notice(
            "layer_chosen",
            say("read layer %(chosen)s of %(source)s; not read: %(names)s", chosen=repr(chosen), source=source, names=quoted(others, 5)),
            len(others),
        ),
    )


def _decode_arcs(topology: Mapping[str, Any]) -> list[FloatArray]:
    transform = topology.get("transform")
    arcs = []
    for arc in topology.get("arcs", []):
        points = np.array([point[:2] for point in arc], dtype=np.float64).reshape(-1, 2)
        arcs.append(points if transform is None else _scaled(np.cumsum(points, axis=0), transform))
    return arcs


def _scaled(points: FloatArray, transform: Mapping[str, Any] | None) -> FloatArray:
    if transform is None:
        return points
    return points * np.array(transform["scale"], float) + np.array(transform["translate"], float)


def _line(indices: Sequence[int], arcs: Sequence[FloatArray]) -> FloatArray:
    """Arcs end to end; a negative index is an arc backwards."""
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.vstack([parts[0], *(part[1:] for part in parts[1:])])


def _polygon(rings: Sequence[Sequence[int]], arcs: Sequence[FloatArray]) -> Any:
    """A polygon, or the line that is left of it."""
    lines = [_line(ring, arcs) for ring in rings]
    if len(np.unique(lines[0], axis=0)) < 3:
        return shapely.LineString(lines[0])
    return shapely.Polygon(lines[0], [hole for hole in lines[1:] if len(hole) >= 4])


def _geometry(feature: Mapping[str, Any], arcs: Sequence[FloatArray], transform: Mapping[str, Any] | None) -> Any:
    kind, parts = feature.get("type"), feature.get("arcs", ())
    if kind == "Polygon":
        return _polygon(parts, arcs) if parts else None
    if kind == "MultiPolygon":
        pieces = [_polygon(rings, arcs) for rings in parts if rings]
        areas = [piece for piece in pieces if piece.geom_type == "Polygon"]
        return shapely.MultiPolygon(areas) if areas else next(iter(pieces), None)
    if kind == "LineString":
        return shapely.LineString(_line(parts, arcs))
    if kind == "MultiLineString":
        return shapely.MultiLineString([_line(line, arcs) for line in parts])
    if kind in {"Point", "MultiPoint"}:
        points = _scaled(np.atleast_2d(np.array(feature["coordinates"], float))[:, :2], transform)
        return shapely.Point(points[0]) if kind == "Point" else shapely.MultiPoint(points)
    if kind == "GeometryCollection":
        return shapely.GeometryCollection([g for part in feature["geometries"] if (g := _geometry(part, arcs, transform)) is not None])
    return None


def _columns(features: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], tuple[Notice, ...]]:
    raw: dict[str, list[Any]] = {}
    if any("id" in feature for feature in features):
        raw["id"] = [feature.get("id") for feature in features]
    properties = [feature.get("properties") or {} for feature in features]
    for name in dict.fromkeys(name for record in properties for name in record):
        if name not in raw:
            raw[name] = [record.get(name) for record in properties]
    names, told = clean_names([str(name) for name in raw])
    columns = {name: pa.array([_text(value) for value in values], pa.string()) for name, values in zip(names, raw.values(), strict=True)}
    return columns or {NO_COLUMNS: pa.array([""] * len(features), pa.string())}, told


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
