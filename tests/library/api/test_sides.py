"""Measures beside the units of a table that is compared."""

from __future__ import annotations

from pathlib import Path

import bailiwick as bw
from bailiwick.api.sides import read_side


def test_a_column_that_numbers_the_rows_is_not_taken_for_the_ids(tmp_path: Path) -> None:
    before, after = tmp_path / "before.csv", tmp_path / "after.csv"
    before.write_text("rank,unit_id,territory_id,people\n1,3,N,30\n2,1,N,10\n3,2,S,20\n")
    after.write_text("unit_id,territory_id\n1,N\n2,S\n3,S\n")
    comparison = bw.compare(before, after)
    assert comparison.moved_unit_ids == ["3"]
    assert comparison.disruption == {"rank": 1 / 6, "people": 0.5, "units": 1 / 3}


def test_ids_that_look_like_formulas_keep_their_measures(tmp_path: Path) -> None:
    path = tmp_path / "alignment.csv"
    path.write_text("unit_id,territory_id,people\n'=1,N,30\n'-b,S,10\nc,,5\nd,S,20\n")
    side = read_side(path)
    assert side.unit_ids.tolist() == ["=1", "-b", "d"]
    assert side.measures["people"].tolist() == [30.0, 10.0, 20.0]


def test_negative_columns_are_no_measures(tmp_path: Path) -> None:
    path = tmp_path / "alignment.csv"
    path.write_text("unit_id,territory_id,longitude,people\na,N,-86.5,30\nb,S,-90.1,10\n")
    assert list(read_side(path).measures) == ["people"]


def test_coordinates_are_no_measures(tmp_path: Path) -> None:
    path = tmp_path / "alignment.csv"
    path.write_text("unit_id,territory_id,x,y,Longitude,people\na,N,3,1,8.6,30\nb,S,4,1,8.7,10\n")
    assert list(read_side(path).measures) == ["people"]
