"""Insights: tables come in, questions are answered by jobs, everybody sees what is theirs, every number opens."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bailiwick.api import Findings
from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.core.refusals import Conflict, Invalid, NotAllowed, Stale
from bailiwick_web.insights import charts, queries, services, storing
from bailiwick_web.insights.models import DataTable, Study
from bailiwick_web.insights.reading import folder_of, rows_of
from bailiwick_web.planning import services as planning
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]
TERRITORIES = ("Rep P1", "Rep P2", "Rep P3", "Rep P4")


def text_of(columns: dict[str, list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue()


def bring(actor: Actor, columns: dict[str, list[Any]], name: str = "orders.csv", kind: str = "auto") -> DataTable:
    return services.receive_table(actor, name, [text_of(columns).encode()], kind=kind)


def orders(n: int = 400, months: int = 24) -> dict[str, list[Any]]:
    """Customers of four territories who buy every few weeks; u00 … u35 are the units of the grid."""
    rng = np.random.default_rng(7)
    customers = rng.integers(0, 36, n)
    days = rng.integers(0, months * 30, n)
    return {
        "customer": [f"u{c:02d}" for c in customers],
        "date": [(date(2024, 1, 1) + timedelta(int(d))).isoformat() for d in days],
        "amount": [round(float(a), 2) for a in rng.gamma(3, 40, n)],
        "territory": [TERRITORIES[c % 4] for c in customers],
    }


def ask(actor: Actor, key: str, options: dict[str, Any] | None = None, scenario: Scenario | None = None, **tables: DataTable) -> Study:
    """Ask, let the job answer, and look again."""
    given = {name: table.public_id for name, table in tables.items()}
    study = services.ask(actor, key, options=options or {}, tables=given, scenario=scenario.public_id if scenario else None)
    assert study.job is not None
    jobs.perform(study.job.pk)
    return Study.objects.select_related("job", "scenario").get(pk=study.pk)


def answered(actor: Actor, key: str, options: dict[str, Any] | None = None, scenario: Scenario | None = None, **tables: DataTable) -> Study:
    study = ask(actor, key, options, scenario, **tables)
    assert study.job is not None
    assert study.answered_at is not None, study.job.error
    return study


# tables


def test_a_table_comes_in_and_its_columns_are_recognised(sign_in: SignIn, planner: Actor) -> None:
    client = sign_in("planner")
    answer = client.post(
        "/insights/tables/new", {"file": SimpleUploadedFile("my orders.csv", text_of(orders(50)).encode()), "kind": "auto"}
    )
    table = DataTable.objects.get()
    assert (table.kind, table.n_rows, table.name) == ("orders", 50, "my orders")
    assert table.roles == {"customer": "customer", "date": "date", "amount": "amount", "territory": "territory"}
    assert [len(table.digest), rows_of(table).num_rows] == [64, 50]
    assert [p.name for p in folder_of(table).iterdir() if p.name.startswith("file")] == []
    page = client.get(answer["Location"]).content.decode()
    assert "What the columns are" in page
    assert page.count("<option") > 20
    assert AuditEntry.objects.filter(action="table.received").count() == 1


def test_what_is_no_table_is_not_kept(sign_in: SignIn) -> None:
    client = sign_in("planner")
    for name, content in (("x.csv", b""), ("x.xlsx", b"PK\x03\x04 not a workbook"), ("x.csv", b"a,b\n")):
        answer = client.post("/insights/tables/new", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422, name
        assert "was not taken in" in answer.content.decode()
    assert not DataTable.objects.exists()


def test_large_tables_are_read_by_a_job(planner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    from bailiwick_web.insights.services import tables

    monkeypatch.setattr(tables, "AT_ONCE_BYTES", 10)
    table = bring(planner, orders(30))
    table.refresh_from_db()
    assert (table.n_rows, table.is_busy) == (0, True)
    with pytest.raises(Conflict):
        services.ask(planner, "forecast", options={}, tables={"orders": table.public_id})
    assert table.job is not None
    jobs.perform(table.job.pk)
    table.refresh_from_db()
    assert (table.n_rows, table.kind, table.is_busy) == (30, "orders", False)


def test_numbers_with_a_decimal_comma_stay_what_they_are(planner: Actor) -> None:
    text = "Kunde;Datum;Betrag\n" + "".join(f"k{i};2025-01-{i + 1:02d};{i}.{i}00,5\n" for i in range(1, 9))
    table = services.receive_table(planner, "b.csv", [text.encode()])
    values = rows_of(table).column("Betrag").to_pylist()
    assert values[:2] == ["1100.5", "2200.5"]


def test_roles_are_said_once_and_by_the_version_seen(planner: Actor, act: Act) -> None:
    table = bring(planner, orders(20))
    said = {"version": table.version, "kind": "orders", "name": "Mine"}
    with pytest.raises(Invalid):
        services.say_roles(planner, table.public_id, **said, roles={"customer": "customer", "product": "customer"})
    with pytest.raises(Invalid):
        services.say_roles(planner, table.public_id, **said, roles={"customer": "nothing"})
    with pytest.raises(NotAllowed):
        services.say_roles(act("manager"), table.public_id, **said, roles={})
    services.say_roles(planner, table.public_id, **said, roles={"customer": "territory", "date": "date", "amount": "amount"})
    with pytest.raises(Stale):
        services.say_roles(planner, table.public_id, **said, roles={})
    table.refresh_from_db()
    assert (table.name, table.roles["customer"]) == ("Mine", "territory")


def test_a_forgotten_table_leaves_its_answers(planner: Actor, sign_in: SignIn) -> None:
    table = bring(planner, orders())
    study = answered(planner, "key_figures", {"by": "territory"}, orders=table)
    folder = folder_of(table)
    services.forget_table(planner, table.public_id)
    assert not folder.exists()
    page = sign_in("planner").get(reverse("insight_study", args=[study.public_id]))
    assert page.status_code == 200
    assert "orders" in page.content.decode()


# the market of a plan


def test_the_market_of_a_plan_on_its_page(planner: Actor, scenario: Scenario, sign_in: SignIn) -> None:
    study = answered(planner, "market", {"measure": "sales"}, scenario)
    client = sign_in("planner")
    page = client.get("/insights/market/").content.decode()
    assert "The largest 20 % hold" in page
    assert 'aria-label="The market on the map"' in page
    assert re.search(r'<svg class="chart"', page)
    rows = storing.rows(study, "territories")
    assert [row["units"] for row in sorted(rows, key=lambda r: r["territory"])] == [12, 6, 12, 6]
    assert sum(row["sales"] for row in rows) == 72
    assert {row["class"] for row in rows} <= {"high", "medium", "low"}
    behind = client.get(reverse("insight_rows", args=[study.public_id, "units"]), {"where": "territory", "is": "Rep P2"})
    assert "6 rows" in behind.content.decode()
    card = client.get(reverse("insight_card", args=[study.public_id])).content.decode()
    assert "Weighted mean of the sub-scores" in card
    spec = client.get(reverse("insight_chart", args=[study.public_id, "map"])).json()
    assert len(spec["layer"][0]["data"]["values"]) == 36


def test_a_measure_that_is_not_there_is_told(planner: Actor, scenario: Scenario, sign_in: SignIn) -> None:
    study = ask(planner, "market", {"measure": "nothing"}, scenario)
    assert study.answered_at is None
    page = sign_in("planner").get("/insights/market/").content.decode()
    assert "The last question has no answer" in page
    assert "there is no measure" in page
    assert "nothing" in page


# key figures


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


# forecasts, scores, segments, experiments


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


# forms, jobs, files


def test_what_cannot_be_asked_is_told_beside_the_form(sign_in: SignIn, planner: Actor) -> None:
    table, client = bring(planner, orders(30)), sign_in("planner")
    for said, words in (
        ({"months": "99"}, "is a number from 1 to 24"),
        ({"months": "two"}, "is a number from 1 to 24"),
        ({"table:orders": ""}, "Choose a table"),
    ):
        answer = client.post("/insights/ask/forecast", {"table:orders": str(table.public_id), **said})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert client.post("/insights/ask/key_figures", {"table:orders": str(table.public_id), "start": "soon"}).status_code == 422
    assert client.post("/insights/ask/nothing", {}).status_code == 404
    assert not Study.objects.exists()


def test_a_repeated_job_answers_once(planner: Actor) -> None:
    study = answered(planner, "key_figures", {}, orders=bring(planner, orders(60)))
    assert study.job is not None
    version = study.version
    type(study.job).objects.filter(pk=study.job.pk).update(state="queued")
    jobs.perform(study.job.pk)
    study.refresh_from_db()
    assert study.version == version


def test_empty_pages_teach(sign_in: SignIn) -> None:
    client = sign_in("planner")
    assert "No table yet" in client.get("/insights/").content.decode()
    for page in ("market", "forecast", "scores", "segments", "experiment"):
        text = client.get(f"/insights/{page}/").content.decode()
        assert "What is needed" in text, page
    assert "What is needed" in client.get("/insights/figures/").content.decode()


def test_cells_of_a_download_do_not_run_in_a_spreadsheet(planner: Actor, sign_in: SignIn) -> None:
    table = orders(60)
    table["territory"] = ["=1+1" for _ in table["territory"]]
    study = answered(planner, "key_figures", {"by": "territory"}, orders=bring(planner, table))
    text = sign_in("planner").get(reverse("insight_rows_csv", args=[study.public_id, "lines"])).content.decode()
    assert "'=1+1" in text
    assert ",=1+1" not in text


def test_pictures_carry_no_code_and_speak_both_languages() -> None:
    from bailiwick.pictures.insight_charts import bar_chart

    name = "<script>alert(1)</script>"
    spec = bar_chart("t", "lines are 95 % intervals", "revenue", [name], np.array([1.0]))
    drawn = charts.drawn("quality", spec)
    assert drawn["de"]["title"] == "Güte der Gebiete"
    assert drawn["en"]["subtitle"] == "lines are 95 % intervals"
    for by_width in drawn.values():
        for picture in (by_width["wide"], by_width["narrow"]):
            assert not re.search(r"<script|\son\w+=|style=|href=|role=", picture)


def test_answers_are_kept_as_they_were_found(planner: Actor) -> None:
    import pandas as pd

    study = Study.objects.create(kind="market", name="x", created_at=planner.now, changed_at=planner.now)
    frame = pd.DataFrame({"a": [1.5, float("nan")], "b": ["x", None]})
    storing.store(study, Findings("market", {"territories": frame}, {"one": 1}))
    assert storing.rows(study, "territories") == [{"a": 1.5, "b": "x"}, {"a": None, "b": None}]
    assert study.facts["one"] == 1
