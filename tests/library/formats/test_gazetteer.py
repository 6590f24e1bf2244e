"""Places and postcodes without a network."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from bailiwick.formats import read_units
from bailiwick.formats.gazetteer import place_by_name, place_by_postcode, place_keys, zip_table
from bailiwick.formats.regions import country_code, division_code, us_state_code


def where(place: str, state: str = "", country: str = "") -> tuple[float, float, bool]:
    found = place_by_name(*(np.array([text], object) for text in (place, state, country)))
    return (*found.coordinates[0].tolist(), bool(found.is_ambiguous[0]))


def test_us_postcodes() -> None:
    countries = np.array(["US", "US", "PR", "US", "DE", ""], object)
    found = place_by_postcode(pa.array(["38103", "35957-1234", "00926", "00000", "10115", "38103"]), countries)
    assert np.isfinite(found).all(axis=1).tolist() == [True, True, True, False, False, False]
    assert found[0] == pytest.approx([-90.05, 35.15], abs=0.1)


def test_entries_at_zero_are_not_known() -> None:
    """The package has some 870 codes, mostly of the armed forces, at 0/0."""
    assert np.isnan(place_by_postcode(pa.array(["09001"]), np.array(["US"], object))).all()
    known = np.isfinite(zip_table().coordinates).all(axis=1)
    assert 41_000 < known.sum() < 42_500
    assert not (zip_table().coordinates[known] == 0).any()


@pytest.mark.parametrize(
    ("query", "lon", "lat"),
    [
        (("Saint Paul", "Minnesota"), -93.1, 44.95),
        (("St. Paul", "MN", "US"), -93.1, 44.95),
        (("Washington", "DC", "US"), -77.0, 38.9),
        (("Toronto", "Ontario", "CA"), -79.4, 43.7),
        (("München", "Bayern", "DE"), 11.58, 48.14),
        (("Munich", "", "DE"), 11.58, 48.14),
        (("Genf", "", "CH"), 6.15, 46.2),
        (("ZURICH", "", ""), 8.55, 47.37),
        (("New York City", "New York", "US"), -73.98, 40.75),
    ],
)
def test_places(query: tuple[str, ...], lon: float, lat: float) -> None:
    found = where(*query)
    assert found[:2] == (pytest.approx(lon, abs=0.1), pytest.approx(lat, abs=0.1))
    assert not found[2]


def test_of_several_places_the_most_populous_is_taken_and_told() -> None:
    lon, lat, is_ambiguous = where("Springfield", "", "US")
    assert (lon, lat) == (pytest.approx(-93.3, abs=0.1), pytest.approx(37.2, abs=0.1))  # Missouri
    assert is_ambiguous
    assert where("Springfield", "Illinois", "US") == (pytest.approx(-89.65, abs=0.1), pytest.approx(39.8, abs=0.1), False)


def test_unknown_places_and_places_of_another_state_are_not_found() -> None:
    assert np.isnan(where("Nowhere at all")[0])
    assert np.isnan(where("Springfield", "Alaska", "US")[0])
    assert np.isnan(where("")[0])


def test_keys_of_places() -> None:
    assert place_keys(pa.array(["St. Paul", "Sault Ste Marie", "Ft. Worth", "Coeur d'Alene", "Aßlar", "東京"])).to_pylist() == [
        "saint paul",
        "sault sainte marie",
        "fort worth",
        "coeur dalene",
        "asslar",
        "東京",
    ]


def test_regions() -> None:
    assert [country_code(t) for t in ("USA", "Deutschland", "GB", "gbr", "Atlantis", "")] == ["US", "DE", "GB", "GB", "", ""]
    assert [us_state_code(t) for t in ("Minnesota", "mn", "D.C.", "Bavaria")] == ["MN", "MN", "DC", ""]
    assert [division_code(*t) for t in (("Bayern", "DE"), ("ON", "CA"), ("Wales", "GB"), ("Utopia", "FR"))] == ["02", "08", "WLS", ""]


def test_city_and_state_in_one_column() -> None:
    frame = pd.DataFrame(
        {"id": ["a", "b", "c", "d"], "Headquarters": ["Saint Paul, Minnesota", "Dublin, Ireland", "London, UK", "Chicago, IL, USA"]}
    )
    found = read_units(frame)
    assert found.units.placed_by.tolist() == ["place"] * 4
    assert found.units.coordinates[1] == pytest.approx([-6.25, 53.35], abs=0.1)


def test_a_german_postcode_is_not_taken_for_a_zip_code() -> None:
    frame = pd.DataFrame({"id": ["a", "b"], "PLZ": ["10115", "80331"], "Ort": ["Berlin", "München"], "Land": ["DE", "DE"]})
    found = read_units(frame)
    assert found.units.placed_by.tolist() == ["place", "place"]
    assert found.units.coordinates[0] == pytest.approx([13.4, 52.5], abs=0.2)


def test_postcodes_alone_are_zip_codes_only_if_nearly_all_are() -> None:
    found = read_units(pd.DataFrame({"id": ["a", "b", "c"], "postcode": ["38103", "60601", "2138"]}))
    assert found.units.attributes["postcode"].tolist() == ["38103", "60601", "02138"]
    assert found.units.placed_by.tolist() == ["postcode"] * 3
