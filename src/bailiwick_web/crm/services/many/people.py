"""Contacts, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.services import MANY, audit_all, entry
from bailiwick_web.crm.models import Contact, ContactPoint, PersonalValue
from bailiwick_web.crm.services import writing
from bailiwick_web.crm.services.many.writing import New, create_all, identify_all
from bailiwick_web.crm.services.people import CONTACT, MOST_POINTS, point_of


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
    points: list[ContactPoint] = []
    kept: list[tuple[Contact, PersonalValue]] = []
    for contact, new in pairs:
        if len(new.points) > MOST_POINTS:
            raise Invalid(_("At most %(most)s ways to reach a contact.") % {"most": MOST_POINTS}, code="too_many", field="points")
        wanted = {(p.channel, p.normal): p for p in (point_of(contact, given) for given in new.points)}
        points += wanted.values()
        if wanted:
            told = ", ".join(sorted(p.value for p in wanted.values()))
            kept.append((contact, PersonalValue(subject=contact.public_id, value=told)))
    ContactPoint.objects.bulk_create(points, batch_size=MANY)
    PersonalValue.objects.bulk_create((value for _contact, value in kept), batch_size=MANY)
    audit_all(entry(actor, "contact.changed", one, field="points", after=writing.by_reference(value)) for one, value in kept)
    return contacts
