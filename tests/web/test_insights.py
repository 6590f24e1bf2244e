"""Insights: tables come in, the market of a plan stands on its page, questions are answered by jobs and go out as files."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from insight_world import answered, ask, bring, orders, text_of

from bailiwick.api import Findings
from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.core.refusals import Conflict, Invalid, NotAllowed, Stale
from bailiwick_web.insights import charts, services, storing
from bailiwick_web.insights.models import DataTable, Study
from bailiwick_web.insights.reading import folder_of, rows_of
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]


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
