"""Matrices of travel, long and wide."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.errors import InputError
from bailiwick.formats.matrix import read_matrix, write_matrix

NAN = float("nan")


def test_a_long_file_with_km_and_strangers() -> None:
    rows = pd.DataFrame({"Origin": ["a", "b", "z"], "Destination": ["b", "a", "a"], "Minutes": [5, 7, 9], "km": [2.5, 3.5, 1]})
    found = read_matrix(rows, ["a", "b"])
    np.testing.assert_array_equal(found.minutes, np.array([[NAN, 5], [7, NAN]], np.float32))
    assert found.km is not None
    assert found.km[1, 0] == 3.5
    assert [n.code for n in found.notices] == ["travel_unknown_ids"]
    assert found.notices[0].examples == ("z",)


def test_seconds_become_minutes() -> None:
    found = read_matrix(pd.DataFrame({"from": ["a"], "to": ["b"], "duration_s": [90]}), ["a", "b"])
    assert found.minutes[0, 1] == 1.5


def test_a_wide_file() -> None:
    found = read_matrix(pd.DataFrame({"id": ["b", "a"], "a": [7, 0], "b": [0, 5], "note": ["", ""]}), ["a", "b"])
    np.testing.assert_array_equal(found.minutes, np.array([[0, 5], [7, 0]], np.float32))


def test_ids_may_have_lost_their_zeros() -> None:
    found = read_matrix(pd.DataFrame({"from": ["1"], "to": ["2"], "minutes": [3]}), ["001", "002"])
    assert found.minutes[0, 1] == 3
    assert [n.code for n in found.notices] == ["travel_zeros"]


@pytest.mark.parametrize("value", ["-1", "soon", "inf"])
def test_impossible_times_are_errors(tmp_path: Path, value: str) -> None:
    file = tmp_path / "m.csv"
    file.write_text(f"from,to,minutes\na,b,4\nb,a,{value}\n")
    with pytest.raises(InputError, match="zero or more") as raised:
        read_matrix(file, ["a", "b"])
    assert (raised.value.code, raised.value.row) == ("travel_value", 3)


def test_a_file_of_something_else_is_an_error() -> None:
    with pytest.raises(InputError, match="from, to and minutes") as raised:
        read_matrix(pd.DataFrame({"id": ["a"], "sales": [1]}), ["a", "b"])
    assert raised.value.code == "matrix_columns"
    with pytest.raises(InputError, match="names none of the places") as raised:
        read_matrix(pd.DataFrame({"from": ["x"], "to": ["y"], "minutes": [1]}), ["a", "b"])
    assert raised.value.code == "travel_ids"


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@given(seed=st.integers(0, 2**32 - 1))
def test_what_was_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, ending: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    ids = np.array([f"unit {i}" for i in range(n)], dtype=object)
    minutes, km = rng.uniform(0, 100, (n, n)).astype(np.float32), rng.uniform(0, 100, (n, n)).astype(np.float32)
    np.fill_diagonal(minutes, 0)
    file = tmp_path_factory.mktemp("m") / f"matrix.{ending}"
    write_matrix(file, ids, ids, minutes, km)
    found = read_matrix(file, ids)
    is_other = ~np.eye(n, dtype=bool)
    np.testing.assert_allclose(found.minutes[is_other], minutes[is_other], atol=6e-4)
    assert found.km is not None
    np.testing.assert_allclose(found.km[is_other], km[is_other], atol=6e-5)


def test_only_two_kinds_of_file_are_written(tmp_path: Path) -> None:
    ids = np.array(["a"], dtype=object)
    with pytest.raises(InputError) as raised:
        write_matrix(tmp_path / "m.xlsx", ids, ids, np.zeros((1, 1)), None)
    assert raised.value.code == "unknown_format"
