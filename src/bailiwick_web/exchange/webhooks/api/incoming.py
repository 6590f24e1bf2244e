"""Leads and events that other systems send; with a token that is good for this alone, or for everything."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.security import SessionAuth

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.rest.signing import IncomingAuth
from bailiwick_web.core.roles import Right
from bailiwick_web.exchange.webhooks import incoming

MOST_BYTES = 100_000
router = Router(tags=["incoming"], auth=[IncomingAuth(), SessionAuth()])
ANYTHING = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


class Whose(Schema):
    """Whose a lead is by the plan that counts now, and why; ``detours`` says why it is not whoever fills the position."""

    territory: str | None
    territory_name: str | None
    position: UUID | None
    person: UUID | None
    person_name: str | None
    reason: dict[str, Any]


class LeadReceived(Schema):
    """A lead that came in; ``is_new`` is false if it was here already."""

    lead: UUID
    is_new: bool
    whose: Whose
    respond_by: datetime | None


class EventIn(Schema):
    """What a person did elsewhere. ``email`` or ``lead`` says who; ``id`` is the sender's, so that it counts once."""

    subject: str
    kind: str = "note"
    email: str = ""
    lead: UUID | None = None
    id: str = ""
    at: datetime | None = None
    text: str = ""


class EventReceived(Schema):
    """The activity that was kept; ``is_new`` is false if it was here already."""

    activity: UUID
    is_new: bool
    account: UUID | None
    person: UUID | None
    person_name: str | None


@router.post("/incoming/leads", response={201: LeadReceived, 200: LeadReceived}, openapi_extra=ANYTHING)
def post_incoming_lead(request: HttpRequest, source: UUID | None = None) -> Any:
    """Add a lead. ``source`` names a source, whose mapping says where our fields stand in the document; without one it uses our names."""
    actor = actor_of(request)
    actor.need(Right.SELL)
    found = incoming.find_source(actor, source) if source is not None else None
    received = incoming.receive_lead(actor, _document(request), source=found)
    lead = received.lead
    whose = {
        "territory": lead.territory.code if lead.territory else None,
        "territory_name": lead.territory.name if lead.territory else None,
        "position": lead.position.public_id if lead.position else None,
        "person": lead.person.public_id if lead.person else None,
        "person_name": str(lead.person) if lead.person else None,
        "reason": lead.routing,
    }
    answer = {"lead": lead.public_id, "is_new": received.is_new, "whose": whose, "respond_by": lead.respond_by}
    return Status(201 if received.is_new else 200, answer)


@router.post("/incoming/events", response={201: EventReceived, 200: EventReceived})
def post_incoming_event(request: HttpRequest, event: EventIn) -> Any:
    """Keep what somebody did elsewhere on the timeline of the contact or lead that they are."""
    actor = actor_of(request)
    actor.need(Right.SELL)
    given = event.dict(exclude={"id"})
    activity, is_new = incoming.receive_event(actor, external_id=event.id, **given)
    answer = {
        "activity": activity.public_id,
        "is_new": is_new,
        "account": activity.account.public_id if activity.account else None,
        "person": activity.person.public_id if activity.person else None,
        "person_name": str(activity.person) if activity.person else None,
    }
    return Status(201 if is_new else 200, answer)


def _document(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MOST_BYTES:
        told = {"most": f"{MOST_BYTES:,}", "found": f"{len(request.body):,}"}
        raise Invalid(_("A document has at most %(most)s bytes, found %(found)s.") % told, code="too_long")
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid(_("Send one JSON object for each request."), code="unreadable")
    return found
