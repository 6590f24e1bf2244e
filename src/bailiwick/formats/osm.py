"""Read the ways of an OpenStreetMap extract (``.osm.pbf`` or ``.osm``)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from bailiwick.domain.ways import WayTable
from bailiwick.errors import InputError
from bailiwick.formats.sniff import read_head

_LAYER = "lines"
_WANTED = 'highway IS NOT NULL OR other_tags LIKE \'%"route"=>"ferry"%\''
_ENDINGS = (".osm.pbf", ".pbf", ".osm")


def read_ways(path: str | os.PathLike[str], tags: Sequence[str]) -> WayTable:
    """Read roads, paths and ferries.

    Parameters
    ----------
    path
        An extract of OpenStreetMap, ``.osm.pbf`` or ``.osm``.
    tags
        Keys of the tags to keep.

    Raises
    ------
    InputError
        If the file is missing, is no such extract, or has no ways of the kind.

    Notes
    -----
    GDAL gives each way as a line without the numbers of its points, so that points are told apart by position, exact to
    the 1e-7 degrees of the format. Two points of different number in one place, which are rare, count as one.
    """
    path = Path(path)
    read_head(path)  # says what is wrong with the path
    if not path.name.lower().endswith(_ENDINGS):
        raise InputError(
            f"{path} is no extract of OpenStreetMap by its name; expected a file that ends in .osm.pbf or .osm",
            code="roads_file",
            field="roads",
        )
    table = _read_lines(path)
    if table.num_rows == 0:
        raise InputError(
            f"{path} has neither roads nor ferries in it, or breaks off before them; fetch it again, or take an extract with all roads",
            code="no_roads",
            field="roads",
        )
    lines = shapely.from_wkb(table.column("wkb_geometry").to_numpy(zero_copy_only=False))
    xy, way = shapely.get_coordinates(lines, return_index=True)
    indptr = np.zeros(len(lines) + 1, np.int32)
    np.cumsum(np.bincount(way, minlength=len(lines)), out=indptr[1:])
    # one number per position: longitude and latitude in units of the format, side by side
    grid = np.round(xy * 1e7).astype(np.int64)
    key = (grid[:, 0] + 1_800_000_000) * 1_800_000_001 + (grid[:, 1] + 900_000_000)
    _, first, point = np.unique(key, return_index=True, return_inverse=True)
    return WayTable(xy[first], indptr, point.ravel().astype(np.int32), {key: _tag(table, key) for key in tags}, path.name)


def _read_lines(path: Path) -> Any:
    import pyogrio

    try:
        return pyogrio.read_arrow(path, layer=_LAYER, where=_WANTED)[1]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError, RuntimeError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read as an extract of OpenStreetMap ({error}); fetch it again, or make one with osmium",
            code="roads_file",
            field="roads",
        ) from None


def _tag(table: Any, key: str) -> Any:
    """Values of a tag, empty text where a way has none; GDAL keeps most tags as text of ``"key"=>"value"``."""
    if key in table.schema.names:
        column = table.column(key)
    else:
        found = pc.extract_regex(table.column("other_tags"), rf'(?:^|,)"{key}"=>"(?P<value>[^"]*)"')
        column = pc.struct_field(found, "value")
    return pc.fill_null(pc.cast(column, pa.string()), "").to_numpy(zero_copy_only=False).astype(object)
