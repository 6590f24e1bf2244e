"""Read longitude and latitude: from two columns, or hidden in one text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.formats.numbers import Numbers, parse_numbers
from bailiwick.formats.synonyms import MISSING_WORDS
from bailiwick.formats.table import Table, as_text, one_array

_NUMBER = r"-?\d{1,3}(?:\.\d+)?"
_PRECISE = r"-?\d{1,3}\.\d{2,}"
LOST_DEGREE = "\ufffd"
"""Stands where a program could not write the degree sign."""
_DEGREES = (
    r"^(?P<before>[nsew]?)\s*(?P<sign>[-+]?)(?P<d>\d{1,3}(?:\.\d+)?)\s*[°º:"
    + LOST_DEGREE
    + r"]?\s*(?:(?P<m>\d{1,2}(?:\.\d+)?)\s*['’′:]?\s*)?"
    r"""(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:["”″]|''|’’|)\s*)?(?P<after>[nsew]?)$"""
)
_ANGLE = r"\d{1,3}\s*[°" + LOST_DEGREE + r"""]\s*[\d.]+\s*['’′]\s*(?:[\d.]+\s*(?:["”″]|'')\s*)?"""
_LOCATION_PATTERNS = (
    rf"(?i)point\s*(?:z|m|zm)?\s*\(\s*(?P<lon>{_NUMBER})\s+(?P<lat>{_NUMBER})",
    rf'"coordinates"\s*:\s*\[\s*(?P<lon>{_NUMBER})\s*,\s*(?P<lat>{_NUMBER})',
    rf"[(\[]\s*(?P<lat>{_NUMBER})\s*°?\s*[,;]\s*(?P<lon>{_NUMBER})\s*°?\s*[)\]]",
    rf"^\s*(?:geo:)?(?P<lat>{_NUMBER})\s*[,;]?\s+(?P<lon>{_NUMBER})\s*$",
    rf"^\s*(?:geo:)?(?P<lat>{_NUMBER})[,;](?P<lon>{_NUMBER})",
    rf"@(?P<lat>{_PRECISE}),(?P<lon>{_PRECISE})",
)
_ANGLE_PAIR = rf"(?P<lat>{_ANGLE}[NSns])[\s,;/]*(?P<lon>{_ANGLE}[EWew])"
_HIDDEN = "|".join(
    (
        rf"(?i)point\s*z?\s*\(\s*{_NUMBER}\s+{_NUMBER}",
        r'"coordinates"\s*:\s*\[',
        r"[(\[]\s*-?\d{1,3}\.\d+\s*[,;]\s*-?\d{1,3}\.\d+\s*[)\]]",
        rf"^\s*(?:geo:)?{_PRECISE}\s*[,;]\s*{_PRECISE}",
        rf"@{_PRECISE},{_PRECISE}",
        rf"{_ANGLE}[ns][\s,;/]*{_ANGLE}[ew]",
    )
)
_SAMPLE = 2000
_MIN_SHARE = 0.2


def parse_degrees(column: Any) -> Numbers:
    r"""Read one coordinate: decimal degrees with point or comma, or degrees, minutes and seconds with a hemisphere letter.

    Parameters
    ----------
    column
        Arrow column of any type, shape (n,).

    Examples
    --------
    >>> parse_degrees(pa.array(["34,25", "-86.5", "121°30'00\"W", "", "here"])).values.tolist()
    [34.25, -86.5, -121.5, nan, nan]
    """
    array = one_array(column)
    if not pa.types.is_string(array.type) and not pa.types.is_large_string(array.type):
        return parse_numbers(array)
    text = pc.utf8_lower(pc.utf8_trim_whitespace(as_text(array)))
    missing = pc.is_in(text, value_set=pa.array(MISSING_WORDS))
    text = pc.if_else(missing, None, text)
    is_missing = missing.to_numpy(zero_copy_only=False)
    try:
        values = _floats(text.cast(pa.float64()))
    except pa.ArrowInvalid:
        text = pc.replace_substring(pc.replace_substring_regex(text, "[−‒–]", "-"), ",", ".", max_replacements=1)
        values = _from_angles(text)
    is_bad = ~np.isfinite(values) & ~is_missing
    return Numbers(np.where(is_bad, np.nan, values), is_missing, is_bad)


def _floats(array: Any) -> FloatArray:
    return np.array(pc.fill_null(array, float("nan")).to_numpy(zero_copy_only=False), dtype=np.float64)


def _from_angles(text: Any) -> FloatArray:
    parts = pc.extract_regex(text, _DEGREES)

    def number(name: str) -> FloatArray:
        part = pc.struct_field(parts, name)
        return _floats(pc.if_else(pc.equal(part, ""), "0", part).cast(pa.float64()))

    def has(name: str, letters: str) -> NDArray[np.bool_]:
        return pc.fill_null(pc.is_in(pc.struct_field(parts, name), value_set=pa.array(list(letters))), False).to_numpy(zero_copy_only=False)

    size = number("d") + number("m") / 60.0 + number("s") / 3600.0
    negative = has("sign", "-") | has("before", "sw") | has("after", "sw")
    return np.where(negative, -size, size)


def parse_location(column: Any) -> tuple[FloatArray, FloatArray]:
    """Find coordinates inside text.

    Known shapes are ``POINT (-86.2 34.2)`` (longitude first, as in Well-Known Text), GeoJSON points (longitude first),
    ``(34.2, -86.2)`` at any place of an address and ``34.2, -86.2`` alone (latitude first, as people write), map links with
    ``@34.2,-86.2``, and degrees with minutes such as ``37°36'37.8"N 121°2'17.9"W``.

    Returns
    -------
    Longitudes and latitudes in degrees, shape (n,) each; NaN where nothing was found.

    Examples
    --------
    >>> lon, lat = parse_location(pa.array(["2505 U S HIGHWAY 431 (34.22, -86.15)", "POINT (-86.5 34.5)", "no"]))
    >>> lon.tolist(), lat.tolist()
    ([-86.15, -86.5, nan], [34.22, 34.5, nan])
    """
    text = as_text(column)
    lon, lat = np.full(len(text), np.nan), np.full(len(text), np.nan)
    for pattern in (*_LOCATION_PATTERNS, _ANGLE_PAIR):
        left = np.flatnonzero(np.isnan(lon))
        if not len(left):
            break
        parts = pc.extract_regex(text.take(pa.array(left)), pattern)
        parse = _from_angles if pattern is _ANGLE_PAIR else lambda part: _floats(part.cast(pa.float64()))
        lon[left] = parse(pc.utf8_lower(pc.struct_field(parts, "lon")))
        lat[left] = parse(pc.utf8_lower(pc.struct_field(parts, "lat")))
    return lon, lat


def find_hidden_coordinates(table: Table) -> list[tuple[str, int, str]]:
    """Text columns that hold coordinates.

    Returns
    -------
    Name, number of rows with coordinates, and one example of each such column, the fullest first.
    """
    found = []
    for name, column in zip(table.names, table.data.columns, strict=True):
        array = one_array(column)
        if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
            continue
        filled = array.filter(pc.not_equal(array, ""))
        step = max(1, len(filled) // _SAMPLE)
        sample = filled.take(pa.array(np.arange(0, len(filled), step)))
        hits = pc.fill_null(pc.match_substring_regex(sample, _HIDDEN), False)
        if len(sample) and pc.sum(hits).as_py() >= _MIN_SHARE * len(sample):
            count = int(np.isfinite(parse_location(array)[0]).sum())
            found.append((name, count, " ".join(sample.filter(hits)[0].as_py().split())[:80]))
    return sorted(found, key=lambda entry: -entry[1])
