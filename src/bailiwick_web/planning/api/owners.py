"""Who had what, when, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import queries
from bailiwick_web.planning.api.requests import wholly_visible
from bailiwick_web.territories.models import AlignmentPlan, Unit

router = Router(tags=["owners"])


class OwnerOut(Schema):
    """Whose a unit was at an instant, and why."""

    unit: str
    territory: str | None
    territory_name: str | None
    cause: str
    scenario: UUID
    valid_from: datetime
    valid_until: datetime | None


@router.get("/plans/{uuid:plan_id}/owner", response=OwnerOut)
def get_owner(request: HttpRequest, plan_id: UUID, unit: str, on: datetime) -> Any:
    """Whose a unit was at an instant, by the plan that counted then, and why."""
    actor = actor_of(request)
    actor.need(Right.REVIEW)
    plan = AlignmentPlan.objects.filter(public_id=plan_id).first()
    found = None if plan is None else Unit.objects.filter(unit_set=plan.unit_set, code=unit).first()
    if plan is None or found is None:
        raise Missing("There is no such plan or unit.")
    owner = queries.owner_on(found, on, plan.pk)
    if owner is None:
        raise Missing("No plan counted at that moment.")
    wholly_visible(request, owner["scenario"].public_id)
    territory = owner["territory"]
    return {
        **owner,
        "unit": unit,
        "territory": territory.code if territory else None,
        "territory_name": territory.name if territory else None,
        "scenario": owner["scenario"].public_id,
    }
