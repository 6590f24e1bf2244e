"""Plans, and scenarios as a whole: make, branch, name, delete, bring back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Invalid, Missing
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.core.templatetags.words import number
from bailiwick_web.planning import queries, services
from bailiwick_web.planning.api.requests import ScenarioOut, scenario_out
from bailiwick_web.planning.services.scenarios import numbered
from bailiwick_web.territories.models import AlignmentPlan, UnitSet

router = Router(tags=["plans"])


class PlanIn(Schema):
    """A question: who shall serve these units? ``balance`` is measure → tolerance as a fraction, or null to report only."""

    name: str
    unit_set: UUID
    layer: str = "base"
    balance: dict[str, float | None]
    is_contiguous: bool = True


class PlanOut(Schema):
    """A question that is planned again and again."""

    id: UUID
    name: str
    unit_set: UUID
    layer: str
    balance: dict[str, float | None]
    is_contiguous: bool
    n_scenarios: int
    changed_at: datetime


class PlansOut(Schema):
    """A page of plans; ``next`` is the cursor of the next page."""

    items: list[PlanOut]
    next: int | None


class NewScenario(Schema):
    """A scenario with a number of territories, or (none given) one per position; ``alignment`` is unit code → territory code."""

    name: str
    territories: int | None = None
    alignment: dict[str, str] = {}


class BranchIn(Schema):
    """A name for the copy; empty makes one."""

    name: str = ""


class ScenarioPatch(Schema):
    """What shall be different; what is left out stays."""

    name: str | None = None
    notes: str | None = None


@router.get("/plans", response=PlansOut)
def list_plans(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """The plans of which you may see a scenario; planners see all."""
    return one_page(_visible_plans(request), _plan_out, after=after, limit=limit)


@router.post("/plans", response={201: PlanOut})
def post_plan(request: HttpRequest, response: HttpResponse, new: PlanIn) -> Any:
    """Make a plan for a unit set; another ``layer`` makes it an overlay for another role."""
    actor = actor_of(request)
    actor.need(Right.PLAN)
    unit_set = UnitSet.objects.filter(public_id=new.unit_set).first()
    if unit_set is None:
        raise Missing(_("There is no such unit set."))
    asked = new.dict(exclude={"unit_set"})
    made = services.create_plan(actor, unit_set, **asked)
    return Status(201, _plan_out(_plan(request, made.public_id)))


@router.get("/plans/{uuid:plan_id}", response=PlanOut)
def get_plan(request: HttpRequest, plan_id: UUID) -> Any:
    """One plan."""
    return _plan_out(_plan(request, plan_id))


@router.post("/plans/{uuid:plan_id}/scenarios", response={201: ScenarioOut})
def post_scenario(request: HttpRequest, response: HttpResponse, plan_id: UUID, new: NewScenario) -> Any:
    """Make a draft."""
    actor = actor_of(request)
    actor.need(Right.PLAN)
    plan = _plan(request, plan_id)
    if new.territories is not None and not 0 < new.territories <= 2_000:
        raise Invalid(
            _("A scenario needs 1 to 2,000 territories, found %(found)s.") % {"found": number(new.territories)}, code="territories"
        )
    positions = [] if new.territories else list(Position.objects.order_by("code"))
    territories = numbered(new.territories) if new.territories else [services.NewTerritory.of_position(p) for p in positions]
    made = services.create_scenario(actor, plan, name=new.name, territories=territories, alignment=new.alignment, cause="interface")
    tag(response, made.version)
    return Status(201, scenario_out(made))


@router.post("/scenarios/{uuid:scenario_id}/branches", response={201: ScenarioOut})
def post_branch(request: HttpRequest, response: HttpResponse, scenario_id: UUID, branch: BranchIn) -> Any:
    """Copy a scenario as a draft."""
    actor = actor_of(request)
    actor.need(Right.PLAN)
    made = services.branch(actor, queries.scenario(actor, scenario_id), name=branch.name)
    tag(response, made.version)
    return Status(201, scenario_out(made))


@router.get("/scenarios/{uuid:scenario_id}", response=ScenarioOut)
def get_scenario(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """One scenario; the ``ETag`` is its version."""
    scenario = queries.scenario(actor_of(request), scenario_id)
    tag(response, scenario.version)
    return scenario_out(scenario)


@router.patch("/scenarios/{uuid:scenario_id}", response=ScenarioOut, openapi_extra=VERSIONED)
def patch_scenario(request: HttpRequest, response: HttpResponse, scenario_id: UUID, patch: ScenarioPatch) -> Any:
    """Give a scenario another name or other notes; needs ``If-Match``."""
    actor, version = actor_of(request), if_match(request)
    found = queries.scenario(actor, scenario_id)
    name = found.name if patch.name is None else patch.name
    notes = found.notes if patch.notes is None else patch.notes
    changed = services.rename(actor, scenario_id, version=version, name=name, notes=notes)
    tag(response, changed.version)
    return scenario_out(changed)


@router.delete("/scenarios/{uuid:scenario_id}", response={204: None}, openapi_extra=VERSIONED)
def delete_scenario(request: HttpRequest, scenario_id: UUID) -> Any:
    """Put a scenario into the bin, from which it can be restored for 90 days; needs ``If-Match``."""
    services.delete_scenario(actor_of(request), scenario_id, version=if_match(request))
    return Status(204, None)


@router.post("/scenarios/{uuid:scenario_id}/restore", response=ScenarioOut)
def post_restore(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """Take a scenario out of the bin."""
    back = services.restore_scenario(actor_of(request), scenario_id)
    tag(response, back.version)
    return scenario_out(back)


def _visible_plans(request: HttpRequest) -> QuerySet[AlignmentPlan]:
    """With the number of scenarios that the user may see."""
    actor = actor_of(request)
    seen = queries.visible_scenarios(actor).order_by().values("pk")
    return queries.visible_plans(actor).annotate(n_scenarios=Count("scenarios", filter=Q(scenarios__in=seen)))


def _plan(request: HttpRequest, plan_id: UUID) -> AlignmentPlan:
    found = _visible_plans(request).filter(public_id=plan_id).first()
    if found is None:
        raise Missing(_("There is no such plan, or you may not see it."))
    return found


def _plan_out(plan: AlignmentPlan) -> dict[str, Any]:
    plain = {name: getattr(plan, name) for name in ("name", "layer", "balance", "is_contiguous", "changed_at", "n_scenarios")}
    return plain | {"id": plan.public_id, "unit_set": plan.unit_set.public_id}
