"""Delimited text: separators, encodings, header rows, ragged rows, and row numbers as a person counts them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from bailiwick.errors import InputError
from bailiwick.formats import read_table, read_units

SPECTRUM = [
    "comma_in_quotes",
    "empty",
    "empty_crlf",
    "escaped_quotes",
    "json",
    "newlines",
    "newlines_crlf",
    "quotes_and_newlines",
    "simple",
    "simple_crlf",
    "utf8",
]


def table_of(tmp_path: Path, content: str | bytes, name: str = "f.csv", **options):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, **options)


@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum(shared_data: Path, name: str) -> None:
    folder = shared_data / "csv_spectrum"
    expected = json.loads((folder / "json" / f"{name}.json").read_text("utf-8"))
    assert read_table(folder / "csvs" / f"{name}.csv").records() == expected


def test_csv_spectrum_location_coordinates(shared_data: Path) -> None:
    """Its expected JSON is another record than its CSV, so only what both have in common can be compared."""
    folder = shared_data / "csv_spectrum"
    expected = json.loads((folder / "json" / "location_coordinates.json").read_text("utf-8"))
    (record,) = read_table(folder / "csvs" / "location_coordinates.csv").records()
    assert list(record) == list(expected)
    assert {name: record[name] for name in list(expected)[1:]} == {name: expected[name] for name in list(expected)[1:]}


def test_csv_spectrum_location_coordinates_are_read_though_the_degree_sign_was_lost(shared_data: Path) -> None:
    file = shared_data / "csv_spectrum" / "csvs" / "location_coordinates.csv"
    with pytest.raises(InputError, match="--map 'location=Location Coordinates'"):
        read_units(read_table(file))
    found = read_units(read_table(file), column_map={"location": "Location Coordinates"})
    assert found.units.coordinates.tolist() == [pytest.approx([-(121 + 2 / 60 + 17.9 / 3600), 37 + 36 / 60 + 37.8 / 3600])]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "^", "~", "!", "\x1f"])
def test_separators(tmp_path: Path, separator: str) -> None:
    text = "\n".join(separator.join(row) for row in [("id", "name", "sales"), ("01", "Acme", "5"), ("02", "Bo", "6")])
    assert table_of(tmp_path, text).records()[0] == {"id": "01", "name": "Acme", "sales": "5"}


def test_separator_hint_of_spreadsheet_programs(tmp_path: Path) -> None:
    table = table_of(tmp_path, "sep=|\nid|name\n1|a,b\n")
    assert table.records() == [{"id": "1", "name": "a,b"}]
    assert table.row_numbers.tolist() == [3]


def test_one_column_of_places_is_not_split_at_commas(tmp_path: Path) -> None:
    assert table_of(tmp_path, "place\nSaint Paul, Minnesota\nChicago, Illinois\n").column("place").tolist()[0] == "Saint Paul, Minnesota"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp1250", "cp1251", "shift_jis"]
)
def test_encodings(tmp_path: Path, encoding: str) -> None:
    words = {
        "cp1250": ["Łódź", "Częstochowa", "Wrocław", "Żółć"],
        "cp1251": ["Москва", "Новосибирск", "Екатеринбург", "Казань"],
        "shift_jis": ["東京都", "大阪府", "名古屋市", "札幌市"],
    }.get(encoding, ["Zürich", "Genève", "Coruña", "Düsseldorf"])
    text = "id;place\n" + "".join(f"{i};{word}\n" for i, word in enumerate(words))
    assert table_of(tmp_path, text.encode(encoding)).column("place").tolist() == words


def test_a_guessed_encoding_is_told_and_can_be_overruled(tmp_path: Path) -> None:
    data = "id,place\n1,İstanbul\n".encode("cp1254")
    assert [n.code for n in table_of(tmp_path, data).notices] == ["encoding_guessed"]
    assert table_of(tmp_path, data, encoding="cp1254").column("place").tolist() == ["İstanbul"]
    with pytest.raises(InputError, match="no encoding 'klingon'"):
        table_of(tmp_path, data, encoding="klingon")


@pytest.mark.parametrize(
    "names",
    [
        ["Zürich"],
        ["São Paulo"],
        ["Malmö"],
        ["Málaga", "Orléans", "Béziers"],
        ["Tromsø", "Köln", "Ünye", "Å"],
        ["Gijón", "Cádiz", "Trois-Rivières"],
        ["Angoulême", "Forlì", "Goiânia"],
        ["Genève", "Ibagué", "København"],
    ],
    ids=lambda names: names[0],
)
def test_few_western_names_are_not_taken_for_chinese(tmp_path: Path, names: list[str]) -> None:
    text = "id,name,city,sales\n" + "".join(f"{i},Shop {i},{name},{10 * i}\n" for i, name in enumerate(names))
    assert table_of(tmp_path, text.encode("cp1252")).column("city").tolist() == names


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("big5", ["台北市", "高雄市", "臺中市", "新竹"]),
        ("big5", ["台北"]),
        ("shift_jis", ["東京", "大阪市", "名古屋", "横浜市", "札幌"]),
        ("cp1254", ["İstanbul", "Eskişehir", "Muğla"]),
        ("cp1250", ["Łódź", "Kraków"]),
    ],
)
def test_few_names_of_others_are_not_taken_for_western(tmp_path: Path, encoding: str, names: list[str]) -> None:
    text = "id,name,city,sales\n" + "".join(f"{i},Shop {i},{name},{10 * i}\n" for i, name in enumerate(names))
    assert table_of(tmp_path, text.encode(encoding)).column("city").tolist() == names


def test_mixed_encodings_lose_nothing(tmp_path: Path) -> None:
    data = "id,place\n1,Zürich\n2,Köln\n3,Ærø\n".encode() + "4,Genève\n".encode("cp1252")
    table = table_of(tmp_path, data)
    assert table.column("place").tolist() == ["Zürich", "Köln", "Ærø", "Genève"]
    (notice,) = table.notices
    assert notice.code == "mixed_encodings"
    assert "line 5" in notice.message


def test_title_lines_above_the_header(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'Accounts by owner,,\nDate,2024-01-01,\n,,\nAccount ID,Account Name,Annual Revenue\n1,x,"$1,200.50"\n')
    assert table.names == ("Account ID", "Account Name", "Annual Revenue")
    assert table.row_numbers.tolist() == [5]


def test_no_header_is_recognised_and_told(tmp_path: Path) -> None:
    table = table_of(tmp_path, "01001\t55869\n01003\t223234\n")
    assert table.names == ("column_1", "column_2")
    assert table.column("column_1").tolist() == ["01001", "01003"]
    assert [n.code for n in table.notices] == ["no_header"]


def test_years_may_be_column_names(tmp_path: Path) -> None:
    assert table_of(tmp_path, "Area,2018,2019\nA,5,6\nB,7,8\n").names == ("Area", "2018", "2019")


def test_header_row_can_be_said(tmp_path: Path) -> None:
    assert table_of(tmp_path, "a,b\nc,d\n1,2\n", header_row=2).names == ("c", "d")
    assert len(table_of(tmp_path, "a,b\nc,d\n1,2\n", header_row=0)) == 3


def test_duplicate_and_empty_headers_are_renamed(tmp_path: Path) -> None:
    table = table_of(tmp_path, "id,id,,name\n1,2,3,4\n")
    assert table.names == ("id", "id_2", "column_3", "name")
    assert [n.code for n in table.notices] == ["duplicate_headers"]


def test_row_numbers_count_blank_lines_and_cells_of_several_lines_as_a_spreadsheet_does(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'id,name\n\n1,"two\nlines"\n2,b\n\n\n3,c\n')
    assert table.column("id").tolist() == ["1", "2", "3"]
    assert table.row_numbers.tolist() == [3, 4, 7]


def test_short_rows_are_padded_and_long_rows_set_aside(tmp_path: Path) -> None:
    table = table_of(tmp_path, "id,name,sales\n1,a,5\n2,b\n3,c,6,,\n4,d,7,extra\n5,e,8\n")
    assert table.column("id").tolist() == ["1", "2", "3", "5"]
    assert table.row_numbers.tolist() == [2, 3, 4, 6]
    assert [(m.row, m.cells) for m in table.malformed] == [(5, ("4", "d", "7", "extra"))]
    assert [n.code for n in table.notices] == ["short_rows"]


def test_trailing_separators_everywhere(tmp_path: Path) -> None:
    table = table_of(tmp_path, "id,name\n1,a,\n2,b,\n3,c,\n")
    assert table.column("id").tolist() == ["1", "2", "3"]
    assert not table.malformed


def test_an_unclosed_quote_swallows_nothing(tmp_path: Path) -> None:
    lines = "".join(f"{i},name {i}\n" for i in range(30))
    table = table_of(tmp_path, f'id,name\n{lines}30,"open\n31,c\n32,d\n')
    assert len(table) == 33
    assert [n.code for n in table.notices] == ["unclosed_quote"]
    with pytest.raises(InputError, match=r"row 3 of f\.csv is never closed") as caught:
        table_of(tmp_path, 'id,name\n1,"a, b"\n2,"open\n3,"c, d, e"\n')
    assert caught.value.row == 3


def test_carriage_returns_alone_end_lines(tmp_path: Path) -> None:
    assert table_of(tmp_path, "id,name\r1,a\r2,b\r").column("id").tolist() == ["1", "2"]


def test_gzip(tmp_path: Path) -> None:
    assert table_of(tmp_path, gzip.compress(b"id,name\n1,a\n"), name="f.csv.gz").records() == [{"id": "1", "name": "a"}]


def test_naughty_strings_come_back_byte_for_byte(tmp_path: Path, shared_data: Path) -> None:
    strings = json.loads((shared_data / "bad_input" / "blns" / "blns.json").read_text("utf-8"))
    strings = [text for text in strings if "\x00" not in text]
    lines = ["id,name", *(f"{i},{_quoted(text)}" for i, text in enumerate(strings))]
    assert table_of(tmp_path, "\n".join(lines)).column("name").tolist() == strings


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
