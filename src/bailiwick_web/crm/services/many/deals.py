"""Deals, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import save_all
from bailiwick_web.core.services import MANY, audit_all, entry, tell_all
from bailiwick_web.crm.models import Opportunity, OpportunityLine, Stage, StageChange, TimelineEvent
from bailiwick_web.crm.services import deals, timeline
from bailiwick_web.crm.services.catalogue import default_pipeline
from bailiwick_web.crm.services.lines import amounts_of
from bailiwick_web.crm.services.many.changing import Change, Follow, change_all, locked_all, touch_all
from bailiwick_web.crm.services.many.writing import Holders, New, Rates, create_all, identify_all, parts


@dataclass(frozen=True)
class NewDeal(New):
    """A deal to be made; without a stage it begins in the first one."""

    stage: Stage | None = None
    lines: Sequence[Mapping[str, Any]] = ()


@transaction.atomic
def create_opportunities(actor: Actor, news: Sequence[NewDeal], *, origin: str = "") -> list[Opportunity]:
    """Add deals, each with the position that has its account. Sellers may. Recorded, told, on the timeline."""
    first = deals.first_stage(default_pipeline(actor))
    holders = Holders(actor, (new.values["account"].pk for new in news))
    rates = Rates()
    given, lines = [], []
    for new in news:
        stage = new.stage or first
        rows = deals.lines_of(new.lines)
        values = {**new.values, "pipeline": stage.pipeline, "stage": stage, "stage_since": actor.now}
        if rows:
            values["amount"] = amounts_of(rows)
        given.append(holders.with_rep(new.values["account"], values))
        lines.append(rows)

    def derive(_actor: Actor, deal: Opportunity) -> None:
        deals.set_house_amount(deal, actor.now.date(), rates.on)
        if deal.stage.kind != Stage.Kind.OPEN:
            row = holders.rows.get(deal.account_id)
            deals.close(actor, deal, on=deal.close_on, territory=row.territory if row is not None else None)

    made = create_all(actor, deals.OPPORTUNITY, given, origin=origin, derive=derive)
    identify_all(Opportunity, [(deal, new.ids) for deal, new in zip(made, news, strict=True)])
    for deal, rows in zip(made, lines, strict=True):
        for row in rows:
            row.opportunity = deal
    OpportunityLine.objects.bulk_create((row for rows in lines for row in rows), batch_size=MANY)
    _record_steps(actor, made)
    return made


@dataclass(frozen=True)
class DealChange(Change):
    """A deal to be changed; products, if given, take the place of those there are."""

    lines: Sequence[Mapping[str, Any]] | None = None


@transaction.atomic
def change_opportunities(actor: Actor, changes: Sequence[DealChange]) -> list[Opportunity]:
    """Change what is given of deals; their stages only by :func:`deals.move_to_stage`. Sellers may. Recorded field by field, told."""
    found = locked_all(actor, deals.OPPORTUNITY, changes)
    given = [deals.changeable(deal, change.values) for deal, change in zip(found, changes, strict=True)]
    rates = Rates()

    def follow(_actor: Actor, changed: Sequence[Opportunity]) -> tuple[str, ...]:
        for deal in changed:
            deals.set_house_amount(deal, actor.now.date(), rates.on)
        return deals.DERIVED

    changed = change_all(actor, deals.OPPORTUNITY, found, given, follow=follow)
    pairs = list(zip(found, changes, strict=True))
    identify_all(Opportunity, [(deal, change.ids) for deal, change in pairs])
    lined = [(deal, deals.lines_of(change.lines)) for deal, change in pairs if change.lines is not None]
    _set_lines(actor, lined, follow)
    same = {deal.pk for deal, names in zip(found, changed, strict=True) if not names}
    touch_all(actor, [deal for deal, _rows in lined if deal.pk in same])
    return found


def _set_lines(actor: Actor, lined: Sequence[tuple[Opportunity, list[OpportunityLine]]], follow: Follow) -> None:
    """Products of deals; their amounts are what they add up to."""
    other, entries = [], []
    for deal, rows in lined:
        for row in rows:
            row.opportunity = deal
        if rows and (total := amounts_of(rows)) != deal.amount:
            entries.append(entry(actor, "opportunity.changed", deal, field="amount", before=deal.amount or "", after=total))
            deal.amount = total
            other.append(deal)
    for part in parts([deal.pk for deal, _rows in lined]):
        OpportunityLine.objects.filter(opportunity__in=part).delete()
    OpportunityLine.objects.bulk_create((row for _deal, rows in lined for row in rows), batch_size=MANY)
    audit_all(entries)
    save_all(other, ["amount", *follow(actor, other)])


def _record_steps(actor: Actor, made: Sequence[Opportunity]) -> None:
    steps = (StageChange(opportunity=d, after=d.stage, at=actor.now, by=actor.user, amount=d.house_amount, reason="") for d in made)
    StageChange.objects.bulk_create(steps, batch_size=MANY)
    TimelineEvent.objects.bulk_create(
        (
            timeline.event(
                actor,
                "stage",
                deal,
                account=deal.account,
                contact=deal.contact,
                at=actor.now,
                before="",
                after=deal.stage.name,
                outcome=deal.stage.kind,
            )
            for deal in made
        ),
        batch_size=MANY,
    )
    tell_all(actor, "opportunity.stage", [{"id": str(d.public_id), "before": None, "after": str(d.stage.public_id)} for d in made])
