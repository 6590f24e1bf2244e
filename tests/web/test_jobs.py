"""Jobs go on where what they tell cannot be kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import QuerySet

from bailiwick_web.core.access import Actor
from bailiwick_web.core.jobs import Handle, enqueue, sign_of_life

pytestmark = pytest.mark.django_db


def test_a_busy_database_does_not_end_a_job_that_tells_how_far_it_is(planner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    job = enqueue(planner, "insight", title="x", params={})
    handle = Handle(job)
    handle.tell({"fraction": 0.1}, at_once=True)
    job.refresh_from_db()
    assert job.progress == {"fraction": 0.1}

    def locked(*_args: Any, **_kwargs: Any) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr(QuerySet, "update", locked)
    handle.tell({"fraction": 0.5}, at_once=True)
    job.refresh_from_db()
    assert job.progress == {"fraction": 0.1}


def test_whoever_waits_hears_that_a_worker_is_silent_or_died(planner: Actor) -> None:
    job = enqueue(planner, "insight", title="x", params={})
    job.state, job.attempts, job.heartbeat_at = job.State.RUNNING, 1, planner.now
    assert sign_of_life(job, planner.now + timedelta(seconds=3)) == ""
    assert "no sign of life for 15 s" in sign_of_life(job, planner.now + timedelta(seconds=15))
    job.state = job.State.QUEUED
    assert "begun anew" in sign_of_life(job, planner.now)
    job.state, job.attempts = job.State.RUNNING, 2
    assert "begun anew" in sign_of_life(job, planner.now)
    job.state = job.State.DONE
    assert sign_of_life(job, planner.now) == ""
