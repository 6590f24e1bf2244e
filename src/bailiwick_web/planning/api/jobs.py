"""Runs of the engine, and the jobs that do them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from bailiwick_web.core import services as core
from bailiwick_web.core.access import actor_of
from bailiwick_web.core.models import Job
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import queries, services

router = Router(tags=["jobs"])


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


@router.post("/scenarios/{uuid:scenario_id}/runs", response={202: JobOut})
def post_run(request: HttpRequest, scenario_id: UUID, run: RunIn) -> Any:
    """Let the engine look for better territories; the result will be a new scenario."""
    actor = actor_of(request)
    actor.need(Right.PLAN)
    scenario = queries.scenario(actor, scenario_id)
    started = services.start_run(actor, scenario, mode=run.mode, seed=run.seed, time_limit_seconds=run.time_limit_seconds)
    return Status(202, job_out(started.job))


@router.get("/jobs/{uuid:job_id}", response=JobOut)
def get_job(request: HttpRequest, job_id: UUID) -> Any:
    """How far a job is."""
    return job_out(_job(request, job_id))


@router.post("/jobs/{uuid:job_id}/cancel", response=JobOut)
def post_cancel(request: HttpRequest, job_id: UUID) -> Any:
    """Ask a job to end."""
    job = _job(request, job_id)
    core.request_cancel(actor_of(request), job)
    job.refresh_from_db()
    return job_out(job)


def _job(request: HttpRequest, job_id: UUID) -> Job:
    actor_of(request).need(Right.PLAN)
    job = Job.objects.filter(public_id=job_id).first()
    if job is None:
        raise Missing("There is no such job.")
    return job


def job_out(job: Job) -> dict[str, Any]:
    """A job as the interface shows it."""
    return {"id": job.public_id, "state": job.state, "progress": job.progress, "result": job.result, "error": job.error}
