"""Contacts: who they are, how to reach them, what they agreed to, what we keep in mind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, tell, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Consent, Contact, PersonalNote
from bailiwick_web.crm.models.people import Channel
from bailiwick_web.crm.services import timeline, writing
from bailiwick_web.crm.services.blocking import countries, is_suppressed
from bailiwick_web.crm.services.fields import free_fields
from bailiwick_web.crm.services.reaching import NUMBERS, OF_POINT, POINTS, normal, points_from
from bailiwick_web.crm.visibility import notes


def _derive_contact(actor: Actor, contact: Contact) -> Iterable[str]:
    parts = " ".join(filter(None, (contact.first_name, contact.last_name)))
    contact.name = parts or contact.name
    if not contact.name:
        raise Invalid(_("A contact needs a name."), code="missing", field="last_name")
    return ("name",)


def _preferences(field: str, value: Any) -> dict[str, Any]:
    """Channel → what the contact prefers."""
    given = c.mapping(field, value)
    checked = {}
    for channel, wish in given.items():
        c.choice(Channel.values)(field, channel)
        wanted = c.mapping(field, wish)
        if strange := set(wanted) - {"wanted", "when", "note"}:
            raise Invalid(
                _("A preference has “wanted”, “when” and “note”, found %(found)s.") % {"found": ", ".join(sorted(strange))}, code="field"
            )
        checked[channel] = {
            "wanted": c.yes_no(field, wanted.get("wanted", True)),
            "when": c.text(200)(field, wanted.get("when")),
            "note": c.text(500)(field, wanted.get("note")),
        }
    return checked


PERSONAL = frozenset(
    [
        "salutation",
        "first_name",
        "last_name",
        "name",
        "job_title",
        "department",
        "language",
        "time_zone",
        "preferences",
        "description",
        "tags",
        "fields",
        "account",
    ]
)
CONTACT = writing.Spec(
    Contact,
    {
        "account": c.reference,
        "role": c.choice(Contact.Role.values),
        "salutation": c.text(40),
        "first_name": c.text(120),
        "last_name": c.text(120),
        "name": c.text(300),
        "job_title": c.text(200),
        "department": c.text(200),
        "language": c.text(20),
        "time_zone": c.zone,
        "is_main": c.yes_no,
        "preferences": _preferences,
        "description": c.text(20_000),
        "tags": c.tags,
        "fields": free_fields("contact"),
    },
    personal=PERSONAL,
    search=("name", "job_title", "department"),
    derive=_derive_contact,
)


@transaction.atomic
def create_contact(
    actor: Actor,
    *,
    points: Sequence[Mapping[str, Any]] = (),
    external_ids: Mapping[str, str] | None = None,
    origin: str = "",
    **given: Any,
) -> Contact:
    """Add a contact, with the ways to reach them. Sellers may. Recorded without their data, told."""
    contact = writing.create(actor, CONTACT, given, origin=origin)
    writing.identify(contact, external_ids or {})
    set_points(actor, contact, points)
    return contact


@transaction.atomic
def change_contact(
    actor: Actor,
    public_id: UUID,
    *,
    version: int | None,
    points: Sequence[Mapping[str, Any]] | None = None,
    external_ids: Mapping[str, str] | None = None,
    **given: Any,
) -> Contact:
    """Change what is given of a contact; points, if given, take the place of those there are. Sellers may. Recorded, told."""
    contact = writing.locked(actor, CONTACT, public_id, version)
    need_present(contact)
    changed = writing.change(actor, CONTACT, contact, given)
    writing.identify(contact, external_ids or {})
    if points is not None and set_points(actor, contact, points) and not changed:
        touch(actor, contact)
    return contact


def need_present(contact: Contact) -> None:
    """Refuse to write anything about somebody who was erased."""
    if contact.erased_at is not None:
        raise Conflict(_("This person was erased; there is nothing to change."), code="erased")


def archive_contact(actor: Actor, public_id: UUID, *, version: int | None) -> Contact:
    """Put a contact into the bin. Sellers may. Recorded, told."""
    return writing.archive(actor, CONTACT, public_id, version=version)


def restore_contact(actor: Actor, public_id: UUID, *, version: int | None) -> Contact:
    """Take a contact out of the bin. Sellers may. Recorded, told."""
    return writing.restore(actor, CONTACT, public_id, version=version)


def set_points(actor: Actor, contact: Contact, points: Sequence[Mapping[str, Any]]) -> bool:
    """Let these be the ways to reach a contact; whether that changed anything. What is known of those that stay is kept."""
    found = points_from(contact, points, list(contact.points.all()) if contact.pk else [])
    for point in found.gone:
        point.delete()
    for point in found.new:
        point.save()
    for point in found.changed:
        point.save(update_fields=OF_POINT)
    if found:
        writing.note(actor, POINTS, contact, "points", found.before, found.after)
    return bool(found)


@transaction.atomic
def record_consent(
    actor: Actor,
    contact: Contact,
    *,
    purpose: str,
    channel: str,
    is_given: bool,
    how: str,
    wording: str = "",
    at: datetime | None = None,
) -> Consent:
    """Keep what somebody agreed to or took back: who recorded it, when they said so, how, in which words. Sellers may. Recorded, told."""
    actor.need(Right.SELL)
    said_at = c.instant("at", at) or actor.now
    if said_at > actor.now:
        raise Invalid(_("Nobody agrees to something in the future."), code="field", field="at")
    if is_given and not wording.strip():
        raise Invalid(_("Keep the words that they agreed to."), code="missing", field="wording")
    made = Consent.objects.create(
        contact=contact,
        purpose=c.needed(40)("purpose", purpose).lower(),
        channel=c.choice(Channel.values)("channel", channel),
        is_given=c.yes_no("is_given", is_given),
        wording=c.text(5_000)("wording", wording),
        how=c.needed(200)("how", how),
        at=said_at,
        recorded_at=actor.now,
        recorded_by=actor.user,
    )
    audit(
        actor,
        "consent.given" if is_given else "consent.withdrawn",
        contact,
        field=f"{made.purpose}/{made.channel}",
        after=said_at.isoformat(),
    )
    kind = "consent.given" if is_given else "consent.withdrawn"
    timeline.happened(actor, kind, contact, account=contact.account, contact=contact, at=said_at, title=made.purpose, channel=made.channel)
    tell(actor, kind, contact=str(contact.public_id), purpose=made.purpose, channel=made.channel)
    return made


def consent_of(contact: Contact, purpose: str, channel: str) -> Consent | None:
    """What counts: the latest word of a contact for a purpose and a channel."""
    return contact.consents.filter(purpose=purpose.lower(), channel=channel).order_by("-at", "-pk").first()


def need_permission(contact: Contact, *, purpose: str, channel: str, address: str) -> None:
    """The one gate of everything that is sent to people: to be called for every single message.

    Raises
    ------
    Conflict
        If the contact is erased or in the bin, did not agree or took it back, does not want the channel, bounced, or is suppressed.
    """
    if contact.erased_at is not None or contact.deleted_at is not None:
        raise Conflict(_("There is nobody any more to send that to."), code="no_recipient")
    said = consent_of(contact, purpose, channel)
    if said is None or not said.is_given:
        raise Conflict(_("There is no consent to “%(purpose)s” on this channel.") % {"purpose": purpose}, code="no_consent")
    if contact.preferences.get(channel, {}).get("wanted") is False:
        raise Conflict(_("The contact does not want to be reached on this channel."), code="not_wanted")
    points = contact.points.filter(channel=channel, normal=normal(channel, address))
    if not points.exists() or points.filter(bounced_at__isnull=False).exists():
        raise Conflict(_("This address is not one of the contact, or messages to it came back."), code="bad_address")
    country = countries([contact]).get((Contact, contact.pk), "") if channel in NUMBERS else ""
    if is_suppressed(channel, address, country):
        raise Conflict(_("This address must not be written to."), code="suppressed")


@transaction.atomic
def add_note(actor: Actor, contact: Contact, **given: Any) -> PersonalNote:
    """Keep a note, an interest, a date or a gift; a private one is for its author alone. Sellers may. Recorded without its text."""
    actor.need(Right.SELL)
    made = PersonalNote(contact=contact, author=actor.user, **_note(given), **stamped(actor))
    if not made.text:
        raise Invalid(_("Write what is to be kept in mind."), code="missing", field="text")
    made.save()
    audit(actor, "personalnote.created", made)
    return made


@transaction.atomic
def change_note(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> PersonalNote:
    """Change a note that one sees. Sellers may. Recorded without its text."""
    made = _locked_note(actor, public_id, version)
    checked = _note(given)
    if "is_private" in checked and made.author_id != (actor.user.pk if actor.user else None):
        raise Conflict(_("Only its author says whether a note is private."), code="not_author")
    for name, value in checked.items():
        setattr(made, name, value)
    touch(actor, made, *checked)
    audit(actor, "personalnote.changed", made, field=", ".join(sorted(checked)))
    return made


@transaction.atomic
def remove_note(actor: Actor, public_id: UUID, *, version: int | None) -> None:
    """Take a note away for good. Sellers may. Recorded."""
    found = _locked_note(actor, public_id, version)
    audit(actor, "personalnote.removed", found)
    found.delete()


def _locked_note(actor: Actor, public_id: UUID, version: int | None) -> PersonalNote:
    actor.need(Right.SELL)
    seen = notes(actor).filter(public_id=public_id).values_list("pk", flat=True).first()
    found = PersonalNote.objects.select_for_update().filter(pk=seen).first() if seen is not None else None
    if found is None:
        raise Missing(_("There is no such record, or you may not see it."))
    check_version(found, version)
    return found


NOTE_CHECKS: dict[str, c.Check] = {
    "kind": c.choice(PersonalNote.Kind.values),
    "text": c.needed(10_000),
    "on": c.day,
    "amount": c.money,
    "currency": c.currency,
    "is_private": c.yes_no,
}


def _note(given: Mapping[str, Any]) -> dict[str, Any]:
    if strange := sorted(set(given) - set(NOTE_CHECKS)):
        raise Invalid(_("A note has no field “%(field)s”.") % {"field": strange[0]}, code="unknown_field", field=strange[0])
    return {name: NOTE_CHECKS[name](name, value) for name, value in given.items()}
