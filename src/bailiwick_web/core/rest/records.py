"""Jobs and history over the JSON interface."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from bailiwick_web.core import services
from bailiwick_web.core.access import actor_of
from bailiwick_web.core.models import AuditEntry, Job
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.rest.requests import one_page
from bailiwick_web.core.roles import Right

router = Router(tags=["records"])


class JobOut(Schema):
    """How far a job is."""

    id: UUID
    kind: str
    title: str
    state: str
    progress: dict[str, Any]
    result: dict[str, Any]
    error: str
    created_at: datetime


class JobsOut(Schema):
    """A page of jobs; ``next`` is the cursor of the next page."""

    items: list[JobOut]
    next: int | None


class EntryOut(Schema):
    """One thing that somebody did."""

    at: datetime
    by: str
    request_id: str
    action: str
    record_type: str
    record: str
    record_name: str
    field: str
    before: str
    after: str
    reason: str


class HistoryOut(Schema):
    """A page of the history."""

    items: list[EntryOut]
    next: int | None


@router.get("/jobs", response=JobsOut)
def list_jobs(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """Work in the background, newest first."""
    actor_of(request).need(Right.PLAN)
    return one_page(Job.objects.all(), job_out, after=after, limit=limit)


@router.get("/jobs/{uuid:job_id}", response=JobOut)
def get_job(request: HttpRequest, job_id: UUID) -> Any:
    """How far a job is."""
    return job_out(_job(request, job_id))


@router.post("/jobs/{uuid:job_id}/cancel", response=JobOut)
def post_cancel(request: HttpRequest, job_id: UUID) -> Any:
    """Ask a job to end."""
    job = _job(request, job_id)
    services.request_cancel(actor_of(request), job)
    job.refresh_from_db()
    return job_out(job)


@router.get("/history", response=HistoryOut)
def list_history(request: HttpRequest, record: str = "", after: int | None = None, limit: int | None = None) -> Any:
    """Who did what, newest first; ``record`` is the identifier of one record."""
    actor_of(request).need(Right.AUDIT)
    entries = AuditEntry.objects.select_related("actor")
    return one_page(entries.filter(record_id=record) if record else entries, _entry, after=after, limit=limit)


def _job(request: HttpRequest, job_id: UUID) -> Job:
    actor_of(request).need(Right.PLAN)
    job = Job.objects.filter(public_id=job_id).first()
    if job is None:
        raise Missing("There is no such job.")
    return job


def job_out(job: Job) -> dict[str, Any]:
    """A job as the interface shows it."""
    plain = {name: getattr(job, name) for name in ("kind", "title", "state", "progress", "result", "error", "created_at")}
    return plain | {"id": job.public_id}


def _entry(entry: AuditEntry) -> dict[str, Any]:
    same = ("at", "request_id", "action", "record_type", "record_name", "field", "before", "after", "reason")
    return {name: getattr(entry, name) for name in same} | {"by": str(entry.actor or ""), "record": entry.record_id}
