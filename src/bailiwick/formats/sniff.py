"""What kind of file this is, judged by its bytes and not by its name."""

from __future__ import annotations

from pathlib import Path

from bailiwick.domain.said import say
from bailiwick.errors import InputError

HEAD_BYTES = 65_536

_OTHER_FILES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"FEA1", "a Feather file of version 1"),
    (b"FGB\x03", "a FlatGeobuf file"),
    (b"Obj\x01", "an Avro file"),
    (b"{\\rtf", "a rich-text document"),
)

_EXTENSIONS = {
    "text": {".csv", ".tsv", ".tab", ".txt", ".psv", ".dat", ".data", ".asc", ""},
    "json": {".json", ".geojson", ".topojson", ".topo"},
    "zip": {".xlsx", ".xlsm", ".ods", ".zip"},
    "ole": {".xls"},
    "parquet": {".parquet", ".pq", ".geoparquet", ".parq"},
    "arrow": {".arrow", ".feather", ".ipc", ".arrows"},
    "sqlite": {".gpkg"},
    "shp": {".shp"},
    "gzip": {".gz"},
}
_SIDECARS = {".dbf", ".shx", ".prj", ".cpg"}


def read_head(path: Path) -> bytes:
    """First bytes of a file.

    Raises
    ------
    InputError
        If there is no such file, it is a folder, it cannot be opened or it is empty.
    """
    if path.is_dir():
        raise InputError(say("%(path)s is a folder; expected a file", path=path), code="is_a_folder", field=str(path))
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except FileNotFoundError:
        raise InputError(
            say("there is no file %(path)s; check the name%(nearby)s", path=path, nearby=str(_nearby(path))),
            code="no_such_file",
            field=str(path),
        ) from None
    except OSError as error:
        raise InputError(
            say("%(path)s cannot be opened: %(value)s", path=path, value=str(error.strerror or error)),
            code="unreadable_file",
            field=str(path),
        ) from None
    if not head.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise InputError(say("%(path)s is empty; expected a table with a header row", path=path), code="empty_file", field=str(path))
    return head


def _nearby(path: Path) -> str:
    try:
        same = sorted(p.name for p in path.parent.iterdir() if p.name.lower() == path.name.lower() or p.stem == path.stem)
    except OSError:
        return f" (the folder {path.parent} does not exist)"
    return f" (did you mean {', '.join(same[:3])}?)" if same else ""


def file_kind(head: bytes, path: Path) -> str:
    """Kind of a file: ``text``, ``json``, ``zip``, ``ole``, ``parquet``, ``arrow``, ``sqlite``, ``shp`` or ``gzip``.

    Raises
    ------
    InputError
        If the content is known to be something that holds no table.
    """
    if path.suffix.lower() in _SIDECARS:
        raise InputError(
            say("%(name)s is only a part of a shapefile; give the file that ends in .shp, or a .zip with all parts", name=path.name),
            code="shapefile_part",
            field=str(path),
        )
    for magic, kind in (
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (b"PAR1", "parquet"),
        (b"ARROW1", "arrow"),
        (b"\xff\xff\xff\xff\x00\x00\x00", "arrow"),
        (b"\xff\xff\xff\xff\x10\x00\x00\x00", "arrow"),
        (b"SQLite format 3\x00", "sqlite"),
        (b"\x00\x00\x27\x0a", "shp"),
        (b"\x1f\x8b", "gzip"),
    ):
        if head.startswith(magic):
            return kind
    if head.startswith(b"\xff\xff\xff\xff"):
        return "arrow"
    for magic, what in _OTHER_FILES:
        if head.startswith(magic):
            raise _not_a_table(path, what)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")):
        raise _not_a_table(path, "a web page (some systems export HTML under the name .xls; open and save it as .xlsx or .csv)")
    if start.startswith((b"<?xml", b"<kml")):
        raise _not_a_table(path, "an XML file (of map formats GeoJSON, GeoPackage, shapefile and TopoJSON are read)")
    if start.startswith(b"{") or (start.startswith(b"[") and path.suffix.lower() in _EXTENSIONS["json"]):
        return "json"
    return "text"


def is_expected_name(path: Path, kind: str) -> bool:
    """True if the name of the file ends as files of this kind do."""
    return path.suffix.lower() in _EXTENSIONS[kind]


def _not_a_table(path: Path, what: str) -> InputError:
    return InputError(
        say("%(path)s is %(what)s; expected CSV, XLSX, Parquet, Arrow, GeoJSON, GeoPackage, a shapefile or TopoJSON", path=path, what=what),
        code="not_a_table",
        field=str(path),
    )
