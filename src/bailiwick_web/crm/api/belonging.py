"""The timeline of an account, whose it is and why, accounts given by name: over the interface."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.rest.requests import if_match
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.api.common import plain, reader, resolved, writer
from bailiwick_web.crm.api.customers import WhyOut, shown_whose
from bailiwick_web.crm.api.work import ActivityOut, VisitIn, shown_activities
from bailiwick_web.crm.models import Account
from bailiwick_web.crm.queries import lists, whose
from bailiwick_web.crm.services import naming, work
from bailiwick_web.crm.services.routing import BASE
from bailiwick_web.crm.visibility import find

router = Router(tags=["customers"])


class EventOut(Schema):
    """One thing that happened with an account."""

    happened_at: datetime
    kind: str
    title: str
    data: dict[str, Any]
    record_type: str
    record: UUID
    contact: UUID | None
    by: str


class EventsOut(Schema):
    """A page of a timeline; ``next`` is the cursor of the next page."""

    items: list[EventOut]
    next: str | None


@router.get("/accounts/{uuid:account_id}/timeline", response=EventsOut)
def get_timeline(
    request: HttpRequest, account_id: UUID, kind: str = "", contact: UUID | None = None, after: str = "", limit: int = 50
) -> Any:
    """Everything that happened with an account, newest first."""
    actor = reader(request)
    events = lists.timeline(actor, find(actor, Account, account_id), kind=kind, contact=contact)
    found, following = lists.timeline_page(events, after=after, limit=limit)
    return {"items": [_event(e) for e in found], "next": following}


def _event(e: Any) -> dict[str, Any]:
    same = {name: getattr(e, name) for name in ("happened_at", "kind", "title", "data", "record_type")}
    return same | {"record": e.record_id, "contact": e.contact.public_id if e.contact else None, "by": str(e.by or "")}


@router.get("/accounts/{uuid:account_id}/territories", response=list[WhyOut])
def list_account_territories(request: HttpRequest, account_id: UUID, on: datetime | None = None) -> Any:
    """Everybody who had an account, and why, in the order of time; ``on`` asks for one instant."""
    actor = reader(request)
    found = whose.history(find(actor, Account, account_id))
    if on is not None:
        found = [row for row in found if row.valid_from <= on and (row.valid_until is None or row.valid_until > on)]
    return [_with_why(actor, row) for row in found]


def _with_why(actor: Actor, row: Any) -> dict[str, Any]:
    duty = whose.duty(row, actor.now.date())
    more = {"why": whose.why(row), "unit": row.unit.code if row.unit else None, "distance_km": row.distance_km}
    more |= {"scenario": row.publication.scenario.public_id, "detours": list(duty.detours), "on_duty": str(duty.person or "") or None}
    held = whose.holders({row.position_id} - {None}, actor.now.date())
    return shown_whose(row, str(held.get(row.position_id, "")) or None) | more


class DifferenceOut(Schema):
    """An account whose kept territory is not what follows from the publications."""

    account: int
    layer: str


@router.get("/territory-check", response=list[DifferenceOut])
def get_territory_check(request: HttpRequest) -> Any:
    """Derive anew whose all accounts are, and list those where something else is kept: none, if all is well."""
    actor = writer(request, Right.PLAN)
    return whose.differences(actor)


class NamingIn(Schema):
    """A position that an account is given to by name, and why."""

    position: UUID
    reason: str
    layer: str = BASE


class NamingOut(Schema):
    """An account that is given by name."""

    id: UUID
    version: int
    account: UUID
    position: UUID
    layer: str
    reason: str
    valid_from: datetime
    valid_until: datetime | None


@router.post("/accounts/{uuid:account_id}/names", response={201: NamingOut})
def post_naming(request: HttpRequest, account_id: UUID, new: NamingIn) -> Any:
    """Give an account to a position by name, whatever rules and geography say."""
    actor = writer(request, Right.PLAN)
    account, position = find(actor, Account, account_id), find(actor, Position, new.position)
    made = naming.name_account(actor, account, position, reason=new.reason, layer=new.layer)
    return Status(201, plain(made, "version", "account", "position", "layer", "reason", "valid_from", "valid_until"))


@router.post("/account-names/{uuid:naming_id}/end", response={204: None})
def post_end_naming(request: HttpRequest, naming_id: UUID) -> Any:
    """Let rules and geography say again whose the account is; needs ``If-Match``."""
    naming.end_naming(writer(request, Right.PLAN), naming_id, version=if_match(request))
    return Status(204, None)


@router.post("/accounts/{uuid:account_id}/visits", response={201: ActivityOut})
def post_visit(request: HttpRequest, account_id: UUID, new: VisitIn) -> Any:
    """Keep a visit that was just made."""
    actor = writer(request)
    made = work.log_visit(actor, find(actor, Account, account_id), **resolved(actor, new.dict(exclude_unset=True)))
    return Status(201, shown_activities(actor, [made])[0])
