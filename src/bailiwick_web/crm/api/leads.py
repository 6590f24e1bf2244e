"""Leads: over the interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.core.rest.requests import VERSIONED, if_match, tag
from bailiwick_web.crm.api.common import Resource, add_routes, external_ids, plain, resolved, writer
from bailiwick_web.crm.models import Lead
from bailiwick_web.crm.services import leads
from bailiwick_web.crm.visibility import find

router = Router(tags=["leads"])


class LeadFields(Schema):
    """What a lead may hold. ``bant``: part → grade (0 to 3), evidence, on. ``hot``: wants, uses, event → answer, note; and due."""

    name: str | None = None
    company: str | None = None
    job_title: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    industry_code: str | None = None
    industry: str | None = None
    employees: int | None = None
    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    lon: float | None = None
    lat: float | None = None
    status: str | None = None
    source: str | None = None
    campaign: str | None = None
    referrer: UUID | None = None
    referrer_account: UUID | None = None
    estimated_amount: Decimal | None = None
    currency: str | None = None
    bant: dict[str, Any] | None = None
    hot: dict[str, Any] | None = None
    description: str | None = None
    tags: list[str] | None = None
    fields: dict[str, Any] | None = None
    external_ids: dict[str, str] | None = None


class LeadIn(LeadFields):
    """Somebody who might become a customer."""


class LeadOut(LeadFields):
    """A lead: whose it is and why, whether it is qualified and what fails, and what it became."""

    id: UUID
    version: int
    placed_by: str
    is_hot: bool
    hot_due_on: date | None
    is_qualified: bool | None
    fails: list[str]
    territory: str | None
    position: UUID | None
    person: UUID | None
    person_name: str | None
    routing: dict[str, Any]
    routed_at: datetime | None
    respond_by: datetime | None
    responded_at: datetime | None
    converted_at: datetime | None
    account: UUID | None
    contact: UUID | None
    opportunity: UUID | None
    origin: str
    created_at: datetime
    changed_at: datetime


class LeadFilter(Schema):
    """What a list of leads can be asked."""

    q: str | None = None
    status: str | None = None
    source: str | None = None
    email: str | None = None
    is_hot: bool | None = None
    is_qualified: bool | None = None
    is_open: bool | None = None
    position: UUID | None = None
    person: UUID | None = None
    referrer: UUID | None = None
    tag: str | None = None
    external_id: str | None = None
    changed_since: datetime | None = None


OWN = tuple(name for name in LeadFields.model_fields if name != "external_ids")
MORE = tuple(n for n in LeadOut.model_fields if n not in {*LeadFields.model_fields, "id", "territory", "person_name"})


def shown_leads(actor: Actor, found: Sequence[Lead]) -> list[dict[str, Any]]:
    """Leads as the interface shows them."""
    ids = external_ids(Lead, found)
    return [
        plain(
            lead,
            *OWN,
            *MORE,
            external_ids=ids.get(lead.pk, {}),
            territory=lead.territory.code if lead.territory else None,
            person_name=str(lead.person) if lead.person else None,
        )
        for lead in found
    ]


add_routes(
    router,
    Resource(
        path="leads",
        one="A lead",
        many="Leads",
        model=Lead,
        new=LeadIn,
        patch=LeadFields,
        out=LeadOut,
        filters=LeadFilter,
        show=shown_leads,
        create=leads.create_lead,
        change=leads.change_lead,
        archive=leads.archive_lead,
        restore=leads.restore_lead,
    ),
)


class GiveIn(Schema):
    """Who shall have a lead, and why."""

    person: UUID
    reason: str


@router.post("/leads/{uuid:lead_id}/give", response=LeadOut, openapi_extra=VERSIONED)
def post_give(request: HttpRequest, response: HttpResponse, lead_id: UUID, new: GiveIn) -> Any:
    """Give a lead to somebody by hand; needs ``If-Match``."""
    actor, version = writer(request), if_match(request)
    lead = leads.give_lead(actor, lead_id, version=version, person=find(actor, Person, new.person), reason=new.reason)
    tag(response, lead.version)
    return shown_leads(actor, [lead])[0]


class ConvertIn(Schema):
    """What a lead becomes part of; without an account and a contact they are made of it."""

    account: UUID | None = None
    contact: UUID | None = None
    with_deal: bool = True
    deal_name: str = ""


class ConvertOut(Schema):
    """What a lead became; it keeps its identifier."""

    lead: UUID
    account: UUID
    contact: UUID | None
    opportunity: UUID | None


@router.post("/leads/{uuid:lead_id}/convert", response=ConvertOut, openapi_extra=VERSIONED)
def post_convert(request: HttpRequest, response: HttpResponse, lead_id: UUID, new: ConvertIn) -> Any:
    """Make an account, a contact and a deal of a lead; needs ``If-Match``."""
    actor, version = writer(request), if_match(request)
    made = leads.convert_lead(actor, lead_id, version=version, **resolved(actor, new.dict()))
    tag(response, made.lead.version)
    found = {"lead": made.lead, "account": made.account, "contact": made.contact, "opportunity": made.opportunity}
    return {name: record.public_id if record is not None else None for name, record in found.items()}
