"""Evidence with its effect on potential, and introductory deals, over the JSON interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from bailiwick_web.core.access import Actor
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.api.common import Resource, add_routes, plain, reader, writer
from bailiwick_web.crm.visibility import find, visible
from bailiwick_web.insights.finding import study_of
from bailiwick_web.market.models import EffectUse, Evidence, Offer, OfferUse
from bailiwick_web.market.queries import evidence as evidence_queries
from bailiwick_web.market.queries import offers as offer_queries
from bailiwick_web.market.services import evidence, offers

router = Router(tags=["market"])
STAMPS = ("version", "created_at", "changed_at")


class EvidenceFields(Schema):
    """What evidence may hold; ``effect`` is on potential, as a fraction, and needs a ``reason``; empty industry and region: all."""

    claim: str | None = None
    source: str | None = None
    url: str | None = None
    dated_on: date | None = None
    industry: str | None = None
    region: str | None = None
    effect: float | None = None
    reason: str | None = None


class EvidenceIn(EvidenceFields):
    """New evidence."""

    claim: str
    source: str
    dated_on: date


class EvidenceOut(EvidenceFields):
    """Evidence."""

    id: UUID
    version: int
    created_at: datetime
    changed_at: datetime


class EvidenceFilter(Schema):
    """What a list of evidence can be asked."""

    q: str | None = None
    industry: str | None = None
    region: str | None = None
    changed_since: datetime | None = None


class OfferFields(Schema):
    """What an introductory deal may hold; empty segment: all; ``ends_on`` is the last day."""

    name: str | None = None
    what: str | None = None
    segment: str | None = None
    most_uses: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class OfferIn(OfferFields):
    """A new one."""

    name: str
    what: str
    starts_on: date
    ends_on: date


class OfferOut(OfferFields):
    """An introductory deal."""

    id: UUID
    version: int
    created_at: datetime
    changed_at: datetime


class OfferFilter(Schema):
    """What a list of offers can be asked."""

    q: str | None = None
    segment: str | None = None
    changed_since: datetime | None = None


def _shown(fields: type[Schema]) -> Any:
    def show(actor: Actor, found: Sequence[Any]) -> list[dict[str, Any]]:
        return [plain(record, *fields.model_fields, *STAMPS) for record in found]

    return show


def _services(module: Any, name: str) -> dict[str, Any]:
    return {act: getattr(module, f"{act}_{name}") for act in ("create", "change", "archive", "restore")}


for resource in (
    Resource(
        path="evidence",
        one="Evidence",
        many="Evidence",
        model=Evidence,
        new=EvidenceIn,
        patch=EvidenceFields,
        out=EvidenceOut,
        filters=EvidenceFilter,
        show=_shown(EvidenceFields),
        right=Right.AIM,
        **_services(evidence, "evidence"),
    ),
    Resource(
        path="offers",
        one="An introductory deal",
        many="Introductory deals",
        model=Offer,
        new=OfferIn,
        patch=OfferFields,
        out=OfferOut,
        filters=OfferFilter,
        show=_shown(OfferFields),
        right=Right.AIM,
        **_services(offers, "offer"),
    ),
):
    add_routes(router, resource)


class ConversionOut(Schema):
    """Taken ÷ made of an offer, of the customers that the user sees, with its 95 % interval (Wilson)."""

    n: int
    taken: int
    rate: float | None
    low: float
    high: float
    revenue: float


class OfferUseIn(Schema):
    """Whom to make the offer."""

    account: UUID


class OfferTakenIn(Schema):
    """The first order, if it is known."""

    order: UUID | None = None


class OfferUseOut(Schema):
    """A customer who was made an offer; ``taken_on`` is null until they take it."""

    id: UUID
    version: int
    offer: UUID
    account: UUID
    offered_on: date
    taken_on: date | None
    order: UUID | None
    amount: Decimal | None


class OfferUsesOut(Schema):
    """A page of them; ``next`` is the cursor of the next page."""

    items: list[OfferUseOut]
    next: int | None


def _use(use: OfferUse) -> dict[str, Any]:
    return plain(use, "version", "offer", "account", "offered_on", "taken_on", "order", "amount")


@router.get("/offers/{uuid:offer_id}/conversion", response=ConversionOut)
def get_offer_conversion(request: HttpRequest, offer_id: UUID) -> Any:
    """How many of those who were made the offer took it."""
    return offer_queries.offer_page(reader(request), offer_id)["found"]


@router.get("/offers/{uuid:offer_id}/uses", response=OfferUsesOut)
def list_offer_uses(request: HttpRequest, offer_id: UUID, after: int | None = None, limit: int | None = None) -> Any:
    """Who was made the offer, newest first."""
    actor = reader(request)
    rows = visible(actor, OfferUse).filter(offer=find(actor, Offer, offer_id)).select_related("offer", "account", "order")
    return one_page(rows, _use, after=after, limit=limit)


@router.post("/offers/{uuid:offer_id}/uses", response={201: OfferUseOut})
def post_offer_use(request: HttpRequest, offer_id: UUID, new: OfferUseIn) -> Any:
    """Make an account the offer."""
    return Status(201, _use(offers.make_offer(writer(request), offer_id, new.account)))


@router.post("/offer-uses/{uuid:use_id}/take", response=OfferUseOut, openapi_extra=VERSIONED)
def post_offer_taken(request: HttpRequest, response: HttpResponse, use_id: UUID, taken: OfferTakenIn) -> Any:
    """The account takes the offer; needs ``If-Match``."""
    actor = writer(request)
    use = offers.take_offer(actor, use_id, version=if_match(request), order_id=taken.order)
    tag(response, use.version)
    return _use(use)


class EffectIn(Schema):
    """Which evidence."""

    evidence: UUID


class EffectOut(Schema):
    """Evidence that is applied to an estimate of potential."""

    id: UUID
    study: UUID
    evidence: UUID
    effect: float
    ended_at: datetime | None


class AdjustedOut(Schema):
    """Potential of all accounts as estimated and with evidence, and what is applied."""

    before: float
    after: float
    change: float
    n_changed: int
    effects: list[EffectOut]


def _effect(use: EffectUse) -> dict[str, Any]:
    return plain(use, "study", "evidence", "effect", "ended_at")


@router.get("/potentials/{uuid:study_id}/effects", response=AdjustedOut)
def get_effects(request: HttpRequest, study_id: UUID) -> Any:
    """An estimate of potential with what is applied to it."""
    actor = writer(request, Right.PLAN)
    study_of(actor, study_id)
    found = evidence_queries.effects_page(actor, study_id)
    return {name: found[name] for name in ("before", "after", "change", "n_changed")} | {"effects": [_effect(use) for use in found["uses"]]}


@router.post("/potentials/{uuid:study_id}/effects", response={201: EffectOut})
def post_effect(request: HttpRequest, study_id: UUID, new: EffectIn) -> Any:
    """Apply evidence to an estimate of potential, which stays as it was found."""
    return Status(201, _effect(evidence.apply_effect(writer(request, Right.PLAN), study_id, new.evidence)))


@router.delete("/effects/{uuid:effect_id}", response={204: None})
def delete_effect(request: HttpRequest, effect_id: UUID) -> Any:
    """No longer apply it."""
    evidence.take_effect_back(writer(request, Right.PLAN), effect_id)
    return Status(204, None)
