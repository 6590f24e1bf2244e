"""The address columns of a table: postcodes with their zeros, places, states and countries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.said import say
from bailiwick.formats.gazetteer import zip_index, zip_table
from bailiwick.formats.recognise import Choice
from bailiwick.formats.regions import US_POSTAL_COUNTRIES, country_code, map_unique, us_state_code
from bailiwick.formats.synonyms import MISSING_WORDS
from bailiwick.formats.table import Table, to_objects
from bailiwick.formats.wording import in_rows

_FIVE_DIGITS = {"DE", "FR", "ES", "IT", "FI", "SE", "EE", "GR", "TR", "MX", "UA", "HR", "RS"}
_MOSTLY = 0.8
_SURELY = 0.95


@dataclass(frozen=True, eq=False)
class Address:
    """Where each row says that it is.

    Attributes
    ----------
    postcodes
        Arrow text with leading zeros restored where that is certain, shape (n,); None if the table has none.
    places, states
        As written, shape (n,); None if the table has none.
    countries
        ISO codes or empty text, shape (n,).
    notices
        What was restored or looks odd.
    """

    postcodes: Any | None
    places: TextArray | None
    states: TextArray | None
    countries: TextArray
    notices: tuple[Notice, ...]


def read_address(table: Table, choice: Choice) -> Address:
    """Take the address columns of a table; countries that are not stated are inferred from US states and ZIP codes."""
    n = len(table)
    postcodes = _known_text(table, choice.column("postcode"))
    states = _known_text(table, choice.column("state"))
    places = _known_text(table, choice.column("place"))
    country_column = _known_text(table, choice.column("country"))
    countries = map_unique(country_column, country_code) if country_column is not None else np.full(n, "", object)
    place_texts = None if places is None else to_objects(places)
    state_texts = None if states is None else to_objects(states)
    if place_texts is not None and state_texts is None:
        place_texts, state_texts, countries = _split_places(place_texts, countries)
    countries = _infer_us(countries, state_texts, postcodes)
    notices: tuple[Notice, ...] = ()
    if postcodes is not None:
        postcodes, notices = _restore_zeros(postcodes, countries, table.row_numbers)
    return Address(postcodes, place_texts, state_texts, countries, notices)


def _known_text(table: Table, name: str | None) -> Any | None:
    """A column without blanks around, and empty where a word says that nothing is known."""
    if name is None:
        return None
    text = pc.utf8_trim_whitespace(table.text(name))
    missing = pc.is_in(pc.utf8_lower(text), value_set=pa.array([word for word in MISSING_WORDS if word not in {"na", "nd"}]))
    return pc.if_else(missing, "", text)


def _split_places(places: TextArray, countries: TextArray) -> tuple[TextArray, TextArray, TextArray]:
    """``City, State`` or ``City, Country`` in one column."""
    states, countries = np.full(len(places), "", object), countries.copy()
    split = {text: _split_place(text) for text in set(places.tolist()) if "," in text}
    if not split:
        return places, states, countries
    places = places.copy()
    for row, text in enumerate(places):
        if text in split:
            place, state, country = split[text]
            places[row], states[row] = place, state
            countries[row] = countries[row] or country
    return places, states, countries


def _split_place(text: str) -> tuple[str, str, str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    country = state = ""
    if len(parts) > 1 and us_state_code(parts[-1]):
        state, country = parts.pop(), "US"
    elif len(parts) > 1 and country_code(parts[-1]):
        country = country_code(parts.pop())
        if len(parts) > 1:
            state = parts.pop()
    return (parts[-1] if state or country else text), state, country


def _infer_us(countries: TextArray, states: TextArray | None, postcodes: Any | None) -> TextArray:
    """Rows without a country are in the US where the states of the table are, or where its postcodes are ZIP codes."""
    unknown = countries == ""
    if not unknown.any():
        return countries
    countries = countries.copy()
    if states is not None:
        filled = states[unknown] != ""
        codes = map_unique(pa.array(states, pa.string()), us_state_code)
        is_state = codes != ""
        if filled.any() and is_state[unknown].sum() >= _MOSTLY * filled.sum():
            countries[unknown & is_state] = "US"
            return countries
    if postcodes is not None and not (~unknown).any() and _are_zip_codes(postcodes):
        countries[unknown] = "US"
    return countries


def _are_zip_codes(postcodes: Any) -> bool:
    """True if nearly all postcodes, padded to five digits, are ZIP codes, and most have five digits already."""
    filled = postcodes.filter(pc.not_equal(postcodes, ""))
    if not len(filled):
        return False
    five = pc.sum(pc.match_substring_regex(filled, r"^\d{5}([- ]?\d{4})?$")).as_py()
    padded = pc.utf8_lpad(pc.replace_substring_regex(filled, r"\.0$", ""), 5, "0")
    return five * 2 >= len(filled) and (zip_index(padded) >= 0).mean() >= _SURELY


def _restore_zeros(postcodes: Any, countries: TextArray, row_numbers: NDArray[np.int64]) -> tuple[Any, tuple[Notice, ...]]:
    """Give US ZIP codes the zeros back that a number column ate; only tell where the country is another."""
    is_us = np.isin(countries.astype(str), list(US_POSTAL_COUNTRIES))
    short = _mask(postcodes, r"^\d{3,4}(\.0)?$")
    long = _mask(postcodes, r"^\d{7,8}(\.0)?$")
    decimal = _mask(postcodes, r"^\d{5}\.0$")
    told = []
    lost = is_us & (short | long | decimal)
    if lost.any():
        bare = pc.replace_substring_regex(postcodes, r"\.0$", "")
        width = np.where(long, 9, 5)
        padded = pc.if_else(pa.array(width == 9), pc.utf8_lpad(bare, 9, "0"), pc.utf8_lpad(bare, 5, "0"))
        lost &= zip_index(padded) >= 0
        postcodes = pc.if_else(pa.array(lost), padded, postcodes)
    if lost.any():
        text = say(
            "%(rows)s had a US postcode without its leading zeros (a spreadsheet takes them for numbers); restored",
            rows=in_rows(int(lost.sum())),
        )
        told.append(Notice("postcode_zeros_restored", text, int(lost.sum()), _examples(lost, row_numbers)))
    suspect = np.isin(countries.astype(str), list(_FIVE_DIGITS)) & _mask(postcodes, r"^\d{4}$")
    if suspect.any():
        text = say(
            "%(rows)s have a postcode of four digits where the country has five: a zero may be lost; not changed",
            rows=in_rows(int(suspect.sum())),
        )
        told.append(Notice("postcode_zeros_lost", text, int(suspect.sum()), _examples(suspect, row_numbers)))
    return postcodes, tuple(told)


def reference_boxes(address: Address) -> FloatArray:
    """Box in which the postcode, or else the US state, of each row lies: west, south, east, north, shape (n, 4); NaN if unknown."""
    n = len(address.countries)
    boxes = np.full((n, 4), np.nan)
    is_us = np.isin(address.countries.astype(str), list(US_POSTAL_COUNTRIES))
    if not is_us.any():
        return boxes
    table = zip_table()
    if address.states is not None:
        codes = map_unique(pa.array(address.states, pa.string()), us_state_code)
        for state in sorted(set(codes[is_us].tolist()) - {""}):
            inside = table.coordinates[(table.states == state) & np.isfinite(table.coordinates).all(axis=1)]
            if len(inside):
                boxes[is_us & (codes == state)] = [*inside.min(axis=0), *inside.max(axis=0)]
    if address.postcodes is not None:
        index = zip_index(address.postcodes)
        known = is_us & (index >= 0) & np.isfinite(table.coordinates[np.maximum(index, 0)]).all(axis=1)
        boxes[known] = np.tile(table.coordinates[index[known]], 2)
    return boxes


def _mask(text: Any, pattern: str) -> NDArray[np.bool_]:
    return pc.match_substring_regex(text, pattern).to_numpy(zero_copy_only=False)


def _examples(rows: NDArray[np.bool_], row_numbers: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(f"row {number}" for number in row_numbers[rows][:3])
