"""A front: several plans from one run, a picture, and a scenario of the one that is chosen."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from django.test import Client

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Missing
from bailiwick_web.planning import services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.front_picture import ticks
from bailiwick_web.planning.models import FrontPlan, Run, Scenario

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[str], Client]


@pytest.fixture
def run(planner: Actor, scenario: Scenario) -> Run:
    """A front of the scenario, with one unit locked where it is."""
    services.lock_units(planner, scenario.public_id, [5], is_locked=True, version=1)
    scenario.refresh_from_db()
    run = services.start_run(planner, scenario, mode="front")
    jobs.perform(run.job.pk)
    run.refresh_from_db()
    assert run.job.state == "done", run.job.error
    return run


def test_no_plan_of_a_front_is_beaten_and_what_is_locked_stays(planner: Actor, run: Run, scenario: Scenario) -> None:
    plans = list(run.plans.all())
    assert len(plans) == run.summary["n_plans"] > 2
    assert sum(p.figures["is_knee"] for p in plans) == 1
    assert [p.figures["moved_share"] for p in plans if p.figures["is_today"]] == [0]
    chosen = max(plans, key=lambda p: p.figures["moved_units"])
    made = services.choose_plan(planner, run.public_id, chosen.number)
    before, after = scenario_arrays(scenario), scenario_arrays(made)
    assert after.codes[after.territory_idx[5]] == "P4"
    assert after.is_locked[5]
    moved = before.territory_idx != after.territory_idx
    assert int(moved.sum()) == chosen.figures["moved_units"]
    assert np.abs(after.deviations).max() == pytest.approx(chosen.figures["largest_deviation"], abs=1e-6)
    assert services.choose_plan(planner, run.public_id, chosen.number) == made
    again = services.replay_run(planner, made)
    assert again.params["mode"] == "front"


def test_a_plan_does_not_fit_a_scenario_whose_locks_changed(planner: Actor, run: Run, scenario: Scenario) -> None:
    chosen = max(run.plans.all(), key=lambda p: p.figures["moved_units"])
    services.lock_units(planner, scenario.public_id, range(36), is_locked=True, version=scenario.version)
    with pytest.raises(Conflict, match="by now"):
        services.choose_plan(planner, run.public_id, chosen.number)
    assert services.choose_plan(planner, run.public_id, 0).parent == scenario  # today's fits any lock
    with pytest.raises(Missing, match="no such plan"):
        services.choose_plan(planner, run.public_id, 77)


def test_a_plan_that_adds_to_a_locked_territory_or_a_forbidden_place_does_not_fit(planner: Actor, run: Run, scenario: Scenario) -> None:
    before = scenario_arrays(scenario)
    chosen = max(run.plans.all(), key=lambda p: p.figures["moved_units"])
    labels = np.frombuffer(zlib.decompress(bytes(chosen.territory_idx)), "<i2")
    unit = int(np.flatnonzero(labels != before.territory_idx)[0])
    to = before.codes[labels[unit]]
    said = services.forbid_units(planner, scenario.public_id, [unit], to, is_forbidden=True, version=scenario.version)
    with pytest.raises(Conflict, match="by now"):
        services.choose_plan(planner, run.public_id, chosen.number)
    said = services.forbid_units(planner, scenario.public_id, [unit], to, is_forbidden=False, version=said.version)
    adding = before.territory_idx.copy()  # a plan that takes one unit from another territory, and nothing out of this one
    adding[unit] = labels[unit]
    chosen.territory_idx = zlib.compress(adding.astype("<i2").tobytes())
    chosen.save()
    services.lock_territory(planner, scenario.public_id, to, is_locked=True, version=said.version)
    with pytest.raises(Conflict, match="by now"):
        services.choose_plan(planner, run.public_id, chosen.number)
    assert services.choose_plan(planner, run.public_id, 0).parent == scenario


def test_a_front_of_nothing_trades_balance_against_travel(planner: Actor, scenario: Scenario, sign_in: SignIn) -> None:
    services.move_units(planner, scenario.public_id, range(36), "", version=1)
    scenario.refresh_from_db()
    run = services.start_run(planner, scenario, mode="front")
    jobs.perform(run.job.pk)
    run.refresh_from_db()
    assert not run.summary["has_today"]
    page = sign_in("planner").get(f"/runs/{run.public_id}/front").content.decode()
    assert "largest deviation from target" in page
    assert "changes hands</text>" not in page


def test_the_picture_has_a_dot_and_a_row_for_every_plan(run: Run, sign_in: SignIn) -> None:
    client = sign_in("planner")
    page = client.get(f"/runs/{run.public_id}/front").content.decode()
    n = run.summary["n_plans"]
    assert len(re.findall(r'data-press="choose-\d+"', page)) == n == len(re.findall(r'id="choose-\d+"', page))
    assert page.count('<circle class="knee" cx="6" ') == 1
    knee = next(plan for plan in run.plans.all() if plan.figures["is_knee"])
    answer = client.post(f"/runs/{run.public_id}/choose", {"plan": knee.number})
    made = Scenario.objects.get(chosen_of=knee)
    assert answer["Location"] == f"/scenarios/{made.public_id}/"
    assert f'href="/scenarios/{made.public_id}/"' in client.get(f"/runs/{run.public_id}/front").content.decode()
    assert client.post(f"/runs/{run.public_id}/choose", {"plan": "x"}).status_code == 404


def test_the_interface_shows_and_chooses(run: Run, sign_in: SignIn) -> None:
    client = sign_in("planner")
    plans = client.get(f"/api/v1/runs/{run.public_id}/plans").json()["plans"]
    assert [p["number"] for p in plans] == list(FrontPlan.objects.filter(run=run).values_list("number", flat=True))
    made = client.post(f"/api/v1/runs/{run.public_id}/choose", {"plan": plans[-1]["number"]}, content_type="application/json")
    assert made.status_code == 201, made.content
    assert client.get(f"/api/v1/runs/{run.public_id}/plans").json()["plans"][-1]["result"] == made.json()["id"]
    assert json.loads(client.get("/api/v1/runs/00000000-0000-7000-8000-000000000000/plans").content)["status"] == 404


@pytest.mark.parametrize(("low", "high"), [(12.3, 17.9), (0, 0.034), (0, 0), (40.01, 40.02), (3, 1800)])
def test_ticks_enclose_what_they_measure(low: float, high: float) -> None:
    at = ticks(low, high)
    assert at[0] <= low + 1e-9
    assert at[-1] >= high - 1e-9
    assert 2 <= len(at) <= 8
