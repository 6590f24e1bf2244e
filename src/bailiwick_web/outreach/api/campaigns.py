"""Campaigns, and what leads and wins of them cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from bailiwick_web.core.access import Actor
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.api.common import Resource, add_routes, plain, reader
from bailiwick_web.outreach.models import Campaign
from bailiwick_web.outreach.queries.campaigns import Yield, costs
from bailiwick_web.outreach.services import campaigns

router = Router(tags=["outreach"])


class CampaignFields(Schema):
    """What a campaign may hold; its leads have its name in their field ``campaign``."""

    name: str | None = None
    kind: Literal["content", "social", "ads", "event", "mail", "calls", "referral", "other"] | None = None
    starts_on: date | None = None
    cost: Decimal | None = None
    currency: str | None = None
    note: str | None = None


class CampaignIn(CampaignFields):
    """A new campaign."""

    name: str
    cost: Decimal


class CampaignOut(CampaignFields):
    """A campaign; ``house_cost`` is in the currency of the house."""

    id: UUID
    version: int
    house_cost: Decimal
    created_at: datetime
    changed_at: datetime


class CampaignFilter(Schema):
    """What a list of campaigns can be asked."""

    q: str | None = None
    kind: str | None = None
    changed_since: datetime | None = None


class YieldOut(Schema):
    """What some money brought: cost of a lead and of a win in house currency, null where there are too few to tell."""

    name: str
    campaign: UUID | None
    cost: Decimal
    n: int
    n_won: int
    won: Decimal
    per_lead: Decimal | None
    per_win: Decimal | None


class CostsOut(Schema):
    """Costs by campaign, kind and territory of the leads; with ``is_part`` other leads of the campaigns are beyond the scope."""

    campaigns: list[YieldOut]
    kinds: list[YieldOut]
    territories: list[YieldOut]
    is_part: bool


def _campaigns(actor: Actor, found: Sequence[Campaign]) -> list[dict[str, Any]]:
    return [plain(campaign, *CampaignFields.model_fields, "house_cost", "version", "created_at", "changed_at") for campaign in found]


def _yield(found: Yield) -> dict[str, Any]:
    names = ("name", "cost", "n", "n_won", "won", "per_lead", "per_win")
    shown = {name: getattr(found, name) for name in names}
    shown |= {name: round(value, 2) for name, value in shown.items() if isinstance(value, Decimal)}
    return {**shown, "campaign": found.campaign.public_id if found.campaign else None}


@router.get("/campaigns/costs", response=CostsOut)
def get_costs(request: HttpRequest) -> Any:
    """What a lead and a deal that was won cost, by campaign, kind and territory, within the scope."""
    found = costs(reader(request))
    groups = {name: [_yield(y) for y in getattr(found, name)] for name in ("campaigns", "kinds", "territories")}
    return {**groups, "is_part": found.is_part}


add_routes(
    router,
    Resource(
        path="campaigns",
        one="A campaign",
        many="Campaigns",
        model=Campaign,
        new=CampaignIn,
        patch=CampaignFields,
        out=CampaignOut,
        filters=CampaignFilter,
        show=_campaigns,
        right=Right.ORGANISE,
        create=campaigns.create_campaign,
        change=campaigns.change_campaign,
        archive=campaigns.archive_campaign,
        restore=campaigns.restore_campaign,
    ),
)
