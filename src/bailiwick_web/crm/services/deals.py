"""Opportunities: a deal, its stage and how it got there, its products, its rivals, and why it was won or lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.services import audit, tell, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import (
    Account,
    Competitor,
    Opportunity,
    OpportunityCompetitor,
    OpportunityLine,
    OutcomeReason,
    Pipeline,
    Stage,
    StageChange,
)
from bailiwick_web.crm.services import belonging, timeline, writing
from bailiwick_web.crm.services.catalogue import default_pipeline
from bailiwick_web.crm.services.customers import ACCOUNT
from bailiwick_web.crm.services.fields import free_fields
from bailiwick_web.crm.services.lines import amounts_of, line_values
from bailiwick_web.crm.services.looking_after import holding, with_rep
from bailiwick_web.crm.services.money import house_currency, in_house, latest_rate, positive_rate, rate_on
from bailiwick_web.planning.models import TerritoryDefinition

Kind = Stage.Kind
MONEY = ("amount", "currency", "rate", "rate_day")
DERIVED = ("currency", "rate", "rate_day", "house_amount")
"""What follows from the amount of a deal."""


def _derive(actor: Actor, deal: Opportunity) -> Iterable[str]:
    set_house_amount(deal, actor.now.date(), rate_on)
    return DERIVED


def set_house_amount(deal: Opportunity, today: date, rate_of: Callable[[str, date], Decimal]) -> None:
    """Set what the amount of a deal is in the currency of the house, at the rate that it has, else at that of its day."""
    if deal.amount is not None:
        deal.currency = deal.currency or house_currency()
        deal.rate_day = deal.rate_day or _day_of(deal, today)
        if deal.rate is None:
            deal.rate = rate_of(deal.currency, deal.rate_day)
    deal.house_amount = in_house(deal.amount, deal.rate)


def _day_of(deal: Opportunity, today: date) -> date:
    """Whose rate an amount has unless somebody says so: the day a deal was closed, for an open one today."""
    closed = deal.stage.kind != Kind.OPEN and deal.close_on is not None
    return min(deal.close_on, today) if closed and deal.close_on is not None else today


OPPORTUNITY = writing.Spec(
    Opportunity,
    {
        "account": c.reference,
        "contact": c.reference,
        "name": c.needed(300),
        "pipeline": c.reference,
        "stage": c.reference,
        "stage_since": c.instant,
        "amount": c.money,
        "currency": c.currency,
        "rate": positive_rate,
        "rate_day": c.day,
        "probability": c.fraction,
        "close_on": c.day,
        "position": c.reference,
        "person": c.reference,
        "territory": c.reference,
        "keeps_rep": c.yes_no,
        "source": c.text(120),
        "next_step": c.text(300),
        "description": c.text(20_000),
        "lost_to": c.reference,
        "outcome_note": c.text(5_000),
        "tags": c.tags,
        "fields": free_fields("opportunity"),
    },
    needs=("account", "name"),
    search=("name", "source", "next_step"),
    derive=_derive,
)


@transaction.atomic
def create_opportunity(
    actor: Actor,
    *,
    account: Account,
    lines: Sequence[Mapping[str, Any]] = (),
    competitors: Sequence[Mapping[str, Any]] = (),
    external_ids: Mapping[str, str] | None = None,
    origin: str = "",
    **given: Any,
) -> Opportunity:
    """Add a deal in the first stage, or in a given one, with the position that has its account. Sellers may. Recorded, told."""
    pipeline, stage = _start(actor, given.pop("pipeline", None), given.pop("stage", None))
    since = c.instant("stage_since", given.pop("stage_since", None)) or actor.now
    values = {"account": account, "pipeline": pipeline, "stage": stage, "stage_since": since, **with_rep(actor, account, given)}
    deal = writing.create(actor, OPPORTUNITY, values, origin=origin)
    writing.identify(deal, external_ids or {})
    if lines:
        _set_lines(actor, deal, lines)
    if competitors:
        _set_competitors(deal, competitors)
    _record_step(actor, deal, None, "")
    if stage.kind != Kind.OPEN:
        _close(actor, deal, on=deal.close_on)
        deal.save(update_fields=["closed_at", "close_on", "territory"])
    return deal


@transaction.atomic
def change_opportunity(
    actor: Actor,
    public_id: UUID,
    *,
    version: int | None,
    lines: Sequence[Mapping[str, Any]] | None = None,
    competitors: Sequence[Mapping[str, Any]] | None = None,
    external_ids: Mapping[str, str] | None = None,
    **given: Any,
) -> Opportunity:
    """Change what is given of a deal; its stage only by :func:`move_to_stage`. Sellers may. Recorded field by field, told."""
    deal = writing.locked(actor, OPPORTUNITY, public_id, version)
    changed = writing.change(actor, OPPORTUNITY, deal, changeable(deal, given))
    writing.identify(deal, external_ids or {})
    if lines is not None:
        _set_lines(actor, deal, lines)
    if competitors is not None:
        _set_competitors(deal, competitors)
    if not changed and (lines is not None or competitors is not None):
        touch(actor, deal)
    return deal


def changeable(deal: Opportunity, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of a deal, as it is kept; its stage is not changed like that."""
    values = dict(given)
    if {"stage", "pipeline", "stage_since"} & set(values):
        raise Invalid(_("A deal goes to another stage by a move, so that the history knows it."), code="field", field="stage")
    for name in {"currency", "rate", "rate_day"} & set(values):
        values[name] = OPPORTUNITY.checks[name](name, values[name])
    is_other_money = "currency" in values and values["currency"] != deal.currency
    is_other_day = "rate_day" in values and values["rate_day"] != deal.rate_day
    is_other_rate = "rate" in values and values["rate"] != deal.rate
    if (is_other_money or is_other_day) and "rate" not in values:
        values["rate"] = None  # found anew, by its day
        if not is_other_day:
            values["rate_day"] = None  # today
    elif is_other_rate and "rate_day" not in values:
        values["rate_day"] = None
    return values


@transaction.atomic
def move_to_stage(
    actor: Actor,
    public_id: UUID,
    *,
    version: int | None,
    stage: Stage,
    reasons: Sequence[OutcomeReason] = (),
    lost_to: Competitor | None = None,
    note: str = "",
) -> Opportunity:
    """Let a deal go on, back, be won, be lost or be opened again. Sellers may. Recorded, told, on the timeline.

    Raises
    ------
    Invalid
        If it is lost without a reason, or a reason is of the other kind.
    """
    deal = writing.locked(actor, OPPORTUNITY, public_id, version)
    before = deal.stage
    if stage.pk == before.pk:
        return deal
    if stage.kind == Kind.LOST and not reasons and not note.strip():
        raise Invalid(_("Say why the deal was lost."), code="no_reason", field="reasons")
    wrong = next((reason for reason in reasons if reason.kind != stage.kind), None)
    if wrong is not None:
        raise Invalid(_("“%(reason)s” is no reason for that.") % {"reason": wrong}, code="field", field="reasons")
    deal.stage, deal.pipeline, deal.stage_since = stage, stage.pipeline, actor.now
    if stage.kind == Kind.OPEN:
        deal.closed_at = deal.lost_to = None
    else:
        _close(actor, deal)
        _count_at_closing(actor, deal)
        deal.lost_to = lost_to if stage.kind == Kind.LOST else None
    deal.outcome_note = c.text(5_000)("note", note)
    deal.reasons.set(reasons)
    touch(actor, deal, "stage", "pipeline", "stage_since", "closed_at", "close_on", "territory", "lost_to", "outcome_note", *DERIVED)
    why = ", ".join([*(r.label for r in reasons), *filter(None, [note.strip()])])
    audit(
        actor,
        f"opportunity.{stage.kind}" if stage.kind != Kind.OPEN else "opportunity.moved",
        deal,
        field="stage",
        before=before,
        after=stage,
        reason=why,
    )
    _record_step(actor, deal, before, why)
    if stage.kind == Kind.WON and deal.account.state in {Account.State.PROSPECT, Account.State.FORMER}:
        _make_customer(actor, deal.account)
    return deal


def archive_opportunity(actor: Actor, public_id: UUID, *, version: int | None) -> Opportunity:
    """Put a deal into the bin. Sellers may. Recorded, told."""
    return writing.archive(actor, OPPORTUNITY, public_id, version=version)


def restore_opportunity(actor: Actor, public_id: UUID, *, version: int | None) -> Opportunity:
    """Take a deal out of the bin. Sellers may. Recorded, told."""
    return writing.restore(actor, OPPORTUNITY, public_id, version=version)


def _start(actor: Actor, pipeline: Any, stage: Stage | None) -> tuple[Any, Stage]:
    if stage is not None:
        if pipeline is not None and stage.pipeline_id != pipeline.pk:
            raise Invalid(
                _("“%(stage)s” is no stage of “%(pipeline)s”.") % {"stage": stage, "pipeline": pipeline}, code="field", field="stage"
            )
        return stage.pipeline, stage
    pipeline = pipeline or default_pipeline(actor)
    return pipeline, first_stage(pipeline)


def first_stage(pipeline: Pipeline) -> Stage:
    """Where deals of a pipeline begin."""
    first = pipeline.stages.filter(kind=Kind.OPEN).order_by("place", "pk").first()
    if first is None:
        raise Conflict(_("“%(pipeline)s” has no open stage to begin with.") % {"pipeline": pipeline}, code="no_stage")
    return first


def _close(actor: Actor, deal: Opportunity, *, on: date | None = None) -> None:
    row = holding(deal.account, actor)
    close(actor, deal, on=on, territory=row.territory if row is not None else None)


def _count_at_closing(actor: Actor, deal: Opportunity) -> None:
    """The event of a closed amount is its closing: it counts at the rate of that day, unless another rate was agreed on. Recorded."""
    if deal.amount is None or deal.rate_day is None or deal.close_on is None or deal.rate_day == deal.close_on:
        return
    known, before = latest_rate(deal.currency, deal.rate_day), (deal.rate, deal.rate_day)
    if known is None or known != deal.rate:
        return
    deal.rate, deal.rate_day = rate_on(deal.currency, deal.close_on), deal.close_on
    deal.house_amount = in_house(deal.amount, deal.rate)
    if deal.currency != house_currency():
        told = [f"{rate} ({day:%Y-%m-%d})" for rate, day in (before, (deal.rate, deal.rate_day))]
        audit(actor, "opportunity.changed", deal, field="rate", before=told[0], after=told[1])


def close(actor: Actor, deal: Opportunity, *, on: date | None, territory: TerritoryDefinition | None) -> None:
    """The day and the territory of a deal that is closed stay, whatever becomes of the plan; it may have been closed earlier."""
    is_past = on is not None and on < actor.now.date()
    deal.closed_at = datetime.combine(on, time(12), UTC) if is_past and on is not None else actor.now
    deal.close_on = on if is_past else actor.now.date()
    deal.territory = territory


def _record_step(actor: Actor, deal: Opportunity, before: Stage | None, why: str) -> None:
    StageChange.objects.create(
        opportunity=deal, before=before, after=deal.stage, at=actor.now, by=actor.user, amount=deal.house_amount, reason=why
    )
    timeline.happened(
        actor,
        "stage",
        deal,
        account=deal.account,
        contact=deal.contact,
        at=actor.now,
        before=before.name if before else "",
        after=deal.stage.name,
        outcome=deal.stage.kind,
    )
    tell(
        actor,
        "opportunity.stage",
        id=str(deal.public_id),
        before=str(before.public_id) if before else None,
        after=str(deal.stage.public_id),
    )


def _make_customer(actor: Actor, account: Account) -> None:
    """Who buys is a customer; a rule that asks for it may give them to another territory."""
    fresh = Account.objects.select_for_update().get(pk=account.pk)
    writing.change(actor, ACCOUNT, fresh, {"state": Account.State.CUSTOMER})
    belonging.settle(actor, [fresh.pk])


def _set_lines(actor: Actor, deal: Opportunity, lines: Sequence[Mapping[str, Any]]) -> None:
    """Products of a deal; its amount is what they add up to."""
    rows = lines_of(lines)
    for row in rows:
        row.opportunity = deal
    deal.lines.all().delete()
    OpportunityLine.objects.bulk_create(rows)
    if rows and (total := amounts_of(rows)) != deal.amount:
        audit(actor, "opportunity.changed", deal, field="amount", before=deal.amount or "", after=total)
        deal.amount = total
        deal.save(update_fields=["amount", *_derive(actor, deal)])


def lines_of(lines: Sequence[Mapping[str, Any]]) -> list[OpportunityLine]:
    """Products of a deal that are not kept yet; none comes back."""
    rows = [OpportunityLine(place=i, **line_values(line)) for i, line in enumerate(lines)]
    if any(row.quantity < 0 for row in rows):
        raise Invalid(_("A deal has no returns."), code="field", field="quantity")
    return rows


def _set_competitors(deal: Opportunity, competitors: Sequence[Mapping[str, Any]]) -> None:
    deal.competitors.all().delete()
    OpportunityCompetitor.objects.bulk_create(
        OpportunityCompetitor(
            opportunity=deal,
            competitor=given["competitor"],
            strength=c.whole(1, 5)("strength", given.get("strength")),
            note=c.text(5_000)("note", given.get("note")),
        )
        for given in {g["competitor"].pk: g for g in competitors}.values()
    )


def weighted(deal: Opportunity) -> Decimal:
    """Amount in house currency times the chance that it comes."""
    chance = deal.stage.probability if deal.probability is None else deal.probability
    return (deal.house_amount or Decimal(0)) * Decimal(str(chance))
