"""Who travels: on which ways, in which direction, how fast."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from bailiwick.domain import FloatArray, TextArray
from bailiwick.domain.ways import WayTable
from bailiwick.errors import InputError

ProfileName = Literal["car", "bicycle", "foot"]
FERRY = "ferry"
KMH_OF_MPH = 1.609344
TAGS = (
    "highway",
    "route",
    "oneway",
    "oneway:bicycle",
    "junction",
    "maxspeed",
    "duration",
    "access",
    "vehicle",
    "motor_vehicle",
    "motorcar",
    "bicycle",
    "foot",
)
"""Tags of a way that decide about it."""

DENIED = frozenset({"no", "private", "agricultural", "forestry", "agricultural;forestry", "emergency", "military", "psv", "use_sidepath"})
_FORWARD, _BACKWARD = frozenset({"yes", "true", "1"}), frozenset({"-1", "reverse"})
_ROUND = frozenset({"roundabout", "circular"})
_LIMIT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(mph)?\s*(?:;.*)?$")
_CLOCK = re.compile(r"\s*(\d+):(\d\d)(?::(\d\d))?\s*$")


@dataclass(frozen=True)
class Profile:
    """One way of travelling.

    Attributes
    ----------
    name
        ``car``, ``bicycle`` or ``foot``.
    kmh
        Class of way (``highway=…``, or ``ferry``) → usual speed in km/h, stops included; other classes are not used.
    access_keys
        Tags that allow or deny, the most specific first; the first one that is set decides.
    obeys_oneway
        Whether one-way streets bind.
    share_of_limit
        Share of a tagged speed limit that is driven, or None if limits do not matter.
    off_road_kmh
        Speed between a place and the nearest road, straight.
    """

    name: ProfileName
    kmh: Mapping[str, float]
    access_keys: tuple[str, ...]
    obeys_oneway: bool
    share_of_limit: float | None
    off_road_kmh: float


_CAR = {
    "motorway": 90, "motorway_link": 45, "trunk": 85, "trunk_link": 40, "primary": 65, "primary_link": 30, "secondary": 55,
    "secondary_link": 25, "tertiary": 40, "tertiary_link": 20, "unclassified": 25, "residential": 25, "road": 25, "living_street": 10,
    "service": 15, FERRY: 10,
}  # fmt: skip
_QUIET = ("living_street", "service", "track", "path", "cycleway", "bridleway", "road")
_SHARED = ("primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential", *_QUIET)
_BICYCLE = {**dict.fromkeys(_SHARED, 15.0), "track": 12.0, "path": 12.0, "bridleway": 10.0, FERRY: 10.0}
_FOOT = {**dict.fromkeys((*_SHARED, "footway", "pedestrian"), 5.0), "steps": 2.5, FERRY: 10.0}

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "car": Profile("car", MappingProxyType(_CAR), ("motorcar", "motor_vehicle", "vehicle", "access"), True, 0.8, 20.0),
        "bicycle": Profile("bicycle", MappingProxyType(_BICYCLE), ("bicycle", "vehicle", "access"), True, None, 8.0),
        "foot": Profile("foot", MappingProxyType(_FOOT), ("foot", "access"), False, None, 4.0),
    }
)


def find_profile(name: str) -> Profile:
    """The profile of a name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in PROFILES:
        message = f"there is no profile {name!r}; expected {', '.join(map(repr, PROFILES))}"
        raise InputError(message, code="profile", field="profile")
    return PROFILES[name]


def way_speeds(ways: WayTable, profile: Profile, length_km: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Speed in km/h along and against each way, 0 where it may not be used, shape (W,) each.

    Parameters
    ----------
    length_km
        Length of each way, shape (W,): a ferry with a ``duration`` takes that long.
    """
    kind = np.where(_column(ways, "route") == FERRY, FERRY, _column(ways, "highway"))
    kmh = _each(kind, lambda text: float(profile.kmh.get(text.partition(";")[0], 0.0)))
    if profile.share_of_limit is not None:
        limit = _each(_column(ways, "maxspeed"), limit_kmh)
        kmh = np.where((kmh > 0) & (limit > 0), profile.share_of_limit * limit, kmh)
    hours = _each(_column(ways, "duration"), duration_hours)
    is_timed = (kind == FERRY) & (kmh > 0) & (hours > 0)
    kmh[is_timed] = length_km[is_timed] / hours[is_timed]
    kmh[~_may_use(ways, profile)] = 0.0
    along, against = _directions(ways, profile)
    return np.where(along, kmh, 0.0), np.where(against, kmh, 0.0)


def limit_kmh(text: str) -> float:
    """A speed limit in km/h, 0 where it says none.

    Examples
    --------
    >>> limit_kmh("50"), round(limit_kmh("30 mph"), 1), limit_kmh("PT:urban"), limit_kmh("")
    (50.0, 48.3, 0.0, 0.0)
    """
    found = _LIMIT.match(text)
    return 0.0 if found is None else float(found[1]) * (KMH_OF_MPH if found[2] else 1.0)


def duration_hours(text: str) -> float:
    """A duration in hours, 0 where it says none; bare numbers are minutes.

    Examples
    --------
    >>> duration_hours("01:30"), duration_hours("15"), duration_hours("soon")
    (1.5, 0.25, 0.0)
    """
    clock = _CLOCK.match(text)
    if clock is not None:
        return int(clock[1]) + int(clock[2]) / 60 + int(clock[3] or 0) / 3600
    return float(text) / 60 if text.strip().isdecimal() else 0.0


def _may_use(ways: WayTable, profile: Profile) -> np.ndarray:
    allowed = np.ones(ways.n_ways, bool)
    is_open = np.ones(ways.n_ways, bool)
    for key in profile.access_keys:
        column = _column(ways, key)
        decides = is_open & (column != "")
        allowed[decides] = ~np.isin(column[decides].astype(str), list(DENIED))
        is_open &= ~decides
    return allowed


def _directions(ways: WayTable, profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    """Whether each way may be used along and against its direction."""
    if not profile.obeys_oneway:
        return np.ones(ways.n_ways, bool), np.ones(ways.n_ways, bool)
    oneway = _column(ways, "oneway")
    is_round = np.isin(_column(ways, "junction").astype(str), list(_ROUND)) | (_column(ways, "highway") == "motorway")
    is_forward = np.isin(oneway.astype(str), list(_FORWARD)) | (is_round & (oneway == ""))
    is_backward = np.isin(oneway.astype(str), list(_BACKWARD))
    if profile.name == "bicycle":
        is_exempt = _column(ways, "oneway:bicycle") == "no"
        is_forward, is_backward = is_forward & ~is_exempt, is_backward & ~is_exempt
    return ~is_backward, ~is_forward


def _column(ways: WayTable, key: str) -> TextArray:
    return ways.tags[key] if key in ways.tags else np.full(ways.n_ways, "", dtype=object)


def _each(column: np.ndarray, meaning: Callable[[str], float]) -> FloatArray:
    known = {text: meaning(text) for text in set(column.tolist())}
    return np.array([known[text] for text in column.tolist()], dtype=np.float64)
