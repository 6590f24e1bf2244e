"""Pilots, goals, pools, density and the value of customers: asked on the pages, said in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import translation
from insight_world import TERRITORIES, answered, ask, bring, orders

from bailiwick_web.core.access import Actor
from bailiwick_web.insights import storing
from bailiwick_web.insights.queries import findings_of
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def panel(n: int = 12, months: int = 24) -> dict[str, list[Any]]:
    rng = np.random.default_rng(3)
    when = [f"{2024 + m // 12}-{m % 12 + 1:02d}-01" for m in range(months)]
    return {
        "unit": [f"u{i:02d}" for i in range(n) for _ in when],
        "period": when * n,
        "value": [round(float(v), 2) for v in 100 * np.exp(rng.normal(0, 0.05, n * months))],
    }


def test_a_pilot_is_planned_and_read_in_two_languages(planner: Actor, sign_in: SignIn) -> None:
    table = bring(planner, panel(), "panel.csv")
    columns = {"unit": "unit", "period": "period", "value": "value"}
    study = answered(planner, "pilot", columns | {"effect": 20, "size": 3, "length": 3}, panel=table)
    assert [(row["units"], row["periods"], row["is_chosen"]) for row in storing.rows(study, "designs")] == [(3, 3, True)]
    assert len(storing.rows(study, "pilot")) == 3
    assert findings_of(study)[0].startswith("A pilot with units: 3, periods: 3 would find +20.0 %")
    with translation.override("de"):
        assert findings_of(study)[0].startswith("Eine Probe mit Einheiten: 3, Zeitabschnitten: 3 fände +20,0 %")
    told = columns | {"units": ["u01", "U02"], "since": "2025-07-01"}
    assert answered(planner, "effect", told, panel=table).facts["n_treated"] == 2
    nobody = ask(planner, "effect", columns | {"units": ["x"], "since": "2025-07-01"}, panel=table)
    assert nobody.answered_at is None
    client = sign_in("planner")
    assert "there is no unit “x”" in client.get("/insights/experiment/").content.decode()
    client.cookies["django_language"] = "de"
    assert "es gibt keine Einheit „x“" in client.get("/insights/experiment/", headers={"accept-language": "de"}).content.decode()


def test_goals_are_reached_step_by_step(planner: Actor) -> None:
    goals = [f"{name} = 1000" for name in TERRITORIES]
    said = {"by": "territory", "start": "2025-01-01", "end": "2025-12-31", "goals": goals, "grain": "month", "today": "2025-03-31"}
    table = bring(planner, orders())
    study = answered(planner, "attainment", said, orders=table)
    rows = storing.rows(study, "attainment")
    assert [row["upto"] for row in rows if row["group"] == TERRITORIES[0]] == ["2025-01-31", "2025-02-28", "2025-03-31"]
    wrong = ask(planner, "attainment", said | {"goals": ["much"]}, orders=table)
    assert wrong.job is not None
    assert "expected NAME = AMOUNT, found much" in wrong.job.error


def test_a_pool_is_divided_four_ways(planner: Actor) -> None:
    table = bring(
        planner, {"territory": ["A", "B"], "sales": [300, 100], "potential": [400, 400], "workload": [10, 30]}, "t.csv", "measures"
    )
    study = answered(planner, "allocation", {"pool": 100, "method": "sales"}, groups=table)
    assert [row["proposed"] for row in storing.rows(study, "allocation")] == [75.0, 25.0]
    with translation.override("de"):
        assert findings_of(study)[0].startswith("100 auf 2 Gruppen nach Umsatz")


def test_town_and_country_and_the_value_of_customers(planner: Actor, scenario: Scenario) -> None:
    density = answered(planner, "density", {}, scenario)
    assert sum(row["units"] for row in storing.rows(density, "classes")) == 36
    value = answered(planner, "customer_value", {"by": "territory"}, orders=bring(planner, orders(900)))
    groups = {row["group"]: row["value"] for row in storing.rows(value, "groups")}
    whole = groups.pop("all customers")
    assert sum(groups.values()) == pytest.approx(whole, rel=1e-6)
    assert value.facts["annual_discount"] == pytest.approx(0.1)
    assert value.facts["test"]["weeks"] == 13
