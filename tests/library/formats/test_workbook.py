"""Workbooks written in the test."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest

from bailiwick.errors import InputError
from bailiwick.formats import read_table, read_units


def workbook(path: Path, *rows: list[object], title: str = "Accounts", more: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for name in more:
        book.create_sheet(name)
    book.save(path)
    return path


def test_numbers_dates_and_truth_as_text(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "f.xlsx",
        ["id", "when", "day", "ok", "share", "mixed"],
        [1001, dt.datetime(2024, 1, 2, 3, 4), dt.date(2024, 1, 2), True, 0.25, "x"],
        [1002, None, None, False, 1, 7],
    )
    assert read_table(path).records() == [
        {"id": "1001", "when": "2024-01-02 03:04:00", "day": "2024-01-02", "ok": "true", "share": "0.25", "mixed": "x"},
        {"id": "1002", "when": "", "day": "", "ok": "false", "share": "1", "mixed": "7"},
    ]


def test_title_rows_blank_rows_and_row_numbers(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", ["Report of accounts"], [], ["Account ID", "Account Name"], ["a", "A"], [], ["b", "B"])
    table = read_table(path)
    assert table.column("Account ID").tolist() == ["a", "b"]
    assert table.row_numbers.tolist() == [4, 6]


def test_the_first_filled_sheet_is_read_and_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    for name, row in (("Accounts", "a"), ("Notes", "n")):
        sheet = book.create_sheet(name)
        sheet.append(["id", "name"])
        sheet.append([row, row])
    book.save(tmp_path / "f.xlsx")
    table = read_table(tmp_path / "f.xlsx")
    assert table.column("id").tolist() == ["a"]
    assert table.notices[0].code == "sheet_chosen"
    assert read_table(tmp_path / "f.xlsx", sheet="Notes").column("id").tolist() == ["n"]
    with pytest.raises(InputError, match="no sheet 'X'; it has: 'Cover', 'Accounts', 'Notes'"):
        read_table(tmp_path / "f.xlsx", sheet="X")


def test_an_empty_workbook(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sheet with anything in it"):
        read_table(workbook(tmp_path / "f.xlsx"))


def test_zeros_that_a_number_cell_ate_are_restored_with_a_notice(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "f.xlsx",
        ["Account ID", "Zip", "Country", "Annual Revenue"],
        ["001A", 2138, "USA", 5],
        ["001B", 38103, "USA", "$1,200.50"],
        ["001C", 501, "USA", 7],
    )
    found = read_units(path, measure_names=["annualrevenue"])
    assert found.units.attributes["Zip"].tolist() == ["02138", "38103", "00501"]
    assert found.units.placed_by.tolist() == ["postcode"] * 3
    assert found.units.measures["annualrevenue"].tolist() == [5.0, 1200.5, 7.0]
    (notice,) = [n for n in found.notices if n.code == "postcode_zeros_restored"]
    assert notice.count == 2


def test_zeros_of_other_countries_are_told_but_not_restored(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "f.xlsx", ["id", "PLZ", "Ort", "Land"], ["a", 1067, "Dresden", "Deutschland"], ["b", 50667, "Köln", "Deutschland"]
    )
    found = read_units(path)
    assert found.units.attributes["PLZ"].tolist() == ["1067", "50667"]
    assert [n.count for n in found.notices if n.code == "postcode_zeros_lost"] == [1]
    assert found.units.placed_by.tolist() == ["place", "place"]


def test_four_digits_without_a_country_stay_as_they_are(tmp_path: Path) -> None:
    found = read_units(workbook(tmp_path / "f.xlsx", ["id", "Postcode", "lat", "lon"], ["a", 2138, 52.0, 5.0], ["b", 8001, 47.4, 8.5]))
    assert found.units.attributes["Postcode"].tolist() == ["2138", "8001"]
    assert not [n for n in found.notices if n.code.startswith("postcode")]


def test_ids_in_number_cells_have_no_decimal_point(tmp_path: Path) -> None:
    found = read_units(workbook(tmp_path / "f.xlsx", ["id", "lat", "lon"], [1001, 34.0, -86.0], [1002.0, 35.0, -86.5]))
    assert found.units.ids.tolist() == ["1001", "1002"]


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="S">ROWS</table:table></office:spreadsheet></office:body>
</office:document-content>"""
MANIFEST = """<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


def ods(path: Path, rows: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", ODS.replace("ROWS", rows))
    return path


def cells(*texts: str) -> str:
    return "".join(f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts)


def row(content: str, repeat: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeat}">{content}</table:table-row>'


def test_open_document_sheets_padded_with_empty_cells(tmp_path: Path) -> None:
    empty = '<table:table-cell table:number-columns-repeated="16382"/>'
    rows = (
        row(cells("id", "name") + empty)
        + row(cells("01", "A") + empty)
        + row('<table:table-cell table:number-columns-repeated="16384"/>', 1048574)
    )
    assert read_table(ods(tmp_path / "f.ods", rows)).records() == [{"id": "01", "name": "A"}]


def test_open_document_sheets_beyond_reason_are_not_opened(tmp_path: Path) -> None:
    far = '<table:table-cell table:number-columns-repeated="100"/>' + cells("x")
    rows = row(cells("id")) + row("<table:table-cell/>", 1_000_000) + row(far)
    with pytest.raises(InputError, match="spans 101,000,202 cells"):
        read_table(ods(tmp_path / "far.ods", rows))
    wide = '<table:table-cell table:number-columns-repeated="1000" office:value-type="string"><text:p>x</text:p></table:table-cell>'
    with pytest.raises(InputError, match="spans 100,000,000 cells"):
        read_table(ods(tmp_path / "many.ods", row(wide, 100_000)))


@pytest.fixture
def book_with_notes(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    for row in (["Sales plan 2027"], ["prepared by", "Zoë"]):
        book.active.append(row)
    for name, key in (("Accounts", "a"), ("Reps", "r")):
        sheet = book.create_sheet(name)
        sheet.append(["id", "name"])
        sheet.append([key, key])
    book.save(tmp_path / "f.xlsx")
    return tmp_path / "f.xlsx"


def test_a_sheet_of_notes_before_the_table_is_passed_over(book_with_notes: Path) -> None:
    table = read_table(book_with_notes)
    assert table.column("id").tolist() == ["a"]
    assert table.notices[0].message == "read sheet 'Accounts'; not read: 'Notes', 'Reps'"


def test_a_sheet_is_named_behind_the_file(book_with_notes: Path) -> None:
    assert read_table(f"{book_with_notes}#Reps").column("id").tolist() == ["r"]
    with pytest.raises(InputError, match="no sheet 'Rep'; it has: 'Notes', 'Accounts', 'Reps'"):
        read_table(f"{book_with_notes}#Rep")
    with pytest.raises(InputError, match="there is no file"):
        read_table(f"{book_with_notes.with_name('g.xlsx')}#Reps")


def test_a_file_with_a_hash_in_its_name_is_still_a_file(book_with_notes: Path) -> None:
    hashed = book_with_notes.rename(book_with_notes.with_name("f.xlsx#Reps"))
    assert read_table(hashed).column("id").tolist() == ["a"]
