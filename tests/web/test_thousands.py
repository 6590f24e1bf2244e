"""Five thousand customers from a file to balanced territories, a branch and an answer to "why", in few queries each.

How long people wait for them is measured by ``benchmarks/application.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.exchange import services as imports
from bailiwick_web.planning import services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services.scenarios import numbered
from bailiwick_web.territories.models import UnitSet

pytestmark = pytest.mark.django_db(transaction=True)
N, K = 5_000, 10


def customers() -> bytes:
    """Around eight cities, the more of them the nearer."""
    rng = np.random.default_rng(7)
    cities = rng.uniform((-100, 30), (-75, 45), size=(8, 2))
    at = cities[rng.integers(8, size=N)] + rng.normal(0, 1.2, size=(N, 2))
    hours = rng.gamma(2, 5, size=N)
    lines = [f"C{i:05d},Shop {i},{x:.4f},{y:.4f},{h:.1f}" for i, ((x, y), h) in enumerate(zip(at, hours, strict=True))]
    return ("Customer ID,Name,Longitude,Latitude,Workload hours\n" + "\n".join(lines) + "\n").encode()


def test_from_five_thousand_rows_to_territories_a_branch_and_an_answer(
    planner: Actor, sign_in: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    batch = imports.upload(planner, "units", "customers.csv", [customers()])
    assert batch.counts["created"] == N, batch.facts.get("error")
    imports.run_import(planner, batch.public_id)
    plan = services.create_plan(planner, UnitSet.objects.get(), name="Plan", balance={"Workload hours": 0.05})
    empty = services.create_scenario(planner, plan, name="First", territories=numbered(K))
    run = services.start_run(planner, empty, time_limit_seconds=60)
    jobs.perform(run.job.pk)
    run.refresh_from_db()
    assert run.result is not None, run.job.error
    arrays = scenario_arrays(run.result)
    assert np.abs(arrays.deviations).max() <= 0.05 + 1e-9
    assert len(set(arrays.territory_idx.tolist())) == K
    with django_assert_max_num_queries(60):
        copy = services.branch(planner, run.result)
    client = sign_in("planner")
    base = f"/api/v1/scenarios/{copy.public_id}"
    client.get(f"{base}/why?unit_idx=0")  # the first question at a version builds what the others ask
    with django_assert_max_num_queries(30):
        here = client.get(f"{base}/why?unit_idx=17").json()
    assert here["text"]
    elsewhere = next(t.code for t in arrays.territories if t.code != arrays.codes[arrays.territory_idx[17]])
    with django_assert_max_num_queries(30):
        assert client.get(f"{base}/why?unit_idx=17&instead={elsewhere}").json()["text"]
    assert Scenario.objects.count() == 3
