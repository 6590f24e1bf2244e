"""The pipeline: a board with its sums, a list, and everything about one deal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, FloatField, Q, QuerySet, Sum, Window
from django.db.models.functions import Cast, Coalesce, RowNumber

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import models as m
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.queries.pages_paging import Slice, chosen, cut

CARDS = 25
RECENT = timedelta(days=90)
FILTERS = ("q", "whose", "pipeline")
SORTS = ("close_on", "-house_amount", "name", "stage_since")
Kind = m.Stage.Kind


@dataclass(frozen=True)
class Card:
    """A deal on the board, and whether it is stuck or its day is past."""

    deal: m.Opportunity
    days: int
    is_stuck: bool
    is_late: bool


@dataclass(frozen=True)
class Column:
    """A stage with its deals; the sums are of all of them, also of those that are not shown."""

    stage: m.Stage
    n: int
    total: Decimal
    weighted: Decimal
    cards: list[Card]

    @property
    def n_more(self) -> int:
        """Deals that are not shown."""
        return self.n - len(self.cards)


@dataclass(frozen=True)
class Asked:
    """What the pipeline is asked for."""

    given: dict[str, str]
    sort: str = "close_on"
    after: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """From an address."""
        sort = given.get("sort", "")
        return cls(chosen(given, FILTERS), sort if sort in SORTS else "close_on", given.get("after", "")[:500])


def pipelines() -> list[m.Pipeline]:
    """Those that are in use."""
    return list(m.Pipeline.objects.filter(is_active=True).prefetch_related("stages"))


def the_pipeline(there: list[m.Pipeline], key: str) -> m.Pipeline | None:
    """The one that is asked for, else the usual one."""
    asked = next((p for p in there if str(p.public_id) == key), None)
    return asked or next((p for p in there if p.is_default), there[0] if there else None)


def deals(actor: Actor, pipeline: m.Pipeline, asked: Asked, person: Person | None) -> QuerySet[m.Opportunity]:
    """The deals that somebody sees and asked for."""
    found = rows(actor, m.Opportunity, q=asked.given["q"]).filter(pipeline=pipeline)
    if asked.given["whose"] == "me":
        found = found.filter(person=person) if person is not None else found.none()
    return found


def shown(actor: Actor, found: QuerySet[m.Opportunity]) -> QuerySet[m.Opportunity]:
    """What the board shows of deals: those that are open, and those that were closed in the last 90 days."""
    return found.exclude(~Q(stage__kind=Kind.OPEN) & Q(closed_at__lt=actor.now - RECENT))


def board(actor: Actor, pipeline: m.Pipeline, found: QuerySet[m.Opportunity]) -> list[Column]:
    """The stages with their sums and first deals, in two queries; of those that are over, the last 90 days."""
    recent = shown(actor, found)
    chance = Coalesce(F("probability"), F("stage__probability"))
    sums = {
        row["stage"]: row
        for row in recent.values("stage")
        .annotate(n=Count("pk"), total=Sum("house_amount"), weighted=Sum(Cast("house_amount", FloatField()) * chance))
        .order_by()
    }
    rank = Window(RowNumber(), partition_by=[F("stage")], order_by=[F("close_on").asc(nulls_last=True), F("pk").asc()])
    cards: dict[int, list[Card]] = {}
    for deal in recent.annotate(rank=rank).filter(rank__lte=CARDS).order_by("rank"):
        cards.setdefault(deal.stage_id, []).append(card(actor, deal))
    return [_column(stage, sums.get(stage.pk, {}), cards.get(stage.pk, [])) for stage in pipeline.stages.all()]


def _column(stage: m.Stage, sums: Mapping[str, Any], cards: list[Card]) -> Column:
    total, weighted = sums.get("total") or Decimal(0), Decimal(str(sums.get("weighted") or 0))
    return Column(stage, sums.get("n", 0), total, weighted, cards)


def card(actor: Actor, deal: m.Opportunity) -> Card:
    """A deal with its age in the stage."""
    days = (actor.now - deal.stage_since).days
    is_open = deal.stage.kind == Kind.OPEN
    is_late = is_open and deal.close_on is not None and deal.close_on < local_day(actor.now)
    return Card(deal, days, is_open and deal.stage.most_days is not None and days > deal.stage.most_days, is_late)


def listed(actor: Actor, found: QuerySet[m.Opportunity], asked: Asked) -> tuple[Slice, list[Card]]:
    """Open deals as a list."""
    part = cut(found.filter(stage__kind=Kind.OPEN), asked.sort, asked.after)
    return part, [card(actor, deal) for deal in part.rows]


def totals(columns: list[Column]) -> dict[str, Any]:
    """What is open, and what it is worth by its chances."""
    still = [c for c in columns if c.stage.kind == Kind.OPEN]
    return {"n": sum(c.n for c in still), "total": sum(c.total for c in still), "weighted": sum(c.weighted for c in still)}


def of_deal(deal: m.Opportunity) -> dict[str, Any]:
    """How a deal got where it is, its products, its rivals, what was done for it."""
    changes = list(deal.stage_changes.select_related("before", "after", "by"))
    ends = [*(c.at for c in changes[1:]), None]
    return {
        "changes": list(reversed(list(zip(changes, ends, strict=True)))),
        "lines": list(deal.lines.select_related("product")),
        "rivals": list(deal.competitors.select_related("competitor")),
        "reasons": list(deal.reasons.all()),
        "stages": list(deal.pipeline.stages.all()),
        "outcome_reasons": list(m.OutcomeReason.objects.filter(is_active=True)),
        "competitors": list(m.Competitor.objects.filter(deleted_at=None).order_by("name")),
        "activities": activities_of("opportunity", deal),
    }


def activities_of(name: str, record: Any) -> list[m.Activity]:
    """What was planned and done about a deal, lead or case, the newest first."""
    found = m.Activity.objects.filter(**{name: record}, deleted_at=None).exclude(state=m.Activity.State.CANCELLED)
    return list(found.select_related("person", "contact", "account", "series").order_by(F("done_at").desc(nulls_first=True), "-pk")[:50])
