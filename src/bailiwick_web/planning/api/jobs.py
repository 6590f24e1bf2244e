"""Runs of the engine."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.rest.records import JobOut, job_out
from bailiwick_web.core.rest.requests import one_page
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import queries, services
from bailiwick_web.planning.api.requests import ScenarioOut, scenario_out
from bailiwick_web.planning.front_picture import run_with_plans
from bailiwick_web.planning.models import FrontPlan, Run

router = Router(tags=["runs"])


class RunIn(Schema):
    """What the engine shall do: ``few-changes`` mends what is here, ``anew`` draws everything, ``front`` offers plans; empty chooses."""

    mode: str = ""
    seed: int = 0
    time_limit_seconds: float = 60
    name: str = ""


class RunOut(Schema):
    """A run: what was asked, its job, and the scenario that came of it."""

    id: UUID
    scenario: UUID
    result: UUID | None
    params: dict[str, Any]
    summary: dict[str, Any]
    job: JobOut


class FrontPlanOut(Schema):
    """One plan of a front; ``result`` is the scenario that was made of it."""

    number: int
    is_today: bool
    is_knee: bool
    largest_deviation: float
    mean_distance_km: float
    moved_units: int
    moved_share: float
    keeps_every_rule: bool
    result: UUID | None


class ChoiceIn(Schema):
    """The number of a plan of a front."""

    plan: int


class FrontOut(Schema):
    """The plans that a run with the mode ``front`` found, none as good as another in every way."""

    plans: list[FrontPlanOut]


class RunsOut(Schema):
    """A page of runs; ``next`` is the cursor of the next page."""

    items: list[RunOut]
    next: int | None


@router.post("/scenarios/{uuid:scenario_id}/runs", response={202: JobOut})
def post_run(request: HttpRequest, scenario_id: UUID, run: RunIn) -> Any:
    """Let the engine look for better territories; the result will be a new scenario."""
    actor = actor_of(request)
    actor.need(Right.PLAN)
    scenario = queries.scenario(actor, scenario_id)
    return Status(202, job_out(services.start_run(actor, scenario, **run.dict()).job))


@router.post("/scenarios/{uuid:scenario_id}/replay", response={202: JobOut})
def post_replay(request: HttpRequest, scenario_id: UUID) -> Any:
    """Run the engine again as it ran for this scenario; the summary of the run says whether the result is the same."""
    actor = actor_of(request)
    actor.need(Right.PLAN)
    return Status(202, job_out(services.replay_run(actor, queries.scenario(actor, scenario_id)).job))


@router.get("/scenarios/{uuid:scenario_id}/runs", response=RunsOut)
def list_runs(request: HttpRequest, scenario_id: UUID, after: int | None = None, limit: int | None = None) -> Any:
    """Runs that began at a scenario."""
    actor = actor_of(request)
    actor.need(Right.PLAN)
    runs = queries.scenario(actor, scenario_id).runs.select_related("job", "scenario", "result")
    return one_page(runs, _run_out, after=after, limit=limit)


@router.post("/runs/{uuid:run_id}/dismiss", response={204: None})
def post_dismiss(request: HttpRequest, run_id: UUID) -> Any:
    """Take the card of a finished run off the screen."""
    services.dismiss_run(actor_of(request), run_id)
    return Status(204, None)


@router.get("/runs/{uuid:run_id}/plans", response=FrontOut)
def list_front(request: HttpRequest, run_id: UUID) -> Any:
    """The plans of a front: balance, travel, disruption; the knee gives up least of everything."""
    actor_of(request).need(Right.PLAN)
    plans = run_with_plans(run_id).plans.select_related("result")
    return {"plans": [{**plan.figures, "number": plan.number, "result": _made_of(plan)} for plan in plans]}


@router.post("/runs/{uuid:run_id}/choose", response={201: ScenarioOut})
def post_choose(request: HttpRequest, run_id: UUID, choice: ChoiceIn) -> Any:
    """Make a draft of one plan of a front; the same choice again gives the same scenario."""
    return Status(201, scenario_out(services.choose_plan(actor_of(request), run_id, choice.plan)))


@router.get("/runs/{uuid:run_id}", response=RunOut)
def get_run(request: HttpRequest, run_id: UUID) -> Any:
    """One run."""
    actor_of(request).need(Right.PLAN)
    found = Run.objects.select_related("job", "scenario", "result").filter(public_id=run_id).first()
    if found is None:
        raise Missing(_("There is no such run."))
    return _run_out(found)


def _made_of(plan: FrontPlan) -> UUID | None:
    return plan.result.public_id if plan.result is not None and plan.result.deleted_at is None else None


def _run_out(run: Run) -> dict[str, Any]:
    return {
        "id": run.public_id,
        "scenario": run.scenario.public_id,
        "result": run.result.public_id if run.result else None,
        "params": run.params,
        "summary": run.summary,
        "job": job_out(run.job),
    }
