"""Gifts within their limit, and when to thank customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from bailiwick_web.core.access import Actor
from bailiwick_web.core.rest.requests import VERSIONED, if_match, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.api.common import Resource, add_routes, plain, reader, writer
from bailiwick_web.outreach.models import Gift
from bailiwick_web.outreach.services import gifts, milestones

router = Router(tags=["outreach"])


class GiftIn(Schema):
    """A gift; with ``asks`` a manager is asked if it is over the limit, and ``why`` says the reason."""

    contact: UUID
    what: str
    amount: Decimal
    currency: str = ""
    given_on: date | None = None
    asks: bool = False
    why: str = ""


class GiftOut(Schema):
    """A gift; ``house_amount`` is what counts against the limit."""

    id: UUID
    version: int
    contact: UUID
    account: UUID | None
    what: str
    amount: Decimal
    currency: str
    house_amount: Decimal
    given_on: date
    state: str
    why: str
    decision: str
    decided_at: datetime | None
    created_at: datetime
    changed_at: datetime


class GiftFilter(Schema):
    """What a list of gifts can be asked."""

    account: UUID | None = None
    contact: UUID | None = None
    state: str | None = None
    changed_since: datetime | None = None


class DecisionIn(Schema):
    """What a manager says to a gift over the limit."""

    is_approved: bool
    decision: str = ""


class RulesIn(Schema):
    """What holds: the limit in house currency for a person and year, and how many days before an anniversary a task is made; null: none."""

    gift_limit: Decimal | None = None
    remind_days: int | None = None


class RulesOut(RulesIn):
    """What holds."""

    version: int


class MilestoneOut(Schema):
    """A day to thank a customer: for years since the first order, or a number of orders."""

    account: UUID
    what: str
    on: date
    years: int
    n_orders: int
    is_planned: bool


class Ahead(Schema):
    """How many days ahead."""

    days: int = 30


OF_GIFT = tuple(name for name in GiftOut.model_fields if name != "id")


def _gifts(actor: Actor, found: Sequence[Gift]) -> list[dict[str, Any]]:
    return [plain(gift, *OF_GIFT) for gift in found]


add_routes(
    router,
    Resource(
        path="gifts",
        one="A gift",
        many="Gifts",
        model=Gift,
        new=GiftIn,
        out=GiftOut,
        filters=GiftFilter,
        show=_gifts,
        create=gifts.log_gift,
        archive=gifts.archive_gift,
    ),
)


@router.post("/gifts/{uuid:record_id}/decide", response=GiftOut, openapi_extra=VERSIONED)
def post_decision(request: HttpRequest, response: HttpResponse, record_id: UUID, said: DecisionIn) -> Any:
    """Say yes or no to a gift over the limit; needs ``If-Match``."""
    actor = writer(request, Right.APPROVE)
    decided = gifts.decide_gift(actor, record_id, version=if_match(request), **said.dict())
    tag(response, decided.version)
    return _gifts(actor, [decided])[0]


@router.get("/thanks-rules", response=RulesOut)
def get_rules(request: HttpRequest) -> Any:
    """What holds for gifts and anniversaries; version 0 if nobody said so."""
    reader(request)
    found = gifts.rules()
    return {"gift_limit": None, "remind_days": None, "version": 0} if found is None else found


@router.put("/thanks-rules", response=RulesOut, openapi_extra=VERSIONED)
def put_rules(request: HttpRequest, new: RulesIn) -> Any:
    """Say what holds for gifts and anniversaries; needs ``If-Match``."""
    return gifts.set_rules(writer(request, Right.ORGANISE), version=if_match(request), **new.dict())


@router.get("/milestones", response=list[MilestoneOut])
def get_milestones(request: HttpRequest, ahead: Query[Ahead]) -> Any:
    """When to thank customers within the scope: anniversaries to come, and numbers of orders that are full."""
    found = milestones.upcoming(reader(request), max(0, min(ahead.days, gifts.MOST_DAYS)))
    names = ("what", "on", "years", "n_orders", "is_planned")
    return [{"account": m.account.public_id, **{name: getattr(m, name) for name in names}} for m in found]
