"""Days and periods relative to today in a time zone: "last 90 days", "this quarter"; and the steps by which time is grouped."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.core.refusals import Invalid

UNITS = ("day", "week", "month", "quarter", "year")
STEPS = (
    ("day", gettext_lazy("by day")),
    ("week", gettext_lazy("by week")),
    ("month", gettext_lazy("by month")),
    ("quarter", gettext_lazy("by quarter")),
    ("year", gettext_lazy("by year")),
)
UNIT_WORDS = (
    ("day", gettext_lazy("day")),
    ("week", gettext_lazy("week")),
    ("month", gettext_lazy("month")),
    ("quarter", gettext_lazy("quarter")),
    ("year", gettext_lazy("year")),
)
SPAN = re.compile(r"\s*([0-9]{1,4})\s*(day|week|month|quarter|year)s?\s*")
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """Days from ``start`` on, without ``end``; None: without a limit."""

    start: date | None
    end: date | None


def shifted(on: date, unit: str, n: int) -> date:
    """So many units later; the last day of a month stays within the month.

    >>> shifted(date(2026, 1, 31), "month", 1), shifted(date(2026, 11, 28), "week", -2)
    (datetime.date(2026, 2, 28), datetime.date(2026, 11, 14))
    """
    if unit in MONTHS:
        months = on.year * 12 + on.month - 1 + n * MONTHS[unit]
        year, month = divmod(months, 12)
        if not 1 <= year <= 9998:
            raise _far()
        return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))
    try:
        return on + timedelta(days=n * (7 if unit == "week" else 1))
    except OverflowError:
        raise _far() from None


def _far() -> Invalid:
    return Invalid(_("This period lies too far away."), code="report", field="period")


def begun(on: date, unit: str) -> date:
    """The first day of the unit that a day is in; weeks begin on Monday.

    >>> begun(date(2026, 11, 28), "quarter"), begun(date(2026, 11, 28), "week")
    (datetime.date(2026, 10, 1), datetime.date(2026, 11, 23))
    """
    if unit == "week":
        return on - timedelta(days=on.weekday())
    if unit == "month":
        return on.replace(day=1)
    if unit == "quarter":
        return date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
    return on.replace(month=1, day=1) if unit == "year" else on


def span(text: str) -> tuple[int, str]:
    """A number and a unit: "90 days".

    Raises
    ------
    Invalid
        If it says nothing of the kind.
    """
    found = SPAN.fullmatch(str(text))
    if found is None or int(found[1]) < 1:
        said = {"found": str(text)[:40]}
        raise Invalid(
            _("Give a number of days, weeks, months, quarters or years, such as “90 days”; found “%(found)s”.") % said, code="report"
        )
    return int(found[1]), found[2]


def last(text: str, today: date) -> Period:
    """The days up to and with today.

    >>> last("90 days", date(2026, 11, 28))
    Period(start=datetime.date(2026, 8, 31), end=datetime.date(2026, 11, 29))
    """
    n, unit = span(text)
    tomorrow = today + timedelta(days=1)
    return Period(shifted(tomorrow, unit, -n), tomorrow)


def coming(text: str, today: date) -> Period:
    """The days from today on."""
    n, unit = span(text)
    return Period(today, shifted(today, unit, n))


def whole(unit: str, today: date, n: int = 0) -> Period:
    """The unit that today is in, or one so many before or after it.

    >>> whole("quarter", date(2026, 11, 28), -1)
    Period(start=datetime.date(2026, 7, 1), end=datetime.date(2026, 10, 1))
    """
    if unit not in UNITS:
        said = {"found": str(unit)[:40], "known": ", ".join(UNITS)}
        raise Invalid(_("“%(found)s” is no period; there are: %(known)s.") % said, code="report")
    start = shifted(begun(today, unit), unit, n)
    return Period(start, shifted(start, unit, 1))


def instant_of(on: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day in a zone."""
    return at_local(on, time(0), zone)


def at_local(on: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant of a local time: of one that comes twice the first, of one that is left out the one after the gap as long.

    >>> at_local(date(2026, 3, 29), time(2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T01:30:00+00:00'
    """
    return datetime.combine(on, clock, tzinfo=zone).replace(fold=0).astimezone(UTC)
