"""Contacts as vCards (RFC 6350), activities as a calendar (RFC 5545): what both formats share is how a line is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bailiwick_web.crm.models import Activity, Contact
from bailiwick_web.crm.models.people import Channel

_OCTETS = 75
_HALF_HOUR = 30
_PHONES = {Channel.PHONE: "work,voice", Channel.MOBILE: "cell", Channel.FAX: "fax"}


def folded(name: str, value: str) -> str:
    r"""A line of at most 75 octets, gone on in further lines that begin with a blank; no character is torn apart.

    >>> folded("NOTE", "short"), len(folded("NOTE", "ü" * 50).splitlines())
    ('NOTE:short\r\n', 2)
    """
    lines, line = [], ""
    for character in f"{name}:{value}":
        if len((line + character).encode()) > _OCTETS:
            lines.append(line)
            line = " "
        line += character
    return "\r\n".join([*lines, line]) + "\r\n"


def escaped(text: Any) -> str:
    r"""Text as a value.

    >>> escaped("a, b; c\\d\ne")
    'a\\, b\\; c\\\\d\\ne'
    """
    plain = str(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "".join(c for c in plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n") if c.isprintable())


def vcards(contacts: Iterable[Contact]) -> Iterator[str]:
    """A card each; those who were erased have none."""
    for contact in contacts:
        if contact.erased_at is None:
            yield "".join(folded(name, value) for name, value in _card(contact))


def _card(contact: Contact) -> Iterator[tuple[str, str]]:
    yield from (("BEGIN", "VCARD"), ("VERSION", "4.0"), ("KIND", "individual"), ("UID", f"urn:uuid:{contact.public_id}"))
    yield "FN", escaped(contact.name)
    parts = (contact.last_name, contact.first_name, "", contact.salutation, "")
    yield "N", ";".join(map(escaped, parts if contact.first_name or contact.last_name else (contact.name, "", "", "", "")))
    if contact.account is not None:
        yield "ORG", ";".join(map(escaped, filter(None, (contact.account.name, contact.department))))
    if contact.job_title:
        yield "TITLE", escaped(contact.job_title)
    for point in contact.points.all():
        preferred = ";PREF=1" if point.is_preferred else ""
        if point.channel == Channel.EMAIL:
            yield f"EMAIL;TYPE=work{preferred}", escaped(point.value)
        elif point.channel in _PHONES:
            kinds = _PHONES[Channel(point.channel)]
            yield f'TEL;TYPE="{kinds}"{preferred}', escaped(point.value)
    place = None if contact.account is None else next((p for p in contact.account.locations.all() if p.is_main and not p.deleted_at), None)
    if place is not None:
        address = ("", place.more, place.street, place.city, place.region, place.postal_code, place.country)
        yield "ADR;TYPE=work", ";".join(map(escaped, address))
    if contact.language and contact.language.isascii():
        yield "LANG", escaped(contact.language)
    yield "REV", _utc(contact.changed_at)
    yield "END", "VCARD"


def calendar(activities: Iterable[Activity], *, now: datetime) -> Iterator[str]:
    """What has a day or an instant: a day lasts all of it, in every time zone; its end is not part of it."""
    yield "".join(folded(*pair) for pair in (("BEGIN", "VCALENDAR"), ("VERSION", "2.0"), ("PRODID", "-//Bailiwick//Activities//EN")))
    for activity in activities:
        if activity.starts_at is not None or activity.due_on is not None:
            yield "".join(folded(name, value) for name, value in _event(activity, now))
    yield folded("END", "VCALENDAR")


def _event(activity: Activity, now: datetime) -> Iterator[tuple[str, str]]:
    yield from (("BEGIN", "VEVENT"), ("UID", f"{activity.public_id}@bailiwick"), ("DTSTAMP", _utc(now)))
    if activity.starts_at is not None:
        yield "DTSTART", _utc(activity.starts_at)
        yield "DTEND", _utc(activity.starts_at + timedelta(minutes=activity.duration_minutes or _HALF_HOUR))
    elif activity.due_on is not None:
        yield "DTSTART;VALUE=DATE", _day(activity.due_on)
        yield "DTEND;VALUE=DATE", _day(activity.due_on + timedelta(days=1))
        yield "TRANSP", "TRANSPARENT"
    yield "SUMMARY", escaped(activity.subject)
    for name, text in (("LOCATION", activity.place), ("DESCRIPTION", activity.text), ("CATEGORIES", activity.get_kind_display())):
        if text:
            yield name, escaped(text)
    yield "STATUS", "CANCELLED" if activity.state == Activity.State.CANCELLED else "CONFIRMED"
    yield from (("LAST-MODIFIED", _utc(activity.changed_at)), ("SEQUENCE", str(activity.version - 1)), ("END", "VEVENT"))


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _day(on: date) -> str:
    return f"{on:%Y%m%d}"
