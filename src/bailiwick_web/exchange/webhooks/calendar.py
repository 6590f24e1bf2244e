"""The calendar of a rep as a feed: what is planned and done, and what comes again, a year ahead.

Every occurrence stands in it as an instant of its own, worked out from local time in the zone of its series, so that no change of the clock
shifts any; what has only a day stays on that day in every time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from django.db.models import Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.crm.models import Activity, ActivitySeries
from bailiwick_web.crm.services.series import days, starts_at
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.exports.cards import escaped, folded

BEFORE, AHEAD = timedelta(days=60), timedelta(days=365)
MOST = 5_000
MOST_OF_SERIES = 400
HALF_HOUR = 30
SAME = ("account", "contact", "kind", "subject", "text", "duration_minutes", "changed_at", "version")


def entries(actor: Actor) -> list[Activity]:
    """What stands in the calendar of somebody: their own activities, within what they see; and occurrences to come, which are not kept."""
    person = Person.objects.filter(user=actor.user).first() if actor.user is not None else None
    if person is None:
        return []
    first, last = actor.now - BEFORE, actor.now + AHEAD
    inside = Q(starts_at__gte=first, starts_at__lt=last) | Q(starts_at=None, due_on__gte=first.date(), due_on__lt=last.date())
    rows = visible(actor, Activity).filter(inside, person=person).exclude(state=Activity.State.CANCELLED)
    found = list(rows.select_related("account", "series").order_by("starts_at", "due_on", "pk")[:MOST])
    for activity in found:
        if activity.series is not None and activity.due_on is not None:
            activity.public_id = occurrence_id(activity.series, activity.due_on)
    series = visible(actor, ActivitySeries).filter(person=person).select_related("account", "contact")
    return [*found, *(entry for one in series.order_by("pk") for entry in _to_come(one, actor, {a.public_id for a in found}))]


def occurrence_id(series: ActivitySeries, on: date) -> UUID:
    """The identifier of an occurrence: the same before and after it is planned, so that a calendar keeps the entry."""
    return uuid5(series.public_id, on.isoformat())


def _to_come(series: ActivitySeries, actor: Actor, there: set[UUID]) -> Iterator[Activity]:
    """Occurrences that are not planned yet: as activities that are shown and never kept."""
    last, n = (actor.now + AHEAD).date(), 0
    for on in days(series):
        if on > last or n >= MOST_OF_SERIES:
            return
        key = occurrence_id(series, on)
        if on <= actor.now.date() or key in there:
            continue
        n += 1
        yield Activity(public_id=key, due_on=on, starts_at=starts_at(series, on), **{name: getattr(series, name) for name in SAME})


def calendar(activities: Iterable[Activity], *, name: str) -> str:
    """Activities as iCalendar (RFC 5545); the same activities give the same text."""
    lines = [("BEGIN", "VCALENDAR"), ("VERSION", "2.0"), ("PRODID", "-//Bailiwick//Calendar//EN"), ("X-WR-CALNAME", escaped(name))]
    lines.append(("REFRESH-INTERVAL;VALUE=DURATION", "PT1H"))
    for activity in activities:
        lines += _event(activity)
    return "".join(folded(key, value) for key, value in [*lines, ("END", "VCALENDAR")])


def _event(activity: Activity) -> Iterator[tuple[str, str]]:
    changed = _utc(activity.changed_at)
    yield from (("BEGIN", "VEVENT"), ("UID", f"{activity.public_id}@bailiwick"), ("DTSTAMP", changed))
    if activity.starts_at is not None:
        yield "DTSTART", _utc(activity.starts_at)
        yield "DTEND", _utc(activity.starts_at + timedelta(minutes=activity.duration_minutes or HALF_HOUR))
    elif activity.due_on is not None:
        yield "DTSTART;VALUE=DATE", f"{activity.due_on:%Y%m%d}"
        yield "DTEND;VALUE=DATE", f"{activity.due_on + timedelta(days=1):%Y%m%d}"
        yield "TRANSP", "TRANSPARENT"
    account = activity.account.name if activity.account is not None else ""
    yield "SUMMARY", escaped(f"{activity.subject} · {account}" if account and account not in activity.subject else activity.subject)
    for key, text in (("LOCATION", activity.place), ("DESCRIPTION", activity.text), ("CATEGORIES", activity.get_kind_display())):
        if text:
            yield key, escaped(text)
    yield from (("LAST-MODIFIED", changed), ("SEQUENCE", str(activity.version - 1)), ("END", "VEVENT"))


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
