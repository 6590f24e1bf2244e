"""The JSON interface of planning; described in ``docs/reference/workspace-api.md``."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema, Status
from ninja.errors import ValidationError
from ninja.security import django_auth

from bailiwick.errors import BailiwickError
from bailiwick_web.core import services as core
from bailiwick_web.core.access import actor_of
from bailiwick_web.core.models import Job
from bailiwick_web.core.refusals import Invalid, Missing, NotAllowed, Refused, VersionNeeded
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import queries, services
from bailiwick_web.planning.convert import ScenarioArrays, scenario_arrays
from bailiwick_web.planning.ground import ground, packed
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services.moves import Moved, can_step
from bailiwick_web.territories.models import AlignmentPlan, Unit

api = NinjaAPI(title="Bailiwick", version="1", urls_namespace="api", auth=django_auth, docs_url=None)
PROBLEM = "application/problem+json"


class TerritoryOut(Schema):
    """A territory; its place in the list is its index in ``territory_idx``."""

    code: str
    name: str
    colour: str
    is_locked: bool
    home_km: list[float] | None = None


class ScenarioOut(Schema):
    """A scenario without its units."""

    id: UUID
    name: str
    state: str
    plan: UUID
    plan_name: str
    version: int
    n_units: int
    n_territories: int
    parent: UUID | None
    changed_at: datetime
    changed_by: str


class AssignmentOut(Schema):
    """Who has what: columns of little-endian numbers in base64."""

    version: int
    territories: list[TerritoryOut]
    territory_idx: str
    is_locked: str
    baseline_idx: str | None
    can_undo: bool
    can_redo: bool


class MeasureOut(Schema):
    """One measure of all territories."""

    key: str
    tolerance: float | None
    totals: list[float]
    targets: list[float]
    deviations: list[float]


class BalancesOut(Schema):
    """Sums and counts of a scenario."""

    version: int
    measures: list[MeasureOut]
    n_units: list[int]
    n_pieces: list[int]
    n_unassigned: int


class MoveIn(Schema):
    """Units, by index, that shall go to a territory; an empty code stands for none."""

    unit_idx: list[int]
    to: str
    reason: str = ""
    id: UUID | None = None


class LockIn(Schema):
    """Units, by index, or one territory, by code."""

    is_locked: bool
    unit_idx: list[int] = []
    territory: str | None = None


class MovedOut(Schema):
    """What a change did."""

    version: int
    n_moved: int
    n_locked: int
    n_there: int
    summary: str


class RunIn(Schema):
    """What the engine shall do: ``few-changes`` mends what is here, ``anew`` draws everything; empty chooses."""

    mode: str = ""
    seed: int = 0
    time_limit_seconds: float = 60


class JobOut(Schema):
    """How far a job is."""

    id: UUID
    state: str
    progress: dict[str, Any]
    result: dict[str, Any]
    error: str


class OwnerOut(Schema):
    """Whose a unit was at an instant, and why."""

    unit: str
    territory: str | None
    territory_name: str | None
    cause: str
    scenario: UUID
    valid_from: datetime
    valid_until: datetime | None


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refusal as a problem document (RFC 9457)."""
    body = {"type": f"about:blank#{error.code}", "title": error.message, "status": error.status, "code": error.code, **error.details}
    response = HttpResponse(json.dumps(body, default=str), status=error.status, content_type=PROBLEM)
    if "version" in error.details:
        response.headers["ETag"] = f'"{error.details["version"]}"'
    return response


@api.exception_handler(BailiwickError)
def unusable(request: HttpRequest, error: BailiwickError) -> HttpResponse:
    """An error of the library as a problem document."""
    return refused(request, Invalid(str(error), code=getattr(error, "code", None)))


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A request that does not fit the schema as a problem document."""
    return refused(request, Invalid("The request does not fit its description.", code="schema", errors=error.errors))


@api.get("/scenarios", response=list[ScenarioOut])
def list_scenarios(request: HttpRequest) -> Any:
    """The scenarios that you may see, the latest first."""
    return [_scenario_out(s) for s in queries.visible_scenarios(actor_of(request))[:200]]


@api.get("/scenarios/{uuid:scenario_id}", response=ScenarioOut)
def get_scenario(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """One scenario; the ``ETag`` is its version."""
    scenario = queries.scenario(actor_of(request), scenario_id)
    response.headers["ETag"] = f'"{scenario.version}"'
    return _scenario_out(scenario)


@api.get("/scenarios/{uuid:scenario_id}/ground")
def get_ground(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Positions, areas, measures and base map of the units, gzipped; the same until the units change."""
    scenario = _wholly_visible(request, scenario_id)
    response = HttpResponse(ground(scenario.plan.unit_set), content_type="application/json")
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "private, max-age=600"
    response.headers["ETag"] = f'"{scenario.plan.unit_set.digest}"'
    return response


@api.get("/scenarios/{uuid:scenario_id}/assignment", response=AssignmentOut)
def get_assignment(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """The territory of every unit, in the order of ``ground``; with that of the parent scenario as baseline."""
    scenario = _wholly_visible(request, scenario_id)
    arrays = scenario_arrays(scenario)
    response.headers["ETag"] = f'"{arrays.version}"'
    undo, redo = can_step(scenario)
    return {
        "version": arrays.version,
        "territories": _territories(scenario, arrays),
        "territory_idx": packed(arrays.territory_idx, "<i2"),
        "is_locked": packed(arrays.is_locked, "<u1"),
        "baseline_idx": _baseline(scenario, arrays),
        "can_undo": undo,
        "can_redo": redo,
    }


@api.get("/scenarios/{uuid:scenario_id}/balances", response=BalancesOut)
def get_balances(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """Sums, targets and deviations per territory and measure."""
    arrays = scenario_arrays(_wholly_visible(request, scenario_id))
    response.headers["ETag"] = f'"{arrays.version}"'
    measures = [
        {
            "key": name,
            "tolerance": arrays.balance.get(name),
            "totals": arrays.totals[:, m].tolist(),
            "targets": arrays.targets[:, m].tolist(),
            "deviations": arrays.deviations[:, m].tolist(),
        }
        for m, name in enumerate(arrays.measures)
    ]
    counts = {"n_units": arrays.unit_counts.tolist(), "n_pieces": arrays.n_pieces.tolist(), "n_unassigned": arrays.n_unassigned}
    return {"version": arrays.version, "measures": measures, **counts}


@api.post("/scenarios/{uuid:scenario_id}/moves", response=MovedOut)
def post_move(request: HttpRequest, response: HttpResponse, scenario_id: UUID, move: MoveIn) -> Any:
    """Move units; needs ``If-Match``. The same ``id`` twice does nothing the second time."""
    actor, version = actor_of(request), _if_match(request)
    moved = services.move_units(actor, scenario_id, move.unit_idx, move.to, version=version, reason=move.reason, move_id=move.id)
    return _moved(response, moved)


@api.post("/scenarios/{uuid:scenario_id}/undo", response=MovedOut)
def post_undo(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """Take back the latest move; needs ``If-Match``."""
    return _moved(response, services.undo(actor_of(request), scenario_id, version=_if_match(request)))


@api.post("/scenarios/{uuid:scenario_id}/redo", response=MovedOut)
def post_redo(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """Do what was taken back again; needs ``If-Match``."""
    return _moved(response, services.redo(actor_of(request), scenario_id, version=_if_match(request)))


@api.post("/scenarios/{uuid:scenario_id}/locks", response=MovedOut)
def post_lock(request: HttpRequest, response: HttpResponse, scenario_id: UUID, lock: LockIn) -> Any:
    """Lock or unlock units or a territory; needs ``If-Match``."""
    actor, version = actor_of(request), _if_match(request)
    if lock.territory is not None:
        done = services.lock_territory(actor, scenario_id, lock.territory, is_locked=lock.is_locked, version=version)
    else:
        done = services.lock_units(actor, scenario_id, lock.unit_idx, is_locked=lock.is_locked, version=version)
    return _moved(response, done)


@api.post("/scenarios/{uuid:scenario_id}/runs", response={202: JobOut})
def post_run(request: HttpRequest, scenario_id: UUID, run: RunIn) -> Any:
    """Let the engine look for better territories; the result will be a new scenario."""
    actor = actor_of(request)
    actor.need(Right.PLAN)
    scenario = queries.scenario(actor, scenario_id)
    started = services.start_run(actor, scenario, mode=run.mode, seed=run.seed, time_limit_seconds=run.time_limit_seconds)
    return Status(202, _job_out(started.job))


@api.get("/jobs/{uuid:job_id}", response=JobOut)
def get_job(request: HttpRequest, job_id: UUID) -> Any:
    """How far a job is."""
    return _job_out(_job(request, job_id))


@api.post("/jobs/{uuid:job_id}/cancel", response=JobOut)
def post_cancel(request: HttpRequest, job_id: UUID) -> Any:
    """Ask a job to end."""
    job = _job(request, job_id)
    core.request_cancel(actor_of(request), job)
    job.refresh_from_db()
    return _job_out(job)


@api.get("/plans/{uuid:plan_id}/owner", response=OwnerOut)
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
    _wholly_visible(request, owner["scenario"].public_id)
    territory = owner["territory"]
    return {
        **owner,
        "unit": unit,
        "territory": territory.code if territory else None,
        "territory_name": territory.name if territory else None,
        "scenario": owner["scenario"].public_id,
    }


def _if_match(request: HttpRequest) -> int:
    text = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not text:
        raise VersionNeeded("Say which version this change is based on: If-Match with the ETag of the scenario.")
    if not text.isdigit():
        raise Invalid("If-Match must hold the number of a version.", code="if_match")
    return int(text)


def _wholly_visible(request: HttpRequest, scenario_id: UUID) -> Scenario:
    """A scenario of which the user may see every territory."""
    actor = actor_of(request)
    scenario = queries.scenario(actor, scenario_id)
    if len(queries.visible_territories(actor, scenario)) < scenario.territories.count():
        raise NotAllowed("Parts of this plan are outside your scope.")
    return scenario


def _job(request: HttpRequest, job_id: UUID) -> Job:
    actor_of(request).need(Right.PLAN)
    job = Job.objects.filter(public_id=job_id).first()
    if job is None:
        raise Missing("There is no such job.")
    return job


def _job_out(job: Job) -> dict[str, Any]:
    return {"id": job.public_id, "state": job.state, "progress": job.progress, "result": job.result, "error": job.error}


def _scenario_out(scenario: Scenario) -> dict[str, Any]:
    return {
        "id": scenario.public_id,
        "name": scenario.name,
        "state": scenario.state,
        "plan": scenario.plan.public_id,
        "plan_name": scenario.plan.name,
        "version": scenario.version,
        "n_units": scenario.plan.unit_set.n_units,
        "n_territories": scenario.territories.count(),
        "parent": scenario.parent.public_id if scenario.parent else None,
        "changed_at": scenario.changed_at,
        "changed_by": str(scenario.changed_by or ""),
    }


def _territories(scenario: Scenario, arrays: ScenarioArrays) -> list[dict[str, Any]]:
    homes = _homes_km(arrays)
    return [
        {"code": t.code, "name": t.name, "colour": t.colour, "is_locked": t.is_locked, "home_km": homes[j]}
        for j, t in enumerate(arrays.territories)
    ]


def _homes_km(arrays: ScenarioArrays) -> list[list[float] | None]:
    from bailiwick.pictures.projection import fit_projection

    table = arrays.units.table
    known = [j for j, t in enumerate(arrays.territories) if t.home_lon is not None]
    homes: list[list[float] | None] = [None] * arrays.k
    if known:
        projection = fit_projection(table.coordinates, is_planar=table.is_planar)
        at = projection.forward(np.array([(arrays.territories[j].home_lon, arrays.territories[j].home_lat) for j in known], dtype=float))
        for j, point in zip(known, at.round(2).tolist(), strict=True):
            homes[j] = point
    return homes


def _baseline(scenario: Scenario, arrays: ScenarioArrays) -> str | None:
    parent = scenario.parent
    if parent is None or parent.deleted_at is not None:
        return None
    before = scenario_arrays(parent)
    place = {code: j for j, code in enumerate(arrays.codes)}
    now = np.array([place.get(code, -1) for code in before.codes] + [-1], dtype=np.int16)
    return packed(now[before.territory_idx], "<i2")


def _moved(response: HttpResponse, moved: Moved) -> dict[str, Any]:
    response.headers["ETag"] = f'"{moved.version}"'
    return {name: getattr(moved, name) for name in ("version", "n_moved", "n_locked", "n_there", "summary")}
