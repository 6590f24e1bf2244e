"""Jobs: queued in the transaction that wants them, claimed by one worker, kept alive by a heartbeat, picked up again if it dies.

The queue (huey, behind the ``django.tasks`` interface) only wakes a worker. What is true of a job stands in its row: a
message lost or delivered twice does no harm.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from bailiwick.domain.said import say
from bailiwick.errors import BailiwickError
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Job
from bailiwick_web.core.refusals import Refused
from bailiwick_web.core.retelling import made_of

log = logging.getLogger(__name__)
Handler = Callable[["Handle"], dict[str, Any]]
_HANDLERS: dict[str, Handler] = {}
_LEAST_SECONDS_BETWEEN_WRITES = 0.4
_GIVEN_UP = say("The worker died several times over this job; see its log.")


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of a kind; it returns the result that is stored."""

    def register(function: Handler) -> Handler:
        _HANDLERS[kind] = function
        return function

    return register


def enqueue(actor: Actor, kind: str, *, title: str, params: dict[str, Any], input_digest: str = "") -> Job:
    """Add a job; a worker is woken when the transaction ends."""
    job = Job.objects.create(
        kind=kind,
        title=str(title)[:300],
        made_of=made_of(title=title),
        language=get_language() or "",
        params=params,
        input_digest=input_digest,
        created_at=actor.now,
        created_by=actor.user,
    )
    transaction.on_commit(lambda: wake(job.pk))
    return job


def wake(job_id: int) -> None:
    """Tell the queue that there is something to do."""
    from bailiwick_web.core.tasks import run_job

    run_job.enqueue(job_id)


class Handle:
    """What a running job may do: tell how far it is, ask whether to stop."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._told_at = self._asked_at = 0.0
        self._stop = False

    @property
    def params(self) -> dict[str, Any]:
        """What was asked."""
        return dict(self.job.params)

    @property
    def actor(self) -> Actor:
        """Who asked for the job, now."""
        return Actor(self.job.created_by, timezone.now(), f"job {self.job.public_id}")

    def tell(self, progress: dict[str, Any], *, at_once: bool = False) -> None:
        """Store the progress, a few times a second at most; work goes on if the database is too busy to take it."""
        now = time.monotonic()
        if at_once or now - self._told_at > _LEAST_SECONDS_BETWEEN_WRITES:
            self._told_at = now
            rows = Job.objects.filter(pk=self.job.pk, worker=self.job.worker)
            try:
                rows.update(progress=progress, heartbeat_at=timezone.now())
            except OperationalError:
                log.warning("the progress of job %s was not kept: the database was busy", self.job.public_id)

    def should_stop(self) -> bool:
        """Whether somebody cancelled the job, or another worker has it."""
        now = time.monotonic()
        if not self._stop and now - self._asked_at > _LEAST_SECONDS_BETWEEN_WRITES:
            self._asked_at = now
            fresh = Job.objects.filter(pk=self.job.pk).values_list("is_cancel_wanted", "worker").first()
            self._stop = fresh is None or fresh[0] or fresh[1] != self.job.worker
        return self._stop

    @property
    def is_lost(self) -> bool:
        """Whether another worker has the job by now, so that its result counts and not ours."""
        return not Job.objects.filter(pk=self.job.pk, worker=self.job.worker).exists()


def perform(job_id: int, *, worker: str | None = None) -> None:
    """Claim a job and do it; nothing happens if another worker has it."""
    worker = worker or f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}:{time.monotonic_ns()}"
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, worker=worker, started_at=now, heartbeat_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return
    job = Job.objects.get(pk=job_id)
    with _heartbeat(job):
        try:
            with override(job.language or settings.LANGUAGE_CODE):
                result = _HANDLERS[job.kind](Handle(job))
        except (BailiwickError, Refused) as error:
            _finish(job, Job.State.FAILED, error=error.args[0] if error.args else str(error))
        except Exception:
            log.exception("job %s (%s) failed", job.public_id, job.kind)
            _finish(job, Job.State.FAILED, error=say("Something went wrong inside Bailiwick; the log of the worker says what."))
        else:
            _finish(job, Job.State.DONE, result=result)


def _finish(job: Job, state: str, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    Job.objects.filter(pk=job.pk, worker=job.worker, state=Job.State.RUNNING).update(
        state=state, result=result or {}, error=str(error), made_of={**job.made_of, **made_of(error=error)}, finished_at=timezone.now()
    )


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    over = threading.Event()

    def beat() -> None:
        while not over.wait(settings.JOB_HEARTBEAT_SECONDS):
            try:
                Job.objects.filter(pk=job.pk, worker=job.worker).update(heartbeat_at=timezone.now())
            except Exception:
                log.warning("a heartbeat of job %s was lost", job.public_id)
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=10)


def sign_of_life_now(job: Job) -> str:
    """What whoever waits for a job should know of its worker at this moment."""
    return sign_of_life(job, timezone.now())


def sign_of_life(job: Job, now: datetime) -> str:
    """What whoever waits for a job should know of its worker; empty text while it is well."""
    if job.is_over:
        return ""
    silent = (now - job.heartbeat_at).total_seconds() if job.state == Job.State.RUNNING and job.heartbeat_at else 0.0
    if silent > settings.JOB_STALE_SECONDS / 2:
        said = _("Its worker has given no sign of life for %(n)d s. If it stays silent, the job is begun anew within a minute.")
        return said % {"n": silent}
    if job.attempts > 1 or (job.attempts and job.state == Job.State.QUEUED):
        return _("Its worker died; the job was begun anew.")
    return ""


def mark_dead(process: int) -> None:
    """Tell of a worker process of this machine that it is dead, so that the next look need not wait for its silence."""
    jobs = Job.objects.filter(state=Job.State.RUNNING, worker__startswith=f"{socket.gethostname()}:{process}:")
    jobs.update(heartbeat_at=None)


def reap(now: datetime) -> int:
    """Queue the jobs of dead workers again, or give them up after too many attempts; wake forgotten ones.

    Returns
    -------
    How many jobs were touched.
    """
    stale = now - timedelta(seconds=settings.JOB_STALE_SECONDS)
    dead = Job.objects.filter(state=Job.State.RUNNING).filter(Q(heartbeat_at__lt=stale) | Q(heartbeat_at__isnull=True))
    given_up = dead.filter(Q(attempts__gte=settings.JOB_MAX_ATTEMPTS) | Q(is_cancel_wanted=True)).update(
        state=Job.State.FAILED, finished_at=now, error=str(_GIVEN_UP), made_of=made_of(error=_GIVEN_UP)
    )
    again = list(dead.values_list("pk", flat=True))
    Job.objects.filter(pk__in=again).update(state=Job.State.QUEUED, worker="", progress={})
    forgotten = list(Job.objects.filter(state=Job.State.QUEUED, created_at__lt=stale).exclude(pk__in=again).values_list("pk", flat=True))
    for job_id in (*again, *forgotten):
        wake(job_id)
    return given_up + len(again) + len(forgotten)
