"""Coordinates that are zero, impossible, swapped or without their minus sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, Notice
from bailiwick.domain.said import say
from bailiwick.formats.wording import in_rows

NEAR_ZERO_DEGREES = 1.0
NEAR_ZERO_SHARE = 0.01
FAR_DEGREES = 5.0
NEAR_DEGREES = 1.0
AMONG_DEGREES = 2.0
ANTARCTIC_LATITUDE = -60.0

_Change = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
_VARIANTS: dict[str, tuple[_Change, str]] = {
    "coordinates_swapped": (lambda lon, lat: (lat, lon), "longitude and latitude were swapped"),
    "coordinates_lost_sign": (lambda lon, lat: (-lon, lat), "the longitude had lost its minus sign"),
    "coordinates_swapped_lost_sign": (
        lambda lon, lat: (-lat, lon),
        "longitude and latitude were swapped and the longitude had lost its minus sign",
    ),
}


@dataclass(eq=False)
class Mended:
    """Coordinates after repair.

    Attributes
    ----------
    lon, lat
        Degrees, shape (n,); NaN where missing, zero by default of the source, or impossible.
    is_zero, is_impossible
        Masks of the rows whose coordinates were dropped for that reason.
    notices
        What was repaired.
    """

    lon: FloatArray
    lat: FloatArray
    is_zero: NDArray[np.bool_]
    is_impossible: NDArray[np.bool_]
    notices: list[Notice] = field(default_factory=list)


def mend_coordinates(lon: FloatArray, lat: FloatArray, reference: FloatArray, row_numbers: NDArray[np.int64]) -> Mended:
    """Drop zeros that stand for "unknown", repair what can be repaired with evidence, drop what is impossible.

    Parameters
    ----------
    lon, lat
        As read, degrees, shape (n,); NaN where missing.
    reference
        Box in which the postcode or state of each row lies: west, south, east, north in degrees, shape (n, 4); NaN where unknown.
    row_numbers
        For the examples in notices.

    Notes
    -----
    With a reference more than ``FAR_DEGREES`` away, the row is repaired if one change (swap, lost minus sign, or both) brings it
    within ``NEAR_DEGREES``. Without: if half of all rows are impossible or in Antarctica but would be fine if swapped, all are
    swapped; a single impossible row is swapped if that brings it among the others, else dropped.
    """
    lon, lat = lon.copy(), lat.copy()
    is_zero = _unbelievable_zeros(lon, lat)
    lon[is_zero] = lat[is_zero] = np.nan
    mended = Mended(lon, lat, is_zero, np.zeros(len(lon), bool))
    _mend_by_reference(mended, reference, row_numbers)
    _mend_by_others(mended, ~np.isnan(reference[:, 0]), row_numbers)
    mended.is_impossible = ~_is_possible(mended.lon, mended.lat) & ~np.isnan(mended.lon) & ~np.isnan(mended.lat)
    mended.lon[mended.is_impossible] = mended.lat[mended.is_impossible] = np.nan
    _tell_far(mended, reference, row_numbers)
    return mended


def _unbelievable_zeros(lon: FloatArray, lat: FloatArray) -> NDArray[np.bool_]:
    """Exact zeros in a table whose other rows are not near zero: they stand for "unknown"."""
    zero_lon, zero_lat = lon == 0, lat == 0
    both = zero_lon & zero_lat
    near_lon, near_lat = np.abs(lon) <= NEAR_ZERO_DEGREES, np.abs(lat) <= NEAR_ZERO_DEGREES
    bad = np.zeros(len(lon), bool)
    for mask, near, others in (
        (both, near_lon & near_lat, ~both),
        (zero_lon & ~both, near_lon, ~zero_lon & (lon == lon)),
        (zero_lat & ~both, near_lat, ~zero_lat & (lat == lat)),
    ):
        if not mask.any():
            continue
        if not others.any() and len(np.unique((lon + lat)[mask])) > 1:
            continue  # all rows lie on the equator or the prime meridian
        if not others.any() or near[others].mean() < NEAR_ZERO_SHARE:
            bad |= mask
    return bad


def _is_possible(lon: FloatArray, lat: FloatArray) -> NDArray[np.bool_]:
    return (np.abs(lon) <= 180) & (np.abs(lat) <= 90)


def _degrees_apart(lon: FloatArray, lat: FloatArray, boxes: FloatArray) -> FloatArray:
    """Distance to the box: larger of the differences in latitude and in longitude, the latter shortened towards the poles; degrees."""
    west, south, east, north = boxes.T
    middle, half = (west + east) / 2.0, (east - west) / 2.0
    d_lon = np.maximum(np.abs((lon - middle + 180.0) % 360.0 - 180.0) - half, 0.0) * np.cos(np.radians((south + north) / 2.0))
    apart = np.maximum(d_lon, np.maximum(np.maximum(south - lat, lat - north), 0.0))
    return np.where(_is_possible(lon, lat) | np.isnan(lon) | np.isnan(lat), apart, np.inf)


def _mend_by_reference(mended: Mended, reference: FloatArray, row_numbers: NDArray[np.int64]) -> None:
    far = _degrees_apart(mended.lon, mended.lat, reference) > FAR_DEGREES
    for code, (change, words) in _VARIANTS.items():
        if not far.any():
            return
        new_lon, new_lat = change(mended.lon, mended.lat)
        good = far & (_degrees_apart(new_lon, new_lat, reference) < NEAR_DEGREES)
        _apply(mended, good, new_lon, new_lat, code, f"{words}, judged by postcode or state; repaired", row_numbers)
        far &= ~good


def _mend_by_others(mended: Mended, has_reference: NDArray[np.bool_], row_numbers: NDArray[np.int64]) -> None:
    lon, lat = mended.lon, mended.lat
    known = ~np.isnan(lon) & ~np.isnan(lat)
    possible = _is_possible(lon, lat)
    swappable = known & _is_possible(lat, lon)
    odd = swappable & (~possible | ((lat < ANTARCTIC_LATITUDE) & (lon > ANTARCTIC_LATITUDE) & (lon < 80)))
    free = known & ~has_reference
    if (odd & free).sum() * 2 > free.sum():
        words = "longitude and latitude were swapped: most rows are impossible or in Antarctica as given; swapped back"
        _apply(mended, free & swappable, lat.copy(), lon.copy(), "coordinates_swapped", words, row_numbers)
        return
    single = known & ~possible & swappable
    sound = known & possible
    if single.any() and sound.any():
        (west, east), (south, north) = np.percentile(lon[sound], [1, 99]), np.percentile(lat[sound], [1, 99])
        among = single & (np.abs(lat - (west + east) / 2) <= (east - west) / 2 + AMONG_DEGREES)
        among &= np.abs(lon - (south + north) / 2) <= (north - south) / 2 + AMONG_DEGREES
        words = "longitude and latitude were swapped: impossible as given, among the others when swapped; repaired"
        _apply(mended, among, lat.copy(), lon.copy(), "coordinates_swapped", words, row_numbers)


def _apply(
    mended: Mended, rows: NDArray[np.bool_], lon: FloatArray, lat: FloatArray, code: str, words: str, row_numbers: NDArray[np.int64]
) -> None:
    count = int(rows.sum())
    if not count:
        return
    mended.lon, mended.lat = np.where(rows, lon, mended.lon), np.where(rows, lat, mended.lat)
    mended.notices.append(Notice(code, f"in {in_rows(count)} {words}", count, _examples(rows, row_numbers)))


def _tell_far(mended: Mended, reference: FloatArray, row_numbers: NDArray[np.int64]) -> None:
    far = np.nan_to_num(_degrees_apart(mended.lon, mended.lat, reference), nan=0.0) > FAR_DEGREES
    count = int(far.sum())
    if count:
        words = say(
            "in %(rows)s the coordinates are over %(far_degrees)s° away from the postcode or state; they were kept, please check",
            rows=in_rows(count),
            far_degrees=f"{FAR_DEGREES:.0f}",
        )
        mended.notices.append(Notice("far_from_postcode", words, count, _examples(far, row_numbers)))


def _examples(rows: NDArray[np.bool_], row_numbers: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(f"row {number}" for number in row_numbers[rows][:3])
