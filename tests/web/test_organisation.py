"""The sales organisation: one write path, the same over pages and interface, and everybody sees the own part of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Person, Position, Staffing, User
from bailiwick_web.core.organisation import queries, services
from bailiwick_web.core.refusals import Conflict, Invalid, Refused

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
API = "/api/v1"
DAY = date(2026, 6, 1)


class Caller:
    """A client that sends JSON and remembers no versions."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def __call__(self, method: str, path: str, body: object = None, *, version: object = None, status: int = 200) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        answer = self.client.generic(method, API + path, json.dumps(body or {}), content_type="application/json", headers=headers)
        assert answer.status_code == status, (method, path, answer.status_code, answer.content[:500])
        return json.loads(answer.content) if answer.content else None


@pytest.fixture
def call(sign_in: SignIn) -> Caller:
    return Caller(sign_in("planner"))


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_the_organisation_is_changed_by_planners_and_recorded(users: dict[str, User]) -> None:
    planner, manager = (Actor(users[role], timezone.now()) for role in ("planner", "manager"))
    top = services.add_node(planner, name="Nation", kind="nation", parent=None)
    with pytest.raises(Conflict, match="top already"):
        services.add_node(planner, name="Other", kind="nation", parent=None)
    west = services.add_node(planner, name="West", kind="region", parent=top)
    for denied in (
        lambda: services.add_node(manager, name="X", kind="region", parent=top),
        lambda: services.change_node(manager, west, parent=top, version=1),
        lambda: services.add_person(manager, name="X"),
    ):
        with pytest.raises(Refused, match="right"):
            denied()
    seat = services.add_position(planner, west, code="W1", name="West one")
    ann, bob = (services.add_person(planner, name=name) for name in ("Ann", "Bob"))
    first = services.staff(planner, ann, position=seat, valid_from=DAY)
    with pytest.raises(Conflict, match="Ann fills"):
        services.staff(planner, bob, position=seat, valid_from=DAY + timedelta(days=30))
    services.end_staffing(planner, first, on=DAY + timedelta(days=10), version=1)
    services.staff(planner, bob, position=seat, valid_from=DAY + timedelta(days=20))
    assert [s.person.name for s in seat.staffings.order_by("valid_from")] == ["Ann", "Bob"]
    with pytest.raises(Conflict, match="holds"):
        services.remove_node(planner, west, version=west.version)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"node.created", "position.created", "person.created", "staffing.created", "staffing.ended"} <= actions


def test_the_interface(call: Caller, sign_in: SignIn, organisation: Any) -> None:
    west = str(organisation["west"].public_id)
    node = call("POST", "/nodes", {"name": "Coast", "kind": "district", "parent": west}, status=201)
    call("POST", "/nodes", {"name": "Second root"}, status=409)
    circle = call("PATCH", f"/nodes/{west}", {"parent": node["id"]}, version=1, status=409)
    assert circle["code"] == "circle"
    job = call("POST", "/positions", {"code": "P5", "name": "Coast rep", "node": node["id"], "capacity": 0.5}, status=201)
    assert call("POST", "/positions", {"code": "P5", "name": "x", "node": node["id"]}, status=409)["code"] == "code_taken"
    person = call("POST", "/people", {"name": "Kim", "skills": ["cardio", "cardio "], "languages": ["de"]}, status=201)
    assert person["skills"] == ["cardio"]
    seat = {"person": person["id"], "position": job["id"], "valid_from": "2026-01-01"}
    sat = call("POST", "/staffings", seat, status=201)
    assert call("POST", "/staffings", seat | {"valid_from": "2026-06-01"}, status=409)["code"] == "taken"
    held = call("GET", f"/positions/{job['id']}")
    assert (held["holder_name"], held["capacity"]) == ("Kim", 0.5)
    call("PATCH", f"/staffings/{sat['id']}", {"valid_until": "2026-02-01"}, version=1)
    assert call("GET", f"/positions/{job['id']}")["holder"] is None
    call("POST", "/staffings", seat | {"valid_from": "2026-02-01"}, status=201)
    changed = call("PATCH", f"/positions/{job['id']}", {"home_lon": 10.0, "home_lat": 50.0}, version=1)
    assert (changed["home_lat"], changed["version"], changed["name"]) == (50.0, 2, "Coast rep")
    stale = call("PATCH", f"/positions/{job['id']}", {"capacity": 2}, version=1, status=412)
    assert [(d["field"], d["after"]) for d in stale["differences"]] == [("home_lat", "50.0"), ("home_lon", "10.0")]
    east = str(organisation["east"].public_id)
    call("PATCH", f"/nodes/{node['id']}", {"parent": east}, version=1)
    assert {p["code"] for p in Caller(sign_in("manager"))("GET", "/positions")["items"]} == {"P1", "P2"}
    assert call("DELETE", f"/nodes/{node['id']}", version=2, status=409)["code"] == "in_use"
    Caller(sign_in("manager"))("POST", "/nodes", {"name": "x", "parent": west}, status=403)
    call("PATCH", f"/staffings/{sat['id']}", {"valid_until": "2025-12-31"}, version=2, status=204)
    assert not Staffing.objects.filter(public_id=sat["id"]).exists(), "it ends before it began, so it never was"


def test_pages(sign_in: SignIn, organisation: Any) -> None:
    client = sign_in("planner")
    page = text(client, "/organisation/")
    assert "4 positions" in page
    assert "3 vacant" in page
    first, second = organisation["positions"][:2]
    kim = {"name": "Kim", "email": "", "skills": "a, b, a", "languages": "de"}
    made = client.post("/organisation/people/add", kim)
    person = Person.objects.get(name="Kim")
    assert made["Location"] == f"/organisation/people/{person.public_id}/"
    assert (person.profile.skills, person.profile.languages) == (["a", "b"], ["de"])
    place = f"/organisation/positions/{second.public_id}"
    seat = {"act": "staff", "person": person.public_id, "valid_from": "2026-01-01"}
    assert client.post(f"{place}/change", seat).status_code == 302
    assert client.post(f"{place}/change", seat).status_code == 409
    assert "2 vacant" in text(client, "/organisation/?on=2026-01-01")
    assert "3 vacant" in text(client, "/organisation/?on=2025-12-31")
    assert "Kim from" in text(client, "/organisation/?on=2025-12-31"), "who comes next"
    staffing = Staffing.objects.get(person=person)
    end = {"version": "1", "on": "2026-03-01"}
    assert client.post(f"/organisation/staffings/{staffing.public_id}/end", end).status_code == 302
    assert "3 vacant" in text(client, "/organisation/?on=2026-03-01")
    form = {"version": "1", "name": "First", "node": organisation["east"].public_id}
    change = f"/organisation/positions/{first.public_id}/change"
    assert client.post(change, form | {"capacity": "0.5", "home_lat": "1"}).status_code == 422
    assert client.post(change, form | {"capacity": "0.5", "home_lat": "1", "home_lon": "2"}).status_code == 302
    first.refresh_from_db()
    assert (first.name, first.capacity, first.home_lon, first.node) == ("First", 0.5, 2.0, organisation["east"])
    assert client.post(change, form | {"capacity": "1"}).status_code == 412
    assert "home at 1.00, 2.00" in text(client, f"/organisation/positions/{first.public_id}/")
    new = {"act": "add-position", "code": "P9", "name": "Ninth", "capacity": "1"}
    client.post(f"/organisation/nodes/{organisation['west'].public_id}/change", new)
    assert Position.objects.filter(code="P9").exists()
    assert client.get("/organisation/?on=never").status_code == 422
    for role in ("rep", "viewer"):
        assert sign_in(role).get("/organisation/").status_code == 403


def test_a_person_is_changed_field_by_field(sign_in: SignIn, planner: Actor, act: Callable[[str], Actor]) -> None:
    client = sign_in("planner")
    kim = services.add_person(planner, name="Kim", skills=["cardio"])
    assert "cardio" in text(client, f"/organisation/people/{kim.public_id}/")
    change = f"/organisation/people/{kim.public_id}/change"
    given = {"version": "1", "name": "Kim", "skills": "cardio, x-ray", "languages": "", "home_lat": "50", "home_lon": "10"}
    assert client.post(change, given).status_code == 302
    assert client.post(change, given).status_code == 412
    kim = Person.objects.get(pk=kim.pk)
    assert (kim.version, kim.profile.skills, kim.profile.home_lat, kim.profile.home_lon) == (2, ["cardio", "x-ray"], 50.0, 10.0)
    changed = AuditEntry.objects.filter(action="person.changed").values_list("field", "before", "after")
    assert set(changed) == {("skills", "cardio", "cardio, x-ray"), ("home_lon", "", "10.0"), ("home_lat", "", "50.0")}
    with pytest.raises(Invalid, match="neither"):
        services.change_person(planner, kim, version=2, home_lat=None)
    with pytest.raises(Invalid, match="At most 50"):
        services.change_person(planner, kim, version=2, skills=[str(i) for i in range(51)])
    with pytest.raises(Refused, match="right"):
        services.change_person(act("manager"), kim, version=2, name="X")


def test_who_was_imported_has_a_profile_once_something_is_said(planner: Actor, organisation: Any, users: dict[str, User]) -> None:
    rep = Person.objects.get(user=users["rep"])
    assert queries.people(planner).get(pk=rep.pk) == rep
    changed = services.change_person(planner, rep, version=1, languages=["fr"])
    assert (changed.profile.languages, changed.profile.skills, changed.version) == (["fr"], [], 2)


def test_a_manager_sees_the_own_part_and_no_more(sign_in: SignIn, planner: Actor, organisation: Any, users: dict[str, User]) -> None:
    eve, old = (services.add_person(planner, name=name) for name in ("Eve of the east", "Old hand"))
    services.staff(planner, eve, position=organisation["positions"][2], valid_from=DAY)
    services.staff(planner, eve, node=organisation["root"], valid_from=DAY)
    services.staff(planner, old, position=organisation["positions"][1], valid_from=DAY - timedelta(days=99), valid_until=DAY)
    caller = Caller(sign_in("manager"))
    assert [n["name"] for n in caller("GET", "/nodes")["items"]] == ["West"]
    assert {p["name"] for p in caller("GET", "/people")["items"]} == {"A manager", "A rep"}, "who left is not theirs any more"
    jobs = caller("GET", "/staffings")["items"]
    assert {j["person"] for j in jobs} == {str(p.public_id) for p in Person.objects.exclude(pk=eve.pk)}
    page = text(caller.client, "/organisation/people/")
    assert "A rep" in page
    assert "Eve" not in page
    assert "/organisation/people/add" not in page
    for person in (eve, old):
        assert caller.client.get(f"/organisation/people/{person.public_id}/").status_code == 404
    assert "A rep" in text(caller.client, f"/organisation/people/{Person.objects.get(user=users['rep']).public_id}/")
    assert "Eve" not in text(caller.client, "/organisation/?on=2026-07-01")
    for role in ("rep", "viewer"):
        for path in ("nodes", "people", "staffings"):
            Caller(sign_in(role))("GET", f"/{path}", status=403)


def test_pages_of_many_need_few_queries(sign_in: SignIn, planner: Actor, organisation: Any, django_assert_max_num_queries: Any) -> None:
    for i in range(30):
        seat = services.add_position(planner, organisation["east"], code=f"E{i}", name=f"E{i}")
        services.staff(planner, services.add_person(planner, name=f"Person {i}", skills=["a"]), position=seat, valid_from=DAY)
    client = sign_in("manager")
    client.get("/organisation/")
    with django_assert_max_num_queries(12):
        client.get("/organisation/")
    client = sign_in("planner")
    for path in ("/organisation/people/", "/api/v1/people", "/api/v1/staffings", "/api/v1/positions", "/organisation/?on=2026-07-01"):
        with django_assert_max_num_queries(12):
            client.get(path)
