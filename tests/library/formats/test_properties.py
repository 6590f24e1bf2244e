"""Whatever the file: every row is accounted for, and nothing but an InputError comes out."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bailiwick.errors import InputError
from bailiwick.formats import Table, read_table, read_units
from bailiwick.formats.delimited import read_delimited
from bailiwick.formats.numbers import parse_numbers

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

ids = st.one_of(st.integers(0, 12).map(str), st.text(max_size=6), st.sampled_from(["", " ", "007", "=1+1", "null"]))
numbers = st.one_of(
    st.floats(-200, 200).map(lambda x: f"{x:.4f}"),
    st.sampled_from(["", "n/a", "0", "0.0", "-", "abc", "1e999", "nan", "34,2", "95", "-86.2", "34.2", "99999"]),
)
measures = st.one_of(st.integers(-5, 5000).map(str), st.sampled_from(["", "n/a", "$1,200.50", "342.09K", "x", "(5)", "12%", "inf"]))
postcodes = st.sampled_from(["", "38103", "2138", "02138", "K1A 0B1", "99999", "n/a", "38103-1234"])
places = st.sampled_from(["", "Memphis", "Springfield", "Zürich", "Nowhere at all", "St. Paul, Minnesota"])
states = st.sampled_from(["", "TN", "Tennessee", "XX"])
rows = st.lists(st.tuples(ids, numbers, numbers, measures, postcodes, places, states), min_size=1, max_size=25)
HEADER = ("Account ID", "Lat", "Lng", "Annual Revenue", "Zip", "City", "State")


@QUICK
@given(rows)
def test_rows_read_are_rows_used_plus_rows_rejected(records: list[tuple[str, ...]]) -> None:
    table = Table.from_columns({name: [record[i] for record in records] for i, name in enumerate(HEADER)})
    try:
        found = read_units(table, measure_names=["Annual Revenue"])
    except InputError as error:
        assert error.code == "no_usable_rows"
        return
    assert found.n_rows_read == len(records) == found.n_rows_used + found.n_rows_rejected
    assert len(set(found.units.ids)) == found.n_rows_used
    assert np.isfinite(found.units.coordinates).all()
    assert set(found.units.placed_by) <= {"coordinates", "postcode", "place"}
    assert found.rejected.rows.tolist() == sorted(set(found.rejected.rows.tolist()))
    assert all(reason for reason in found.rejected.reasons)


@QUICK
@given(rows, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_a_written_file_reads_like_the_table_in_memory(records: list[tuple[str, ...]], separator: str, encoding: str) -> None:
    records = [tuple(cell.replace("\x00", "") for cell in record) for record in records]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([HEADER, *records])
    try:
        data = stream.getvalue().encode(encoding)
    except UnicodeEncodeError:  # lone surrogates are no text
        return
    table = read_delimited(data, source="f.csv")
    assert table.names == HEADER
    kept = [record for record in records if any(cell.strip() for cell in record)]
    assert [tuple(row.values()) for row in table.records()] == kept


@QUICK
@given(st.binary(max_size=400))
@example(b"PK\x03\x04 no zip")
@example(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook")
@example(b"PAR1 no parquet")
@example(b"ARROW1 no arrow")
@example(b"\xff\xff\xff\xff\x10\x00\x00\x00 no stream")
@example(b"SQLite format 3\x00 no database")
@example(b"\x00\x00\x27\x0a no shapes")
@example(b"\x1f\x8b no gzip")
@example(b'{"type": "FeatureCollection", "features": [{"type": "Feature"')
@example(b'{"type": "Topology", "objects": {"a": {"type": "Polygon", "arcs": [[7]]}}, "arcs": []}')
@example(b'{"type": "Topology", "objects": {"a": {"type": "GeometryCollection", "geometries": 5}}, "arcs": []}')
@example(b"\xff\xfe\x00")
def test_no_bytes_raise_anything_but_an_input_error(tmp_path_factory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(data)
    for reader in (read_table, read_units):
        try:
            reader(path)
        except InputError as error:
            assert str(error)
            assert error.code


@QUICK
@given(st.lists(st.one_of(numbers, measures, st.text(max_size=8)), max_size=20))
def test_every_cell_is_a_number_or_missing_or_bad(cells: list[str]) -> None:
    try:
        column = pa.array(cells, pa.string())
    except UnicodeEncodeError:
        return
    found = parse_numbers(column)
    assert not (found.is_missing & found.is_bad).any()
    assert (np.isfinite(found.values) == ~(found.is_missing | found.is_bad)).all()


@QUICK
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_plain_numbers_come_back_exactly(values: list[float]) -> None:
    assert parse_numbers(pa.array([repr(value) for value in values])).values.tolist() == values
