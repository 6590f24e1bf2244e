"""Locks and groups from the columns of a ready table."""

from __future__ import annotations

import numpy as np

from bailiwick.api.rules import group_numbers, text_column
from bailiwick.domain import UnitTable


def units_with(numbers: list[float]) -> UnitTable:
    ids = np.array([str(i) for i in range(len(numbers))], dtype=object)
    return UnitTable(ids, np.zeros((len(numbers), 2)), {"key": np.array(numbers)})


def test_large_numbers_stay_apart_as_text() -> None:
    units = units_with([1234567.0, 1234568.0, 1234567.0])
    assert text_column(units, "key", option="group").tolist() == ["1234567", "1234568", "1234567"]
    assert group_numbers(units, "key").tolist() == [0, 1, 0]


def test_fractions_keep_every_digit() -> None:
    assert text_column(units_with([0.1234567, 2.0]), "key", option="lock").tolist() == ["0.1234567", "2"]
