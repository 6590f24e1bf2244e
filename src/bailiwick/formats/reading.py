"""Open whatever holds a table."""

from __future__ import annotations

import gzip
import os
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from bailiwick.domain import Notice
from bailiwick.errors import InputError
from bailiwick.formats.archive import MAX_UNPACKED_BYTES, check_archive, read_member
from bailiwick.formats.columnar import from_arrow, from_frame, read_columnar
from bailiwick.formats.delimited import read_delimited
from bailiwick.formats.sniff import HEAD_BYTES, file_kind, is_expected_name, read_head
from bailiwick.formats.spatial import check_shapefile, has_numbers_as_ids, json_map_kind, read_map
from bailiwick.formats.table import Table
from bailiwick.formats.topojson import read_topojson
from bailiwick.formats.workbook import read_workbook

_TEXT_NAMES = (".csv", ".tsv", ".tab", ".txt", ".psv")


@dataclass(frozen=True, slots=True)
class _Options:
    encoding: str | None
    separator: str | None
    header_row: int | None
    sheet: str | None
    layer: str | None
    is_planar: bool


def read_table(
    source: Any,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    header_row: int | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    is_planar: bool = False,
) -> Table:
    """Read a table without judging what its columns mean.

    Parameters
    ----------
    source
        Path of a CSV, TSV, XLSX, XLS, ODS, Parquet, Arrow, Feather, GeoJSON, GeoPackage, shapefile (.shp or .zip) or TopoJSON
        file, told apart by content; or a pandas DataFrame, GeoDataFrame, Arrow table, or a `Table` as it is.
    encoding, separator, header_row
        Of delimited text, where the guess is wrong; the header row counts from 1, 0 means none.
    sheet, layer
        Of a workbook or a map with several; ``book.xlsx#Sheet`` as the path says the same.
    is_planar
        True if map coordinates are to be taken as planar, in km.

    Returns
    -------
    Table with every cell as it stands; nothing is trimmed, padded or turned into a number.

    Raises
    ------
    InputError
        If the file is missing, empty, damaged, locked, beyond reason, or holds no table.

    Examples
    --------
    >>> import pandas as pd
    >>> read_table(pd.DataFrame({"id": ["007"], "sales": [12.0]})).records()
    [{'id': '007', 'sales': '12'}]
    """
    if isinstance(source, Table):
        return source
    if isinstance(source, (str, os.PathLike)):
        path, part = _without_part(Path(source))
        return _read_file(path, _Options(encoding, separator, header_row, sheet or part, layer or part, is_planar))
    if isinstance(source, pa.Table):
        return from_arrow(source, is_planar=is_planar)
    if hasattr(source, "iloc") and hasattr(source, "columns"):
        return from_frame(source, is_planar=is_planar)
    if hasattr(source, "__arrow_c_stream__"):
        return from_arrow(pa.table(source), is_planar=is_planar)
    raise InputError(
        f"expected the path of a file, a pandas or GeoPandas frame or an Arrow table, found {type(source).__name__}", code="source"
    )


def _without_part(path: Path) -> tuple[Path, str | None]:
    """``book.xlsx#Sheet`` as the file and the name of its sheet or layer."""
    name, _, part = path.name.partition("#")
    return (path.with_name(name), part) if part and name and not path.exists() else (path, None)


def _read_file(path: Path, options: _Options) -> Table:
    kind = file_kind(read_head(path), path)
    if kind == "zip":
        return _read_zip(path, options)
    if kind == "text":
        table = _read_text(_read_bytes(path), path.name, options)
    elif kind == "gzip":
        table = _read_text(_gunzip(path), path.name, options)
    elif kind == "json":
        table = _read_json(_read_bytes(path), str(path), path.name, options)
    elif kind == "ole":
        table = read_workbook(path, None, sheet=options.sheet, header_row=options.header_row, source=path.name)
    elif kind in {"parquet", "arrow"}:
        table = read_columnar(path, kind, source=path.name, is_planar=options.is_planar)
    else:
        told = check_shapefile(path) if kind == "shp" else ()
        table = _with(read_map(str(path), layer=options.layer, is_planar=options.is_planar, source=path.name), *told)
    return table if is_expected_name(path, kind) else _with(table, _misnamed(path, kind))


def _read_text(data: bytes, source: str, options: _Options) -> Table:
    return read_delimited(data, source=source, encoding=options.encoding, separator=options.separator, header_row=options.header_row)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}", code="unreadable_file", field=str(path)) from None


def _read_json(data: bytes, path: str, source: str, options: _Options) -> Table:
    head = data[:HEAD_BYTES]
    if json_map_kind(head, data[-HEAD_BYTES:], source=source) == "TopoJSON":
        return read_topojson(data, layer=options.layer, is_planar=options.is_planar, source=source)
    ids = has_numbers_as_ids(head)
    return read_map(f"GeoJSON:{path}", layer=options.layer, is_planar=options.is_planar, source=source, has_ids=ids)


def _gunzip(path: Path) -> bytes:
    try:
        with gzip.open(path) as stream:
            data = stream.read(MAX_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise InputError(f"{path} is a damaged gzip file; save or download it again", code="damaged_file", field=str(path)) from None
    if len(data) > MAX_UNPACKED_BYTES:
        raise InputError(f"{path} would unpack to more than {MAX_UNPACKED_BYTES >> 30} GiB", code="too_large", field=str(path))
    return data


def _read_zip(path: Path, options: _Options) -> Table:
    members = check_archive(path)
    names = {m.filename.lower() for m in members}
    if "xl/workbook.bin" in names:
        raise InputError(f"{path} is a binary workbook (.xlsb); save it as .xlsx", code="not_a_table", field=str(path))
    if any(n.startswith(("word/", "ppt/")) for n in names):
        what = "a text document or a presentation"
        raise InputError(f"{path} is {what}; expected a table such as XLSX or CSV", code="not_a_table", field=str(path))
    if "content.xml" in names or any(n.startswith("xl/") for n in names):
        table = read_workbook(path, members, sheet=options.sheet, header_row=options.header_row, source=path.name)
        return table if path.suffix.lower() in {".xlsx", ".xlsm", ".ods"} else _with(table, _misnamed(path, "zip"))
    member = _only_table(path, members, options.layer)
    return _with(_read_member(path, member, options), Notice("unpacked", f"read {member.filename!r} from {path.name}"))


def _read_member(path: Path, member: zipfile.ZipInfo, options: _Options) -> Table:
    """Read one file of an archive; GDAL is only let at it when its first bytes are what its name says."""
    name = member.filename.lower()
    inside = f"/vsizip/{{{path.resolve()}}}/{member.filename}"
    data = read_member(path, member)
    layer = None if options.layer is None or options.layer in member.filename else options.layer
    if name.endswith(_TEXT_NAMES):
        return _read_text(data, member.filename, options)
    if name.endswith((".shp", ".gpkg")):
        if file_kind(data[:HEAD_BYTES], Path(member.filename)) not in {"shp", "sqlite"}:
            raise InputError(f"{member.filename!r} in {path} is not what its name says", code="damaged_file", field=str(path))
        return read_map(inside, layer=layer, is_planar=options.is_planar, source=path.name)
    return _read_json(data, inside, path.name, replace(options, layer=layer))


def _only_table(path: Path, members: list[zipfile.ZipInfo], wanted: str | None) -> zipfile.ZipInfo:
    readable = (*_TEXT_NAMES, ".shp", ".gpkg", ".geojson", ".json", ".topojson")
    tables = [m for m in members if m.filename.lower().endswith(readable) and not m.filename.startswith("__MACOSX/")]
    shapes = [m for m in tables if m.filename.lower().endswith(".shp")]
    tables = shapes or [m for m in tables if not m.filename.lower().endswith(".txt")] or tables
    if wanted is not None:
        tables = [m for m in tables if wanted in {m.filename, Path(m.filename).name, Path(m.filename).stem}]
    if len(tables) == 1:
        return tables[0]
    listed = ", ".join(repr(m.filename) for m in (tables or members)[:8])
    raise InputError(
        f"{path} holds {len(tables) or 'no'} tables that could be read ({listed}); unpack it and give one of them",
        code="zip_content",
        field=str(path),
    )


def _misnamed(path: Path, kind: str) -> Notice:
    words = {"ole": "an XLS workbook", "zip": "a workbook", "shp": "a shapefile", "sqlite": "a GeoPackage", "text": "text", "json": "JSON"}
    return Notice("wrong_extension", f"{path.name} is {words.get(kind, kind)} by its content, whatever its name says; it was read as that")


def _with(table: Table, *told: Notice) -> Table:
    return replace(table, notices=(*told, *table.notices))
