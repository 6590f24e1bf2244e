"""What the records of the organisation may hold."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid

MOST_WORDS = 50


def named(name: str) -> str:
    """A name without blanks around it."""
    if not name.strip():
        raise Invalid(_("It needs a name."), code="no_name")
    return name.strip()[:200]


def capacity_of(value: float) -> float:
    """A positive number."""
    if not 0 < value < 1e9:
        raise Invalid(_("The capacity must be a positive number: hours a year, or full-time equivalents."), code="capacity")
    return value


def home_of(lon: float | None, lat: float | None) -> dict[str, float | None]:
    """A place on the earth, or none."""
    if (lon is None) != (lat is None):
        raise Invalid(_("A home needs longitude and latitude, or neither."), code="home")
    if lon is not None and lat is not None and not (-180 <= lon <= 180 and -90 <= lat <= 90):
        said = {"lon": f"{lon:g}", "lat": f"{lat:g}"}
        raise Invalid(_("A home lies within ±180° of longitude and ±90° of latitude, found %(lon)s and %(lat)s.") % said, code="home")
    return {"home_lon": lon, "home_lat": lat}


def words_of(values: Sequence[str]) -> list[str]:
    """Words, each once, in the order in which they came.

    >>> words_of(["cardio ", "", "cardio", "x-ray"])
    ['cardio', 'x-ray']
    """
    words = list(dict.fromkeys(value.strip()[:80] for value in values if value.strip()))
    if len(words) > MOST_WORDS:
        raise Invalid(_("At most %(most)s of them, found %(found)s.") % {"most": MOST_WORDS, "found": len(words)}, code="too_many")
    return words
