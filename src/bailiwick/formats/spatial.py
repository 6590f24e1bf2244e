"""GeoJSON, GeoPackage, shapefile and TopoJSON, through GDAL with the driver fixed by the content."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from bailiwick.domain import Notice
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.crs import to_lon_lat
from bailiwick.formats.table import NO_COLUMNS, Table, clean_names

_GEOJSON_TYPES = (
    "FeatureCollection|Feature|Point|MultiPoint|LineString|MultiLineString|Polygon|MultiPolygon|GeometryCollection"  # bare geometry counts
)
_TYPE = re.compile(rf'"type"\s*:\s*"({_GEOJSON_TYPES}|Topology)"'.encode())
_NUMBERED = re.compile(rb'"type"\s*:\s*"Feature"\s*,\s*"id"\s*:\s*-?\d|"id"\s*:\s*-?\d+\s*,\s*"type"\s*:\s*"Feature"')


def json_map_kind(head: bytes, tail: bytes, *, source: str) -> str:
    """``GeoJSON`` (also one feature or one bare geometry) or ``TopoJSON``.

    Parameters
    ----------
    head, tail
        First and last bytes of the file: one of them says what it is.

    Raises
    ------
    InputError
        If the file is JSON but no map.
    """
    found = _TYPE.search(head) or _TYPE.search(tail)
    if found is None:
        raise InputError(
            say(
                "%(source)s is JSON but no map; expected GeoJSON (a FeatureCollection) or TopoJSON (a Topology). "
                "Save plain records as CSV instead",
                source=source,
            ),
            code="not_a_map",
            field=source,
        )
    return "TopoJSON" if b'"Topology"' in head or b'"Topology"' in tail else "GeoJSON"


def has_numbers_as_ids(head: bytes) -> bool:
    """True if the features of GeoJSON carry numbers as ids, which GDAL keeps apart from the columns."""
    return _NUMBERED.search(head) is not None


def check_shapefile(path: Path) -> tuple[Notice, ...]:
    """Make sure that the parts of a shapefile lie beside it.

    Raises
    ------
    InputError
        If the index (.shx) is missing.
    """
    if path.suffix.lower() != ".shp":
        raise InputError(
            say("%(path)s is a shapefile by its content; let its name end in .shp", path=path), code="shapefile_part", field=str(path)
        )
    parts = {p.suffix.lower() for p in path.parent.iterdir() if p.stem.lower() == path.stem.lower()}
    if ".shx" not in parts:
        raise InputError(
            say(
                "%(name)s needs %(stem)s.shx beside it (and %(stem)s.dbf for the columns); copy all parts, or give a .zip with them",
                name=path.name,
                stem=path.stem,
            ),
            code="shapefile_part",
            field=str(path),
        )
    if ".dbf" not in parts:
        return (Notice("no_dbf", say("%(stem)s.dbf is missing: the shapes have no columns, so no ids and no measures", stem=path.stem)),)
    return ()


def read_map(target: str, *, layer: str | None = None, is_planar: bool = False, source: str, has_ids: bool = False) -> Table:
    """Read one layer of a map.

    Parameters
    ----------
    target
        What GDAL opens: a path with its driver in front.
    layer
        Name of the layer; by default the one with most features.
    has_ids
        True if the features carry numbers as ids.

    Raises
    ------
    InputError
        If it cannot be read, has no such layer, or no features.
    """
    from pyogrio import list_layers, raw

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layer, told = _choose_layer(target, [str(name) for name, _ in list_layers(target)], layer, source)
            meta, fids, wkb, fields = raw.read(target, layer=layer, return_fids=True, force_2d=True, datetime_as_string=True)
    except InputError:
        raise
    except Exception:  # GDAL and its wrappers raise many kinds
        message = say("%(source)s cannot be read as a map: the file is damaged; save or download it again", source=source)
        raise InputError(message, code="damaged_file", field=source) from None
    names, renamed = clean_names([str(name) for name in meta["fields"]])
    columns = {name: _field(values) for name, values in zip(names, fields, strict=True)}
    if "id" not in columns and len(fids) and (has_ids or not np.array_equal(fids, fids[0] + np.arange(len(fids)))):
        columns = {"id": pa.array([str(fid) for fid in fids], pa.string()), **columns}
    n = len(fids)
    data = pa.table(columns) if columns else pa.table({NO_COLUMNS: pa.array([""] * n, pa.string())})
    geometry = np.full(n, None, object) if wkb is None else shapely.from_wkb(wkb, on_invalid="ignore")
    geometry, moved = to_lon_lat(geometry, meta["crs"], source=source, is_planar=is_planar)
    return Table(data, np.arange(1, n + 1), source, geometry, (*told, *renamed, *moved))


def _choose_layer(target: str, layers: list[str], wanted: str | None, source: str) -> tuple[str, tuple[Notice, ...]]:
    from pyogrio import read_info

    if not layers:
        raise InputError(say("%(source)s holds no layer of shapes", source=source), code="empty_file", field=source)
    if wanted is not None:
        if wanted not in layers:
            raise InputError(
                say("%(source)s has no layer %(wanted)s; it has: %(names)s", source=source, wanted=repr(wanted), names=", ".join(layers)),
                code="unknown_layer",
                field=wanted,
            )
        return wanted, ()
    if len(layers) == 1:
        return layers[0], ()
    counts = [read_info(target, layer=name, force_feature_count=True)["features"] for name in layers]
    chosen = layers[int(np.argmax(counts))]
    others = [name for name in layers if name != chosen]
    return chosen, (
        Notice(
            "layer_chosen",
            say(
                "read layer %(chosen)s of %(source)s; not read: %(names)s", chosen=repr(chosen), source=source, names=", ".join(others[:5])
            ),
            len(others),
        ),
    )


def _field(values: Any) -> Any:
    if values.dtype == object:
        return pa.array(["" if v is None else v if isinstance(v, str) else str(v) for v in values], pa.string())
    return pa.array(values, from_pandas=True)
