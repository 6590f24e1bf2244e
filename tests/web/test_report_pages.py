"""Saved reports: who finds them, what each sees in them, as page, file and over the interface; goals and the funnel."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from crm_world import put_into_force
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from report_world import ground, step, world

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Node
from bailiwick_web.core.refusals import Invalid, Missing, NotAllowed, Stale
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Opportunity, Stage, StageChange
from bailiwick_web.planning.models import Scenario
from bailiwick_web.reports import services
from bailiwick_web.reports.asking import Definition, Group, Measure
from bailiwick_web.reports.drawing import draw
from bailiwick_web.reports.funnel import outlook, page
from bailiwick_web.reports.funnel.counting import count
from bailiwick_web.reports.funnel.facts import read
from bailiwick_web.reports.models import Goal, Report
from bailiwick_web.reports.ready import READY
from bailiwick_web.reports.visibility import seen_reports

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]
DEALS = Definition("opportunity", columns=("name", "account", "amount"), sort="name")
BY_ACCOUNT = Definition("opportunity", groups=(Group("account"),), measures=(Measure("sum", "amount"), Measure("count")))


@pytest.fixture
def made(act: Act, scenario: Scenario, planner: Actor) -> dict[str, Any]:
    put_into_force(act, scenario)
    return world(planner)


def saved(actor: Actor, name: str = "Mine", **more: Any) -> Report:
    return services.save(actor, name=name, definition=more.pop("definition", DEALS), **more)


def test_a_report_is_found_by_those_it_is_shared_with(act: Act, organisation: dict[str, Any]) -> None:
    west, east, root = organisation["west"], organisation["east"], organisation["root"]
    planner, manager, rep, viewer = (act(role) for role in ("planner", "manager", "rep", "viewer"))
    saved(planner, "private")
    saved(planner, "all", share="everybody")
    saved(planner, "west", share="node", node=west)
    saved(planner, "east", share="node", node=east)
    saved(planner, "nation", share="node", node=root)
    found = {a.user.name: set(seen_reports(a).values_list("name", flat=True)) for a in (planner, manager, rep, viewer) if a.user}
    assert found["A planner"] == {"private", "all", "west", "east", "nation"}
    assert found["A manager"] == found["A rep"] == {"all", "west", "nation"}, "one's own part and what lies above it"
    assert found["A viewer"] == {"all"}, "who has no place in the organisation belongs to no part of it"
    own = saved(rep, "of a rep", share="node", node=west)
    assert own in set(seen_reports(manager))
    with pytest.raises(NotAllowed, match="lead or belong"):
        saved(rep, "too far", share="node", node=east)
    with pytest.raises(NotAllowed, match="everybody"):
        saved(rep, "too loud", share="everybody")
    with pytest.raises(Invalid, match="which part"):
        saved(rep, "nowhere", share="node")


def test_only_the_owner_changes_it_others_copy(act: Act, organisation: dict[str, Any]) -> None:
    planner, manager = act("planner"), act("manager")
    report = saved(planner, "Shared", share="everybody")
    with pytest.raises(NotAllowed, match="A planner"):
        services.change(manager, report.public_id, version=1, name="Stolen")
    copied = services.copy(manager, report.public_id)
    assert (copied.owner, copied.share, copied.definition) == (manager.user, "me", report.definition)
    assert services.change(manager, copied.public_id, version=1, name="Better").version == 2
    with pytest.raises(Stale):
        services.change(manager, copied.public_id, version=1, name="Late")
    services.archive(planner, report.public_id, version=1)
    assert services.restore(planner, report.public_id, version=2).archived_at is None
    changed = AuditEntry.objects.filter(action="report.changed").values_list("field", "before", "after")
    assert list(changed) == [("name", "Shared (copy)", "Better")]
    with pytest.raises(Missing):
        services.copy(manager, uuid4())


def test_the_viewer_s_scope_decides_and_not_the_owner_s(made: dict[str, Any], act: Act, sign_in: SignIn) -> None:
    report = saved(act("planner"), "Deals", share="everybody")
    address = reverse("report", args=[report.public_id])
    assert "CANARY-DEAL" in sign_in("planner").get(address).content.decode()
    for role in ("manager", "rep", "viewer"):
        text = sign_in(role).get(address).content.decode()
        assert ("CANARY" not in text, "Won" in text) == (True, role != "viewer"), role
    query = Definition(**{**DEALS.__dict__, "columns": (), "groups": (Group("account"),)}).to_query()
    for ending in ("csv", "xlsx", "pdf"):
        body = sign_in("rep").get(f"{reverse('report_file', args=[ending])}?{query}").content
        assert b"CANARY" not in body
    east = f"={made['east'].public_id}"
    answer = sign_in("rep").get(reverse("report_rows") + f"?{query}", {"key": east}, follow=True)
    assert "CANARY" not in answer.content.decode()


def test_every_ready_report_and_the_builder_answer(made: dict[str, Any], sign_in: SignIn) -> None:
    client = sign_in("manager")
    for ready in READY:
        assert client.get(reverse("ready_report", args=[ready.key])).status_code == 200, ready.key
    page_ = client.get(reverse("build_report") + "?" + BY_ACCOUNT.to_query()).content.decode()
    assert "Acme" in page_
    assert 'class="plot wide-plot"' in page_
    assert "CANARY" not in page_
    half = client.get(reverse("build_report") + "?subject=opportunity&group1=stage&f0=account_segment&o0=is")
    assert half.status_code == 200
    assert "what it is compared with" in half.content.decode()
    assert client.get(reverse("build_report") + "?subject=user").status_code == 422
    assert client.get(reverse("build_report") + "?subject=account&as=list&column=origin").status_code == 403
    assert client.get(reverse("build_report") + "?" + BY_ACCOUNT.to_query(), headers={"HX-Request": "true"}).content[:5] != b"<!doc"


def test_a_report_is_built_saved_opened_and_put_away_on_pages(made: dict[str, Any], sign_in: SignIn) -> None:
    client = sign_in("rep")
    definition = json.dumps(BY_ACCOUNT.to_json())
    response = client.post(reverse("save_report"), {"name": "By account", "definition": definition, "share": "me"})
    assert response.status_code == 302
    report = Report.objects.get()
    text = client.get(response["Location"]).content.decode()
    assert "By account" in text
    href = reverse("report_rows")
    assert f"{href}?subject=opportunity" in text
    client.post(reverse("change_report", args=[report.public_id]), {"name": "Renamed", "version": "1"})
    client.post(reverse("archive_report", args=[report.public_id]), {"version": "2"})
    report.refresh_from_db()
    assert (report.name, report.archived_at is None) == ("Renamed", False)
    assert client.post(reverse("save_report"), {"name": "x", "definition": "{"}).status_code == 422


def test_files_hold_the_rows_and_nothing_is_run(made: dict[str, Any], sign_in: SignIn) -> None:
    Account.objects.filter(pk=made["west"].pk).update(name="=1+1")
    client, query = sign_in("planner"), BY_ACCOUNT.to_query() + "&name==cmd|x"
    body = client.get(f"{reverse('report_file', args=['csv'])}?{query}").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(body))) == [
        ["Account", "Amount (USD)", "Deals"],
        ["CANARY-ACCOUNT", "1000", "1"],
        ["'=1+1", "600", "3"],
    ]
    answer = client.get(f"{reverse('report_file', args=['xlsx'])}?{query}")
    assert "attachment" in answer["Content-Disposition"]
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows())
    assert [[cell.value for cell in row] for row in rows][1:] == [["CANARY-ACCOUNT", 1000, 1], ["=1+1", 600, 3]]
    assert {cell.data_type for row in rows for cell in row} == {"s", "n"}
    assert client.get(f"{reverse('report_file', args=['pdf'])}?{query}").content[:5] == b"%PDF-"
    empty = "subject=lead&as=list&f0=source&o0=is&v0=nowhere"
    assert client.get(f"{reverse('report_file', args=['pdf'])}?{empty}").content[:5] == b"%PDF-"


def test_the_interface_saves_runs_and_pages(made: dict[str, Any], sign_in: SignIn) -> None:
    client = sign_in("manager")

    def send(method: str, path: str, body: Any = None, **headers: str) -> Any:
        return client.generic(method, f"/api/v1{path}", json.dumps(body or {}), content_type="application/json", headers=headers)

    new = {"name": "Deals", "definition": {"subject": "opportunity", "columns": ["name", "close_on"], "sort": "name"}}
    made_ = send("POST", "/reports", new).json()
    assert (made_["owner"], made_["share"], made_["definition"]["columns"]) == ("A manager", "me", ["name", "close_on"])
    first = send("GET", f"/reports/{made_['id']}/result?limit=2").json()
    assert ([row["values"][0] for row in first["rows"]], first["next"]) == (["Lost", "Open"], 2)
    second = send("GET", f"/reports/{made_['id']}/result?limit=2&offset=2").json()
    assert ([row["values"][0] for row in second["rows"]], second["next"]) == (["Won"], None)
    run = {"definition": BY_ACCOUNT.to_json(), "zone": "Europe/Berlin"}
    found = send("POST", "/report-runs", run).json()
    assert [row["values"] for row in found["rows"]] == [["Acme", 600.0, 3]]
    assert found["columns"][1]["currency"] == "USD"
    assert send("POST", "/report-runs", {**run, "zone": "Mars/Olympus"}).status_code == 422
    assert send("POST", "/report-runs", {"definition": {"subject": "opportunity", "columns": ["description"]}}).status_code == 422
    assert send("PATCH", f"/reports/{made_['id']}", {"name": "New"}).status_code == 428
    assert send("PATCH", f"/reports/{made_['id']}", {"name": "New"}, **{"If-Match": '"1"'}).json()["version"] == 2
    fields = {s["key"]: {f["key"] for f in s["fields"]} for s in send("GET", "/report-fields").json()}
    assert "origin" not in fields["account"]
    assert {"territory", "rep", "account_segment"} <= fields["opportunity"]
    assert send("DELETE", f"/reports/{made_['id']}", **{"If-Match": '"2"'}).status_code == 204


def test_pictures_of_groups() -> None:
    from zoneinfo import ZoneInfo

    from bailiwick_web.reports.computing import Column, Result, Row

    columns = (Column("stage", "Stage", "text", is_group=True), Column("rep", "Rep", "text", is_group=True), Column("m0", "Deals", "count"))
    rows = tuple(Row((f"S{i % 2}", f"R{i}", i)) for i in range(1, 9))
    picture = draw(Result(columns, rows, n_groups=2), "stacked", ZoneInfo("UTC"))
    assert picture is not None
    assert [entry["name"] for entry in picture["legend"]][-1] == "others"
    wide = picture["pictures"][0]
    total = sum(bar["w"] for bar in wide["bars"])
    scale = (wide["axis"][-1]["x"] - wide["axis"][0]["x"]) / 20
    assert total == pytest.approx(36 * scale, abs=2), "bars are as long as what they stand for"
    assert draw(Result(columns, rows, n_groups=2), "table", ZoneInfo("UTC")) is None
    assert draw(Result(columns, rows, n_groups=2, currencies=("EUR", "USD")), "bar", ZoneInfo("UTC")) is None


@pytest.fixture
def walked(made: dict[str, Any]) -> dict[str, Any]:
    """Three stages; known ways: one deal lost in the second after 3 and 5 days, one won after 1, 2 and 3, one open in the second."""
    pipeline = made["won"].pipeline
    stages = list(Stage.objects.filter(pipeline=pipeline, kind="open").order_by("place"))
    ends = {s.kind: s for s in Stage.objects.filter(pipeline=pipeline).exclude(kind="open")}
    StageChange.objects.all().delete()
    ways = {
        "lost": [(stages[0], 8), (stages[1], 5), (ends["lost"], 0)],
        "won": [*zip(stages, (9, 8, 6, 3), strict=False), (ends["won"], 0)],
    }
    ways["open"] = [(stages[0], 4), (stages[1], 2)]
    for name, way in ways.items():
        for after, days_ago in way:
            step(made[name], after, days_ago)
    Opportunity.objects.filter(pk=made["open"].pk).update(stage=stages[1])
    return {**made, "pipeline": pipeline, "stages": stages}


def test_the_funnel_counts_what_is_known_and_where_value_is_lost(walked: dict[str, Any], act: Act, planner: Actor) -> None:
    facts = read(ground(act("manager")), walked["pipeline"], None)
    whole = count(facts)
    assert whole.reached[0].tolist()[:3] == [3, 3, 1]
    assert whole.decided[0].tolist()[:2] == [3, 2], "the open one in the second stage is not decided there"
    assert whole.rate[0].tolist()[:2] == [1.0, 0.5]
    assert (whole.lost[0].tolist()[:2], whole.won.tolist()) == ([0, 300], [1])
    low, high = whole.interval()
    assert (round(float(low[0, 1]), 3), round(float(high[0, 1]), 3)) == (0.095, 0.905), "Wilson, by hand: 1 of 2"
    days = {stage.name: sorted(facts.stays[stage.pk].round(1).tolist()) for stage in facts.stages}
    assert list(days.values())[:2] == [[1, 2, 3], [2, 5]]
    shown = page.stages(ground(act("manager")), walked["pipeline"], "all")
    assert shown["stages"][0]["median"] == pytest.approx(2, abs=0.01)
    assert shown["leaks"][0]["name"] == "Retail"
    assert "CANARY" not in str(shown)
    assert page.stages(ground(planner), walked["pipeline"], "all")["n"] == 4
    assert {cell["index"] for cell in shown["territories"][0]["cells"][:2]} == {100}


def test_groups_of_the_funnel_add_up_to_the_whole(walked: dict[str, Any], planner: Actor) -> None:
    facts = read(ground(planner), walked["pipeline"], None)
    whole, parts = count(facts), count(facts, facts.groups["territory"])
    for name in ("reached", "passed", "decided", "lost", "at_stake"):
        assert np.allclose(getattr(parts, name).sum(axis=0), getattr(whole, name)[0]), name


def test_the_funnel_page_takes_a_fixed_number_of_queries(walked: dict[str, Any], sign_in: SignIn) -> None:
    client = sign_in("manager")

    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("funnel") + "?period=all").status_code == 200
        return len(queries)

    few = counted()
    for i in range(8):
        account = crm.customers.create_account(walked["actor"], name=f"A{i}", segment=f"S{i}", location={"lon": i % 3, "lat": 2})
        crm.deals.create_opportunity(walked["actor"], account=account, name=f"D{i}", amount=i)
        crm.leads.create_lead(walked["actor"], company=f"L{i}", source=f"Source {i % 3}", lon=0, lat=0)
    assert counted() <= few <= 34


def test_goals_and_what_covers_them(made: dict[str, Any], act: Act, organisation: dict[str, Any], sign_in: SignIn) -> None:
    manager, position, east = act("manager"), organisation["positions"][0], organisation["positions"][2]
    today = timezone.now().date()
    Opportunity.objects.filter(pk=made["open"].pk).update(close_on=today, probability=0.5)
    services.set_goal(manager, position.public_id, starts_on=today, amount="300")
    found = outlook.outlook(ground(manager), made["won"].pipeline, outlook.quarter_of(ground(manager)))
    line = next(entry for entry in found["lines"] if entry["position"] == position)
    assert {k: line[k] for k in ("goal", "won", "missing", "total", "weighted", "coverage", "sure")} == {
        "goal": 300, "won": 200, "missing": 100, "total": 100, "weighted": 50, "coverage": 1.0, "sure": 0.5,
    }  # fmt: skip
    with pytest.raises(Missing):
        services.set_goal(manager, east.public_id, starts_on=today, amount="1")
    with pytest.raises(NotAllowed):
        services.set_goal(act("rep"), position.public_id, starts_on=today, amount="1")
    with pytest.raises(Invalid, match="above 0"):
        services.set_goal(manager, position.public_id, starts_on=today, amount="-1")
    client = sign_in("manager")
    client.post(reverse("goals"), {"quarter": "2027-02-03", f"goal.{position.public_id}": "1000"})
    assert list(Goal.objects.values_list("starts_on", "amount").order_by("starts_on"))[-1] == (date(2027, 1, 1), 1000)
    client.post(reverse("goals"), {"quarter": "2027-02-03", f"goal.{position.public_id}": ""})
    assert Goal.objects.count() == 1
    assert client.get(reverse("goals") + "?quarter=never").status_code == 422
    assert "CANARY" not in client.get(reverse("goals")).content.decode()


def test_reasons_and_sources_are_of_the_scope(made: dict[str, Any], act: Act) -> None:
    reason = crm.catalogue.add(act("planner"), crm.catalogue.REASON, kind="lost", label="Price")
    made["lost"].reasons.set([reason])
    for i, lon in enumerate((0, 0, 4)):
        crm.leads.create_lead(made["actor"], company=f"L{i}", source="Fair" if lon == 0 else "CANARY", lon=lon, lat=0)
    place = ground(act("manager"))
    found = outlook.reasons(place, made["lost"].pipeline, timezone.now().date() - timedelta(days=9))
    assert [(r["label"], r["n"]) for r in found["lost"]] == [("Price", 1)]
    assert [(s["source"], s["n"]) for s in outlook.sources(place, None)] == [("Fair", 2)]


def test_nodes_of_others_are_not_offered(act: Act, organisation: dict[str, Any], sign_in: SignIn) -> None:
    Node.objects.filter(pk=organisation["east"].pk).update(name="CANARY-NODE")
    assert "CANARY" not in sign_in("rep").get(reverse("build_report")).content.decode()
