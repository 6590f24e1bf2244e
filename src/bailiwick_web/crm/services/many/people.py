"""Contacts, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import save_all
from bailiwick_web.core.services import MANY
from bailiwick_web.crm.models import Contact, ContactPoint
from bailiwick_web.crm.services import writing
from bailiwick_web.crm.services.many.changing import Change, change_all, keep_all, locked_all, touch_all
from bailiwick_web.crm.services.many.writing import New, by_record, create_all, identify_all, parts
from bailiwick_web.crm.services.people import CONTACT, need_present
from bailiwick_web.crm.services.reaching import OF_POINT, POINTS, Points, points_from


@dataclass(frozen=True)
class NewContact(New):
    """A contact to be made, with the ways to reach them."""

    points: Sequence[Mapping[str, Any]] = ()


@transaction.atomic
def create_contacts(actor: Actor, news: Sequence[NewContact], *, origin: str = "") -> list[Contact]:
    """Add contacts, with the ways to reach them. Sellers may. Recorded without their data, told."""
    contacts = create_all(actor, CONTACT, [new.values for new in news], origin=origin)
    pairs = list(zip(contacts, news, strict=True))
    identify_all(Contact, [(contact, new.ids) for contact, new in pairs])
    _set_points(actor, [(contact, points_from(contact, new.points, [])) for contact, new in pairs])
    return contacts


@dataclass(frozen=True)
class ContactChange(Change):
    """A contact to be changed; ways to reach them, if given, take the place of those there are."""

    points: Sequence[Mapping[str, Any]] | None = None


@transaction.atomic
def change_contacts(actor: Actor, changes: Sequence[ContactChange]) -> list[Contact]:
    """Change what is given of contacts. Sellers may. Recorded by reference, told."""
    contacts = locked_all(actor, CONTACT, changes, "account")
    for contact in contacts:
        need_present(contact)
    changed = change_all(actor, CONTACT, contacts, [change.values for change in changes])
    pairs = list(zip(contacts, changes, strict=True))
    identify_all(Contact, [(contact, change.ids) for contact, change in pairs])
    there = by_record(ContactPoint.objects.all(), "contact", [contact for contact, change in pairs if change.points is not None])
    found = [(one, points_from(one, change.points, there[one.pk])) for one, change in pairs if change.points is not None]
    _set_points(actor, found)
    same = {contact.pk for contact, names in zip(contacts, changed, strict=True) if not names}
    touch_all(actor, [contact for contact, points in found if points and contact.pk in same])
    return contacts


def _set_points(actor: Actor, found: Sequence[tuple[Contact, Points]]) -> None:
    """Write what becomes of the ways to reach contacts, a row of history each."""
    for part in parts([point.pk for _contact, points in found for point in points.gone]):
        ContactPoint.objects.filter(pk__in=part).delete()
    ContactPoint.objects.bulk_create((point for _contact, points in found for point in points.new), batch_size=MANY)
    save_all([point for _contact, points in found for point in points.changed], OF_POINT)
    keep_all(writing.noted(actor, POINTS, one, "points", points.before, points.after) for one, points in found if points)
