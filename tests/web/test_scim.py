"""SCIM: users made, changed and locked out by an identity provider, with requests as Entra and Okta send them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from bailiwick_web.core import token_services
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, User
from bailiwick_web.core.refusals import Invalid, NotAllowed
from bailiwick_web.core.rest import limits
from bailiwick_web.exchange.scim import patching
from bailiwick_web.exchange.scim.filters import Column, condition

pytestmark = pytest.mark.django_db
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ENTRA_USER = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
    "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
    "userName": "Jo.Meyer@example.org",
    "active": True,
    "emails": [{"primary": True, "type": "work", "value": "jo.meyer@example.org"}],
    "meta": {"resourceType": "User"},
    "name": {"formatted": "Jo Meyer", "familyName": "Meyer", "givenName": "Jo"},
    "roles": [],
}
Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    limits.forget()
    yield
    limits.forget()


@pytest.fixture
def send(act: Callable[[str], Actor]) -> Send:
    """A request of the provider: no cookie, and cross-site checks are on."""
    key = token_services.create_token(act("administrator"), name="Entra", may_write=False, days=90, purpose="scim")[1]

    def request(method: str, path: str, body: object = None) -> Any:
        client = Client(enforce_csrf_checks=True)
        data = b"" if body is None else json.dumps(body).encode()
        return client.generic(method, f"/scim/v2/{path}", data, "application/scim+json", headers={"Authorization": f"Bearer {key}"})

    return request


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def test_a_user_is_found_or_made_as_entra_does_it(send: Send) -> None:
    found = send("GET", 'Users?filter=userName eq "jo.meyer@example.org"').json()
    assert (found["totalResults"], found["Resources"]) == (0, [])
    made = send("POST", "Users", ENTRA_USER)
    assert (made.status_code, made["Content-Type"]) == (201, "application/scim+json")
    shown = made.json()
    assert made["Location"] == shown["meta"]["location"] == f"http://testserver/scim/v2/Users/{shown['id']}"
    assert (shown["userName"], shown["externalId"], shown["active"]) == ("jo.meyer@example.org", ENTRA_USER["externalId"], True)
    assert (shown["name"]["givenName"], shown["name"]["familyName"]) == ("Jo", "Meyer")
    user = User.objects.get(email="jo.meyer@example.org")
    assert (user.role, user.has_usable_password(), str(user.public_id)) == ("viewer", False, shown["id"])
    again = send("POST", "Users", ENTRA_USER)
    assert (again.status_code, again.json()["scimType"], again.json()["status"]) == (409, "uniqueness", "409")
    for text in ('externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"', 'userName eq "JO.MEYER@example.org" and active eq true'):
        assert [r["id"] for r in send("GET", f"Users?filter={text}").json()["Resources"]] == [shown["id"]]
    assert send("GET", f"Users/{shown['id']}").json() == shown
    assert AuditEntry.objects.filter(action="user.created", actor__role="administrator").exists()


@pytest.mark.parametrize(
    "body",
    [
        patch({"op": "replace", "value": {"active": False}}),  # Okta
        patch({"op": "Replace", "path": "active", "value": "False"}),  # Entra
        patch({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": False}),
    ],
    ids=["okta", "entra", "urn"],
)
def test_to_deactivate_ends_every_session_at_once(send: Send, users: dict[str, User], body: Any) -> None:
    users["rep"].set_password("correct horse battery staple")
    users["rep"].save()
    browser = Client()
    browser.post("/accounts/login/", {"login": "rep@example.org", "password": "correct horse battery staple"})
    assert browser.get("/accounts/sessions/").status_code == 200
    token = token_services.create_token(Actor(users["rep"], users["rep"].date_joined, "x"), name="t", may_write=False, days=300)[1]
    answer = send("PATCH", f"Users/{users['rep'].public_id}", body)
    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert browser.get("/accounts/sessions/").status_code == 302
    assert Client().get("/api/v1/leads", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert (
        send("PATCH", f"Users/{users['rep'].public_id}", patch({"op": "Add", "path": "active", "value": "True"})).json()["active"] is True
    )
    assert browser.get("/accounts/sessions/").status_code == 302  # the old session stays over


def test_replace_and_delete_as_okta_does_it(send: Send, users: dict[str, User]) -> None:
    key = users["viewer"].public_id
    document = {"userName": "new@example.org", "name": {"givenName": "New", "familyName": "Name"}, "active": True, "id": str(key)}
    shown = send("PUT", f"Users/{key}", document).json()
    assert (shown["userName"], shown["displayName"]) == ("new@example.org", "New Name")
    assert send("DELETE", f"Users/{key}").status_code == 204
    gone = User.objects.get(public_id=key)
    assert (gone.is_active, gone.email) == (False, "new@example.org")
    assert send("PUT", f"Users/{key}", {"active": True}).status_code == 400


def test_entra_changes_names_part_by_part_and_what_is_not_kept_is_passed_over(send: Send, users: dict[str, User]) -> None:
    body = patch(
        {"op": "Replace", "path": "displayName", "value": "Jo Neu"},
        {"op": "Add", "path": 'phoneNumbers[type eq "work"].value', "value": "1"},
        {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Sales"},
        {"op": "Remove", "path": "title"},
    )
    assert send("PATCH", f"Users/{users['rep'].public_id}", body).json()["displayName"] == "Jo Neu"


def test_groups_are_roles(send: Send, users: dict[str, User]) -> None:
    groups = send("GET", "Groups?excludedAttributes=members").json()
    assert [(g["id"], "members" in g) for g in groups["Resources"]][:2] == [("administrator", False), ("planner", False)]
    (planners,) = send("GET", 'Groups?filter=displayName eq "Planner"').json()["Resources"]
    assert [member["value"] for member in planners["members"]] == [str(users["planner"].public_id)]
    rep = str(users["rep"].public_id)
    send("PATCH", "Groups/planner", patch({"op": "Add", "path": "members", "value": [{"value": rep}]}))
    users["rep"].refresh_from_db()
    assert (users["rep"].role, users["rep"].more_roles) == ("planner", ["rep"])
    send("PATCH", "Groups/planner", patch({"op": "Remove", "path": f'members[value eq "{rep}"]'}))
    send("PATCH", "Groups/rep", patch({"op": "Remove", "path": "members", "value": [{"value": rep}]}))
    users["rep"].refresh_from_db()
    assert users["rep"].roles == {"viewer"}
    send("PUT", "Groups/manager", {"members": [{"value": rep}]})
    assert {u.email for u in User.objects.all() if "manager" in u.roles} == {"rep@example.org"}
    assert send("POST", "Groups", {"displayName": "Planner"}).status_code == 409
    assert send("POST", "Groups", {"displayName": "Friends"}).json()["scimType"] == "invalidValue"


def test_the_last_administrator_stays(send: Send, users: dict[str, User]) -> None:
    key = users["administrator"].public_id
    for method, path, body in (
        ("DELETE", f"Users/{key}", None),
        ("PATCH", f"Users/{key}", patch({"op": "replace", "value": {"active": False}})),
        ("PUT", "Groups/administrator", {"members": []}),
    ):
        assert send(method, path, body).status_code == 409, path
    users["administrator"].refresh_from_db()
    assert (users["administrator"].is_active, users["administrator"].role) == (True, "administrator")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "Users", {"userName": "no address"}, 400),
        ("POST", "Users", [], 400),
        ("PATCH", "Users/{rep}", {"Operations": []}, 400),
        ("PATCH", "Users/{rep}", {"Operations": [{"op": "explode", "path": "active", "value": 1}]}, 400),
        ("PATCH", "Users/{rep}", {"Operations": [{"op": "replace", "path": "active", "value": "perhaps"}]}, 400),
        ("PATCH", "Users/{rep}", {"Operations": [{"op": "remove", "path": "active"}]}, 400),
        ("PATCH", "Users/nobody", {"Operations": [{"op": "replace", "value": {"active": False}}]}, 404),
        ("PATCH", "Groups/planner", {"Operations": [{"op": "replace", "path": "owners", "value": []}]}, 400),
        ("GET", 'Users?filter=password eq "x"', None, 400),
        ("GET", "Users?filter=userName", None, 400),
        ("GET", 'Users?filter=userName eq "a" xor active eq true', None, 400),
        ("GET", "Users?startIndex=x", None, 400),
        ("GET", "Groups/kings", None, 404),
        ("DELETE", "Groups/planner", None, 405),
        ("GET", "Schemas/none", None, 404),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_form_of_scim(
    send: Send, users: dict[str, User], method: str, path: str, body: Any, status: int
) -> None:
    answer = send(method, path.replace("{rep}", str(users["rep"].public_id)), body)
    assert (answer.status_code, answer.json()["schemas"]) == (status, ["urn:ietf:params:scim:api:messages:2.0:Error"])
    users["rep"].refresh_from_db()
    assert users["rep"].is_active


def test_only_a_token_for_scim_of_somebody_who_may_opens_it_and_nothing_else(act: Callable[[str], Actor], send: Send) -> None:
    whole = token_services.create_token(act("administrator"), name="all", may_write=True, days=1)[1]
    for headers in ({}, {"Authorization": f"Bearer {whole}"}, {"Authorization": "Basic eDp5"}):
        answer = Client().get("/scim/v2/Users", headers=headers)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="Bailiwick"')
    with pytest.raises(NotAllowed):
        token_services.create_token(act("planner"), name="x", may_write=True, days=1, purpose="scim")
    boss = User.objects.create_user("second@example.org", "Second", role="administrator")
    User.objects.filter(role="administrator").exclude(pk=boss.pk).update(role="planner")
    assert send("GET", "Users").status_code == 403


def test_pages_and_discovery(send: Send, users: dict[str, User]) -> None:
    page = send("GET", "Users?startIndex=2&count=2").json()
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"], len(page["Resources"])) == (len(users), 2, 2, 2)
    config = send("GET", "ServiceProviderConfig").json()
    assert (config["patch"]["supported"], config["bulk"]["supported"], config["filter"]["maxResults"]) == (True, False, 200)
    assert [kind["id"] for kind in send("GET", "ResourceTypes").json()["Resources"]] == ["User", "Group"]
    assert send("GET", "ResourceTypes/User").json()["endpoint"] == "/Users"
    schemas = send("GET", "Schemas").json()["Resources"]
    assert send("GET", f"Schemas/{schemas[0]['id']}").json() == schemas[0]


@pytest.mark.parametrize("text", ["", "and", 'a eq "b" and', 'a eq "', "a b c", 'a eq "b" "c"', "(" * 50, 'a["x"] eq "b"'])
def test_a_filter_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        condition(text, {"a": Column("name")})


def test_and_goes_before_or() -> None:
    columns = {"a": Column("name"), "b": Column("email")}
    assert str(condition('a eq "1" or a eq "2" and b co "3"', columns)) == str(
        condition('a eq "1"', columns) | (condition('a eq "2"', columns) & condition('b co "3"', columns))
    )


def test_members_of_a_group_are_replaced_whole() -> None:
    body = {"Operations": [{"op": "replace", "path": "members", "value": [{"value": "b"}, {"value": "c"}]}]}
    assert patching.member_changes(body, ["a", "b"]) == (["b", "c"], ["a"])
    assert patching.member_changes({"Operations": [{"op": "remove", "path": "members"}]}, ["a", "b"]) == ([], ["a", "b"])
