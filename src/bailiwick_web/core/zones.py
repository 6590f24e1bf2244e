"""The time zone of whoever looks: the browser tells it, the installation has one for the rest."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

COOKIE = "bailiwick_zone"
_KNOWN = frozenset(available_timezones())


def zone_named(name: str) -> ZoneInfo:
    """A zone by its name, else that of the installation."""
    return ZoneInfo(name if name in _KNOWN else settings.TIME_ZONE)


def zone_of(request: HttpRequest) -> ZoneInfo:
    """The zone that the browser told."""
    return zone_named(request.COOKIES.get(COOKIE, ""))


def local_day(moment: datetime) -> date:
    """The day that an instant is in, where the page is read."""
    return timezone.localtime(moment).date()
