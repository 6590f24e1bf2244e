"""Who had what, when, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import owning, queries
from bailiwick_web.planning.api.requests import wholly_visible
from bailiwick_web.planning.named import account_set
from bailiwick_web.territories.models import AlignmentPlan, Unit, UnitSet

router = Router(tags=["owners"])


class OwnerOut(Schema):
    """Whose a unit was in a period (its end not included), and why: ``cause`` for programs, ``why`` for people."""

    unit: str
    layer: str
    plan: UUID
    territory: str | None
    territory_name: str | None
    position: str | None
    holder: str | None
    cause: str
    why: str
    scenario: UUID
    valid_from: datetime
    valid_until: datetime | None


@router.get("/plans/{uuid:plan_id}/owner", response=OwnerOut)
def get_owner(request: HttpRequest, plan_id: UUID, unit: str, on: datetime) -> Any:
    """Whose a unit was at an instant, by the plan that counted then, and why."""
    plan, found = _plan_and_unit(request, plan_id, unit)
    owner = owning.owner_on(found, on, plan)
    if owner is None:
        raise Missing(_("No plan counted at that moment."))
    wholly_visible(request, owner.scenario.public_id)
    return owner.document()


@router.get("/plans/{uuid:plan_id}/owners", response=list[OwnerOut])
def list_owners(request: HttpRequest, plan_id: UUID, unit: str) -> Any:
    """Everybody who had a unit, one after the other, the first one first."""
    plan, found = _plan_and_unit(request, plan_id, unit)
    periods = owning.history(found, plan)
    for scenario_id in {period.scenario.public_id for period in periods}:
        wholly_visible(request, scenario_id)
    return [period.document() for period in periods]


@router.get("/unit-sets/{uuid:unit_set_id}/owners", response=list[OwnerOut])
def list_layers(request: HttpRequest, unit_set_id: UUID, unit: str, on: datetime) -> Any:
    """Whose a unit was at an instant in every layer: the base and the overlays."""
    actor_of(request).need(Right.REVIEW)
    unit_set = UnitSet.objects.filter(public_id=unit_set_id).first()
    found = Unit.objects.filter(unit_set=unit_set, code=unit).first() if unit_set else None
    if unit_set is None or found is None:
        raise Missing(_("There is no such unit."))
    owners = [owning.owner_on(found, on, plan) for plan in unit_set.plans.order_by("layer", "pk")]
    known = [owner for owner in owners if owner is not None]
    for owner in known:
        wholly_visible(request, owner.scenario.public_id)
    return [owner.document() for owner in known]


def _plan_and_unit(request: HttpRequest, plan_id: UUID, code: str) -> tuple[AlignmentPlan, Unit]:
    actor = actor_of(request)
    actor.need(Right.REVIEW)
    plan = queries.visible_plans(actor).filter(public_id=plan_id).first()
    unit = None if plan is None else _unit(plan, code)
    if plan is None or unit is None:
        raise Missing(_("There is no such plan or unit."))
    return plan, unit


def _unit(plan: AlignmentPlan, code: str) -> Unit | None:
    """A unit of the plan, or an account over its areas."""
    unit = Unit.objects.filter(unit_set=plan.unit_set, code=code).first()
    if unit is None and (points := account_set(plan.unit_set)) is not None:
        unit = Unit.objects.filter(unit_set=points, code=code).first()
    return unit
