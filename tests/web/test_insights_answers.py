"""Forecasts, scores, segments and experiments: what is asked of tables, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from insight_world import TERRITORIES, answered, ask, bring, orders

from bailiwick.domain.said import say
from bailiwick.insight.segments.rfm import CLASSES
from bailiwick.pictures.insight_charts import bar_chart
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.insights import queries, services, storing
from bailiwick_web.insights.charts import drawn
from bailiwick_web.insights.kinds.segments import CLASS_NAMES
from bailiwick_web.insights.models import DataTable
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def test_a_forecast_adds_up_and_says_which_method_and_why(planner: Actor, sign_in: SignIn) -> None:
    study = answered(planner, "forecast", {"by": "territory", "months": 3}, orders=bring(planner, orders(1500)))
    rows = storing.rows(study, "forecast")
    months = sorted({row["month"] for row in rows})
    for month in months:
        at = {row["series"]: row["forecast"] for row in rows if row["month"] == month}
        whole = at.pop(next(name for name in at if name not in TERRITORIES))
        assert sum(at.values()) == pytest.approx(whole, rel=1e-6)
    assert len(months) == 3
    page = sign_in("planner").get("/insights/forecast/").content.decode()
    assert "Next 3 months" in page
    assert "Which method, and why" in page


def test_demand_is_forecast_in_pieces_with_the_season_of_each_segment_and_product(planner: Actor, sign_in: SignIn) -> None:
    """Bars buy beer in summer and hotels wine in winter; a piece of either has another price, so that revenue shows neither demand."""
    rows: dict[str, list[Any]] = {name: [] for name in ("customer", "date", "amount", "quantity", "segment", "product")}
    for month in range(36):
        for segment, product, price, peak in (("Bars", "Beer", 1.0, 7), ("Hotels", "Wine", 9.0, 1)):
            pieces = 300 if month % 12 + 1 == peak else 100
            for day in ("01", "28"):
                date = f"{2023 + month // 12}-{month % 12 + 1:02}-{day if month < 35 or day == '01' else '31'}"
                values = (f"{segment}1", date, pieces * price / 2, pieces / 2, segment, product)
                for name, value in zip(rows, values, strict=True):
                    rows[name].append(value)
    table = bring(planner, rows)
    study = answered(planner, "forecast", {"by": "segment", "then_by": "product", "months": 2, "quantity": True}, orders=table)
    assert study.facts["measure"] == "quantity"
    whole = [row for row in storing.rows(study, "forecast") if row["level"] == 0]
    assert whole[0]["forecast"] == pytest.approx(400, rel=0.05)  # January: 100 of beer, 300 of wine
    indices = {(row["series"], row["month"]): row["index"] for row in storing.rows(study, "seasonality")}
    peaks = {name: max((m for s, m in indices if s == name), key=lambda m: indices[name, m]) for name in ("Bars", "Hotels / Wine")}
    assert peaks == {"Bars": "Jul", "Hotels / Wine": "Jan"}
    assert "Pieces in place of revenue" in sign_in("planner").get("/insights/forecast/").content.decode()
    without = bring(planner, {name: values for name, values in rows.items() if name != "quantity"}, "without.csv")
    assert ask(planner, "forecast", {"quantity": True}, orders=without).answered_at is None


def test_too_short_a_history_is_refused_with_what_to_bring(planner: Actor, sign_in: SignIn) -> None:
    study = ask(planner, "forecast", {"months": 6}, orders=bring(planner, orders(60, months=5)))
    assert study.answered_at is None
    page = sign_in("planner").get("/insights/forecast/").content.decode()
    assert "months" in page
    assert "at least twelve full months" in page


def leads(n: int) -> dict[str, list[Any]]:
    rng = np.random.default_rng(3)
    size, noise = rng.gamma(2, 20, n), rng.normal(0, 1, n)
    won = (size / 40 + noise) > 1
    talk = np.where(won, rng.uniform(300, 900, n), rng.uniform(0, 200, n))
    return {
        "lead_id": [f"L{i}" for i in range(n)],
        "size": size.round(1).tolist(),
        "trade": [("bank", "bar", "shop")[i % 3] for i in range(n)],
        "talk_after": talk.round().tolist(),
        "won": ["yes" if w else "no" for w in won],
    }


def test_scores_find_the_column_that_knows_the_outcome(planner: Actor, sign_in: SignIn) -> None:
    study = answered(planner, "lead_scores", {"outcome": "won"}, history=bring(planner, leads(500), "leads.csv"))
    assert [row["name"] for row in storing.rows(study, "suspects")] == ["talk_after"]
    page = sign_in("planner").get("/insights/scores/").content.decode()
    assert "What was said, and what came" in page
    assert "Columns that seem to know the outcome" in page
    assert "A won lead has the higher score" in page


def test_the_profile_leaves_out_what_only_customers_have(planner: Actor, sign_in: SignIn) -> None:
    study = answered(planner, "fit_scores", {"customer": "won"}, history=bring(planner, leads(300), "leads.csv"))
    assert [row["name"] for row in storing.rows(study, "suspects")] == ["talk_after"]
    assert "talk_after" not in {row["field"] for row in storing.rows(study, "profile")}
    with override("de"):
        page = sign_in("planner").get("/insights/scores/?ask=fit_scores", headers={"accept-language": "de"}).content.decode()
    assert "„talk_after“ scheint den Ausgang zu kennen und wird weggelassen" in page
    assert " oder mehr" in page
    assert " or more" not in page
    assert "Was die Spalten sagen" in page


def test_pictures_are_drawn_in_the_language_of_the_reader() -> None:
    names = [say("urban"), "Urban & Sons"]
    found = drawn("classes", bar_chart("t", say("still there"), say("points"), names, np.array([4000.0, 1000.0]), format=",.0f"))
    german, english = found["de"]["wide"], found["en"]["wide"]
    assert found["de"]["subtitle"] == "noch da"
    assert [word in german for word in ("städtisch", "Urban &amp; Sons", "Punkte", "4.000")] == [True] * 4
    assert [word in english for word in ("urban", "Urban &amp; Sons", "points", "4,000")] == [True] * 4


def test_classes_by_orders_are_named_in_the_language_of_whoever_asks(planner: Actor) -> None:
    assert list(CLASS_NAMES)[:-1] == [name for name, _meaning in CLASSES]
    with override("de"):
        study = answered(planner, "segments", {"method": "rfm"}, orders=bring(planner, orders()))
        rows = {row["segment"]: row["about"] for row in storing.rows(study, "segments")}
    assert set(rows) <= {"Spitzenkunden", "Treu", "Neu dabei", "Vielversprechend", "Braucht Aufmerksamkeit", "Gefährdet", "Eingeschlafen"}
    assert rows["Treu"] == "kauften oft oder viel und vor nicht langer Zeit"
    assert study.facts["scheme"]["called"]["Never bought"] == "Nie gekauft"


def test_scores_are_refused_under_too_little_data(planner: Actor, sign_in: SignIn) -> None:
    study = ask(planner, "lead_scores", {"outcome": "won"}, history=bring(planner, leads(40), "leads.csv"))
    assert study.answered_at is None
    page = sign_in("planner").get("/insights/scores/").content.decode()
    assert "expected 30" in page
    assert "at least 30 won and 30 lost" in page


def test_segments_by_orders_and_by_rules(planner: Actor) -> None:
    table = bring(planner, orders())
    by_orders = answered(planner, "segments", {"method": "rfm"}, orders=table)
    assert sum(row["accounts"] for row in storing.rows(by_orders, "segments")) == len(set(orders()["customer"]))
    called_otherwise = {("buyer" if name == "customer" else name): values for name, values in orders().items()}
    other = bring(planner, called_otherwise, kind="orders")
    services.say_roles(
        planner,
        other.public_id,
        version=other.version,
        kind="orders",
        name="o",
        roles={"customer": "buyer", "date": "date", "amount": "amount"},
    )
    deals = bring(
        planner, {"opportunity_id": [1, 2], "account": ["u00", "u01"], "stage": ["won", "lost"], "value": [5, 6], "reason": ["price", ""]}
    )
    assert deals.roles["id"] == "opportunity_id"
    with_deals = answered(planner, "segments", {"method": "rfm"}, orders=DataTable.objects.get(pk=other.pk), deals=deals)
    assert sum(row["accounts"] for row in storing.rows(with_deals, "segments")) == len(set(orders()["customer"]))
    accounts = bring(planner, {"id": ["a", "b", "c"], "staff": [300, 20, 10]}, "accounts.csv", kind="accounts")
    rules = {"method": "rules", "rules": ["Large: staff >= 250", "Small: staff < 250"]}
    by_rules = answered(planner, "segments", rules, accounts=accounts)
    assert {row["segment"]: row["accounts"] for row in storing.rows(by_rules, "segments")} == {"Large": 1, "Small": 2}
    refused = ask(planner, "segments", {"method": "rules", "rules": ["no colon"]}, accounts=accounts)
    assert refused.job is not None
    assert "expected NAME: CONDITION" in refused.job.error


def test_segments_can_be_asked_for_by_the_rules_of_a_plan(planner: Actor, scenario: Scenario, sign_in: SignIn) -> None:
    accounts = bring(
        planner, {"id": [f"u{i:02d}" for i in range(30)], "staff": [10 * i for i in range(30)]}, "accounts.csv", kind="accounts"
    )
    rules = {"method": "rules", "rules": ["Large: staff >= 200", "Small: staff < 200"]}
    study = answered(planner, "segments", rules, accounts=accounts)
    unit_set = scenario.plan.unit_set
    client = sign_in("planner")
    assert "Use the segments in plans" in client.get("/insights/segments/").content.decode()
    answer = client.post(reverse("mark_units", args=[study.public_id]), {"unit_set": str(unit_set.public_id)}, follow=True)
    assert "30 of 36 have their segment" in answer.content.decode()
    fields = client.get(f"/api/v1/scenarios/{scenario.public_id}/rules/preview", {"condition": "segment = 'Large'", "territory": "P1"})
    marked = list(unit_set.units.filter(attributes__segment="Large").values_list("code", flat=True))
    assert (len(marked), min(marked), fields.status_code) == (10, "u20", 200)
    assert AuditEntry.objects.filter(action="units.segmented").count() == 1
    strangers = bring(planner, {"id": ["x1", "x2"], "staff": [300, 1]}, "others.csv", kind="accounts")
    with pytest.raises(Conflict):
        services.mark_units(planner, answered(planner, "segments", rules, accounts=strangers).public_id, unit_set.public_id)


def test_a_change_that_helped_is_told_from_one_that_did_not(planner: Actor) -> None:
    rng = np.random.default_rng(5)
    units, periods = [f"s{i}" for i in range(24)], [f"2025-{m:02d}-01" for m in range(1, 13)]
    for gain, words in ((1.4, "The change helped"), (1.0, "The change cannot be told from chance")):
        rows = [
            (u, p, i < 8, 100 * (1 + i / 24) * rng.lognormal(0, 0.03) * (gain if i < 8 and p > "2025-08" else 1))
            for i, u in enumerate(units)
            for p in periods
        ]
        panel = {
            "unit": [r[0] for r in rows],
            "period": [r[1] for r in rows],
            "treated": ["yes" if r[2] else "no" for r in rows],
            "value": [r[3] for r in rows],
        }
        table = bring(planner, panel, "panel.csv")
        assert table.kind == "panel"
        said = {"unit": "unit", "period": "period", "value": "value", "treated": "treated", "since": "2025-09-01"}
        assert queries.findings_of(answered(planner, "effect", said, panel=table))[0].startswith(words)


def test_leads_are_qualified_in_the_language_of_the_reader(planner: Actor, sign_in: SignIn) -> None:
    """Budget is confirmed by the first only; what was made of patterns is said again in German."""
    grades = {"lead_id": ["A", "B"], "budget": ["yes", "no"], "authority": [3, 3], "need": [3, 3], "timeline": ["yes", "yes"]}
    study = answered(planner, "bant", {}, leads=bring(planner, grades, "leads.csv", kind="accounts"))
    assert [(row["lead"], row["fails"]) for row in storing.rows(study, "leads")] == [("A", ""), ("B", "budget")]
    page = sign_in("planner").get("/insights/scores/?ask=bant", headers={"accept-language": "de"}).content.decode()
    assert "1 von 2 Leads ist qualifiziert." in page
    assert "Welches Budget gibt es, und wer gibt es frei?" in page
    assert "Which budget is there" not in page


def test_a_missing_column_is_told_in_the_words_of_the_page(planner: Actor, sign_in: SignIn) -> None:
    """Which role is missing, of which table, in the language of the reader; nothing of the command line."""
    given = orders()
    table = bring(planner, {"shop": given["customer"], "date": given["date"], "amount": given["amount"]}, "shops.csv", kind="orders")
    assert ask(planner, "next_orders", orders=table).answered_at is None
    page = sign_in("planner").get("/insights/forecast/?ask=next_orders").content.decode()
    assert "No column of “shops” was recognised as “Customer”" in page
    assert "shop, date, amount" in page
    assert "--map" not in page
    german = sign_in("planner").get("/insights/forecast/?ask=next_orders", headers={"accept-language": "de"}).content.decode()
    assert "Keine Spalte von „shops“ wurde als „Kunde“ erkannt" in german
    assert "--map" not in german
