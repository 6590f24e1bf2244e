"""Records of customers over the JSON interface."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from crm_world import put_into_force
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import services as crm
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]


class Caller:
    """Sends JSON and expects a status."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def __call__(self, method: str, path: str, body: object = None, *, version: int | None = None, status: int = 200) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        answer = self.client.generic(method, f"/api/v1{path}", json.dumps(body or {}), content_type="application/json", headers=headers)
        assert answer.status_code == status, (method, path, answer.status_code, answer.content[:400])
        return json.loads(answer.content) if answer.content else None


@pytest.fixture
def call(act: Act, scenario: Scenario, sign_in: Callable[[str], Client]) -> Caller:
    put_into_force(act, scenario)
    return Caller(sign_in("rep"))


def names(page: Any) -> list[str]:
    return [item["name"] for item in page["items"]]


def test_a_day_of_a_rep(call: Caller) -> None:
    account = call("POST", "/accounts", {"name": "Acme", "location": {"lon": 0, "lat": 0}, "external_ids": {"erp": "7"}}, status=201)
    assert [(w["territory"], w["holder"], w["cause"]) for w in account["territories"]] == [("P1", "A rep", "file")]
    path = f"/accounts/{account['id']}"
    points = [{"channel": "email", "value": "jo@acme.com"}]
    contact = call("POST", "/contacts", {"account": account["id"], "first_name": "Jo", "points": points}, status=201)
    visit = call("POST", f"{path}/visits", {"contact": contact["id"], "outcome": "wants more"}, status=201)
    task = call("POST", "/activities", {"account": account["id"], "kind": "call", "subject": "Ring", "due_on": "2030-01-01"}, status=201)
    done = call("POST", f"/activities/{task['id']}/complete", {"outcome": "rang"}, version=1)
    assert (done["state"], done["version"]) == ("done", 2)
    lines = [{"text": "Beans", "quantity": 2, "price": "3.50"}]
    deal = call("POST", "/opportunities", {"account": account["id"], "name": "Deal", "lines": lines}, status=201)
    assert (deal["amount"], deal["stage_name"], deal["chance"]) == ("7.00", "Qualify", 0.1)
    won = next(stage for stage in call("GET", "/stages")["items"] if stage["kind"] == "won")
    assert call("POST", f"/opportunities/{deal['id']}/stage", {"stage": won["id"]}, version=1)["stage_kind"] == "won"
    order = call("POST", "/orders", {"account": account["id"], "ordered_on": timezone.now().date().isoformat(), "lines": lines}, status=201)
    assert (order["amount"], order["territory"]) == ("7.00", "P1")
    events = call("GET", f"{path}/timeline?limit=3")
    rest = call("GET", f"{path}/timeline?after={events['next']}")
    kinds = [event["kind"] for event in (*events["items"], *rest["items"])]
    assert sorted(kinds) == ["activity.call", "activity.visit", "order", "stage", "stage"]
    assert visit["account_name"] == "Acme"
    why = call("GET", f"{path}/territories")[0]
    assert "came with the data" in why["why"]
    assert (why["on_duty"], why["detours"]) == ("A rep", [])


def test_lists_are_searched_filtered_and_paged(call: Caller, act: Act) -> None:
    for i in range(5):
        crm.customers.create_account(act("rep"), name=f"Café Nº{i}", tier="AB"[i % 2], tags=["grün"], location={"lon": 0, "lat": 0})
    crm.customers.create_account(act("planner"), name="Café East", location={"lon": 4, "lat": 0})
    first = call("GET", "/accounts?limit=2&q=CAFE")
    second = call("GET", f"/accounts?limit=2&q=cafe&after={first['next']}")
    assert names(first) + names(second) == ["Café Nº4", "Café Nº3", "Café Nº2", "Café Nº1"]
    assert names(call("GET", "/accounts?tier=B")) == ["Café Nº3", "Café Nº1"]
    assert len(names(call("GET", "/accounts?tag=gr%C3%BCn"))) == 5
    assert names(call("GET", "/accounts?tag=gr")) == []
    assert names(call("GET", "/accounts?territory=P3")) == []  # there is one, and it is not theirs
    assert len(names(call("GET", "/accounts?in_gap=false"))) == 5
    call("GET", "/accounts?limit=0", status=422)
    call("GET", "/accounts?changed_since=yesterday", status=422)


def test_versions_references_and_the_bin(call: Caller, act: Act) -> None:
    east = crm.customers.create_account(act("planner"), name="East", location={"lon": 4, "lat": 0})
    made = call("POST", "/accounts", {"name": "Mine", "location": {"lon": 0, "lat": 0}}, status=201)
    path = f"/accounts/{made['id']}"
    call("PATCH", path, {"tier": "A"}, status=428)
    assert call("PATCH", path, {"tier": "A", "employees": None}, version=1)["tier"] == "A"
    call("PATCH", path, {"tier": "B"}, version=1, status=412)
    call("PATCH", path, {"parent": str(east.public_id)}, version=2, status=404)
    call("POST", "/contacts", {"account": str(east.public_id), "name": "Jo"}, status=404)
    call("PATCH", path, {"employees": -1}, version=2, status=422)
    call("DELETE", path, version=2, status=204)
    call("GET", path, status=404)
    assert call("POST", f"{path}/restore", version=3)["name"] == "Mine"


def test_a_file_is_a_download_whatever_it_says_of_itself(call: Caller) -> None:
    account = call("POST", "/accounts", {"name": "Acme", "location": {"lon": 0, "lat": 0}}, status=201)
    page = SimpleUploadedFile("../../evil.html", b"<script>alert(1)</script>", content_type="text/html")
    made = call.client.post(f"/api/v1/accounts/{account['id']}/files", {"file": page})
    assert (made.status_code, made.json()["filename"]) == (201, "evil.html")
    answer = call.client.get(f"/api/v1/files/{made.json()['id']}/content")
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    call("POST", f"/accounts/{account['id']}/files", status=422)


def test_the_same_lead_sent_twice_is_one(call: Caller) -> None:
    body = json.dumps({"company": "New", "lon": 0, "lat": 0})
    sent = [call.client.post("/api/v1/leads", body, content_type="application/json", headers={"Idempotency-Key": "a"}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
    assert len(call("GET", "/leads")["items"]) == 1
    assert (sent[0].json()["territory"], sent[0].json()["person_name"]) == ("P1", "A rep")
