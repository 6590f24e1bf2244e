"""A first look at a file, before it is taken in: whether it is what its name says, whether it could do harm, what it holds."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from bailiwick.errors import InputError
from bailiwick.formats.archive import check_archive, check_workbook
from bailiwick.formats.sniff import HEAD_BYTES, file_kind, is_expected_name, read_head
from bailiwick_web.exchange.child.layout import whole_lines
from bailiwick_web.exchange.child.mapping import guess_kind
from bailiwick_web.exchange.record_fields import guess_record_kind

MOST_ENTRIES = 1_000
"""Most files in an archive: as the office programs' own libraries have it."""
MOST_BYTES_FOR_SHEETS = 5 << 20
"""Sheets of a larger workbook are not told apart by their headers; the user chooses one."""
MOST_PARTS = 8
_WORDS = {
    "ole": ("an Excel workbook of the old kind", ".xls"),
    "zip": ("a zip archive", ".zip"),
    "workbook": ("an Excel workbook", ".xlsx"),
    "ods": ("an OpenDocument workbook", ".ods"),
    "shp": ("a shapefile", ".zip, with all of its parts"),
    "sqlite": ("a GeoPackage", ".gpkg"),
    "text": ("text", ".csv"),
    "json": ("JSON", ".geojson"),
    "gzip": ("packed by gzip", ".gz"),
    "parquet": ("Parquet", ".parquet"),
    "arrow": ("Arrow", ".arrow"),
}
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_OTHER_ENDINGS = {
    ".pdf",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".doc",
    ".docx",
    ".ppt",
    ".pptx",
    ".exe",
    ".kml",
    ".kmz",
    ".xlsb",
    ".html",
    ".xml",
}


def look(path: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Kind of the file and of its rows, and the sheets of a workbook.

    Raises
    ------
    InputError
        If it is no table, damaged, locked, named wrongly, or could do harm.
    """
    head = read_head(path)
    kind = file_kind(head, path)
    if kind == "zip":
        kind = _look_into(path)
    elif kind == "ole" and _is_locked(path):
        raise InputError(f"{path} is locked by a password; open it in a spreadsheet program and save it without one", code="encrypted_file")
    _check_name(path, kind)
    facts: dict[str, Any] = {"file_kind": kind, "kind": "units", "record_kind": "accounts", "parts": [], "members": []}
    if kind in {"workbook", "ods", "ole"}:
        facts["parts"] = _sheets(path) if path.stat().st_size <= MOST_BYTES_FOR_SHEETS else []
        if facts["parts"]:
            facts |= {name: facts["parts"][0][name] for name in ("kind", "record_kind")}
    elif kind == "text":
        names = _names_of_text(path, options)
        facts |= {"kind": guess_kind(names), "record_kind": guess_record_kind(names, str(options.get("filename", "")))}
    elif kind == "zip":
        facts["members"] = _tables_within(path)
    return facts


def _tables_within(path: Path) -> list[str]:
    """Names of the tables in an archive that holds nothing else but them and words about them."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
    tables = [name for name in names if name.lower().endswith((".csv", ".tsv"))]
    others = [name for name in names if name not in tables and not name.lower().endswith((".txt", ".md", ".pdf", ".json"))]
    return [] if others else tables


def _look_into(path: Path) -> str:
    members = check_archive(path)
    if len(members) > MOST_ENTRIES:
        raise InputError(
            f"{path} holds {len(members):,} files, more than the {MOST_ENTRIES:,} that are allowed; pack only the table", code="too_large"
        )
    names = {member.filename.lower() for member in members}
    if any(name.startswith("xl/") for name in names):
        check_workbook(path, members)
        return "workbook"
    if "content.xml" in names:
        check_workbook(path, members)
        return "ods"
    return "zip"


def _is_locked(path: Path) -> bool:
    """Office programs hide a locked workbook of any kind in an old one, under this name."""
    tail = b""
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            if _LOCKED in tail + chunk:
                return True
            tail = chunk[-len(_LOCKED) :]
    return False


def _check_name(path: Path, kind: str) -> None:
    ending = path.suffix.lower()
    expected = {"workbook": {".xlsx", ".xlsm"}, "ods": {".ods"}, "zip": {".zip"}}.get(kind)
    fits = ending in expected if expected is not None else is_expected_name(path, kind)
    if fits or not ending or (kind == "text" and not _is_of_another_kind(ending)):
        return
    what, right = _WORDS[kind]
    raise InputError(
        f"the name of {path} ends in {ending}, but its content is {what}. If that is what you meant, rename it to end in {right}; "
        "otherwise save it again in the format that the name says",
        code="wrong_extension",
    )


def _is_of_another_kind(ending: str) -> bool:
    probe = Path(f"x{ending}")
    others = ("json", "zip", "ole", "parquet", "arrow", "sqlite", "shp", "gzip")
    return ending in _OTHER_ENDINGS or any(is_expected_name(probe, kind) for kind in others)


def _names_of_text(path: Path, options: dict[str, Any]) -> list[str]:
    from bailiwick.formats.encoding import decode
    from bailiwick.formats.layout import find_layout

    with path.open("rb") as stream:
        data = whole_lines(stream.read(HEAD_BYTES))
    text, _ = decode(data, encoding=options.get("encoding") or None, source=str(path))
    layout = find_layout(text.decode("utf-8", "replace"), separator=options.get("separator") or None)
    return list(layout.cells[4:] if layout.cells[:2] == ("row", "column") else layout.cells)


def _sheets(path: Path) -> list[dict[str, Any]]:
    """Visible sheets that hold a table, with what their rows seem to be."""
    import python_calamine

    from bailiwick.formats import read_table

    try:
        with python_calamine.load_workbook(str(path)) as book:
            visible = [m.name for m in book.sheets_metadata if m.visible == python_calamine.SheetVisibleEnum.Visible]
    except python_calamine.PasswordError:
        raise InputError(
            f"{path} is locked by a password; open it in a spreadsheet program and save it without one", code="encrypted_file"
        ) from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise InputError(f"{path} cannot be read as a workbook: the file is damaged; save it again as .xlsx", code="damaged_file") from None
    parts = []
    for sheet in visible[:MOST_PARTS]:
        try:
            table = read_table(path, sheet=sheet)
        except InputError as error:
            if getattr(error, "code", "") in {"empty_file", "damaged_file"}:
                continue
            raise
        if len(table) and len(table.names) >= 2:
            kinds = {"kind": guess_kind(table.names), "record_kind": guess_record_kind(table.names, sheet)}
            parts.append({"sheet": sheet, **kinds, "n_rows": len(table)})
    if not parts and visible:
        read_table(path)  # tells why there is no table
    return parts
