"""Coordinates: their spellings, hidden in text, zero, swapped, without sign, impossible."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from bailiwick.errors import InputError
from bailiwick.formats import UnitImport, read_units
from bailiwick.formats.coordinates import parse_degrees, parse_location


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("34.25", 34.25),
        ("34,25", 34.25),
        ("−86.5", -86.5),
        ("+5", 5.0),
        ("N 34 15", 34.25),
        ("86° 12' W", -86.2),
        ("34.5 S", -34.5),
        ("37°36'36\"N", 37.61),
        ("121°30'00\"W", -121.5),
    ],
)
def test_degrees(text: str, degrees: float) -> None:
    for cells in ([text], [text, "here"]):
        assert parse_degrees(pa.array(cells)).values[0] == pytest.approx(degrees)


def test_garbled_and_missing_degrees_are_told_apart() -> None:
    found = parse_degrees(pa.array(["here", "1.2.3", "n/a", ""]))
    assert found.is_bad.tolist() == [True, True, False, False]
    assert found.is_missing.tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    "text",
    [
        "POINT (-86.15 34.22)",
        "point z(-86.15 34.22 5)",
        "SRID=4326;POINT(-86.15 34.22)",
        "2505 U S HIGHWAY 431 NORTH BOAZ, AL 35957 (34.22, -86.15)",
        "(34.22, -86.15)",
        "34.22,-86.15",
        "34.22 -86.15",
        "geo:34.22,-86.15;u=35",
        '{"type": "Point", "coordinates": [-86.15, 34.22]}',
        "https://maps.example/@34.22,-86.15,15z",
        "34°13'12.0\"N 86°9'0.0\"W",
    ],
)
def test_locations(text: str) -> None:
    lon, lat = parse_location(pa.array([text, "PO BOX 287 BETHEL, AK 99559", "call 555 1234", ""]))
    assert (lon[0], lat[0]) == (pytest.approx(-86.15), pytest.approx(34.22))
    assert np.isnan(lon[1:]).all()


def read(lon: list[object], lat: list[object], **columns: list[object]) -> UnitImport:
    return read_units(pd.DataFrame({"id": [f"u{i}" for i in range(len(lon))], "lon": lon, "lat": lat, **columns}))


def notices(found: UnitImport) -> dict[str, int]:
    return {n.code: n.count for n in found.notices if n.code.startswith(("coordinates", "far", "placed"))}


def test_null_island_and_a_single_zero_are_missing_and_placed_by_postcode() -> None:
    found = read([-86.2, 0, 0, -90.0], [34.2, 0, 35.1, 0], zip=["", "38103", "38103", ""], state=["AL", "TN", "TN", "TN"])
    assert found.units.placed_by.tolist() == ["coordinates", "postcode", "postcode"]
    assert found.rejected.counts == {"zero_coordinates": 1}
    assert found.rejected.rows.tolist() == [4]


def test_zeros_among_neighbours_of_zero_are_believed() -> None:
    assert read([-0.1, 0.0, 0.2], [51.5, 51.4, 51.6]).n_rows_used == 3  # London
    assert read([0, 1, 0, 1], [0, 0, 1, 1]).n_rows_used == 4  # a grid
    assert read([0, 1, 2, 3], [0, 0, 0, 0]).n_rows_used == 4  # a line on the equator


def test_columns_that_are_all_zero_are_no_positions() -> None:
    with pytest.raises(InputError, match="2 rows with a coordinate of exactly 0"):
        read([0, 0], [0, 0])


def test_swapped_columns_are_found_without_any_reference() -> None:
    found = read([34.2, 35.0, 36.1, 40.0], [-86.2, -95.0, -101.0, -75.0])
    assert found.units.coordinates[:, 0].tolist() == [-86.2, -95.0, -101.0, -75.0]
    assert notices(found) == {"coordinates_swapped": 4}


def test_one_swapped_row_among_good_ones() -> None:
    found = read([-96.2, -95.0, 33.0, -97.0], [34.2, 35.0, -96.0, 34.0])
    assert found.units.coordinates[2].tolist() == [-96.0, 33.0]
    assert notices(found) == {"coordinates_swapped": 1}


def test_swaps_and_lost_signs_judged_by_postcode_and_state() -> None:
    found = read(
        [-89.8, 35.0, 89.8, 35.0, -89.8],
        [35.0, -89.8, 35.0, 89.8, 35.0],
        zip=["38103", "38103", "38103", "38103", ""],
        state=["TN", "TN", "TN", "TN", "Tennessee"],
    )
    assert np.allclose(found.units.coordinates, [-89.8, 35.0])
    assert notices(found) == {"coordinates_swapped": 1, "coordinates_lost_sign": 1, "coordinates_swapped_lost_sign": 1}


def test_far_from_the_postcode_is_kept_and_told() -> None:
    found = read([-89.8, -122.3], [35.0, 47.6], zip=["38103", "38103"], country=["US", "US"])
    assert found.n_rows_used == 2
    assert notices(found) == {"far_from_postcode": 1}


def test_impossible_coordinates_are_rejected_even_with_a_postcode() -> None:
    found = read([-86.2, 500.0, -86.2], [34.2, 5.0, 95.0], zip=["38103"] * 3, country=["US"] * 3)
    assert found.rejected.counts == {"impossible_coordinates": 2}


def test_garbled_coordinates_are_placed_by_postcode_or_rejected() -> None:
    found = read(["-86.2", "west", "west"], ["34.2", "north", "north"], zip=["", "38103", ""], country=["US"] * 3)
    assert found.units.placed_by.tolist() == ["coordinates", "postcode"]
    assert found.rejected.counts == {"bad_coordinates": 1}


def test_hidden_coordinates_are_reported_with_the_option_that_helps() -> None:
    frame = pd.DataFrame({"id": ["a", "b"], "Where is it": ["Main St (34.2, -86.2)", "Oak St (34.3, -86.3)"]})
    with pytest.raises(InputError, match=r"--map 'location=Where is it'") as caught:
        read_units(frame)
    assert caught.value.code == "no_position_column"
    found = read_units(frame, column_map={"location": "Where is it"})
    assert found.units.coordinates.tolist() == [[-86.2, 34.2], [-86.3, 34.3]]
    with pytest.raises(InputError, match="holds no coordinates in any known form"):
        read_units(frame, column_map={"location": "id"})


def test_planar_coordinates_know_no_limits() -> None:
    frame = pd.DataFrame({"id": ["a", "b"], "x": [0, 5000.5], "y": ["0", "-900,25"]})
    found = read_units(frame, is_planar=True)
    assert found.units.is_planar
    assert found.units.coordinates.tolist() == [[0, 0], [5000.5, -900.25]]
    with pytest.raises(InputError, match="recognised as x and y"):
        read_units(frame.rename(columns={"x": "u", "y": "v"}), is_planar=True)
    assert read_units(frame.rename(columns={"x": "u", "y": "v"}), is_planar=True, column_map={"x": "u", "y": "v"}).n_rows_used == 2
