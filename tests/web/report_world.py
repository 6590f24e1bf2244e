"""Deals, leads, cases and activities of West and of East, for reports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Opportunity, Stage, StageChange
from bailiwick_web.reports.asking import Definition, asked
from bailiwick_web.reports.computing import Result, run
from bailiwick_web.reports.registry import Ground

UTC = ZoneInfo("UTC")
WEST, EAST = {"lon": 0, "lat": 0, "city": "Westville"}, {"lon": 4, "lat": 0, "city": "CANARY-CITY"}


def ground(actor: Actor, zone: str = "UTC") -> Ground:
    """Somebody, now, in a zone."""
    return Ground(Actor(actor.user, timezone.now(), "test"), ZoneInfo(zone))


def answer(actor: Actor, wanted: Definition, zone: str = "UTC") -> Result:
    """Run a report."""
    place = ground(actor, zone)
    return run(place, asked(place.actor, wanted))


def lines(result: Result) -> list[tuple[Any, ...]]:
    """The values of a result."""
    return [row.values for row in result.rows]


def world(planner: Actor) -> dict[str, Any]:
    """Two accounts: 3 deals of West (100 open, 200 won, 300 lost), 1 of East (1000 open)."""
    actor = Actor(planner.user, timezone.now(), "test")
    west = crm.customers.create_account(actor, name="Acme", segment="Retail", location=WEST)
    east = crm.customers.create_account(actor, name="CANARY-ACCOUNT", segment="CANARY-SEGMENT", location=EAST)
    first = crm.deals.create_opportunity(actor, account=west, name="Open", amount=100, close_on=(actor.now + timedelta(days=5)).date())
    stages = {stage.kind: stage for stage in Stage.objects.order_by("-place")}
    won = crm.deals.create_opportunity(actor, account=west, name="Won", amount=200)
    lost = crm.deals.create_opportunity(actor, account=west, name="Lost", amount=300)
    for deal, kind in ((won, "won"), (lost, "lost")):
        crm.deals.move_to_stage(actor, deal.public_id, stage=stages[kind], version=deal.version, note="x")
    other = crm.deals.create_opportunity(actor, account=east, name="CANARY-DEAL", amount=1000)
    return {"west": west, "east": east, "open": first, "won": won, "lost": lost, "other": other, "actor": actor}


def step(deal: Opportunity, after: Stage, days_ago: float, before: Stage | None = None) -> None:
    """A step of a deal in the past."""
    StageChange.objects.create(opportunity=deal, before=before, after=after, at=timezone.now() - timedelta(days=days_ago))
