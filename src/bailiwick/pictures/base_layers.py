"""The quiet ground under a plan: land, borders and names, cut to the part of the world that the plan shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import shapely

from bailiwick.domain import FloatArray
from bailiwick.pictures.frame import Frame, ShapeArray, only_polygons, simplified
from bailiwick.pictures.projection import Projection

_MARGIN = 0.6
_MOST_VERTICES = 400_000
_MOST_COUNTY_WINDOW_KM = 6_000.0
_REACH_DEGREES = 150.0
_FILLING_SHARE = 0.3


class BaseMap(Protocol):
    """What is asked of a base map: polygons and places in degrees."""

    @property
    def countries(self) -> ShapeArray:
        """Polygons of the land, one or more per country."""

    @property
    def states(self) -> ShapeArray:
        """First level below the country, where known."""

    @property
    def counties(self) -> ShapeArray:
        """Second level, where known."""

    @property
    def places(self) -> Sequence[tuple[str, str, float, float, float]]:
        """Kind (``country``, ``state`` or ``city``), name, longitude, latitude, and km² of areas or population of cities."""

    @property
    def credit(self) -> str:
        """Where it comes from, to be shown on every map."""


@dataclass(frozen=True, slots=True)
class BaseLabel:
    """A name on the ground: ``rank`` 0 is the most important of its kind; ``room_km`` is free around it (0 for a city)."""

    text: str
    kind: str
    point: tuple[float, float]
    rank: int
    room_km: float


@dataclass(frozen=True, eq=False)
class BaseLayers:
    """A base map in the map km of one plan.

    Attributes
    ----------
    land
        Polygons.
    lines
        ``country``, ``state`` and ``county`` borders, coasts included.
    labels
        Names, the most important of each kind first.
    credit
        To be shown on the map.
    """

    land: ShapeArray
    lines: Mapping[str, ShapeArray]
    labels: tuple[BaseLabel, ...]
    credit: str


def project_base(basemap: BaseMap, frame: Frame, *, most_labels: int = 400) -> BaseLayers | None:
    """Cut a base map to the window of a plan; None for planar plans, of which nobody knows where they are."""
    if frame.projection.kind == "planar":
        return None
    west, south, east, north = frame.window
    margin = _MARGIN * max(east - west, north - south)
    box = (west - margin, south - margin, east + margin, north + margin)
    levels = {"country": basemap.countries, "state": basemap.states}
    if frame.unit_shapes is None and max(east - west, north - south) < _MOST_COUNTY_WINDOW_KM:
        levels["county"] = basemap.counties
    shapes = {name: _near(frame.projection, level, box) for name, level in levels.items()}
    lines = {name: shapely.clip_by_rect(shapely.boundary(level), *box) for name, level in shapes.items()}
    return BaseLayers(
        land=only_polygons(shapely.clip_by_rect(shapes["country"], *box)),
        lines={name: level[~shapely.is_empty(level)] for name, level in lines.items()},
        labels=_labels(basemap, frame, box, most_labels),
        credit=basemap.credit,
    )


def _near(projection: Projection, shapes: ShapeArray, box: tuple[float, float, float, float]) -> ShapeArray:
    """Project the polygons that touch the box, whole ones, and lighten them."""
    parts = shapely.get_parts(np.asarray(shapes, dtype=object))
    if projection.kind == "azimuthal":
        points, owner = shapely.get_coordinates(parts, return_index=True)
        is_far = _angles(projection, points) > np.radians(_REACH_DEGREES)
        parts = _joined_at_antimeridian(parts[np.bincount(owner[is_far], minlength=len(parts)) == 0])
    projected = projection.shapes(parts)
    bounds = shapely.bounds(projected)
    touches = (bounds[:, 0] < box[2]) & (bounds[:, 2] > box[0]) & (bounds[:, 1] < box[3]) & (bounds[:, 3] > box[1])
    near = only_polygons(shapely.make_valid(projected[touches]))
    return simplified(near[near != None], _MOST_VERTICES)  # noqa: E711


def _joined_at_antimeridian(parts: ShapeArray) -> ShapeArray:
    """The same polygons, but those that end at 180° as one shape, which the projection can heal."""
    bounds = shapely.bounds(parts)
    ends = (bounds[:, 0] <= -180.0) | (bounds[:, 2] >= 180.0)
    if not ends.any():
        return parts
    return np.append(parts[~ends], shapely.multipolygons(parts[ends]))


def _angles(projection: Projection, lonlat: FloatArray) -> FloatArray:
    lon, lat = np.radians(lonlat[:, 0] - projection.lon), np.radians(lonlat[:, 1])
    middle = np.radians(projection.lat)
    cosine = np.sin(middle) * np.sin(lat) + np.cos(middle) * np.cos(lat) * np.cos(lon)
    return np.arccos(np.clip(cosine, -1.0, 1.0))


def _labels(basemap: BaseMap, frame: Frame, box: tuple[float, float, float, float], most: int) -> tuple[BaseLabel, ...]:
    """Names inside the box, but for the country that the plan fills: its name says nothing."""
    places = list(basemap.places)
    if not places:
        return ()
    points = frame.projection.forward(np.array([place[2:4] for place in places], dtype=np.float64))
    inside = (points[:, 0] > box[0]) & (points[:, 0] < box[2]) & (points[:, 1] > box[1]) & (points[:, 1] < box[3])
    widest = max(frame.window[2] - frame.window[0], frame.window[3] - frame.window[1])
    labels: list[BaseLabel] = []
    for kind in ("country", "state", "city"):
        chosen = [i for i in np.flatnonzero(inside).tolist() if places[i][0] == kind]
        chosen.sort(key=lambda i: (-places[i][4], places[i][1]))
        for rank, i in enumerate(chosen[:most]):
            room = 0.0 if kind == "city" else float(np.sqrt(places[i][4])) / 2
            if room < _FILLING_SHARE * widest:
                labels.append(BaseLabel(places[i][1], kind, (float(points[i, 0]), float(points[i, 1])), rank, room))
    return tuple(labels)
