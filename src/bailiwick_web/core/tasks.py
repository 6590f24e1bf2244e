"""What the queue calls."""

from __future__ import annotations

from django_tasks import task

from bailiwick_web.core import jobs


@task()
def run_job(job_id: int) -> None:
    """Do a job, if nobody else does."""
    jobs.perform(job_id)
