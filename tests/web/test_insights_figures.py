"""Key figures: everybody sees what is theirs, and every number opens."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from insight_world import TERRITORIES, answered, ask, bring, orders

from bailiwick_web.core.access import Actor
from bailiwick_web.insights import queries, storing
from bailiwick_web.insights.models import Study
from bailiwick_web.planning import services as planning
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]


@pytest.fixture
def board(planner: Actor, scenario: Scenario) -> Study:
    measures = {"territory": list(TERRITORIES), "goal": [5000, 4000, 3000, 2000], "hours": [400] * 4}
    return answered(
        planner, "key_figures", {"by": "territory"}, orders=bring(planner, orders()), measures=bring(planner, measures, "m.csv")
    )


def test_everybody_sees_the_key_figures_of_their_scope_only(board: Study, sign_in: SignIn) -> None:
    seen = {
        role: re.findall(r'<option value="\?group=([^"]+)"', sign_in(role).get("/insights/figures/").content.decode())
        for role in ("planner", "manager", "rep", "viewer")
    }
    assert [len(seen["planner"]), len(seen["manager"])] == [5, 2]
    page = sign_in("rep").get("/insights/figures/").content.decode()
    assert "Rep P1" in page
    assert "Rep P2" not in page
    assert '<svg class="chart"' not in page
    assert "No key figures yet" in sign_in("viewer").get("/insights/figures/").content.decode()
    address = reverse("insight_figure", args=[board.public_id, "revenue"])
    assert [sign_in("rep").get(address, {"group": g}).status_code for g in ("Rep P1", "Rep P2", "(all)")] == [200, 404, 404]
    assert sign_in("rep").get(reverse("insight_study", args=[board.public_id])).status_code == 403


def test_one_answer_stands_on_the_page_of_key_figures(board: Study, planner: Actor, sign_in: SignIn) -> None:
    """A question that was asked earlier and answered later is the newest answer, above and below."""
    other = answered(planner, "key_figures", {}, orders=bring(planner, orders(200)))
    Study.objects.filter(pk=board.pk).update(answered_at=other.answered_at + timedelta(hours=1))
    page = sign_in("planner").get("/insights/figures/").content.decode()
    shown = {study for study in (board, other) if f"/studies/{study.public_id}/card" in page}
    assert shown == {board}
    revenue = {row["group"]: row["value"] for row in storing.rows(board, "figures") if row["key"] == "revenue"}
    assert page.count(f"{revenue['(all)']:,.0f}") >= 2
    chosen = sign_in("planner").get("/insights/figures/", {"group": "Rep P1"}).content.decode()
    assert chosen.index("Rep P1") < chosen.index("All together") < chosen.index("Revenue " + f"{revenue['(all)']:,.0f}")


def test_a_key_figure_opens_to_its_formula_its_measures_and_its_rows(board: Study, sign_in: SignIn) -> None:
    figures = {(row["key"], row["group"]): row for row in storing.rows(board, "figures")}
    lines = [row for row in storing.rows(board, "lines") if row["group"] == "Rep P3" and row["period"] == "now"]
    assert sum(row["amount"] for row in lines) == pytest.approx(figures["revenue", "Rep P3"]["value"])
    page = sign_in("manager").get(reverse("insight_figure", args=[board.public_id, "attainment"]), {"group": "Rep P2"}).content.decode()
    assert "revenue / goal" in page
    assert "4,000" in page
    assert page.count("<tr>") > 20
    assert "Rep P3" not in page


def test_own_key_figures_and_a_formula_that_is_none(planner: Actor) -> None:
    table = bring(planner, orders())
    study = answered(planner, "key_figures", {"formulas": ["double = 2 * revenue"]}, orders=table)
    rows = {row["key"]: row["value"] for row in storing.rows(study, "figures")}
    assert rows["double"] == pytest.approx(2 * rows["revenue"])
    bad = ask(planner, "key_figures", {"formulas": ["evil = __import__('os')"]}, orders=table)
    assert bad.job is not None
    assert (bad.answered_at, bad.job.state) == (None, "failed")


def test_sales_are_credited_as_it_was_and_as_it_is(planner: Actor, act: Act, scenario: Scenario) -> None:
    for state in ("proposed", "approved"):
        Scenario.objects.filter(pk=scenario.pk).update(state=state)
    scenario.refresh_from_db()
    planning.publish(planner, scenario.public_id, version=scenario.version, reason="Start")
    said = {"plan": str(scenario.plan.public_id)}
    study = answered(planner, "key_figures", said, orders=bring(planner, orders()))
    groups = {row["group"] for row in storing.rows(study, "figures")}
    assert groups == {"(all)", *TERRITORIES}
    lines = storing.rows(study, "lines")
    column = {f"u{i:02d}": TERRITORIES[[0, 0, 1, 2, 2, 3][i % 6]] for i in range(36)}
    assert all(column[row["customer"]] == row["group"] for row in lines)


def test_why_a_rep_brings_less(planner: Actor) -> None:
    stages = (["won"] * 8 + ["lost"] * 2) + (["won"] * 5 + ["lost"] * 25)
    deals = {
        "id": list(range(40)),
        "stage": stages,
        "close_value": [100] * 10 + [50] * 30,
        "engage_date": ["2025-01-01"] * 40,
        "close_date": ["2025-02-01"] * 40,
        "rep": ["Ann"] * 10 + ["Bob"] * 30,
    }
    study = answered(planner, "gap", {"by": "rep"}, deals=bring(planner, deals, "deals.csv"))
    rows = {row["group"]: row for row in storing.rows(study, "groups")}
    effects = [rows["Bob"][f"effect {name}"] for name in ("potential", "coverage", "conversion", "deal size")]
    assert sum(effects) == pytest.approx(rows["Bob"]["gap"]) == pytest.approx(-275)
    assert rows["Bob"]["main_factor"] == "conversion"
    assert queries.findings_of(study)[1].startswith("It works its opportunities and wins fewer")
