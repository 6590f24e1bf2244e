"""Numbers as people write them."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from bailiwick.formats.numbers import looks_numeric, parse_numbers

BAD, MISSING = "bad", "missing"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "2.5", "-3", "1e5", " 7 ", "+4"], [1, 2.5, -3, 1e5, 7, 4]),
        (["$22,700.00 ", "$342.09K", "-$3.00", "(5)", "5-", "12%"], [22700, 342090, -3, -5, -5, 0.12]),
        (["USD 1 200.5", "1200 USD", "1'000", "1 234 567", "1,23,456"], [1200.5, 1200, 1000, 1234567, 123456]),
        (["1.234,50", "12,5", "7", "1.234", "EUR 5,00", "1.234.567"], [1234.5, 12.5, 7, 1234, 5, 1234567]),
        (["1 Mio", "3 Mrd.", "2 Tsd", "1.5M", "2bn"], [1e6, 3e9, 2000, 1.5e6, 2e9]),
        (["1,234", "5,678"], [1234, 5678]),
        (["", "-", "n/a", "Not Available", "#N/A", "keine Angabe", "NULL", "."], [MISSING] * 8),
        (["x", "1/2", "inf", "1e999", "0x1A", "1.0.0", "0,,0", "0,0,0", "555 12"], [BAD] * 9),
        (["1,200.50", "12,50"], [1200.5, BAD]),  # never a hundred times too much
    ],
)
def test_text(cells: list[str], expected: list[object]) -> None:
    found = parse_numbers(pa.array(cells))
    for value, is_missing, is_bad, wanted in zip(found.values, found.is_missing, found.is_bad, expected, strict=True):
        assert (is_missing, is_bad) == (wanted == MISSING, wanted == BAD)
        if not isinstance(wanted, str):
            assert value == pytest.approx(wanted)
        else:
            assert math.isnan(value)


def test_groups_of_three_follow_the_rest_of_the_table() -> None:
    column = pa.array(["1,234", "5,678"])
    assert parse_numbers(column, decimal=",").values.tolist() == [1.234, 5.678]
    assert parse_numbers(pa.array(["1.234", "200.000"]), decimal=",").values.tolist() == [1234.0, 200000.0]
    assert parse_numbers(pa.array(["34.2", "-86.15"]), decimal=",").values.tolist() == [34.2, -86.15]


def test_number_columns() -> None:
    found = parse_numbers(pa.array([1.5, None, float("nan"), float("inf")]))
    assert found.values[0] == 1.5
    assert found.is_missing.tolist() == [False, True, True, False]
    assert found.is_bad.tolist() == [False, False, False, True]
    assert parse_numbers(pa.array([1, None, 3])).is_missing.tolist() == [False, True, False]


def test_shares_of_numbers() -> None:
    assert looks_numeric(pa.chunked_array([["1", "2", "x", ""]])) == (pytest.approx(2 / 3), 0.75)
    assert looks_numeric(pa.chunked_array([["", ""]])) == (0.0, 0.0)


def test_many_dressed_numbers() -> None:
    cells = [f"${i % 900 + 1},{i % 1000:03d}.50" for i in range(20_000)]
    wanted = np.array([(i % 900 + 1) * 1000 + i % 1000 + 0.5 for i in range(20_000)])
    assert (parse_numbers(pa.array(cells)).values == wanted).all()
