"""Parquet and Arrow files, and tables in memory: pandas, GeoPandas, pyarrow and what speaks the Arrow interface."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from bailiwick.errors import InputError
from bailiwick.formats.crs import to_lon_lat
from bailiwick.formats.table import NO_COLUMNS, Table, as_text, blank_rows, clean_names, object_array


def read_columnar(path: Path, kind: str, *, source: str, is_planar: bool = False) -> Table:
    """Read a Parquet (also GeoParquet), Arrow or Feather file.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    try:
        data = _load(path, kind)
        data.validate(full=True)  # a damaged file can hold offsets that point anywhere
    except (pa.ArrowException, OSError, ValueError, NotImplementedError):
        raise InputError(f"{source} is a damaged {kind} file; save or download it again", code="damaged_file", field=source) from None
    return from_arrow(data, source=source, is_planar=is_planar)


def _load(path: Path, kind: str) -> Any:
    if kind == "parquet":
        import pyarrow.parquet as pq

        return pq.read_table(path)
    with pa.OSFile(str(path)) as stream:
        opener = pa.ipc.open_file if stream.read(6) == b"ARROW1" else pa.ipc.open_stream
        stream.seek(0)
        return opener(stream).read_all()


def from_arrow(data: Any, *, source: str = "the table", is_planar: bool = False) -> Table:
    """Take an Arrow table; geometry in Well-Known Binary is recognised by its metadata."""
    names, told = clean_names(data.column_names)
    geometry = None
    geometry_name, crs = _geometry_column(data)
    arrays = []
    kept = []
    for raw, name, column in zip(data.column_names, names, data.columns, strict=True):
        if raw == geometry_name:
            geometry = shapely.from_wkb(object_array(column.to_pylist()), on_invalid="ignore")
        else:
            kept.append(name)
            arrays.append(_usual_text(column))
    table = pa.table(arrays, names=kept) if kept else pa.table({NO_COLUMNS: pa.array([""] * data.num_rows, pa.string())})
    if geometry is not None:
        geometry, more = to_lon_lat(geometry, crs, source=source, is_planar=is_planar)
        told += more
    return _without_blank(Table(table, np.arange(1, table.num_rows + 1), source, geometry, told))


def _geometry_column(data: Any) -> tuple[str | None, Any]:
    metadata = data.schema.metadata or {}
    try:
        geo = json.loads(metadata[b"geo"])
        name = geo["primary_column"]
        crs = geo["columns"][name].get("crs", "OGC:CRS84")
    except (KeyError, ValueError, TypeError, AttributeError):
        return None, None
    return name, json.dumps(crs) if isinstance(crs, dict) else crs


def from_frame(frame: Any, *, source: str = "the table", is_planar: bool = False) -> Table:
    """Take a pandas DataFrame or a GeoDataFrame, without importing either library."""
    named = [name for name in frame.index.names if name is not None and name not in frame.columns]
    frame = frame.reset_index(level=named) if named else frame
    names, told = clean_names([str(name) for name in frame.columns])
    active = getattr(frame, "active_geometry_name", None)
    geometry, crs, arrays, kept = None, None, [], []
    for position, name in enumerate(names):
        series = frame.iloc[:, position]
        if geometry is None and (str(frame.columns[position]) == str(active) if active is not None else _holds_geometry(series)):
            geometry = object_array(series)
            crs = getattr(series, "crs", None)
            continue
        kept.append(name)
        arrays.append(_usual_text(_series(series)))
    data = pa.table(arrays, names=kept) if kept else pa.table({NO_COLUMNS: pa.array([""] * len(frame), pa.string())})
    if geometry is not None:
        geometry = object_array(g if isinstance(g, shapely.Geometry) else None for g in geometry)
        geometry, more = to_lon_lat(geometry, crs, source=source, is_planar=is_planar)
        told += more
    return _without_blank(Table(data, np.arange(1, data.num_rows + 1), source, geometry, told))


def _usual_text(column: Any) -> Any:
    """Text of any Arrow kind (large, view, dictionary) as plain text without nulls; other columns as they are."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return as_text(column) if is_text else column


def _holds_geometry(series: Any) -> bool:
    if series.dtype != object and str(series.dtype) != "geometry":
        return False
    first = next((value for value in series if value is not None), None)
    return isinstance(first, shapely.Geometry)


def _series(series: Any) -> Any:
    if series.dtype != object:
        try:
            return pa.array(series, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError):
            pass
    values = series.to_numpy(dtype=object)
    kinds = {type(value) for value in values}
    if kinds <= {int, float, type(None)} and kinds & {int, float}:
        return pa.array([None if v is None else float(v) for v in values], pa.float64(), from_pandas=True)
    return pa.array(["" if v is None or v != v else str(v) for v in map(_plain, values)], pa.string())


def _plain(value: Any) -> Any:
    """Whole floats without a decimal point; pandas' own "missing" as None."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return None if type(value).__name__ in {"NAType", "NaTType"} else value


def _without_blank(table: Table) -> Table:
    """Drop rows in which nothing stands, not even a geometry."""
    blank = blank_rows(table.data)
    if table.geometry is not None:
        blank &= ~np.array([isinstance(g, shapely.Geometry) for g in table.geometry], bool)
    if not blank.any() or table.geometry is not None:
        return table
    keep = ~blank
    return Table(table.data.filter(pa.array(keep)), table.row_numbers[keep], table.source, None, table.notices)
