"""Jobs and the engine: one worker each, dead workers, cancelling, results kept once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Job
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.services import request_cancel
from bailiwick_web.planning import services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Run, Scenario
from bailiwick_web.planning.runs import keep_names
from bailiwick_web.planning.why import engine_units

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("mode", ["anew", "few-changes"])
def test_the_engine_balances_and_keeps_what_is_locked(planner: Actor, scenario: Scenario, mode: str) -> None:
    services.move_units(planner, scenario.public_id, [2, 8, 14, 20], "P1", version=1)
    services.lock_units(planner, scenario.public_id, [5], is_locked=True, version=2)
    scenario.refresh_from_db()
    run = services.start_run(planner, scenario, mode=mode)
    jobs.perform(run.job.pk)
    run.refresh_from_db()
    assert run.job.state == "done", run.job.error
    assert run.result is not None
    before, after = scenario_arrays(scenario), scenario_arrays(run.result)
    assert after.n_unassigned == 0
    assert np.abs(after.deviations).max() <= 0.1 < np.abs(before.deviations).max()
    assert (after.n_pieces == 1).all()
    assert after.codes[after.territory_idx[5]] == "P4"
    assert after.is_locked[5]
    moved = before.territory_idx != after.territory_idx
    assert set(after.causes[moved]) == {f"run:{run.public_id}"}
    assert set(after.causes[~moved]) <= {"file", "manual"}
    assert run.summary["measures"][0]["after"] <= 0.1
    assert [t.colour for t in after.territories] == [t.colour for t in before.territories]
    if mode == "few-changes":
        assert moved.sum() <= 8


def test_nothing_cannot_be_mended_but_drawn(planner: Actor, scenario: Scenario) -> None:
    services.move_units(planner, scenario.public_id, range(36), "", version=1)
    with pytest.raises(Conflict, match="nothing to mend"):
        services.start_run(planner, scenario, mode="few-changes")
    run = services.start_run(planner, scenario)
    jobs.perform(run.job.pk)
    run.refresh_from_db()
    assert run.params["mode"] == "anew"
    assert run.result is not None
    assert len({t.colour for t in run.result.territories.all()}) == 4


def test_a_job_is_done_once_however_often_the_queue_calls(planner: Actor, scenario: Scenario) -> None:
    run = services.start_run(planner, scenario, time_limit_seconds=60)
    for _ in range(3):
        jobs.perform(run.job.pk)
    assert Scenario.objects.filter(parent=scenario).count() == 1
    Job.objects.filter(pk=run.job.pk).update(state="queued")
    jobs.perform(run.job.pk)
    assert Scenario.objects.filter(parent=scenario).count() == 1


def test_jobs_of_dead_workers_are_queued_again_and_given_up_in_the_end(planner: Actor, scenario: Scenario) -> None:
    job = services.start_run(planner, scenario).job
    now = timezone.now()
    long_ago = now - timedelta(seconds=settings.JOB_STALE_SECONDS + 1)
    for attempt in range(1, settings.JOB_MAX_ATTEMPTS):
        Job.objects.filter(pk=job.pk).update(state="running", heartbeat_at=long_ago, attempts=attempt, worker="gone")
        assert jobs.reap(now) == 1
        job.refresh_from_db()
        assert (job.state, job.worker) == ("queued", "")
    Job.objects.filter(pk=job.pk).update(state="running", heartbeat_at=long_ago, attempts=settings.JOB_MAX_ATTEMPTS)
    jobs.reap(now)
    job.refresh_from_db()
    assert job.state == "failed"
    Job.objects.filter(pk=job.pk).update(state="running", heartbeat_at=now)
    assert jobs.reap(now) == 0


def test_a_worker_that_lost_its_job_cannot_finish_it(planner: Actor, scenario: Scenario) -> None:
    job = services.start_run(planner, scenario).job
    Job.objects.filter(pk=job.pk).update(state="running", worker="new", heartbeat_at=timezone.now())
    job.refresh_from_db()
    job.worker = "old"
    jobs._finish(job, "failed", error="too late")
    job.refresh_from_db()
    assert job.state == "running"
    assert jobs.Handle(Job(pk=job.pk, worker="old")).should_stop()


def test_a_queued_job_can_be_cancelled(planner: Actor, scenario: Scenario) -> None:
    run = services.start_run(planner, scenario)
    request_cancel(planner, run.job)
    jobs.perform(run.job.pk)
    assert Job.objects.get(pk=run.job.pk).state == "cancelled"
    assert Run.objects.get(pk=run.pk).result is None


def test_a_run_that_is_stopped_keeps_the_best_so_far(planner: Actor, scenario: Scenario) -> None:
    run = services.start_run(planner, scenario, mode="anew")
    Job.objects.filter(pk=run.job.pk).update(is_cancel_wanted=True)  # as if it came just after the start
    jobs.perform(run.job.pk)
    run.refresh_from_db()
    assert (run.job.state, run.summary["stop_reason"]) == ("done", "interrupted")
    assert run.result is not None
    assert scenario_arrays(run.result).n_unassigned == 0


def test_rules_that_contradict_each_other_are_told(planner: Actor, scenario: Scenario) -> None:
    run = services.start_run(planner, scenario)
    scenario.territories.filter(code="P1").update(capacity=-1)
    jobs.perform(run.job.pk)
    job = Job.objects.get(pk=run.job.pk)
    assert job.state == "failed"
    assert "capacity" in job.error


def test_locked_territories_reach_the_engine(planner: Actor, scenario: Scenario) -> None:
    services.lock_territory(planner, scenario.public_id, "P2", is_locked=True, version=1)
    scenario.refresh_from_db()
    column = engine_units(scenario_arrays(scenario)).attributes["territory to keep"]
    assert [column[i] for i in (0, 2)] == ["", "P2"]


@pytest.mark.parametrize("mode", ["anew", "few-changes"])
def test_what_is_locked_neither_loses_nor_takes_and_the_card_says_what_that_costs(
    planner: Actor, scenario: Scenario, sign_in: Callable[[str], Client], mode: str
) -> None:
    services.move_units(planner, scenario.public_id, [i for i in range(36) if i % 6 == 3], "P1", version=1)
    services.lock_territory(planner, scenario.public_id, "P1", is_locked=True, version=2)
    services.forbid_units(planner, scenario.public_id, [2], "P2", is_forbidden=True, version=3)
    scenario.refresh_from_db()
    run = services.start_run(planner, scenario, mode=mode)
    jobs.perform(run.job.pk)
    run.refresh_from_db()
    assert run.result is not None, run.job.error
    before, after = scenario_arrays(scenario), scenario_arrays(run.result)
    assert ((before.territory_idx == 0) == (after.territory_idx == 0)).all()
    assert after.territory_idx[2] != 1
    told = run.summary["troubles"][0]
    name = before.territories[0].name
    assert f"What must stay in {name} is alone +" in told["text"]
    assert "unlock some of it" in told["text"]
    page = sign_in("planner").get(f"/scenarios/{scenario.public_id}/runs").content.decode()
    assert f"What must stay in {name}" in page


def test_a_locked_territory_without_units_is_told_before_the_engine_starts(planner: Actor, scenario: Scenario) -> None:
    services.move_units(planner, scenario.public_id, [i for i in range(36) if i % 6 == 2], "P1", version=1)
    services.lock_territory(planner, scenario.public_id, "P2", is_locked=True, version=2)
    scenario.refresh_from_db()
    with pytest.raises(Conflict, match="unlock it, or take it away"):
        services.start_run(planner, scenario)


def test_territories_without_homes_keep_their_names_when_drawn_anew(planner: Actor, scenario: Scenario) -> None:
    scenario.territories.update(home_lon=None, home_lat=None, capacity=1.0)
    services.lock_units(planner, scenario.public_id, [5], is_locked=True, version=1)
    scenario.refresh_from_db()
    arrays = scenario_arrays(scenario)
    shuffled = np.array([1, 2, 0, 3], np.int32)[arrays.territory_idx]
    assert (keep_names(arrays, shuffled) == arrays.territory_idx).all()
    assert keep_names(arrays, np.array([0, 1, 3, 2], np.int32)[arrays.territory_idx])[5] == 2, (
        "what the engine holds fixed keeps its number"
    )


def test_the_card_of_a_replay_says_whether_the_plan_is_the_same(
    planner: Actor, scenario: Scenario, sign_in: Callable[[str], Client]
) -> None:
    run = services.start_run(planner, scenario, mode="few-changes")
    jobs.perform(run.job.pk)
    run.refresh_from_db()
    assert run.result is not None
    again = services.replay_run(planner, run.result)
    jobs.perform(again.job.pk)
    page = sign_in("planner").get(f"/scenarios/{scenario.public_id}/runs").content.decode()
    assert "The replay gave the same plan." in page
    assert again.params["name"] == f"{run.result.name}, replayed"
    assert services.start_run(planner, run.result).params["name"] == run.result.name, "balanced, balanced says nothing new"
