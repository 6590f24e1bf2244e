"""Jobs go on where what they tell cannot be kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import QuerySet

from bailiwick_web.core.access import Actor
from bailiwick_web.core.jobs import Handle, enqueue

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
