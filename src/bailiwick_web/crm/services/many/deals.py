"""Deals, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.services import MANY, tell_all
from bailiwick_web.crm.models import Opportunity, OpportunityLine, Stage, StageChange, TimelineEvent
from bailiwick_web.crm.services import deals, timeline
from bailiwick_web.crm.services.catalogue import default_pipeline
from bailiwick_web.crm.services.lines import amounts_of, line_values
from bailiwick_web.crm.services.many.writing import Holders, New, Rates, create_all, identify_all
from bailiwick_web.crm.services.money import house_currency, in_house


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
        rows = [OpportunityLine(place=i, **line_values(line)) for i, line in enumerate(new.lines)]
        if any(row.quantity < 0 for row in rows):
            raise Invalid(_("A deal has no returns."), code="field", field="quantity")
        values = {**new.values, "pipeline": stage.pipeline, "stage": stage, "stage_since": actor.now}
        if rows:
            values["amount"] = amounts_of(rows)
        given.append(holders.with_rep(new.values["account"], values))
        lines.append(rows)

    def derive(_actor: Actor, deal: Opportunity) -> None:
        if deal.amount is not None:
            deal.currency = deal.currency or house_currency()
            deal.rate = deal.rate or rates.on(deal.currency, actor.now.date())
        deal.house_amount = in_house(deal.amount, deal.rate)
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
