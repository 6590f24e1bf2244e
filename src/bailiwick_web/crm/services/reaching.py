"""How to reach a contact: the channels, what is written there as it is compared, and what changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Contact, ContactPoint
from bailiwick_web.crm.models.people import Channel
from bailiwick_web.crm.services import writing

NUMBERS = {Channel.PHONE, Channel.MOBILE, Channel.FAX}
MOST_POINTS = 30
OF_POINT = ("value", "label", "is_preferred")
POINTS = writing.Spec(Contact, {}, personal=frozenset({"points"}))
"""How the history tells of the ways to reach somebody."""


def normal(channel: str, value: str) -> str:
    """A value as it is compared: e-mail in small letters, digits of a number.

    >>> normal("email", " Jo@Example.com "), normal("phone", "+1 (555) 010-99"), normal("phone", "0049 89 1")
    ('jo@example.com', '+155501099', '+49891')
    """
    plain = value.strip()
    if channel == Channel.EMAIL:
        return plain.lower()
    if channel in NUMBERS:
        digits = re.sub(r"\D", "", plain)
        is_international = plain.startswith("+") or digits.startswith("00")
        return f"+{digits.removeprefix('00')}" if is_international else digits
    return plain.casefold()


@dataclass
class Points:
    """What becomes of the ways to reach a contact; false if they stay as they are."""

    before: str
    after: str
    gone: list[ContactPoint]
    new: list[ContactPoint] = field(default_factory=list)
    changed: list[ContactPoint] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.gone or self.new or self.changed)


def points_from(contact: Contact, points: Sequence[Mapping[str, Any]], kept: Sequence[ContactPoint]) -> Points:
    """What has to be written so that these are the ways to reach a contact; nothing is written here."""
    if len(points) > MOST_POINTS:
        raise Invalid(_("At most %(most)s ways to reach a contact.") % {"most": MOST_POINTS}, code="too_many", field="points")
    wanted = {(p.channel, p.normal): p for p in (point_of(contact, given) for given in points)}
    there = {(p.channel, p.normal): p for p in kept}
    before, after = (", ".join(sorted(p.value for p in group.values())) for group in (there, wanted))
    found = Points(before, after, [point for key, point in there.items() if key not in wanted])
    for key, point in wanted.items():
        old = there.get(key)
        if old is None:
            found.new.append(point)
        elif any(getattr(old, name) != getattr(point, name) for name in OF_POINT):
            old.value, old.label, old.is_preferred = point.value, point.label, point.is_preferred
            found.changed.append(old)
    return found


def point_of(contact: Contact, given: Mapping[str, Any]) -> ContactPoint:
    """A way to reach a contact that is not kept yet, checked."""
    channel = c.choice(Channel.values)("channel", given.get("channel"))
    value = c.needed(300)("value", given.get("value"))
    if channel == Channel.EMAIL:
        _need_email(value)
    same = normal(channel, value)
    if not same.strip("+"):
        raise Invalid(_("“%(value)s” is no number.") % {"value": value}, code="field", field="value")
    label, is_preferred = c.text(60)("label", given.get("label")), c.yes_no("is_preferred", given.get("is_preferred", False))
    return ContactPoint(contact=contact, channel=channel, value=value, normal=same, label=label, is_preferred=is_preferred)


def _need_email(value: str) -> None:
    try:
        validate_email(value)
    except ValidationError:
        raise Invalid(_("“%(value)s” is no e-mail address.") % {"value": value}, code="email", field="value") from None
