"""Leads and events that other systems send: each once, with whose it is and why in the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, touch
from bailiwick_web.crm.models import Activity, Contact, ContactPoint, ExternalId, Lead
from bailiwick_web.crm.services import leads, work
from bailiwick_web.crm.services.reaching import normal
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.webhooks import mapping as fields
from bailiwick_web.exchange.webhooks.models import Source

LONGEST_ID = 200


def own_sources(actor: Actor) -> QuerySet[Source]:
    """Sources that somebody manages: their own; administrators, all."""
    rows = Source.objects.select_related("owner")
    return rows if actor.may(Right.PEOPLE) else rows.filter(owner=actor.user)


def find_source(actor: Actor, public_id: UUID) -> Source:
    """One source that somebody manages.

    Raises
    ------
    NotAllowed, Missing
        Without the right; if there is none for this user.
    """
    actor.need(Right.CONNECT)
    found = own_sources(actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such source, or it is not yours."))
    return found


@transaction.atomic
def save_source(actor: Actor, *, name: str, mapping: str, public_id: UUID | None = None, version: int | None = None) -> Source:
    """Say what sends leads and how its fields are called; a new one, or a change of one. Who may connect may. Recorded."""
    actor.need(Right.CONNECT)
    plain, fixed = fields.parse(mapping)
    if not name.strip():
        raise Invalid(_("Give it a name, so that you know later where leads came from."), code="no_name", field="name")
    if public_id is None:
        if actor.user is None:
            raise Invalid(_("A source belongs to a user."), code="no_owner")
        made = Source.objects.create(owner=actor.user, name=name.strip()[:80], mapping=plain, fixed=fixed, **stamped(actor))
        audit(actor, "source.created", made)
        return made
    found = Source.objects.select_for_update().get(pk=find_source(actor, public_id).pk)
    check_version(found, version)
    before = fields.text_of(found.mapping, found.fixed)
    found.name, found.mapping, found.fixed = name.strip()[:80], plain, fixed
    touch(actor, found, "name", "mapping", "fixed")
    audit(actor, "source.changed", found, field="mapping", before=before, after=fields.text_of(plain, fixed))
    return found


@transaction.atomic
def remove_source(actor: Actor, public_id: UUID) -> None:
    """Take nothing more from a source under its own names; leads that came stay. Its owner may. Recorded."""
    found = find_source(actor, public_id)
    audit(actor, "source.removed", found)
    found.delete()


@dataclass(frozen=True)
class Received:
    """A lead that came in; ``is_new`` is false if it was here already."""

    lead: Lead
    is_new: bool


@transaction.atomic
def receive_lead(actor: Actor, document: Mapping[str, Any], *, source: Source | None = None) -> Received:
    """Add a lead that another system sends; sent again with the same identifier it is the same lead. Sellers may. Recorded, told."""
    actor.need(Right.SELL)
    given = fields.mapped(document, source.mapping if source else {}, source.fixed if source else {})
    external = str(given.pop(fields.EXTERNAL_ID, ""))
    if len(external) > LONGEST_ID:
        raise Invalid(_("An identifier has at most %(n)s characters.") % {"n": LONGEST_ID}, code="field", field=fields.EXTERNAL_ID)
    system = source.name if source is not None else "incoming"
    if source is not None:
        Source.objects.select_for_update().get(pk=source.pk)  # the same lead twice at once comes one after the other
        Source.objects.filter(pk=source.pk).update(last_at=actor.now, n_received=F("n_received") + 1)
        given.setdefault("source", source.name)
    if external and (known := _known(actor, system, external)) is not None:
        return Received(known, is_new=False)
    ids = {system: external} if external else None
    return Received(leads.create_lead(actor, external_ids=ids, origin=f"incoming:{system}"[:80], **given), is_new=True)


def _known(actor: Actor, system: str, external: str) -> Lead | None:
    key = ExternalId.objects.filter(source=system, record_type="lead", external_id=external).values_list("record_key", flat=True).first()
    if key is None:
        return None
    # What somebody sent they may ask for again, also if it is somebody else's by now.
    sent = Lead.objects.filter(pk=key, created_by=actor.user, deleted_at=None).first()
    return sent or visible(actor, Lead).filter(pk=key).first()


@transaction.atomic
def receive_event(
    actor: Actor,
    *,
    kind: str,
    subject: str,
    email: str = "",
    lead: UUID | None = None,
    external_id: str = "",
    at: datetime | None = None,
    text: str = "",
) -> tuple[Activity, bool]:
    """Keep what a person did elsewhere – opened a page, filled in a form – as a done activity with the contact or lead that they are.

    Sellers may. Recorded, told, on the timeline. Returns the activity, and whether it is new.

    Raises
    ------
    Missing
        If nobody of that address, or no such lead, is within the scope.
    """
    actor.need(Right.SELL)
    if external_id:
        key = ExternalId.objects.filter(source="incoming", record_type="activity", external_id=external_id[:LONGEST_ID]).first()
        known = visible(actor, Activity).filter(pk=key.record_key).first() if key is not None else None
        if known is not None:
            return known, False
    about = _about(actor, email, lead)
    ids = {"incoming": external_id[:LONGEST_ID]} if external_id else None
    done = {"state": Activity.State.DONE, "done_at": at or actor.now, "text": text}
    return work.create_activity(actor, external_ids=ids, origin="incoming", kind=kind, subject=subject, **done, **about), True


def _about(actor: Actor, email: str, lead: UUID | None) -> dict[str, Any]:
    """The lead or contact that an event is about, the latest one of an address."""
    if lead is not None:
        found = visible(actor, Lead, ids=[lead]).first()
        if found is not None:
            return {"lead": found}
    if email.strip():
        points = ContactPoint.objects.filter(channel="email", normal=normal("email", email))
        contact = visible(actor, Contact).filter(pk__in=points.values("contact_id")).order_by("-pk").first()
        if contact is not None:
            return {"contact": contact}
        open_lead = visible(actor, Lead).filter(email__iexact=email.strip()).order_by("-pk").first()
        if open_lead is not None:
            return {"lead": open_lead}
    raise Missing(_("Nobody with this address, and no such lead, is within your scope; send a lead first."), code="unknown_person")
