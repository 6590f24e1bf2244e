"""Role × address × own, sibling, parent, outside: made from the URLconf and the description of the interface, compared with a table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from permission_rows import API_ROWS, LIBRARY, PUBLIC, ROWS, Row

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Job, Person, Position, User
from bailiwick_web.core.roles import RIGHTS, Right, Role
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import services as crm
from bailiwick_web.outreach.services import cadences, gifts, materials
from bailiwick_web.planning import services
from bailiwick_web.planning.models import Publication, Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
SEE_ALL = {Role.ADMINISTRATOR, Role.PLANNER}
INTERFACE = json.loads((Path(__file__).parents[2] / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))["paths"]
HELD = {
    "position",
    "account",
    "location",
    "contact",
    "deal",
    "order",
    "activity",
    "case",
    "lead",
    "enrolment",
    "gift",
    "share",
    "need-answer",
}
"""What somebody sees through the positions that they have or lead."""
FORM = {
    "unit": "0",
    "to": "P2",
    "act": "move",
    "version": "1",
    "step": "undo",
    "reason": "x",
    "name": "New",
    "territory": "P1",
    "locked": "1",
    "mode": "few-changes",
    "time_limit_seconds": "1",
    "seed": "0",
    "role": "rep",
    "on": "2030-01-01",
}
"""What pages send, all at once: enough to get past "that cannot be used" to the question who may."""


def names(resolver: Any = None, namespace: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, entry.namespace or namespace)
        elif isinstance(entry, URLPattern) and not namespace and not str(entry.name).startswith(LIBRARY):
            yield str(entry.name)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(names()) - set(ROWS) == set(), "add a row to permission_rows.py: who may, and what they get for what is not theirs"
    assert {name for name in ROWS if not name.startswith(LIBRARY)} - set(names()) == set()
    described = {f"{method.upper()} {path}" for path, methods in INTERFACE.items() for method in methods}
    assert described ^ {as_described(name) for name in API_ROWS} == set(), "add a row to API_ROWS in permission_rows.py"


def as_described(name: str) -> str:
    """A row without what it asks for, and with the names of the description for what stands in the middle."""
    return name.partition("?")[0].replace("/territories/P1", "/territories/{code}").replace("/versions/1/", "/versions/{number}/")


@pytest.fixture
def places(planner: Actor, organisation: dict[str, Any], scenario: Scenario, users: dict[str, User]) -> dict[str, dict[str, Any]]:
    """What an address may point to, by kind and by where it is, seen from the manager of West and the rep of P1."""
    top = Position.objects.create(code="TOP", name="Top", node=organisation["root"], **stamped(planner))
    published = services.branch(planner, scenario, name="Published")
    Scenario.objects.filter(pk=published.pk).update(state="published")
    Publication.objects.create(plan=scenario.plan, scenario=published, valid_from=timezone.now(), published_at=timezone.now())
    own, east = organisation["positions"][0], organisation["positions"][2]
    job = Job.objects.create(kind="test", title="A job", created_at=planner.now)
    unknown = uuid4()
    return {
        "node": {
            "own": organisation["west"].public_id,
            "sibling": organisation["east"].public_id,
            "parent": organisation["root"].public_id,
            "outside": unknown,
        },
        "position": {"own": own.public_id, "sibling": east.public_id, "parent": top.public_id, "outside": unknown},
        "scenario": {"published": published.public_id, "draft": scenario.public_id, "outside": unknown},
        "staffing": {"own": own.staffings.get().public_id, "outside": unknown},
        "person": {"own": Person.objects.get(user=users["rep"]).public_id, "outside": unknown},
        "user": {"any": users["viewer"].public_id, "outside": unknown},
        "job": {"any": job.public_id, "outside": unknown},
        **customers(planner, own, east),
        "nothing": {"outside": unknown},
        "word": {"outside": "a-word"},
        "table": {"own": ["accounts", "csv"]},
        "part": {"outside": [unknown, "a-word"]},
        "number": {"outside": [unknown, 1]},
        "entry": {"outside": ["competitors", unknown]},
        "": {"": None},
    }


def customers(planner: Actor, own: Position, east: Position) -> dict[str, dict[str, Any]]:
    """One of every kind at an account of the rep, one at an account of East, and one at an account that only the top sees."""
    actor = Actor(planner.user, timezone.now(), "test")
    found: dict[str, dict[str, Any]] = {}
    cadence = cadences.create_cadence(actor, name="Cadence", steps=[{"subject": "Think of {name}", "channel": "task"}])
    template = crm.needs.create_template(actor, name="Needs")
    question = crm.needs.create_question(actor, template=template, text="By hand?", need="automation")
    material = materials.create_material(actor, "prices.pdf", [b"%PDF"], name="Prices")
    homes = {"own": (own.home_lon, own.home_lat), "sibling": (east.home_lon, east.home_lat), "parent": (-60.0, -60.0)}
    for place, (lon, lat) in homes.items():
        at = {"lon": lon, "lat": lat}
        account = crm.customers.create_account(actor, name=f"Account {place}", location=at)
        contact = crm.people.create_contact(actor, account=account, name=f"Contact {place}")
        made = {
            "account": account,
            "location": account.locations.get(),
            "contact": contact,
            "deal": crm.deals.create_opportunity(actor, account=account, name="Deal"),
            "order": crm.trading.create_order(actor, account=account, ordered_on="2026-01-01", amount=1),
            "activity": crm.work.create_activity(actor, account=account, kind="call", subject="Call"),
            "case": crm.cases.open_case(actor, account=account, subject="Case"),
            "lead": crm.leads.create_lead(actor, company="Lead", **at),
            "enrolment": cadences.create_enrolment(actor, cadence=cadence, contact=contact),
            "gift": gifts.log_gift(actor, contact, what="Tea", amount=5),
            "need-answer": crm.needs.create_answer(actor, account=account, question=question, value="yes"),
            "share": materials.share(actor, material, account, contact=contact, by="visit"),
        }
        for kind, record in made.items():
            found.setdefault(kind, {"outside": uuid4()})[place] = record.public_id
    return found


def arguments(key: Any) -> list[Any]:
    """Arguments of an address: none, one, or several."""
    return key if isinstance(key, list) else [key] if key else []


def is_seen(role: str, row: Row, place: str) -> bool:
    """Whether a role finds what is at a place: the table of ``who-may-what.md`` in code."""
    if place == "outside":
        return row.target in {"nothing", "word", "part", "number"}
    if role in SEE_ALL or row.target in {"user", "job", "staffing"}:
        return True
    if role == Role.VIEWER and row.target in HELD:
        return False  # this one leads nothing
    if row.target == "scenario":
        return place == "published"
    return place in {"own", ""}


def call(client: Client, row: Row, address: str) -> HttpResponse:
    if row.method != "GET" and address.startswith("/api/"):
        return client.generic(row.method, address, row.body, content_type="application/json", headers={"If-Match": '"1"'})
    return client.post(address, FORM) if row.method == "POST" else client.get(address)


def is_as_expected(role: str, row: Row, place: str, answer: HttpResponse) -> bool:
    """Compare one answer with the table."""
    status = answer.status_code
    if row.right == PUBLIC:
        return status in row.ok
    if row.right not in RIGHTS[Role(role)]:
        # The interface looks for the record first, so "there is none" is a refusal, too.
        return status == 403 or (answer.request["PATH_INFO"].startswith("/api/") and status == 404)
    if not is_seen(role, row, place):
        return status == 404
    if row.scope == "whole" and role not in SEE_ALL:
        return status == 403
    return status in row.ok


@pytest.mark.parametrize("role", Role.values)
def test_pages(sign_in: SignIn, places: dict[str, dict[str, Any]], role: str) -> None:
    tried, wrong = 0, []
    for name, row in ROWS.items():
        for place, key in places[row.target].items():
            answer = call(sign_in(role), row, reverse(name, args=arguments(key)))
            tried += 1
            if not is_as_expected(role, row, place, answer):
                wrong.append(f"{row.method} {name} ({place}): {answer.status_code}")
    assert wrong == []
    assert tried > 80


@pytest.mark.parametrize("role", Role.values)
def test_the_interface(sign_in: SignIn, places: dict[str, dict[str, Any]], role: str) -> None:
    client, wrong = sign_in(role), []
    for name, row in API_ROWS.items():
        for place, key in places[row.target].items():
            answer = call(client, row, filled(name, key))
            if not is_as_expected(role, row, place, answer):
                wrong.append(f"{name} ({place}): {answer.status_code}")
    assert wrong == []


def filled(name: str, key: Any) -> str:
    """The address of a row of the interface."""
    return re.sub(r"{\w+}", str(key), name.split(" ")[1])


def test_strangers_are_sent_to_sign_in(places: dict[str, dict[str, Any]]) -> None:
    for name, row in ROWS.items():
        for key in places[row.target].values():
            answer = call(Client(), row, reverse(name, args=arguments(key)))
            if row.right == PUBLIC:
                assert answer.status_code in row.ok | {302}, name
            else:
                assert (answer.status_code, answer["Location"].startswith("/accounts/login/")) == (302, True), name
    for name, row in API_ROWS.items():
        assert call(Client(), row, filled(name, uuid4())).status_code in {401, 403}, name


def test_what_is_not_yours_looks_like_what_does_not_exist(sign_in: SignIn, places: dict[str, dict[str, Any]]) -> None:
    client = sign_in("manager")
    for kind, page in (("node", "node"), ("position", "position"), ("scenario", "scenario")):
        hidden = "draft" if kind == "scenario" else "sibling"
        answers = [client.get(reverse(page, args=[places[kind][place]])) for place in (hidden, "outside")]
        bodies = [a.content.decode().split("<main", 1)[1] for a in answers]
        assert [a.status_code for a in answers] == [404, 404]
        assert bodies[0] == bodies[1], kind


def test_a_role_that_is_taken_away_or_an_access_that_ends_counts_at_the_next_request(sign_in: SignIn, users: dict[str, User]) -> None:
    client = sign_in("planner")
    assert client.get("/history/").status_code == 200
    User.objects.filter(pk=users["planner"].pk).update(role="rep")
    assert client.get("/history/").status_code == 403
    User.objects.filter(pk=users["planner"].pk).update(role="rep", more_roles=["planner"])
    assert client.get("/history/").status_code == 200
    User.objects.filter(pk=users["planner"].pk).update(is_active=False)
    assert client.get("/history/").status_code == 302
    assert client.get("/api/v1/scenarios").status_code == 401


def test_rights_of_the_table_are_those_of_the_code() -> None:
    from bailiwick_web.config.urls import urlpatterns  # noqa: F401  the addresses are loaded

    for name, row in ROWS.items():
        if row.right == PUBLIC:
            continue
        view = _view(name)
        assert getattr(view, "access", None) == Right(row.right), name


def _view(name: str) -> Any:
    def find(resolver: Any) -> Any:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                if entry.namespace is None and (found := find(entry)):
                    return found
            elif entry.name == name:
                return entry.callback
        return None

    return find(get_resolver())
