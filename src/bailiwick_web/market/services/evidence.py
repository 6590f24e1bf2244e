"""The library of evidence, and its effect on an estimate of potential."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.services import writing
from bailiwick_web.crm.visibility import find
from bailiwick_web.insights.finding import study_of
from bailiwick_web.market.models import EffectUse, Evidence
from bailiwick_web.market.services.creating import create_unless_there


def _effect(field: str, value: Any) -> float | None:
    if value is None or value == "":
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = float("nan")
    if not -0.95 <= found <= 10:
        raise Invalid(_("An effect on potential lies between −95 % and +1,000 %."), code="field", field=field)
    return found


def _url(field: str, value: Any) -> str:
    found = c.text(500)(field, value)
    if found and not found.startswith(("https://", "http://")):
        raise Invalid(_("An address begins with https:// or http://."), code="field", field=field)
    return str(found)


def _needs_reason(actor: Actor, evidence: Evidence) -> tuple[str, ...]:
    if evidence.effect is not None and not evidence.reason:
        raise Invalid(_("Say why the effect is this large: others will ask."), code="needed", field="reason")
    return ()


EVIDENCE = writing.Spec(
    Evidence,
    {
        "claim": c.needed(1000),
        "source": c.needed(300),
        "url": _url,
        "dated_on": c.day,
        "industry": c.text(200),
        "region": c.text(120),
        "effect": _effect,
        "reason": c.text(1000),
    },
    needs=("claim", "source", "dated_on"),
    right=Right.AIM,
    derive=_needs_reason,
)


@transaction.atomic
def create_evidence(actor: Actor, **given: Any) -> Evidence:
    """Add evidence; those who lead or plan may. Recorded, told."""
    return writing.create(actor, EVIDENCE, given)


@transaction.atomic
def change_evidence(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> Evidence:
    """Change evidence; what it was applied to keeps the effect of then. Those who lead or plan may. Recorded, told."""
    evidence = writing.locked(actor, EVIDENCE, public_id, version)
    writing.change(actor, EVIDENCE, evidence, given)
    return evidence


def archive_evidence(actor: Actor, public_id: UUID, *, version: int | None) -> Evidence:
    """Put it into the bin; those who lead or plan may. Recorded, told."""
    return writing.archive(actor, EVIDENCE, public_id, version=version)


def restore_evidence(actor: Actor, public_id: UUID, *, version: int | None) -> Evidence:
    """Take it out of the bin; those who lead or plan may. Recorded, told."""
    return writing.restore(actor, EVIDENCE, public_id, version=version)


@transaction.atomic
def apply_effect(actor: Actor, study_id: UUID, evidence_id: UUID) -> EffectUse:
    """Apply evidence to an estimate of potential, which stays as it was found; planners may. Recorded.

    Raises
    ------
    Conflict
        If the study is no finished estimate, the evidence has no effect, or is applied already.
    """
    actor.need(Right.PLAN)
    study, evidence = study_of(actor, study_id), find(actor, Evidence, evidence_id)
    if study.kind != "potential" or study.answered_at is None:
        raise Conflict(_("Only a finished estimate of potential takes evidence."), code="state")
    if evidence.effect is None:
        raise Conflict(_("Nobody has said what this does to potential."), code="no_effect")
    is_applied = EffectUse.objects.filter(study=study, evidence=evidence, ended_at=None).exists()
    use = None if is_applied else create_unless_there(EffectUse, study=study, evidence=evidence, effect=evidence.effect, **stamped(actor))
    if use is None:
        raise Conflict(_("It is applied already."), code="state")
    audit(actor, "effect.applied", use, field="effect", after=evidence.effect, reason=evidence.reason)
    return use


@transaction.atomic
def take_effect_back(actor: Actor, use_id: UUID) -> EffectUse:
    """No longer apply evidence: the estimate is as it was. Planners may. Recorded."""
    actor.need(Right.PLAN)
    use = EffectUse.objects.select_for_update(of=("self",)).select_related("study", "evidence").filter(public_id=use_id).first()
    if use is None:
        raise Missing(_("There is no such record, or you may not see it."))
    study_of(actor, use.study.public_id)
    if use.ended_at is not None:
        raise Conflict(_("It was taken back already."), code="state")
    use.ended_at = actor.now
    touch(actor, use, "ended_at")
    audit(actor, "effect.taken_back", use, field="effect", before=use.effect)
    return use
