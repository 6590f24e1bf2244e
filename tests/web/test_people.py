"""Pages about users and the organisation: what they list, what they send, how many queries they need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Node, Person, Staffing, User
from bailiwick_web.core.organisation import services
from bailiwick_web.core.people import services as people

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]


def test_users_are_found_by_name_role_and_state(sign_in: SignIn, act: Act, users: dict[str, User]) -> None:
    people.change_roles(act("administrator"), users["viewer"], role="viewer", more_roles=["planner"])
    people.set_active(act("administrator"), users["rep"], is_active=False)
    client = sign_in("administrator")

    def shown(query: str) -> set[str]:
        page = client.get(f"/people/{query}").content.decode()
        return {role for role, user in users.items() if user.email in page}

    assert shown("") == set(users)
    assert shown("?q=A+man") == {"manager"}
    assert shown("?role=planner") == {"planner", "viewer"}
    assert shown("?role=emperor") == set(users)
    assert shown("?state=no-access") == {"rep"}
    assert shown("?state=no-second-factor") == set(users) - {"rep"}
    assert "Nobody fits" in client.get("/people/?q=zzz").content.decode()


def test_whoever_is_alone_is_told_what_to_do(act: Act, sign_in: SignIn, users: dict[str, User]) -> None:
    User.objects.exclude(role="administrator").delete()
    assert "You are alone here" in sign_in("administrator").get("/people/").content.decode()


def test_roles_and_person_are_changed_on_the_page(sign_in: SignIn, users: dict[str, User], organisation: dict[str, Any]) -> None:
    client, viewer = sign_in("administrator"), users["viewer"]
    page = f"/people/{viewer.public_id}/"
    assert client.post(f"{page}roles", {"role": "rep", "more_roles": ["viewer", "manager"]}).status_code == 302
    viewer.refresh_from_db()
    assert (viewer.role, viewer.more_roles) == ("rep", ["viewer", "manager"])
    free = Person.objects.create(name="Vera", **_stamps(users["planner"]))
    form = {"name": "Vera View", "email": "Vera@Example.org", "person": free.public_id}
    assert client.post(f"{page}change", form).status_code == 302
    viewer.refresh_from_db()
    assert (viewer.name, viewer.email, viewer.person) == ("Vera View", "vera@example.org", free)
    taken = Person.objects.get(user=users["rep"])
    assert client.post(f"{page}change", {**form, "person": taken.public_id}).status_code == 422
    assert client.post(f"{page}change", {**form, "email": "rep@example.org"}).status_code == 409
    assert client.post(f"{page}roles", {"role": "emperor"}).status_code == 422
    fields = set(AuditEntry.objects.filter(record_id=str(viewer.public_id)).values_list("field", flat=True))
    assert {"roles", "name", "email", "person"} <= fields
    # The field that nobody offers is not taken.
    client.post(f"{page}change", {**form, "role": "administrator", "is_active": ""})
    viewer.refresh_from_db()
    assert (viewer.role, viewer.is_active) == ("rep", True)


def _stamps(user: User) -> dict[str, Any]:
    from django.utils import timezone

    from bailiwick_web.core.services import stamped

    return stamped(Actor(user, timezone.now()))


def test_the_organisation_is_shown_as_far_as_one_sees_it(sign_in: SignIn, organisation: dict[str, Any]) -> None:
    page = sign_in("planner").get("/organisation/").content.decode()
    for text in ("Nation", "West", "East", "led by", "A manager", "3 vacant", "Rep P3"):
        assert text in page, text
    page = sign_in("manager").get("/organisation/").content.decode()
    assert "West" in page
    assert [text for text in ("Nation", "East", "Rep P3", "Add a") if text in page] == []
    empty = sign_in("viewer").get("/organisation/")
    assert empty.status_code == 403


def test_nodes_and_positions_are_changed_on_their_pages(sign_in: SignIn, organisation: dict[str, Any]) -> None:
    client, west, east, root = sign_in("planner"), organisation["west"], organisation["east"], organisation["root"]
    page = f"/organisation/nodes/{west.public_id}/change"
    assert client.post(page, {"act": "rename", "name": "Far West", "kind": "region", "version": 1}).status_code == 302
    assert client.post(page, {"act": "rename", "name": "x", "kind": "region", "version": 1}).status_code == 412
    assert client.post(page, {"act": "rename", "name": "x", "kind": "region"}).status_code == 428
    assert client.post(page, {"act": "move", "parent": east.public_id, "version": 2}).status_code == 302
    assert Node.objects.get(pk=west.pk).path == f"{Node.objects.get(pk=east.pk).path}{west.pk}/"
    ring = client.post(f"/organisation/nodes/{east.public_id}/change", {"act": "move", "parent": west.public_id, "version": 1})
    assert ring.status_code == 422  # the list does not offer it
    assert (
        client.post(f"/organisation/nodes/{root.public_id}/change", {"act": "add-node", "name": "South", "kind": "region"}).status_code
        == 302
    )
    south = Node.objects.get(name="South")
    assert client.post(f"/organisation/nodes/{south.public_id}/change", {"act": "remove", "version": 1})["Location"] == "/organisation/"
    made = client.post(page, {"act": "add-position", "code": "W9", "name": "West nine", "capacity": "0.5"})
    seat = made["Location"]
    assert "vacant" in client.get(seat).content.decode()
    filled = client.post(f"{seat}change", {"act": "staff", "new_person": "Nina New", "valid_from": "2026-01-01"})
    assert filled.status_code == 302
    staffing = Staffing.objects.get(person__name="Nina New")
    assert client.post(f"/organisation/staffings/{staffing.public_id}/end", {"on": "2026-06-01", "version": 1})["Location"] == seat
    staffing.refresh_from_db()
    assert staffing.valid_until is not None
    assert staffing.valid_until - staffing.valid_from == timedelta(days=151)
    assert client.post(f"{seat}change", {"act": "staff", "valid_from": "2026-01-01"}).status_code == 422
    assert client.post(f"{seat}change", {"name": "W", "capacity": "-1", "node": west.public_id, "version": 1}).status_code == 422


def test_a_manager_loses_what_is_moved_away(sign_in: SignIn, act: Act, organisation: dict[str, Any]) -> None:
    client, seat = sign_in("manager"), organisation["positions"][1]
    address = f"/organisation/positions/{seat.public_id}/"
    assert client.get(address).status_code == 200
    services.change_position(act("planner"), seat, name=seat.name, capacity=1.0, node=organisation["east"], version=1)
    assert client.get(address).status_code == 404


def test_lists_of_people_need_the_same_number_of_queries_whatever_their_length(
    sign_in: SignIn, act: Act, organisation: dict[str, Any], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for i in range(12):
        person = services.add_person(act("planner"), name=f"Person {i}")
        people.invite(act("administrator"), email=f"p{i}@example.org", name=f"Person {i}", role="rep", person=person)
        seat = services.add_position(act("planner"), organisation["west"], code=f"X{i}", name=f"Seat {i}")
        services.staff(act("planner"), person, position=seat, valid_from=act("planner").now.date())
    client = sign_in("administrator")
    for page, most in (
        ("/people/", 12),
        ("/organisation/", 11),
        (f"/organisation/nodes/{organisation['west'].public_id}/", 16),
        ("/history/", 11),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(page).status_code == 200
