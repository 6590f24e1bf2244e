"""Leads and events that other systems send: once each, with whose they are in the answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from crm_world import at_the_time, put_into_force
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bailiwick_web.core import token_services
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.core.refusals import Invalid, NotAllowed
from bailiwick_web.core.rest import limits
from bailiwick_web.crm.models import Activity, Lead
from bailiwick_web.crm.services import customers, people
from bailiwick_web.exchange.webhooks import incoming, mapping
from bailiwick_web.exchange.webhooks.models import Source
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
MAPPING = """
email = contact.email
company = organisation
lon = place.0
lat = place.1
external_id = id
source = "Website"
"""
DOCUMENT = {"id": 17, "contact": {"email": "jo@example.org"}, "organisation": "Corner shop", "place": ["0.1", "0.1"]}


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    limits.forget()
    yield
    limits.forget()


@pytest.fixture
def key(planner: Actor) -> str:
    return token_services.create_token(planner, name="website", may_write=False, days=7, purpose="incoming")[1]


def send(key: str, path: str, body: object, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    signed = {"Authorization": f"Bearer {key}", **named}
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=signed)


@pytest.fixture
def source(planner: Actor) -> Source:
    return incoming.save_source(planner, name="Website", mapping=MAPPING)


def test_a_lead_gets_its_territory_and_rep_with_the_reason_in_few_queries(
    act: Callable[[str], Actor], scenario: Scenario, key: str, source: Source
) -> None:
    put_into_force(act, scenario)
    send(key, f"/incoming/leads?source={source.public_id}", DOCUMENT | {"id": 1})  # the units are in memory from here on
    with CaptureQueriesContext(connection) as asked:
        answer = send(key, f"/incoming/leads?source={source.public_id}", DOCUMENT)
    assert len(asked) <= 60
    found, lead = answer.json(), Lead.objects.latest("pk")
    assert (answer.status_code, found["is_new"], found["lead"]) == (201, True, str(lead.public_id))
    assert (found["whose"]["territory"], found["whose"]["person_name"]) == ("P1", "A rep")
    assert found["whose"]["reason"]["unit"] == "u00"
    assert (lead.email, lead.company, lead.source, lead.origin) == ("jo@example.org", "Corner shop", "Website", "incoming:Website")
    assert found["respond_by"] is not None


def test_sent_again_it_is_the_same_lead(key: str, source: Source) -> None:
    first, again = (send(key, f"/incoming/leads?source={source.public_id}", DOCUMENT) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["lead"], again.json()["is_new"]) == (first.json()["lead"], False)
    plain = {"company": "Without an identifier"}
    kept = [send(key, "/incoming/leads", plain, Idempotency_Key="k").json()["lead"] for _ in range(2)]
    assert kept[0] == kept[1]
    assert Lead.objects.count() == 2
    source.refresh_from_db()
    assert source.n_received == 2


def test_a_token_for_what_comes_in_opens_nothing_else(key: str, planner: Actor, act: Callable[[str], Actor]) -> None:
    refused = Client().get("/api/v1/leads", headers={"Authorization": f"Bearer {key}"})
    assert (refused.status_code, refused.json()["code"]) == (403, "token_scope")
    whole = token_services.create_token(planner, name="all", may_write=True, days=1)[1]
    assert send(whole, "/incoming/leads", {"company": "New"}).status_code == 201
    with pytest.raises(NotAllowed):
        token_services.create_token(act("rep"), name="website", may_write=True, days=1, purpose="incoming")


def test_more_than_a_hundred_in_ten_seconds_have_to_wait(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST", 3)
    answers = [send(key, "/incoming/leads", {"company": "New"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert int(answers[-1]["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("body", "status"), [([], 422), ("x", 422), ({}, 422), ({"company": {"a": 1}}, 422), ({"company": "New", "employees": "many"}, 422)]
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(key: str, body: object, status: int) -> None:
    assert send(key, "/incoming/leads", body).status_code == status
    assert Lead.objects.count() == 0


@pytest.mark.parametrize("text", ["no equals", "email =", "password = x", "\n".join(["email = x"] * 61)])
def test_a_mapping_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        mapping.parse(text)


def test_a_mapping_is_the_same_after_writing_and_reading() -> None:
    plain, fixed = mapping.parse(MAPPING)
    assert mapping.parse(mapping.text_of(plain, fixed)) == (plain, fixed)


def test_an_event_stands_with_whom_it_is_about_once_and_only_within_the_scope(
    act: Callable[[str], Actor], users: dict[str, User], scenario: Scenario, key: str
) -> None:
    put_into_force(act, scenario)
    planner = at_the_time(users["planner"])
    east = customers.create_account(planner, name="East", location={"lon": 4.5, "lat": 4.5})
    people.create_contact(planner, account=east, name="Jo", points=[{"channel": "email", "value": "Jo@Example.org"}])
    event = {"id": "e1", "email": "jo@example.org", "subject": "Read the price list", "kind": "note"}
    first, again = (send(key, "/incoming/events", event) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()["account"]) == (201, 200, str(east.public_id))
    assert Activity.objects.get().account == east
    assert send(key, "/incoming/events", event | {"id": "e2", "email": "nobody@example.org"}).status_code == 404
    west = token_services.create_token(at_the_time(users["manager"]), name="west", may_write=True, days=1, purpose="incoming")[1]
    assert send(west, "/incoming/events", event | {"id": "e3"}).json()["code"] == "unknown_person"


def test_the_page_tries_a_mapping_and_keeps_it(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("planner")
    form = {"name": "Website", "mapping": MAPPING, "sample": json.dumps(DOCUMENT)}
    tried = client.post("/webhooks/incoming/", form | {"try": "1"}).content.decode()
    assert "jo@example.org" in tried.split("<dl")[1]
    assert not Source.objects.exists()
    assert client.post("/webhooks/incoming/", form).status_code == 302
    made = Source.objects.get()
    page = client.get(f"/webhooks/incoming/{made.public_id}/").content.decode()
    assert f"/api/v1/incoming/leads?source={made.public_id}" in page
    assert client.post("/webhooks/incoming/", form | {"mapping": "secret = x"}).status_code == 422
    assert client.post(f"/webhooks/incoming/{made.public_id}/remove").status_code == 302
