"""Writing plans: tables that are safe to open in a spreadsheet program, and the shapes of territories."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import ArrayLike, NDArray

from bailiwick.errors import InputError

FORMULA_START = r"^[=+\-@\t\r]"
_NUMBER = r"^[+-]?[0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?%?$"
_NEEDS_QUOTES = r"[\",\r\n]|^\s|\s$"
_ROWS_AT_ONCE = 100_000
_LONG_AGO = "2020-01-01"
_DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".zip": "ESRI Shapefile", ".kml": "LIBKML"}
EXTENSIONS = (".geojson", ".json", *_DRIVERS)

Path_ = str | os.PathLike[str]


def write_csv(path: Path_, columns: Mapping[str, ArrayLike]) -> None:
    r"""Write columns as CSV: UTF-8, comma, one line feed per row.

    Parameters
    ----------
    path
        File to write; an existing one is replaced.
    columns
        Name → values, all of one length. Text that starts like a formula (``= + - @``, tab, carriage return) and is no
        number gets a quote ``'`` in front, in headers too, so that no spreadsheet program runs it. Numbers are written as short
        as they can be read back exactly. None and NaN become empty cells.

    Raises
    ------
    InputError
        If the lengths differ.

    Examples
    --------
    >>> folder = tempfile.TemporaryDirectory()
    >>> file = Path(folder.name) / "out.csv"
    >>> write_csv(file, {"unit_id": ["007", "=1+1"], "visits": np.array([12.0, np.nan])})
    >>> file.read_text()
    "unit_id,visits\n007,12\n'=1+1,\n"
    >>> folder.cleanup()
    """
    arrays = [_as_arrow(values) for values in columns.values()]
    lengths = {name: len(array) for name, array in zip(columns, arrays, strict=True)}
    if len(set(lengths.values())) > 1:
        raise InputError(f"the columns of {os.fspath(path)} must have one length, found {lengths}", code="length")
    n_rows = next(iter(lengths.values()), 0)
    with Path(path).open("wb") as stream:
        stream.write(_lines([_cells(pa.array([str(name)])) for name in columns]))
        for first in range(0, n_rows, _ROWS_AT_ONCE):
            stream.write(_lines([_cells(array.slice(first, _ROWS_AT_ONCE)) for array in arrays]))


def _as_arrow(values: ArrayLike) -> pa.Array:
    array = np.asarray(values)
    if array.dtype.kind in "US":
        array = array.astype(object)
    try:
        found = pa.array(array, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # texts and numbers in one column
        found = pa.array([None if v is None or v != v else str(v) for v in array.tolist()], pa.string())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _cells(array: pa.Array) -> pa.Array:
    if pa.types.is_floating(array.type):
        array = pc.add(array, 0.0)  # no negative zero
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        return pc.fill_null(pc.cast(array, pa.string()), "")
    array = formula_safe_array(pc.fill_null(array, ""))
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(array, '"', '""'), '"', "")
    return pc.if_else(pc.match_substring_regex(array, _NEEDS_QUOTES), quoted, array)


def formula_safe_array(array: pa.Array) -> pa.Array:
    """Put a quote before every text that a spreadsheet program could take for a formula; numbers stay."""
    is_dangerous = pc.and_not(pc.match_substring_regex(array, FORMULA_START), pc.match_substring_regex(array, _NUMBER))
    return pc.if_else(is_dangerous, pc.binary_join_element_wise("'", array, ""), array)


def _lines(cells: Sequence[pa.Array]) -> bytes:
    if not cells:
        return b"\n"
    ended = pc.binary_join_element_wise(cells[-1], "\n", "")
    rows = pc.binary_join_element_wise(*cells[:-1], ended, ",")
    return "".join(rows.to_pylist()).encode()


def write_territories(path: Path_, shapes: NDArray[np.object_], properties: Mapping[str, ArrayLike], *, is_planar: bool = False) -> None:
    """Write the shapes of territories; the ending of the file name says how.

    Parameters
    ----------
    path
        ``.geojson`` or ``.json`` (RFC 7946), ``.gpkg`` (GeoPackage), ``.shp`` (shapefile with its side files), ``.zip`` (shapefile
        in an archive) or ``.kml``. Existing files are replaced.
    shapes
        Shapely multipolygons, shape (K,), as :func:`bailiwick.geography.dissolve.territory_shapes` gives them.
    properties
        Name → values, each of length K; names of a shapefile are cut to ten characters that stay different.
    is_planar
        True if the shapes are in km.

    Raises
    ------
    InputError
        If the ending is unknown, a length differs, or planar shapes are asked for as KML.

    Notes
    -----
    The same input gives the same bytes: dates in the files are a fixed day.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending in (".geojson", ".json"):
        write_territories_geojson(target, shapes, properties, is_planar=is_planar)
        return
    if ending not in _DRIVERS:
        raise InputError(
            f"territories cannot be written as {target.name!r}; the name must end in {', '.join(EXTENSIONS)}",
            code="format",
            field="path",
        )
    if ending == ".kml" and is_planar:
        raise InputError(
            "KML knows degrees only, but these territories are in km; write .gpkg, .shp or .geojson", code="format", field="path"
        )
    columns = _checked(properties, len(shapes))
    if _DRIVERS[ending] == "ESRI Shapefile":
        columns = dict(zip(_short_names(columns), columns.values(), strict=True))
    if ending == ".kml" and columns:
        columns = {"Name": columns.get("territory_name", next(iter(columns.values()))), **columns}
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".bailiwick-") as folder:
        made = Path(folder) / (target.stem + (".shp" if ending == ".zip" else ending))
        _write_with_gdal(made, shapes, columns, is_planar=is_planar)
        if ending == ".zip":
            made = _zipped(Path(folder), target.name)
            shutil.move(made, target)
        else:
            for part in sorted(Path(folder).iterdir()):
                shutil.move(part, target.with_suffix(part.suffix if part.suffix != ending else target.suffix))


def _write_with_gdal(path: Path, shapes: NDArray[np.object_], columns: dict[str, NDArray[Any]], *, is_planar: bool) -> None:
    import pyogrio  # brings GeoPandas and pandas along: a third of the memory of a small design

    driver = _DRIVERS[path.suffix.lower()]
    options = {"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": _LONG_AGO} if driver == "ESRI Shapefile" else {}
    settings = {"OGR_CURRENT_DATE": f"{_LONG_AGO}T00:00:00.000Z"}
    pyogrio.set_gdal_config_options(settings)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*crs.*", category=UserWarning)  # kilometres in a plane have none
            pyogrio.raw.write(
                path,
                shapely.to_wkb(_or_missing(shapes)),
                list(columns.values()),
                list(columns),
                layer=path.stem if driver == "ESRI Shapefile" else "territories",
                driver=driver,
                geometry_type="MultiPolygon",
                crs=None if is_planar else "EPSG:4326",
                **options,
            )
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(settings))


def _or_missing(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    found = np.array(shapes, dtype=object)
    found[shapely.is_empty(found)] = None
    return found


def _zipped(folder: Path, name: str) -> Path:
    archive = folder / f"{name}.part"
    parts = sorted(p for p in folder.iterdir())
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as stream:
        for part in parts:
            entry = zipfile.ZipInfo(part.name)  # dated 1980
            entry.compress_type = zipfile.ZIP_DEFLATED
            stream.writestr(entry, part.read_bytes())
    return archive


def _short_names(names: Mapping[str, Any]) -> list[str]:
    """Names of at most ten bytes, all different, as shapefiles need them.

    Examples
    --------
    >>> _short_names({"territory_id": 0, "territory_name": 0, "n": 0})
    ['territory_', 'territor_1', 'n']
    """
    taken: list[str] = []
    for name in names:
        plain = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name) or "_"
        short, number = plain[:10], 0
        while short.lower() in {t.lower() for t in taken}:
            number += 1
            short = f"{plain[: 9 - len(str(number))]}_{number}"
        taken.append(short)
    return taken


def write_territories_geojson(
    path: Path_, shapes: NDArray[np.object_], properties: Mapping[str, ArrayLike], *, is_planar: bool = False
) -> None:
    """Write a GeoJSON feature collection after RFC 7946, one feature per line.

    Parameters
    ----------
    path
        File to write; an existing one is replaced.
    shapes
        Shapely multipolygons, shape (K,), in degrees (split at the antimeridian), or in km if ``is_planar``; empty ones
        become features without geometry. Exterior rings are turned counter-clockwise; 7 decimals are kept.
    properties
        Name → values, each of length K. NaN becomes null.
    is_planar
        True if the shapes are in km: the file then says so in the members ``coordinate_unit`` and ``note``.

    Raises
    ------
    InputError
        If a length differs.
    """
    columns = _checked(properties, len(shapes))
    rounded = shapely.transform(shapes, lambda xy: np.round(xy, 7) + 0.0)
    geometries = shapely.to_geojson(shapely.orient_polygons(rounded, exterior_cw=False))
    rows = zip(*(column.tolist() for column in columns.values()), strict=True) if columns else [()] * len(shapes)
    features = []
    for shape, geometry, row in zip(shapes, geometries, rows, strict=True):
        facts = {name: _plain(value) for name, value in zip(columns, row, strict=True)}
        drawn = "null" if shape is None or shape.is_empty else geometry
        features.append(f'{{"type":"Feature","properties":{_json(facts)},"geometry":{drawn}}}')
    head: dict[str, Any] = {"type": "FeatureCollection"}
    box = _planar_box(rounded) if is_planar else _degree_box(rounded)
    if box is not None:
        head["bbox"] = box
    if is_planar:
        head["coordinate_unit"] = "km"
        head["note"] = "x and y in a plane, in km; not longitude and latitude, so programs that expect RFC 7946 will misplace it"
    text = _json(head)[:-1] + ',"features":[\n' + ",\n".join(features) + "\n]}\n"
    Path(path).write_text(text, encoding="utf-8", newline="\n")


def _checked(properties: Mapping[str, ArrayLike], n: int) -> dict[str, NDArray[Any]]:
    columns = {}
    for name, values in properties.items():
        column = np.asarray(values)
        if column.dtype.kind in "US":
            column = column.astype(object)
        if len(column) != n:
            raise InputError(f"property {name!r} has {len(column)} values but there are {n} territories", code="length", field=name)
        columns[str(name)] = column
    return columns


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        if not np.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value.item() if isinstance(value, np.generic) else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _planar_box(shapes: NDArray[np.object_]) -> list[float] | None:
    box = shapely.total_bounds(shapes)
    return None if np.isnan(box).any() else [float(v) for v in box]


def _degree_box(shapes: NDArray[np.object_]) -> list[float] | None:
    """West, south, east, north; west is greater than east where the box crosses the antimeridian."""
    parts = shapely.get_parts(shapes)
    bounds = shapely.bounds(parts[~shapely.is_empty(parts)])
    if not len(bounds):
        return None
    order = np.argsort(bounds[:, 0], kind="stable")
    west, east = bounds[order, 0], np.maximum.accumulate(bounds[order, 2])
    inner = np.append(west[1:] - east[:-1], 0)
    outer = west[0] + 360 - east[-1]
    south, north = float(bounds[:, 1].min()), float(bounds[:, 3].max())
    at = int(np.argmax(inner))
    if inner[at] > outer:
        return [float(west[at + 1]), south, float(east[at]), north]
    return [float(west[0]), south, float(east[-1]), north]
