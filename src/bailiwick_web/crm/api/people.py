"""Contacts: over the interface, with what they agreed to, what we keep in mind, their export and their erasure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from bailiwick_web.core.access import Actor
from bailiwick_web.core.rest.requests import VERSIONED, if_match, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.api.common import Resource, add_routes, external_ids, plain, reader, writer
from bailiwick_web.crm.models import Consent, Contact, ContactPoint
from bailiwick_web.crm.services import people, privacy
from bailiwick_web.crm.visibility import find, notes

router = Router(tags=["contacts"])


class PointIn(Schema):
    """One way to reach a contact: e-mail, phone, mobile, fax, post, web, social."""

    channel: str
    value: str
    label: str = ""
    is_preferred: bool = False


class PointOut(PointIn):
    """The same, with what is known of it."""

    verified_at: datetime | None
    bounced_at: datetime | None


class ContactFields(Schema):
    """What a contact may hold."""

    account: UUID | None = None
    role: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    job_title: str | None = None
    department: str | None = None
    language: str | None = None
    time_zone: str | None = None
    is_main: bool | None = None
    preferences: dict[str, Any] | None = None
    description: str | None = None
    tags: list[str] | None = None
    fields: dict[str, Any] | None = None
    external_ids: dict[str, str] | None = None


class ContactIn(ContactFields):
    """A person, with the ways to reach them."""

    points: list[PointIn] = []


class ContactPatch(ContactFields):
    """What shall be different; what is left out stays. ``points`` take the place of those there are."""

    points: list[PointIn] | None = None


class ContactOut(ContactFields):
    """A person; an erased one is a tombstone."""

    id: UUID
    version: int
    points: list[PointOut]
    origin: str
    last_activity_at: datetime | None
    erased_at: datetime | None
    created_at: datetime
    changed_at: datetime


class ContactFilter(Schema):
    """What a list of contacts can be asked."""

    q: str | None = None
    account: UUID | None = None
    role: str | None = None
    email: str | None = None
    tag: str | None = None
    external_id: str | None = None
    changed_since: datetime | None = None


FIELDS = tuple(name for name in ContactFields.model_fields if name != "external_ids")
POINT = ("channel", "value", "label", "is_preferred", "verified_at", "bounced_at")


def shown_contacts(actor: Actor, contacts: Sequence[Contact]) -> list[dict[str, Any]]:
    """Contacts as the interface shows them, with a fixed number of queries."""
    ids = external_ids(Contact, contacts)
    points: dict[int, list[dict[str, Any]]] = {}
    for point in ContactPoint.objects.filter(contact__in=[contact.pk for contact in contacts]):
        points.setdefault(point.contact_id, []).append({name: getattr(point, name) for name in POINT})
    names = (*FIELDS, "version", "origin", "last_activity_at", "erased_at", "created_at", "changed_at")
    return [plain(c, *names, external_ids=ids.get(c.pk, {}), points=points.get(c.pk, [])) for c in contacts]


add_routes(
    router,
    Resource(
        path="contacts",
        one="A contact",
        many="Contacts",
        model=Contact,
        new=ContactIn,
        patch=ContactPatch,
        out=ContactOut,
        filters=ContactFilter,
        show=shown_contacts,
        create=people.create_contact,
        change=people.change_contact,
        archive=people.archive_contact,
        restore=people.restore_contact,
    ),
)


class ConsentIn(Schema):
    """What somebody agreed to, or took back."""

    purpose: str
    channel: str
    is_given: bool
    how: str
    wording: str = ""
    at: datetime | None = None


class ConsentOut(Schema):
    """What somebody agreed to, or took back; the latest counts."""

    id: UUID
    purpose: str
    channel: str
    is_given: bool
    how: str
    wording: str
    at: datetime
    recorded_at: datetime
    recorded_by: str


def _consent(consent: Consent) -> dict[str, Any]:
    by = str(consent.recorded_by or "")
    return plain(consent, "purpose", "channel", "is_given", "how", "wording", "at", "recorded_at", recorded_by=by)


@router.get("/contacts/{uuid:contact_id}/consents", response=list[ConsentOut])
def list_consents(request: HttpRequest, contact_id: UUID) -> Any:
    """What a contact agreed to and took back, newest first."""
    contact = find(reader(request), Contact, contact_id)
    return [_consent(consent) for consent in contact.consents.select_related("recorded_by")]


@router.post("/contacts/{uuid:contact_id}/consents", response={201: ConsentOut})
def post_consent(request: HttpRequest, contact_id: UUID, new: ConsentIn) -> Any:
    """Keep what a contact agreed to or took back."""
    actor = writer(request)
    return Status(201, _consent(people.record_consent(actor, find(actor, Contact, contact_id), **new.dict())))


class NoteFields(Schema):
    """What a personal note may hold."""

    kind: str | None = None
    text: str | None = None
    on: date | None = None
    amount: Decimal | None = None
    currency: str | None = None
    is_private: bool | None = None


class NoteIn(NoteFields):
    """A note, an interest, a date or a gift; private unless said otherwise."""

    text: str


class NoteOut(NoteFields):
    """What one keeps in mind of a contact."""

    id: UUID
    version: int
    contact: UUID
    author: str
    created_at: datetime


def _note(note: Any) -> dict[str, Any]:
    return plain(note, *NoteFields.model_fields, "version", "contact", "created_at", author=str(note.author or ""))


@router.get("/contacts/{uuid:contact_id}/notes", response=list[NoteOut])
def list_notes(request: HttpRequest, contact_id: UUID) -> Any:
    """What is kept in mind of a contact: your private notes, and the notes of everybody that are not private."""
    actor = reader(request)
    contact = find(actor, Contact, contact_id)
    return [_note(note) for note in notes(actor).filter(contact=contact).select_related("contact", "author")]


@router.post("/contacts/{uuid:contact_id}/notes", response={201: NoteOut})
def post_note(request: HttpRequest, contact_id: UUID, new: NoteIn) -> Any:
    """Keep something in mind of a contact."""
    actor = writer(request)
    return Status(201, _note(people.add_note(actor, find(actor, Contact, contact_id), **new.dict(exclude_unset=True))))


@router.patch("/notes/{uuid:note_id}", response=NoteOut, openapi_extra=VERSIONED)
def patch_note(request: HttpRequest, response: HttpResponse, note_id: UUID, changes: NoteFields) -> Any:
    """Change a note; needs ``If-Match``."""
    changed = people.change_note(writer(request), note_id, version=if_match(request), **changes.dict(exclude_unset=True))
    tag(response, changed.version)
    return _note(changed)


@router.delete("/notes/{uuid:note_id}", response={204: None}, openapi_extra=VERSIONED)
def delete_note(request: HttpRequest, note_id: UUID) -> Any:
    """Take a note away for good; needs ``If-Match``."""
    people.remove_note(writer(request), note_id, version=if_match(request))
    return Status(204, None)


class EraseIn(Schema):
    """Why a person is erased: the request, and when it came."""

    reason: str


@router.post("/contacts/{uuid:contact_id}/export", response=dict[str, Any])
def post_export(request: HttpRequest, contact_id: UUID) -> Any:
    """Everything that is kept of a person, for the person. That it was asked for is recorded."""
    actor = writer(request, Right.PRIVACY)
    return privacy.dossier(actor, find(actor, Contact, contact_id, with_bin=True))


@router.post("/contacts/{uuid:contact_id}/erase", response={204: None}, openapi_extra=VERSIONED)
def post_erase(request: HttpRequest, contact_id: UUID, why: EraseIn) -> Any:
    """Erase a person from every copy for good; needs ``If-Match``."""
    privacy.erase(writer(request, Right.PRIVACY), contact_id, version=if_match(request), reason=why.reason)
    return Status(204, None)
