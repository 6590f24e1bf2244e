"""Reps, neighbour pairs and alignments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bailiwick.domain import Adjacency, RepTable
from bailiwick.errors import InputError
from bailiwick.formats import read_adjacency, read_alignment, read_reps


def test_reps_with_homes_by_coordinates_postcode_and_place() -> None:
    frame = pd.DataFrame(
        {
            "Rep ID": ["r1", "r2", "r3", "r4"],
            "Sales Rep": ["Ann", "Bo", "", "Dee"],
            "Lat": ["35.1", "", "", ""],
            "Lng": ["-90.0", "", "", ""],
            "Zip": ["", "60601", "", ""],
            "City": ["", "", "Saint Paul", ""],
            "State": ["TN", "IL", "MN", ""],
            "Hours": ["1,600", "800", "1600", "400"],
            "Team": ["a", "a", "b", "b"],
        }
    )
    reps = read_reps(frame)
    assert reps.ids.tolist() == ["r1", "r2", "r3", "r4"]
    assert reps.labels.tolist() == ["Ann", "Bo", "r3", "Dee"]
    assert reps.placed_by.tolist() == ["coordinates", "postcode", "place", ""]
    assert reps.has_home.tolist() == [True, True, True, False]
    assert reps.capacity.tolist() == [1600, 800, 1600, 400]
    assert reps.attributes["Team"].tolist() == ["a", "a", "b", "b"]
    assert [(n.code, n.examples) for n in reps.notices if n.code == "no_home"] == [("no_home", ("r4",))]


def test_reps_without_anything_but_names() -> None:
    reps = read_reps(pd.DataFrame({"Salesperson": ["Ann", "Bo"]}))
    assert reps.ids.tolist() == ["Ann", "Bo"]
    assert reps.capacity.tolist() == [1.0, 1.0]
    assert not reps.has_home.any()


def test_planar_reps_and_maps() -> None:
    reps = read_reps(
        pd.DataFrame({"who": ["a", "b"], "x": [0, 500], "y": [1, 2], "share": [1, 2]}),
        column_map={"id": "who", "capacity": "share"},
        is_planar=True,
    )
    assert reps.coordinates.tolist() == [[0, 1], [500, 2]]
    assert reps.capacity.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("columns", "words", "code"),
    [
        ({"id": ["a", "b"], "capacity": ["1", "0"]}, "first is row 2 with '0'", "capacity"),
        ({"id": ["a", "b"], "fte": ["1", ""]}, "must be a positive number", "capacity"),
        ({"id": ["a", "a"]}, "'a' stands in row 1 and again in row 2", "duplicate_id"),
        ({"id": ["a", " "], "name": ["A", "B"]}, "id of the rep in row 2", "missing_id"),
        ({"id": []}, "no reps below it", "no_rows"),
    ],
)
def test_reps_that_cannot_be(columns: dict[str, list[str]], words: str, code: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_reps(pd.DataFrame(columns, dtype=object))
    assert caught.value.code == code


def test_the_rep_table_checks_itself() -> None:
    ids, homes = np.array(["a", "b"], object), np.array([[8.5, 47.4], [np.nan, 3.0]])
    reps = RepTable(ids, homes)
    assert reps.n_reps == len(reps) == 2
    assert np.isnan(reps.coordinates[1]).all()
    assert not reps.coordinates.flags.writeable
    for wrong, capacity, words in (
        (np.array([[200.0, 0], [0, 0]]), np.empty(0), "longitude -180..180"),
        (homes, np.array([1.0, -1.0]), "expected a positive number"),
        (homes, np.ones(3), "capacity has 3 rows but there are 2 reps"),
    ):
        with pytest.raises(InputError, match=words):
            RepTable(ids, wrong, capacity)
    with pytest.raises(InputError, match="no reps"):
        RepTable(np.empty(0, object), np.empty((0, 2)))


def test_neighbour_pairs(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("unit_a,unit_b,border_km\n01,02,5.5\n02,03,\n01,01,9\n03,99,1\n")
    found = read_adjacency(path, ["01", "02", "03"])
    assert found.pairs.tolist() == [[0, 1], [1, 2]]
    assert found.border_km.tolist() == [5.5, 0.0]
    assert [(n.code, n.count, n.examples) for n in found.notices] == [("adjacency_unknown_ids", 1, ("99",))]
    assert found.n_rows_read == 4
    assert Adjacency.from_pairs(3, np.asarray(found), border_km=found.border_km).pairs.tolist() == [[0, 1], [1, 2]]


def test_neighbour_pairs_by_position_and_without_zeros() -> None:
    found = read_adjacency(pd.DataFrame({"left": ["1", "2"], "right": ["2", "3"]}), ["01", "02", "03"])
    assert found.pairs.tolist() == [[0, 1], [1, 2]]
    assert [n.code for n in found.notices] == ["adjacency_zeros"]
    assert found.border_km is None


def test_neighbour_pairs_that_fit_nothing() -> None:
    with pytest.raises(InputError, match="names no pair of the units: its ids look like 'x', 'y'"):
        read_adjacency(pd.DataFrame({"a": ["x"], "b": ["y"]}), ["01", "02"])
    with pytest.raises(InputError, match="expected unit_a and unit_b"):
        read_adjacency(pd.DataFrame({"a": ["x"]}), ["01", "02"])
    with pytest.raises(InputError, match="no field 'c' to map"):
        read_adjacency(pd.DataFrame({"a": ["x"], "b": ["y"]}), ["x", "y"], column_map={"c": "a"})


def test_a_file_of_neighbours_without_rows(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("unit_a,unit_b\n")
    with pytest.raises(InputError, match=r"pairs\.csv has a header but no pairs") as caught:
        read_adjacency(tmp_path / "pairs.csv", np.array(["a", "b"], object))
    assert caught.value.code == "no_rows"


def test_a_rep_who_stands_twice_is_named_with_both_rows(tmp_path: Path) -> None:
    (tmp_path / "reps.csv").write_text("rep_id,name\nR1,Ann\nR2,Bo\nR1,Cy\n")
    with pytest.raises(InputError, match=r"'R1' stands in row 2 and again in row 4 of reps\.csv") as caught:
        read_reps(tmp_path / "reps.csv")
    assert caught.value.row == 4


def test_census_counties(shared_data: Path) -> None:
    """Blanks mean "same as above"; every county stands beside itself."""
    ids = ["01001", "01021", "01047", "01051", "35013"]
    found = read_adjacency(shared_data / "geo_us_counties" / "county_adjacency.txt", ids)
    pairs = {tuple(sorted((ids[a], ids[b]))) for a, b in found.pairs}
    assert pairs == {("01001", "01021"), ("01001", "01047"), ("01001", "01051"), ("01021", "01047"), ("01021", "01051")}
    assert found.n_rows_read == 22_200


def test_alignments(tmp_path: Path) -> None:
    path = tmp_path / "alignment.csv"
    path.write_text("unit_id,territory_id,population\n01,north,5\n02,south,6\n03,,7\n01,north,5\n")
    for source in (path, tmp_path, pd.read_csv(path, dtype=str)):
        found = read_alignment(source)
        assert dict(found) == {"01": "north", "02": "south"}
        assert len(found) == 2
        assert found["02"] == "south"
        assert found.unit_ids.tolist() == ["01", "02"]
        assert {n.code for n in found.notices} == {"alignment_incomplete", "alignment_repeats"}


@pytest.mark.parametrize(
    "columns", [("ObjectId", "Territory2Id"), ("Account ID", "Territory Name"), ("zip", "district"), ("Kundennummer", "Gebiet")]
)
def test_alignments_made_elsewhere(columns: tuple[str, str]) -> None:
    assert dict(read_alignment(pd.DataFrame({columns[0]: ["007"], columns[1]: ["x"]}))) == {"007": "x"}


def test_alignments_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no alignment\.csv"):
        read_alignment(tmp_path)
    with pytest.raises(InputError, match="two territories in the table: 'x' in row 1 and 'y' in row 2") as caught:
        read_alignment(pd.DataFrame({"unit_id": ["a", "a"], "territory_id": ["x", "y"]}))
    assert caught.value.row == 2
    frame = pd.DataFrame({"who": ["a"], "where": ["x"]})
    with pytest.raises(InputError, match="no column of the table was recognised as unit_id"):
        read_alignment(frame)
    assert dict(read_alignment(frame, column_map={"id": "who", "territory": "where"})) == {"a": "x"}
