"""What is kept of a person, and how they are found where others wrote of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from bailiwick_web.core.erasing import Told
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.models import Activity, ActivitySeries, Attachment, Case, Contact, ExternalId, Lead, NeedAnswer, TimelineEvent

LEAST_DIGITS, LEAST_LETTERS = 7, 8
MORE: dict[str, Callable[[Contact], QuerySet[Any]]] = {}
"""What other apps keep of a person, by what it is."""


def copies(contact: Contact) -> dict[str, Any]:
    """Every row that is kept of them, by what it is."""
    of_contact = {"contact": contact}
    return {
        "points": contact.points.all(),
        "consents": contact.consents.all(),
        "personal_notes": contact.personal_notes.all(),
        "activities": Activity.objects.filter(**of_contact),
        "series": ActivitySeries.objects.filter(**of_contact),
        "cases": Case.objects.filter(**of_contact),
        "leads": leads_of(contact),
        "orders": contact.orders.all(),
        "opportunities": contact.opportunities.all(),
        "need_answers": NeedAnswer.objects.filter(**of_contact),
        "files": Attachment.objects.filter(**of_contact),
        "timeline": TimelineEvent.objects.filter(**of_contact),
        "external_ids": ExternalId.objects.filter(record_type="contact", record_key=contact.pk),
        **{name: rows(contact) for name, rows in MORE.items()},
    }


def leads_of(contact: Contact) -> QuerySet[Lead]:
    """Leads that became the contact, or that have one of its e-mail addresses."""
    addresses = [point.normal for point in contact.points.filter(channel="email")]
    same = Q(contact=contact)
    for address in addresses:
        same |= Q(email__iexact=address)
    return Lead.objects.filter(same)


def told_of(contact: Contact) -> Told:
    """How a person is found elsewhere."""
    texts = _texts(contact)
    return Told(tuple(texts), tuple(dict.fromkeys(_telling(contact, texts))))


def _texts(contact: Contact) -> list[str]:
    found = [contact.name, contact.first_name and f"{contact.first_name} {contact.last_name}"]
    found += [point.value for point in contact.points.all()]
    return [value for value in dict.fromkeys(found) if value and len(value) > 3]


def _telling(contact: Contact, told: Sequence[str]) -> list[str]:
    """Words that tell of this person and hardly of anybody else, as others may have written them down.

    A first or a last name alone, a short number and a short identifier are not among them: they would hit what is about others.
    """
    names = [contact.name, *(lead.name for lead in leads_of(contact))]
    if contact.first_name and contact.last_name:
        names += [f"{contact.first_name} {contact.last_name}", f"{contact.last_name}, {contact.first_name}"]
    reached = [text for point in contact.points.all() for text in (point.value, point.normal)]
    ids = ExternalId.objects.filter(record_type="contact", record_key=contact.pk).values_list("external_id", flat=True)
    found = [name for name in (*names, *told) if len(name.split()) > 1]
    found += [text for text in reached if "@" in text or sum(c.isdigit() for c in text) >= LEAST_DIGITS]
    found += [text for text in (*reached, *ids) if len(text) >= LEAST_LETTERS]
    return [*found, *(folded(text) for text in found)]
