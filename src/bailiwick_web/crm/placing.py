"""Where an address is, without a network: as given, by US postcode, or by the name of the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from bailiwick.formats.gazetteer import place_by_name, place_by_postcode
from bailiwick.formats.regions import country_code, us_state_code

GIVEN, POSTCODE, PLACE = "given", "postcode", "place"


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address that say where it is."""

    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A position and its quality: ``given``, ``postcode``, ``place``; empty with no position if none was found."""

    lon: float | None = None
    lat: float | None = None
    placed_by: str = ""


def place(address: Address) -> Spot:
    """Where one address is; the first question after a start loads the gazetteer."""
    return place_all([address])[0]


def place_all(addresses: Sequence[Address]) -> list[Spot]:
    """Where addresses are; what is ambiguous stays without a position, as a wrong one is worse than none."""
    n = len(addresses)
    spots: list[Spot] = [Spot()] * n
    countries = np.array([_country(a) for a in addresses], dtype=object)
    coded = [i for i in range(n) if addresses[i].postal_code]
    if coded:
        codes = pa.array([addresses[i].postal_code for i in coded], pa.string())
        _fill(spots, coded, place_by_postcode(codes, countries[coded]), POSTCODE)
    named = [i for i in range(n) if addresses[i].city and not spots[i].placed_by]
    if named:
        cities, regions = (np.array([getattr(addresses[i], part) for i in named], dtype=object) for part in ("city", "region"))
        found = place_by_name(cities, regions, countries[named])
        _fill(spots, named, np.where(found.is_ambiguous[:, None], np.nan, found.coordinates), PLACE)
    return spots


def _fill(spots: list[Spot], rows: list[int], coordinates: np.ndarray, how: str) -> None:
    for i, (lon, lat) in zip(rows, coordinates.tolist(), strict=True):
        if np.isfinite(lon) and np.isfinite(lat):
            spots[i] = Spot(lon, lat, how)


def _country(address: Address) -> str:
    code = country_code(address.country) if address.country else ""
    return code or ("US" if us_state_code(address.region) else "")


def warm() -> None:
    """Load the gazetteer, so that the first address need not wait for it."""
    place_all([Address(city="Boston", region="MA", postal_code="00000", country="US")])
