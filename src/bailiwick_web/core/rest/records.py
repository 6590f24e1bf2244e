"""Jobs and history over the JSON interface."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from bailiwick_web.core import services
from bailiwick_web.core.access import actor_of
from bailiwick_web.core.models import AuditEntry, Job
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.rest.requests import one_page
from bailiwick_web.core.retelling import retold
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
        raise Missing(_("There is no such job."))
    return job


def job_out(job: Job) -> dict[str, Any]:
    """A job as the interface shows it."""
    plain = {name: getattr(job, name) for name in ("kind", "state", "progress", "result", "created_at")}
    return plain | _told(job, "title", "error") | {"id": job.public_id}


def _entry(entry: AuditEntry) -> dict[str, Any]:
    same = {name: getattr(entry, name) for name in ("at", "request_id", "action", "record_type", "record_name", "field")}
    told = _told(entry, "before", "after", "reason")
    return same | told | {"by": str(entry.actor or ""), "record": entry.record_id}


def _told(record: Job | AuditEntry, *names: str) -> dict[str, str]:
    """Sentences of a record in the language of the request."""
    return {name: retold(record.made_of.get(name), getattr(record, name)) for name in names}
