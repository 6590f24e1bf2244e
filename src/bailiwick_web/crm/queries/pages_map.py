"""A small map of where an account is: borders around its addresses, as paths of one picture, without asking anybody outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from bailiwick.errors import InputError
from bailiwick.pictures import basemap
from bailiwick_web.crm.models import Location

WIDTH, HEIGHT = 640, 300
LEAST_DEGREES = 1.6
MOST_NAMES = 4


@dataclass(frozen=True)
class Pin:
    """An address on the map."""

    location: Location
    x: int
    y: int


@dataclass(frozen=True)
class Name:
    """A city on the map."""

    text: str
    x: int
    y: int


@dataclass(frozen=True)
class SmallMap:
    """A map, ready to be drawn in ``WIDTH`` × ``HEIGHT``, y down."""

    pins: list[Pin]
    land: str
    borders: str
    names: list[Name]
    credit: str


@dataclass(frozen=True)
class _Window:
    """A part of the world; degrees of longitude are as wide as they are in the middle of it."""

    west: float
    south: float
    east: float
    north: float

    def at(self, lon: float, lat: float) -> tuple[int, int]:
        x = (lon - self.west) / (self.east - self.west)
        y = (self.north - lat) / (self.north - self.south)
        return round(x * WIDTH), round(y * HEIGHT)


def small_map(locations: Sequence[Location]) -> SmallMap | None:
    """A map of the addresses that have a position; None if none has."""
    placed = [place for place in locations if place.lon is not None and place.lat is not None]
    if not placed:
        return None
    window = _window(np.array([(place.lon, place.lat) for place in placed], dtype=float))
    pins = [Pin(place, *window.at(place.lon or 0.0, place.lat or 0.0)) for place in placed]
    try:
        base = basemap.load()
    except InputError:
        return SmallMap(pins, "", "", [], "")
    land, borders = _ground(base, window)
    return SmallMap(pins, land, borders, _names(base, window), base.credit)


def _window(at: Any) -> _Window:
    (west, south), (east, north) = at.min(axis=0), at.max(axis=0)
    middle_lon, middle_lat = (west + east) / 2, (south + north) / 2
    squeeze = max(math.cos(math.radians(middle_lat)), 0.2)
    high = max((north - south) * 1.4, (east - west) * 1.4 * squeeze * HEIGHT / WIDTH, LEAST_DEGREES)
    wide = high * WIDTH / HEIGHT / squeeze
    return _Window(middle_lon - wide / 2, middle_lat - high / 2, middle_lon + wide / 2, middle_lat + high / 2)


def _ground(base: Any, window: _Window) -> tuple[str, str]:
    box = (window.west, window.south, window.east, window.north)
    land = _cut(base.countries, box)
    shapes = _cut(base.counties, box) if window.north - window.south < 4 else []
    return "".join(_path(s, window) for s in land), "".join(_path(s, window) for s in [*_cut(base.states, box), *shapes])


def _cut(shapes: Any, box: tuple[float, float, float, float]) -> list[Any]:
    bounds = shapely.bounds(shapes)
    near = (bounds[:, 0] < box[2]) & (bounds[:, 2] > box[0]) & (bounds[:, 1] < box[3]) & (bounds[:, 3] > box[1])
    return [shapely.clip_by_rect(shape, *box) for shape in shapes[near]]


def _path(shape: Any, window: _Window) -> str:
    parts = []
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type != "Polygon" or polygon.is_empty:
            continue
        points = [window.at(*point) for point in polygon.exterior.coords]
        parts.append("M" + "L".join(f"{x} {y}" for x, y in points) + "Z")
    return "".join(parts)


def _names(base: Any, window: _Window) -> list[Name]:
    inside = [
        (rank, name, *window.at(lon, lat))
        for kind, name, lon, lat, rank in base.places
        if kind == "city" and window.west < lon < window.east and window.south < lat < window.north
    ]
    chosen: list[Name] = []
    for _rank, name, x, y in sorted(inside, reverse=True):
        is_free = all(abs(x - other.x) > 110 or abs(y - other.y) > 26 for other in chosen)
        if is_free and 50 < x < WIDTH - 50 and 24 < y < HEIGHT - 12:
            chosen.append(Name(name, x, y))
        if len(chosen) == MOST_NAMES:
            break
    return chosen
