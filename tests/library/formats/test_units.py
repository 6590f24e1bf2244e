"""The account of every row."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from bailiwick.errors import InputError
from bailiwick.formats import read_units

DIRTY = """Account ID,Account Name,Lat,Lng,Sales,Note
001,Good,34.2,-86.2,"$1,200",=1+1
,No id,34.2,-86.2,5,
003,No sales,34.2,-86.2,n/a,
004,Bad sales,34.2,-86.2,lots,
005,Minus,34.2,-86.2,-5,
006,Impossible,95,200,5,
007,No position,,,5,
001,Again,34.3,-86.3,5,
009,Too,34.2,-86.2,5,many,cells
010,Zero,0,0,5,
"""


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    path = tmp_path / "dirty.csv"
    path.write_text(DIRTY)
    return path


def test_every_reason(dirty: Path) -> None:
    found = read_units(dirty, measure_names=["sales"])
    assert (found.n_rows_read, found.n_rows_used, found.n_rows_rejected) == (10, 1, 9)
    assert dict(zip(found.rejected.rows.tolist(), found.rejected.reason_codes, strict=True)) == {
        3: "missing_id",
        4: "missing_measure",
        5: "bad_measure",
        6: "negative_measure",
        7: "impossible_coordinates",
        8: "no_position",
        9: "duplicate_id",
        10: "too_many_cells",
        11: "zero_coordinates",
    }
    reasons = dict(zip(found.rejected.rows.tolist(), found.rejected.reasons, strict=True))
    assert reasons[5] == "measure 'sales' (column 'Sales') is not a number (found 'lots')"
    assert reasons[9] == "id '001' stands already in row 2"
    assert found.notices[0].code == "most_rows_rejected"
    assert found.notices[0].message.startswith("ATTENTION: more than half")


def test_rejected_rows_are_written_safe_for_spreadsheets(dirty: Path, tmp_path: Path) -> None:
    dirty.write_text(DIRTY.replace("No id,34.2,-86.2,5,", "=cmd(),34.2,-86.2,5,@x"))
    found = read_units(dirty, measure_names=["Sales"])
    found.rejected.write_csv(tmp_path / "rejected.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "rejected.csv").read_text("utf-8"))))
    assert list(rows[0]) == ["row", "reason_code", "reason", "Account ID", "Account Name", "Lat", "Lng", "Sales", "Note"]
    assert [row["row"] for row in rows] == [str(n) for n in range(3, 12)]
    assert rows[0]["Account Name"] == "'=cmd()"
    assert rows[0]["Note"] == "'@x"
    assert rows[0]["Lng"] == "-86.2"
    assert rows[3]["Sales"] == "-5"
    assert [rows[7][name] for name in ("Account ID", "Account Name", "Note")] == ["009", "Too", "many"]


def test_missing_measures_can_count_as_zero(dirty: Path) -> None:
    found = read_units(dirty, measure_names=["Sales"], missing_measure="zero")
    assert found.units.ids.tolist() == ["001", "003"]
    assert found.units.measures["Sales"].tolist() == [1200.0, 0.0]
    assert [n.count for n in found.notices if n.code == "missing_measure_as_zero"] == [1]


def test_of_rows_with_one_id_the_first_usable_one_is_kept() -> None:
    frame = pd.DataFrame({"id": ["a", "a", "a"], "lon": [None, 1.0, 2.0], "lat": [None, 1.0, 2.0]})
    found = read_units(frame)
    assert found.units.coordinates.tolist() == [[1.0, 1.0]]
    assert found.rejected.counts == {"no_position": 1, "duplicate_id": 1}


def test_a_clean_table_has_nothing_rejected(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["a", "b"], "name": ["A", ""], "lon": [1.0, 2.0], "lat": [1.0, 2.0], "colour": ["red", None]})
    found = read_units(frame)
    assert len(found.rejected) == 0
    assert found.rejected.counts == {}
    assert found.units.labels.tolist() == ["A", "b"]
    assert found.units.attributes["colour"].tolist() == ["red", ""]
    found.rejected.write_csv(tmp_path / "rejected.csv")
    assert (tmp_path / "rejected.csv").read_text() == "row,reason_code,reason,name,id,lon,lat,colour\n".replace("name,id", "id,name")


def test_what_was_chosen_is_said(dirty: Path) -> None:
    found = read_units(dirty, measure_names=["Sales"], column_map={"name": "Note"})
    assert {field: c.column for field, c in found.chosen.items()} == {
        "id": "Account ID",
        "name": "Note",
        "lon": "Lng",
        "lat": "Lat",
        "Sales": "Sales",
    }
    assert found.chosen["name"].how == "said so by the user"
    (told,) = [n for n in found.notices if n.code == "columns_chosen"]
    assert "id = 'Account ID'" in told.message


def test_arrow_tables_and_what_speaks_their_interface() -> None:
    class Frame:
        def __init__(self, table: pa.Table) -> None:
            self.table = table

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return self.table.__arrow_c_stream__(requested_schema)

    table = pa.table(
        {"id": pa.array(["007", "008"]).dictionary_encode(), "lon": [1.0, 2.0], "lat": [1, 2], "sales": pa.array([5, 6], pa.int16())}
    )
    for source in (table, Frame(table)):
        found = read_units(source, measure_names=["sales"])
        assert found.units.ids.tolist() == ["007", "008"]
        assert found.units.measures["sales"].tolist() == [5.0, 6.0]


def test_frames_with_named_index_mixed_objects_and_missing_values() -> None:
    frame = pd.DataFrame(
        {
            "lon": [1, 2.5, None],
            "lat": [1.0, 2.0, 3.0],
            "mixed": [1, "x", None],
            "when": pd.to_datetime(["2024-01-01", None, "2024-01-03"]),
        },
        index=pd.Index(["a", "b", "c"], name="id"),
    )
    found = read_units(frame)
    assert found.units.ids.tolist() == ["a", "b"]
    assert found.units.attributes["mixed"].tolist() == ["1", "x"]
    assert found.units.attributes["when"].tolist()[1] == ""
    assert found.rejected.rows.tolist() == [3]


def test_files_of_columns(tmp_path: Path) -> None:
    table = pa.table({"id": ["01", "02"], "lon": [1.0, 2.0], "lat": [1.0, 2.0]})
    pq.write_table(table, tmp_path / "f.parquet")
    with pa.OSFile(str(tmp_path / "f.arrow"), "wb") as stream, pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table)
    with pa.OSFile(str(tmp_path / "s.arrow"), "wb") as stream, pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    for name in ("f.parquet", "f.arrow", "s.arrow"):
        assert read_units(tmp_path / name).units.ids.tolist() == ["01", "02"]


def test_naughty_strings_as_ids_and_names(tmp_path: Path, shared_data: Path) -> None:
    strings = json.loads((shared_data / "bad_input" / "blns" / "blns.json").read_text("utf-8"))
    ids = list(dict.fromkeys(text for text in strings if text.strip() and "\x00" not in text))
    frame = pd.DataFrame({"id": ids, "name": ids[::-1], "lon": 8.5, "lat": 47.4, "note": ids})
    frame.to_csv(tmp_path / "blns.csv", index=False)
    for source in (frame, tmp_path / "blns.csv"):
        found = read_units(source)
        assert found.units.ids.tolist() == ids
        assert found.units.names.tolist() == ids[::-1]
        assert found.units.attributes["note"].tolist() == ids


def test_decimal_comma_and_semicolons(tmp_path: Path) -> None:
    path = tmp_path / "umsatz.csv"
    path.write_bytes(
        "Kunden-Nr.;Firma;Längengrad;Breitengrad;Umsatz\n0017;Müller;8,54;47,37;1.234,50\n0018;Meier;7,45;46,95;2.000\n".encode("cp1252")
    )
    found = read_units(path, measure_names=["revenue"])
    assert found.units.ids.tolist() == ["0017", "0018"]
    assert found.units.names.tolist() == ["Müller", "Meier"]
    assert found.units.coordinates.tolist() == [[8.54, 47.37], [7.45, 46.95]]
    assert found.units.measures["revenue"].tolist() == [1234.5, 2000.0]


def test_many_rows_are_read_without_a_loop_over_rows(tmp_path: Path) -> None:
    n = 50_000
    numbers = np.arange(n)
    table = pa.table({"id": numbers.astype(str), "lon": -100 + numbers % 40 / 2, "lat": 30 + numbers % 15, "sales": numbers % 7})
    pacsv.write_csv(table, tmp_path / "big.csv")
    found = read_units(tmp_path / "big.csv", measure_names=["sales"])
    assert found.n_rows_used == n
    assert found.units.measures["sales"].sum() == (numbers % 7).sum()


def test_header_without_rows(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("id,lon,lat\n")
    with pytest.raises(InputError, match="has a header but no rows"):
        read_units(tmp_path / "f.csv")
