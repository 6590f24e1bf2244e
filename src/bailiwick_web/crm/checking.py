"""What fields may hold: each check gives back the value as it is kept, or refuses with what was expected and found."""

from __future__ import annotations

import math
import unicodedata
import zoneinfo
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid

Check = Callable[[str, Any], Any]
MOST_TAGS = 100


def text(most: int) -> Check:
    """Text of at most so many characters, without blanks around it."""

    def check(field: str, value: Any) -> str:
        found = "" if value is None else str(value).strip()
        if "\x00" in found:
            raise _bad(field, _("text without the character NUL"), "NUL")
        if len(found) > most:
            raise _bad(field, _("at most %(most)s characters") % {"most": most}, len(found))
        return found

    return check


def needed(most: int) -> Check:
    """Text that must not be empty."""

    def check(field: str, value: Any) -> str:
        found: str = text(most)(field, value)
        if not found:
            raise _bad(field, _("a text"), _("nothing"))
        return found

    return check


def choice(values: Sequence[str]) -> Check:
    """One of a few words."""

    def check(field: str, value: Any) -> str:
        if value not in values:
            raise _bad(field, ", ".join(values), value)
        return str(value)

    return check


def whole(least: int = 0, most: int = 2_147_483_647) -> Check:
    """A whole number, or none."""

    def check(field: str, value: Any) -> int | None:
        if value is None:
            return None
        number = decimal(field, value, 0)
        if number is None or number != number.to_integral_value() or not least <= number <= most:
            raise _bad(field, _("a whole number from %(least)s to %(most)s") % {"least": least, "most": most}, value)
        return int(number)

    return check


def fraction(field: str, value: Any) -> float | None:
    """A number from 0 to 1, or none."""
    number = decimal(field, value, 9)
    if number is not None and not 0 <= number <= 1:
        raise _bad(field, _("a number from 0 to 1"), value)
    return None if number is None else float(number)


def decimal(field: str, value: Any, places: int = 2) -> Decimal | None:
    """A finite decimal number, rounded to so many places, or none."""
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise _bad(field, _("a number"), value) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise _bad(field, _("a number below 10^15"), value)
    return round(number, places) if places else number


def money(field: str, value: Any) -> Decimal | None:
    """An amount with two places, or none."""
    return decimal(field, value, 2)


def currency(field: str, value: Any) -> str:
    """Three letters (ISO 4217), or none."""
    found = str(value or "").strip().upper()
    if found and not (len(found) == 3 and found.isascii() and found.isalpha()):
        raise _bad(field, _("three letters such as EUR"), value)
    return found


def yes_no(field: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise _bad(field, _("true or false"), value)
    return value


def day(field: str, value: Any) -> date | None:
    """A day, the same in every time zone, or none."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        raise _bad(field, _("a day such as 2026-03-01, without a time"), value)
    if isinstance(value, date):
        return value
    try:
        found = parse_date(str(value))
    except ValueError:
        found = None
    if found is None:
        raise _bad(field, _("a day such as 2026-03-01"), value)
    return found


def instant(field: str, value: Any) -> datetime | None:
    """An instant with its offset, kept in UTC, or none."""
    if value is None or value == "":
        return None
    try:
        found = value if isinstance(value, datetime) else parse_datetime(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _bad(field, _("an instant with its offset, such as 2026-03-01T14:00:00+01:00"), value)
    return found.astimezone(UTC)


def clock(field: str, value: Any) -> time | None:
    """A time of the day, or none."""
    if value is None or value == "":
        return None
    try:
        found = value if isinstance(value, time) else parse_time(str(value))
    except ValueError:  # of the right shape, such as 25:00
        found = None
    if found is None:
        raise _bad(field, _("a time such as 14:30"), value)
    return found


def zone(field: str, value: Any) -> str:
    """A time zone of the IANA data base, or none."""
    found = str(value or "").strip()
    if found and found not in _zones():
        raise _bad(field, _("a time zone such as Europe/Berlin"), value)
    return found


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def degrees(most: float) -> Check:
    """An angle within ± so many degrees, or none."""

    def check(field: str, value: Any) -> float | None:
        if value is None or value == "":
            return None
        try:
            found = float(value)
        except (TypeError, ValueError):
            found = math.nan
        if not -most <= found <= most:
            raise _bad(field, _("degrees from −%(most)g to %(most)g") % {"most": most}, value)
        return found

    return check


def tags(field: str, value: Any) -> list[str]:
    """Words, each once, in the order in which they came."""
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise _bad(field, _("a list of words"), value)
    found = list(dict.fromkeys(v.strip()[:80] for v in value if v.strip()))
    if len(found) > MOST_TAGS:
        raise _bad(field, _("at most %(most)s words") % {"most": MOST_TAGS}, len(found))
    return found


def mapping(field: str, value: Any) -> dict[str, Any]:
    """Keys and values."""
    if not isinstance(value, dict):
        raise _bad(field, _("keys and values"), value)
    return value


def reference(field: str, value: Any) -> Any:
    """Another record, or none: whoever asks has looked it up."""
    return value


def folded(*parts: Any) -> str:
    """What searches compare: small letters without accents.

    >>> folded("Müller & Söhne", None, "ÅRE")
    'muller & sohne are'
    """
    plain = unicodedata.normalize("NFKD", " ".join(str(part) for part in parts if part))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


def _bad(field: str, expected: Any, found: Any) -> Invalid:
    shown = str(found)
    shown = f"{shown[:80]}…" if len(shown) > 80 else shown
    message = _("%(field)s: expected %(expected)s, found “%(found)s”.") % {"field": field, "expected": expected, "found": shown}
    return Invalid(message, code="field", field=field)
