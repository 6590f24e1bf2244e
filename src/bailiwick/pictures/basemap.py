"""The offline base map: countries of the world, US states and counties, names of places, and where the land is.

It is built by ``tools/basemap/build.py`` and shipped with the package, so that maps need no network.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, TextArray
from bailiwick.errors import InputError

ASSET = Path(__file__).parent / "assets" / "basemap.json.gz"
FORMAT = 1
SMALLEST_SHARE = 0.005
"""A country counts as held by a plan from this share of the plan's points on land."""

CELLS_PER_DEGREE = 10
"""One point stands for all in its cell when countries are looked up."""

ShapeArray = NDArray[np.object_]
Place = tuple[str, str, float, float, float]


@dataclass(frozen=True, eq=False)
class BaseMap:
    """The ground under a plan, in degrees.

    Attributes
    ----------
    countries, states, counties
        Shapely multipolygons without the large lakes; states and counties of the United States only. Their ids and names have
        the same length: ISO numbers for countries, FIPS codes for the others.
    places
        Kind (``country``, ``state`` or ``city``), name, longitude, latitude, and area in km² or population to rank by; the
        largest of a kind first.
    credit
        To be shown where the map is.
    """

    countries: ShapeArray
    states: ShapeArray
    counties: ShapeArray
    country_ids: TextArray
    country_names: TextArray
    state_ids: TextArray
    state_names: TextArray
    county_ids: TextArray
    county_names: TextArray
    places: tuple[Place, ...]
    credit: str

    def land_of(self, coordinates: FloatArray) -> shapely.Geometry | None:
        """The land of the countries that hold the given points, as one multipolygon.

        Parameters
        ----------
        coordinates
            Degrees, shape (n, 2).

        Returns
        -------
        shapely.Geometry or None
            The countries with at least half a per cent of those points that lie on land; None if less than half of the
            points do, as for ships or for data that are in the wrong place.

        Examples
        --------
        >>> new_york_and_boston = np.array([[-73.95, 40.78], [-71.1, 42.35]])
        >>> bool(shapely.contains_xy(load().land_of(new_york_and_boston), -79.4, 44.5))  # Canada
        False
        """
        at = np.asarray(coordinates, dtype=np.float64).reshape(-1, 2)
        if not len(at):
            return None
        cell = np.floor(at * CELLS_PER_DEGREE).astype(np.int64)
        _, first, count = np.unique(cell[:, 0] << 32 | (cell[:, 1] + 90 * CELLS_PER_DEGREE), return_index=True, return_counts=True)
        place, country = shapely.STRtree(self.countries).query(shapely.points(at[first]), predicate="within")
        held = np.bincount(country, weights=count[place], minlength=len(self.countries))
        if held.sum() * 2 < len(at):
            return None
        return _whole(self.countries[held >= max(1.0, SMALLEST_SHARE * held.sum())])


@cache
def load() -> BaseMap:
    """Read the base map; the second call costs nothing.

    Raises
    ------
    InputError
        If it has not been built, or by another version.
    """
    if not ASSET.exists():
        raise InputError(
            f"the base map is missing: expected {ASSET.name} in {ASSET.parent}. It is a build product and not in the repository; run "
            "`make setup` (or `python tools/basemap/build.py`), or draw without a base map",
            code="basemap_missing",
        )
    with gzip.open(ASSET) as stream:
        document = json.load(stream)
    if document.get("format") != FORMAT:
        raise InputError(
            f"the base map {ASSET.name} has format {document.get('format')!r}, expected {FORMAT}; run `make setup` to build it anew",
            code="basemap_format",
        )
    steps = float(document["steps_per_degree"])
    columns: dict[str, Any] = {}
    for plural, one in (("countries", "country"), ("states", "state"), ("counties", "county")):
        layer = document["layers"][plural]
        columns[plural] = _unpacked(layer, steps)
        columns[f"{one}_ids"] = np.array(layer["ids"], dtype=object)
        columns[f"{one}_names"] = np.array(layer["names"], dtype=object)
    places = tuple((kind, name, lon, lat, rank) for kind, name, lon, lat, rank in document["places"])
    return BaseMap(**columns, places=places, credit=document["credit"])


def _unpacked(layer: dict[str, Any], steps_per_degree: float) -> ShapeArray:
    """Polygons from steps between vertices; see ``tools/basemap/build.py``."""
    points = np.column_stack([np.cumsum(layer["dx"]), np.cumsum(layer["dy"])]) / steps_per_degree
    ring_of_point = np.repeat(np.arange(len(layer["n_points"])), layer["n_points"])
    rings = shapely.linearrings(points, indices=ring_of_point)
    parts = shapely.polygons(rings, indices=np.repeat(np.arange(len(layer["n_rings"])), layer["n_rings"]))
    shapes: ShapeArray = shapely.multipolygons(parts, indices=np.repeat(np.arange(len(layer["n_parts"])), layer["n_parts"]))
    return shapes


def _whole(shapes: ShapeArray) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.union_all(shapes))
    return shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])
