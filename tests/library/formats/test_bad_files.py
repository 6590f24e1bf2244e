"""Bad files: a clear message that names the problem, and never a third party's exception."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from bailiwick.errors import InputError
from bailiwick.formats import read_table, read_units

PARTS = {
    "empty.csv": (b"", "empty_file", "is empty"),
    "blank lines.csv": (b"\n\n \n", "empty_file", "is empty"),
    "only a mark.csv": (b"\xef\xbb\xbf", "empty_file", "is empty"),
    "header only.csv": (b"id,lon,lat\n", "no_rows", "no rows below"),
    "header without line end.csv": (b"id,lon,lat", "no_rows", "no rows below"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(100), "not_a_table", "a PNG picture"),
    "document.csv": (b"%PDF-1.7 ...", "not_a_table", "a PDF document"),
    "page.xls": (b"<html><table><tr><td>1</td></tr></table></html>", "not_a_table", "a web page"),
    "map.kml": (b"<?xml version='1.0'?><kml/>", "not_a_table", "an XML file"),
    "random.csv": (np.random.default_rng(1).bytes(20_000), "binary_file", "not a text file"),
    "nul.csv": (b"id,name\n1,a\n2,b\x00c\n3,d\n", "nul_character", "in line 3"),
    "one line.csv": (b"a," * 5_000_000, "line_too_long", "line 1 .* is 10,000,001 bytes long"),
    "long cell.csv": (b"id,name\n1,a\n2," + b"b" * 5_000_000 + b"\n", "line_too_long", "line 3"),
    "records.json": (b'[{"id": 1}]', "not_a_map", "JSON but no map"),
    "pipeline.json": (b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline"}', "not_a_map", "JSON but no map"),
    "cut.geojson": (b'{"type":"FeatureCollection","features":[{"type":"Feature","geom', "damaged_file", "cannot be read as a map"),
    "cut.topojson": (b'{"type":"Topology","arcs":[', "damaged_file", "damaged TopoJSON"),
    "torn.xlsx": (b"PK\x03\x04 and nothing more", "damaged_file", "damaged zip file"),
    "torn.parquet": (b"PAR1 and nothing more", "damaged_file", "damaged parquet file"),
    "torn.arrow": (b"ARROW1 and nothing more", "damaged_file", "damaged arrow file"),
    "torn.gz": (b"\x1f\x8b and nothing more", "damaged_file", "damaged gzip file"),
    "torn.gpkg": (b"SQLite format 3\x00" + bytes(200), "damaged_file", "cannot be read as a map"),
    "torn.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged_file", "cannot be read as a workbook"),
    "alone.shp": (b"\x00\x00\x27\x0a" + bytes(200), "shapefile_part", "needs alone.shx"),
    "shapes.csv": (b"\x00\x00\x27\x0a" + bytes(200), "shapefile_part", "let its name end in .shp"),
    "part.dbf": (b"\x03" + bytes(50), "shapefile_part", "only a part of a shapefile"),
}


@pytest.mark.parametrize("name", PARTS)
def test_the_message_names_the_problem(tmp_path: Path, name: str) -> None:
    content, code, words = PARTS[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        read_units(path)
    assert caught.value.code == code
    assert path.stem in str(caught.value) or caught.value.code == "shapefile_part"


@pytest.mark.parametrize("name", [name for name, (_, code, _) in PARTS.items() if code == "damaged_file"])
def test_a_damaged_file_is_told_in_our_words(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(PARTS[name][0])
    with pytest.raises(InputError, match=r"again$|save it again as \.xlsx$") as caught:
        read_units(tmp_path / name)
    told = str(caught.value).replace(str(tmp_path), "")
    assert not any(word in told for word in ("Error", "driver", "footer", "(", ": '"))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    (tmp_path / "accounts.xlsx").write_bytes(b"")
    with pytest.raises(InputError, match=r"did you mean accounts\.xlsx") as caught:
        read_units(tmp_path / "accounts.csv")
    assert caught.value.code == "no_such_file"
    with pytest.raises(InputError, match="does not exist"):
        read_units(tmp_path / "nowhere" / "accounts.csv")
    with pytest.raises(InputError, match="is a folder"):
        read_units(tmp_path)
    with pytest.raises(InputError, match="expected the path of a file"):
        read_units(42)


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"a.csv": b"x", "b.csv": b"y"}, "holds 2 tables"),
        ({"readme.md": b"x"}, "holds no tables"),
        ({"word/document.xml": b"x"}, "a text document"),
        ({"xl/workbook.bin": b"x"}, "binary workbook"),
        ({"xl/workbook.xml": b"x", "xl/sharedStrings.xml": bytes(300_000_000)}, "times its size"),
        ({"huge.csv": bytes(300_000_000)}, "times its size"),
        ({"map.shp": b"<OGRVRTDataSource/>"}, "an XML file|not what its name says"),
        ({"map.gpkg": b"no database at all"}, "not what its name says"),
    ],
)
def test_archives(tmp_path: Path, members: dict[str, bytes], words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_table(_zip(tmp_path / "archive.zip", members))


def test_a_sheet_of_two_far_cells_is_not_opened(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    book.save(tmp_path / "corner.xlsx")
    with pytest.raises(InputError, match="spans 17,179,869,184 cells") as caught:
        read_table(tmp_path / "corner.xlsx")
    assert caught.value.code == "too_large"


def test_an_archive_that_understates_its_size_is_not_opened(tmp_path: Path) -> None:
    path = _zip(tmp_path / "liar.xlsx", {"xl/workbook.xml": b"x", "xl/worksheets/sheet1.xml": b"<c/>" * 100_000})
    data = path.read_bytes()
    true_size = (400_000).to_bytes(4, "little")
    assert data.count(true_size) == 2
    path.write_bytes(data.replace(true_size, (400).to_bytes(4, "little")))
    with pytest.raises(InputError, match="damaged"):
        read_table(path)


def test_a_workbook_locked_by_a_password(tmp_path: Path) -> None:
    path = _zip(tmp_path / "locked.zip", {"a.csv": b"id\n1\n"})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="locked by a password"):
        read_table(path)


def test_content_counts_not_the_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "name"])
    book.active.append(["1", "a"])
    book.save(tmp_path / "really.xlsx")
    (tmp_path / "really.xlsx").rename(tmp_path / "really.csv")
    table = read_table(tmp_path / "really.csv")
    assert table.records() == [{"id": "1", "name": "a"}]
    assert [n.code for n in table.notices] == ["wrong_extension"]


def test_all_rows_rejected_is_an_error_with_the_reasons(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("id,lon,lat\n1,500,5\n2,600,5\n,1,2\n")
    with pytest.raises(InputError, match="none of the 3 rows") as caught:
        read_units(path)
    assert "2 rows with coordinates that are not on Earth (first in row 2" in str(caught.value)
    assert "1 row without an id (first in row 4" in str(caught.value)
