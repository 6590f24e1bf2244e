"""Files as they come: naughty, broken, huge inside, wrongly named; every one ends in a page that says what to do."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.exchange import services
from bailiwick_web.exchange.child.tables import open_table
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import ending_of, folder_of
from bailiwick_web.territories.models import Unit, UnitSet

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_the_process_that_reads_files_starts_light() -> None:
    """Every upload waits for its start: libraries that compute or draw have no business there."""
    heavy = {"pandas", "scipy", "numba", "matplotlib", "typst", "vl_convert", "django"}
    code = f"import sys, bailiwick_web.exchange.child.__main__, bailiwick_web.exchange.child.readers; print({heavy!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def send(client: Client, name: str, content: bytes, kind: str = "units") -> Any:
    return client.post("/imports/new", {"kind": kind, "file": SimpleUploadedFile(name, content)})


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def bomb() -> bytes:
    return zipped({"a.csv": b"0" * 200_000_000})


def far_cell() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["XFD1048576"] = "id", "x"
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def one_huge_cell() -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    head = b'<worksheet xmlns="%s"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>' % space
    return zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": head + b"A" * 100_000_000})


def many_entries() -> bytes:
    return zipped({f"{i}.csv": b"id,lon,lat\n1,2,3\n" for i in range(1_001)})


def locked_workbook() -> bytes:
    """The head of an OLE file whose directory names an encrypted package, as office programs write workbooks with a password."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", head, 44, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    struct.pack_into("<109I", head, 76, 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE, *[0xFFFFFFFF] * 125)
    entries = b"".join(_entry(name, kind) for name, kind in (("Root Entry", 5), ("EncryptedPackage", 2), ("EncryptionInfo", 2), ("", 0)))
    return bytes(head) + fat + entries + bytes(512)


def _entry(name: str, kind: int) -> bytes:
    text = name.encode("utf-16-le")
    linked = (0xFFFFFFFF, 2, 1) if kind == 5 else (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    size = 0 if kind != 2 else 8
    body = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2 if name else 0, kind, 1, *linked)
    return body.ljust(116, b"\0") + struct.pack("<IQ", 2 if kind == 2 else 0xFFFFFFFE, size)


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("bomb.zip", bomb, "times its size"),
    ("far.xlsx", far_cell, "stray cells"),
    ("cell.xlsx", one_huge_cell, "times its size"),
    ("many.zip", many_entries, "1,001 files"),
    ("picture.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(2000), "PNG picture"),
    ("empty.csv", lambda: b"", "empty"),
    ("workbook.csv", far_cell, "stray cells"),
    ("shop.xlsx", lambda: b"id,lon,lat\n1,2,3\n", "rename it to end in .csv"),
    ("data.csv", lambda: zipped({"a.csv": b"id,lon,lat\n1,2,3\n"}), "rename it to end in .zip"),
    ("page.xls", lambda: b"<html><table><tr><td>id</td></tr></table></html>", "web page"),
    ("letter.docx", lambda: zipped({"word/document.xml": b"<w/>"}), ".docx"),
    ("locked.xlsx", locked_workbook, "without one"),
    ("cut.zip", lambda: zipped({"a.csv": b"id\n1\n"})[:-30], "damaged"),
]


@pytest.mark.parametrize(("name", "make", "words"), REFUSED, ids=[name for name, _, _ in REFUSED])
def test_what_could_do_harm_is_refused_and_nothing_is_kept(
    sign_in: Callable[[str], Client], settings: Any, name: str, make: Callable[[], bytes], words: str
) -> None:
    client = sign_in("planner")
    answer = send(client, name, make(), "auto")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "was not taken in" in page
    assert words in page, page[page.index("note error") :][:600]
    assert str(settings.UPLOAD_FOLDER) not in page
    assert not ImportBatch.objects.exists()
    assert not list(Path(settings.UPLOAD_FOLDER).glob("*/file*")) or not AuditEntry.objects.filter(action="import.uploaded").exists()
    assert client.get("/data/").status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("only-header.csv", b"id,lon,lat\n", "no rows below"),
        ("no-position.csv", b"id,sales\n1,2\n3,4\n", "does not say where"),
        ("broken.geojson", b'{"type": "FeatureCollection", "features": [{"type"', "damaged"),
        ("../../etc/passwd.csv", b"root:x:0:0\n", ""),
        ("nul.csv", b"id,lon,lat\n1\x00,2,3\n", "NUL"),
        ("quote.csv", b'id,lon,lat\n1,2,"3\n' + b"4,5,6\n" * 200, ""),
        ("long.csv", b"id,lon,lat\n" + b"x" * 5_000_000 + b",1,2\n", "bytes long"),
    ],
)
def test_what_cannot_be_used_is_told_and_nothing_is_stored(sign_in: Callable[[str], Client], name: str, content: bytes, words: str) -> None:
    client = sign_in("planner")
    answer = send(client, name, content)
    if answer.status_code == 302:
        batch = ImportBatch.objects.get()
        if batch.job is not None:  # large files are looked at by a job
            jobs.perform(batch.job.pk)
            batch.refresh_from_db()
        answer = client.get(answer["Location"])
        assert batch.state in {"refused", "checked"}
        assert {path.parent for path in folder_of(batch).iterdir()} == {folder_of(batch)}
        assert str(folder_of(batch)) not in answer.content.decode()
    assert answer.status_code in {200, 422}
    assert words in answer.content.decode()
    assert not UnitSet.objects.exists()
    assert not Unit.objects.exists()


def test_names_of_files_are_never_paths() -> None:
    assert [ending_of(name) for name in ("a.CSV", "../../x", "a.tar.gz", "a.c\x00v", "a./b", "a.averyveryverylongending")] == [
        ".csv",
        "",
        ".gz",
        "",
        "",
        "",
    ]


def spectrum() -> list[Path]:
    return sorted((SHARED / "csv_spectrum" / "csvs").glob("*.csv"))


@pytest.mark.skipif(not spectrum(), reason="the real data are not here")
def test_the_csv_spectrum_is_read_as_expected() -> None:
    assert len(spectrum()) == 12
    for path in spectrum():
        table = open_table(path, {})
        text = (path.parent.parent / "json" / f"{path.stem}.json").read_text(encoding="utf-8")
        expected = json.loads(text)
        expected = [expected] if isinstance(expected, dict) else expected
        if path.stem == "location_coordinates":  # the expectation has another number than the file
            expected[0]["Contact Phone Number"] = "2095257564"
        assert table.records() == expected, path.name


def bad_files() -> list[Path]:
    folder = SHARED / "bad_input"
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


@pytest.mark.skipif(not bad_files(), reason="the real data are not here")
def test_every_bad_file_ends_in_a_page(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("planner")
    told = {}
    for path in bad_files():
        answer = send(client, path.name, path.read_bytes(), "auto")
        assert answer.status_code in {302, 422}, path
        if answer.status_code == 302:
            shown = client.get(answer["Location"])
            assert shown.status_code in {200, 422}, path
            told[path.name] = shown.status_code
    assert told["polygon.geojson"] == 200
    assert client.get("/data/").status_code == 200
    assert not Unit.objects.exists()


@pytest.mark.skipif(not bad_files(), reason="the real data are not here")
def test_naughty_strings_come_through_as_they_are(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    """Each of them as the name and as an attribute of a customer: stored as it is, shown escaped."""
    import csv

    strings = json.loads((SHARED / "bad_input" / "blns" / "blns.json").read_text(encoding="utf-8"))
    strings = [s for s in strings if s.strip() and "\x00" not in s and not any("\ud800" <= c <= "\udfff" for c in s)]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["id", "name", "lon", "lat", "note"])
    writer.writerows([f"n{i}", s, 1 + i % 50, 40, s] for i, s in enumerate(strings))
    batch = services.upload(planner, "units", "blns.csv", [text.getvalue().encode("utf-8")])
    assert batch.state == "checked", batch.facts
    assert batch.counts == {"created": len(strings), "updated": 0, "unchanged": 0, "failed": 0}
    services.run_import(planner, batch.public_id)
    stored = dict(Unit.objects.values_list("code", "attributes"))
    wrong = [(i, s) for i, s in enumerate(strings) if stored[f"n{i}"]["note"].replace("\r\n", "\n") != s.replace("\r\n", "\n")]
    assert wrong == []
    page = sign_in("planner").get(f"/imports/{batch.public_id}/").content.decode()
    assert "<script>alert" not in page


@pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")
@pytest.mark.parametrize("name", ["csvtext_BOM_UTF16BE", "csvtext_BOM_UTF16LE", "csvtext_BOM_UTF8"])
def test_byte_order_marks_are_understood(name: str) -> None:
    plain = open_table(SHARED / "salesforce_csv" / "csvtext.csv", {}).records()
    assert open_table(SHARED / "salesforce_csv" / f"{name}.csv", {}).records() == plain


@pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")
def test_real_customers_are_placed_by_what_there_is(planner: Actor) -> None:
    stores = SHARED / "crm_adventureworks" / "stores_joined.csv"
    batch = services.upload(planner, "auto", stores.name, [stores.read_bytes()])
    assert batch.state == "checked", batch.facts.get("error")
    assert sum(batch.counts.values()) == batch.facts["n_read"] == 701
    assert batch.counts["created"] > 650


def test_maps_come_in_every_format(planner: Actor, tmp_path: Path) -> None:
    import numpy as np
    import shapely

    from bailiwick.formats.export import write_territories

    shapes = np.array([shapely.box(i, 40, i + 1, 41) for i in range(4)], dtype=object)
    for ending in (".geojson", ".gpkg", ".zip"):
        path = tmp_path / f"areas{ending}"
        write_territories(path, shapes, {"id": ["a", "b", "c", "d"], "sales": np.array([1.0, 2, 3, 4])})
        batch = services.upload(planner, "units", path.name, [path.read_bytes()], options={"unit_set": "new"})
        assert batch.state == "checked", (ending, batch.facts.get("error"))
        assert batch.counts["created"] == 4
        assert batch.facts["placed_by"] == {"shape": 4}
        services.run_import(planner, batch.public_id)
        assert Unit.objects.filter(unit_set=ImportBatch.objects.get(pk=batch.pk).unit_set, area__isnull=False).count() == 4


@pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")
def test_a_wrong_byte_order_mark_is_told() -> None:
    """These two files say UTF-32 and are not: text of 16 bits with a zero after every letter."""
    from bailiwick.errors import InputError

    for name in ("csvtext_BOM_UTF32BE", "csvtext_BOM_UTF32LE"):
        with pytest.raises(InputError, match="not a text file"):
            open_table(SHARED / "salesforce_csv" / f"{name}.csv", {})
