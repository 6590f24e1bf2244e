"""Opportunities, pipelines, stages, reasons: over the interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from bailiwick_web.core.access import Actor
from bailiwick_web.core.rest.requests import VERSIONED, if_match, tag
from bailiwick_web.crm.api.common import Resource, add_routes, external_ids, plain, reader, writer
from bailiwick_web.crm.models import Competitor, Opportunity, OpportunityCompetitor, OpportunityLine, OutcomeReason, Stage
from bailiwick_web.crm.services import deals
from bailiwick_web.crm.visibility import find

router = Router(tags=["opportunities"])


class LineIn(Schema):
    """A product, or words; a discount is a fraction."""

    product: UUID | None = None
    text: str = ""
    quantity: Decimal = Decimal(1)
    price: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    amount: Decimal | None = None


class LineOut(Schema):
    """A line with what it adds up to."""

    product: UUID | None
    text: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    amount: Decimal


class RivalIn(Schema):
    """Somebody else who wants the deal, and how strong they are: 1 to 5."""

    competitor: UUID
    strength: int | None = None
    note: str = ""


class DealFields(Schema):
    """What a deal may hold."""

    contact: UUID | None = None
    name: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    rate: Decimal | None = None
    rate_day: date | None = None
    probability: float | None = None
    close_on: date | None = None
    position: UUID | None = None
    person: UUID | None = None
    keeps_rep: bool | None = None
    source: str | None = None
    next_step: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    fields: dict[str, Any] | None = None
    external_ids: dict[str, str] | None = None


class DealIn(DealFields):
    """A deal that may be made; without a stage it begins in the first one."""

    account: UUID
    name: str
    pipeline: UUID | None = None
    stage: UUID | None = None
    lines: list[LineIn] = []
    competitors: list[RivalIn] = []


class DealPatch(DealFields):
    """What shall be different; what is left out stays. The stage changes by a move."""

    lines: list[LineIn] | None = None
    competitors: list[RivalIn] | None = None


class DealOut(DealFields):
    """A deal; ``house_amount`` is in the currency of the house, by the rate of its day."""

    id: UUID
    version: int
    account: UUID
    account_name: str
    pipeline: UUID
    stage: UUID
    stage_name: str
    stage_kind: str
    stage_since: datetime
    house_amount: Decimal | None
    chance: float
    closed_at: datetime | None
    territory: str | None
    lost_to: UUID | None
    reasons: list[UUID]
    outcome_note: str
    lines: list[LineOut]
    competitors: list[RivalIn]
    origin: str
    created_at: datetime
    changed_at: datetime


class DealFilter(Schema):
    """What a list of deals can be asked."""

    q: str | None = None
    account: UUID | None = None
    contact: UUID | None = None
    pipeline: UUID | None = None
    stage: UUID | None = None
    is_open: bool | None = None
    position: UUID | None = None
    person: UUID | None = None
    close_on_from: date | None = None
    close_on_until: date | None = None
    tag: str | None = None
    external_id: str | None = None
    changed_since: datetime | None = None


OWN = tuple(name for name in DealFields.model_fields if name != "external_ids")
MORE = ("version", "account", "pipeline", "stage", "stage_since", "house_amount", "closed_at", "lost_to", "outcome_note", "origin")


def shown_deals(actor: Actor, found: Sequence[Opportunity]) -> list[dict[str, Any]]:
    """Deals as the interface shows them, with a fixed number of queries."""
    keys = [deal.pk for deal in found]
    ids = external_ids(Opportunity, found)
    lines: dict[int, list[dict[str, Any]]] = {}
    for line in OpportunityLine.objects.filter(opportunity__in=keys).select_related("product"):
        lines.setdefault(line.opportunity_id, []).append(shown_line(line))
    rivals: dict[int, list[dict[str, Any]]] = {}
    for rival in OpportunityCompetitor.objects.filter(opportunity__in=keys).select_related("competitor").order_by("pk"):
        told = {"competitor": rival.competitor.public_id, "strength": rival.strength, "note": rival.note}
        rivals.setdefault(rival.opportunity_id, []).append(told)
    reasons: dict[int, list[UUID]] = {}
    for deal_id, reason in OutcomeReason.objects.filter(opportunities__in=keys).values_list("opportunities", "public_id"):
        reasons.setdefault(deal_id, []).append(reason)
    return [
        plain(
            deal,
            *OWN,
            *MORE,
            "created_at",
            "changed_at",
            account_name=deal.account.name,
            stage_name=deal.stage.name,
            stage_kind=deal.stage.kind,
            chance=deal.stage.probability if deal.probability is None else deal.probability,
            territory=deal.territory.code if deal.territory else None,
            external_ids=ids.get(deal.pk, {}),
            lines=lines.get(deal.pk, []),
            competitors=rivals.get(deal.pk, []),
            reasons=reasons.get(deal.pk, []),
        )
        for deal in found
    ]


def shown_line(line: Any) -> dict[str, Any]:
    """A line of a deal or an order."""
    same = {name: getattr(line, name) for name in ("text", "quantity", "price", "discount", "amount")}
    return same | {"product": line.product.public_id if line.product else None}


add_routes(
    router,
    Resource(
        path="opportunities",
        one="A deal",
        many="Deals",
        model=Opportunity,
        new=DealIn,
        patch=DealPatch,
        out=DealOut,
        filters=DealFilter,
        show=shown_deals,
        create=deals.create_opportunity,
        change=deals.change_opportunity,
        archive=deals.archive_opportunity,
        restore=deals.restore_opportunity,
    ),
)


class StepIn(Schema):
    """The stage that a deal goes to; a lost one needs a reason or a note."""

    stage: UUID
    reasons: list[UUID] = []
    lost_to: UUID | None = None
    note: str = ""


@router.post("/opportunities/{uuid:deal_id}/stage", response=DealOut, openapi_extra=VERSIONED)
def post_stage(request: HttpRequest, response: HttpResponse, deal_id: UUID, step: StepIn) -> Any:
    """Let a deal go on, back, be won, be lost or be opened again; needs ``If-Match``."""
    actor, version = writer(request), if_match(request)
    changed = deals.move_to_stage(
        actor,
        deal_id,
        version=version,
        stage=find(actor, Stage, step.stage),
        reasons=[find(actor, OutcomeReason, reason) for reason in step.reasons],
        lost_to=find(actor, Competitor, step.lost_to) if step.lost_to else None,
        note=step.note,
    )
    tag(response, changed.version)
    return shown_deals(actor, [changed])[0]


class StepOut(Schema):
    """A step from one stage to another."""

    before: str | None
    after: str
    at: datetime
    by: str
    amount: Decimal | None
    reason: str


@router.get("/opportunities/{uuid:deal_id}/stages", response=list[StepOut])
def list_steps(request: HttpRequest, deal_id: UUID) -> Any:
    """How a deal got where it is."""
    deal = find(reader(request), Opportunity, deal_id)
    return [
        {
            "before": step.before.name if step.before else None,
            "after": step.after.name,
            "at": step.at,
            "by": str(step.by or ""),
            "amount": step.amount,
            "reason": step.reason,
        }
        for step in deal.stage_changes.select_related("before", "after", "by")
    ]
