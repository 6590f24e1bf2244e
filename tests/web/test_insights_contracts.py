"""Value of customers with a contract on its page: the published curve, its words, and what is said where there is too little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from insight_world import answered, ask, bring

from bailiwick_web.core.access import Actor
from bailiwick_web.insights import storing
from bailiwick_web.insights.models import DataTable

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
HIGH_END, REGULAR = (1000, 869, 743, 653, 593, 551, 517, 491), (1000, 631, 468, 382, 326, 289, 262, 241)


def contracts(**curves: tuple[int, ...]) -> dict[str, list[Any]]:
    """Customers still there by year, as Fader and Hardie (2007) print them, one row each."""
    rows = []
    for name, there in curves.items():
        ended = [year for year in range(1, len(there)) for _ in range(there[year - 1] - there[year])]
        rows += [(year, "yes", name) for year in ended] + [(len(there) - 1, "no", name)] * there[-1]
    return {
        "id": [f"c{i}" for i in range(len(rows))],
        "years_paid": [row[0] for row in rows],
        "gone": [row[1] for row in rows],
        "value": [100] * len(rows),
        "segment": [row[2] for row in rows],
    }


def test_contracts_give_the_published_parameters_by_segment(planner: Actor, sign_in: SignIn) -> None:
    table = bring(planner, contracts(high=HIGH_END, regular=REGULAR), "contracts.csv", kind="contracts")
    DataTable.objects.filter(pk=table.pk).update(roles=table.roles | {"periods": "years_paid", "lost": "gone"})
    study = answered(planner, "retention", {"by": "segment", "horizon": 5}, contracts=table)
    found = {row["group"]: row for row in storing.rows(study, "groups")}
    assert (found["high"]["alpha"], found["high"]["beta"]) == pytest.approx((0.668, 3.806), abs=6e-4)
    assert (found["regular"]["alpha"], found["regular"]["beta"]) == pytest.approx((0.704, 1.182), abs=6e-4)
    for row in found.values():
        assert row["retention_low"] < row["retention"] < row["retention_high"]
        assert row["value_low"] < row["value"] < row["value_high"]
    page = sign_in("planner").get("/insights/value/?ask=retention").content.decode()
    assert "1,268 of 2,000 customers left" in page
    assert "Stays a first period" in page
    assert "Gamma-Gamma" not in page


def test_too_few_who_left_are_refused_with_what_to_bring(planner: Actor, sign_in: SignIn) -> None:
    table = bring(planner, contracts(all=(40, 38, 37)), "few.csv", kind="contracts")
    DataTable.objects.filter(pk=table.pk).update(roles=table.roles | {"periods": "years_paid", "lost": "gone"})
    assert ask(planner, "retention", contracts=table).answered_at is None
    assert "At least 5 must have left" in sign_in("planner").get("/insights/value/?ask=retention").content.decode()
