"""@name in what is written of a customer tells that colleague, if they may see it: fail closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm_world import put_into_force
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Notice, User
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Activity
from bailiwick_web.crm.services.many import New
from bailiwick_web.crm.services.many.work import create_activities
from bailiwick_web.outreach.services.mentioning import named
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]


@pytest.fixture
def accounts(act: Act, scenario: Scenario, users: dict[str, User]) -> dict[str, Account]:
    """One of the rep, one in the east that the rep does not see."""
    put_into_force(act, scenario)
    for role, name in (("rep", "Rita Rep"), ("planner", "Paul Planner"), ("viewer", "Vera Viewer")):
        users[role].name = name
        users[role].save()
    made = crm.customers.create_account
    return {name: made(act("planner"), name=name, location={"lon": lon, "lat": 0.1}) for name, lon in (("West", 0.1), ("East", 5.0))}


def told() -> list[tuple[str, str]]:
    return [(notice.user.name, notice.text) for notice in Notice.objects.filter(kind="mentioned").order_by("pk")]


def note(actor: Actor, account: Account, text: str, **given: Any) -> Activity:
    return crm.work.create_activity(actor, account=account, kind="note", state="done", subject="About them", text=text, **given)


def test_who_is_named_and_may_see_it_is_told_once(accounts: dict[str, Account], act: Act, sign_in: SignIn) -> None:
    planner = act("planner")
    made = note(planner, accounts["West"], "Please call them, @Rita Rep! (cc @paul planner)")
    assert told() == [("Rita Rep", "Paul Planner mentions you: “About them”")], "nobody tells themselves"
    crm.work.change_activity(planner, made.public_id, version=made.version, text="Again @Rita Rep")
    assert len(told()) == 1
    notice = Notice.objects.get()
    assert notice.address == f"/customers/{accounts['West'].public_id}/"
    assert "About them" in sign_in("rep").get("/notices/").content.decode()


def test_who_may_not_see_it_hears_nothing(accounts: dict[str, Account], act: Act) -> None:
    planner = act("planner")
    note(planner, accounts["East"], "@Rita Rep and @Vera Viewer: look")
    note(planner, accounts["West"], "@Vera Viewer: look")
    assert told() == []
    User.objects.filter(name="Rita Rep").update(is_active=False)
    note(planner, accounts["West"], "@Rita Rep: look")
    assert told() == [], "nor who has left"


def test_a_name_that_is_added_later_tells_then_and_a_change_of_something_else_does_not(accounts: dict[str, Account], act: Act) -> None:
    planner = act("planner")
    made = note(planner, accounts["West"], "Nothing yet")
    made = crm.work.change_activity(planner, made.public_id, version=made.version, priority=1)
    assert told() == []
    crm.work.change_activity(planner, made.public_id, version=made.version, text="now @rita rep")
    assert len(told()) == 1


def test_cases_tell_too_and_imports_tell_nobody(accounts: dict[str, Account], act: Act) -> None:
    planner = act("planner")
    case = crm.cases.open_case(planner, account=accounts["West"], subject="Broken", text="@Rita Rep knows them")
    assert told() == [("Rita Rep", "Paul Planner mentions you: “Broken”")]
    assert Notice.objects.get().address == f"/cases/{case.public_id}/"
    new = {"account": accounts["West"], "kind": "note", "state": "done", "subject": "Old", "text": "@Rita Rep"}
    create_activities(planner, [New(new)], origin="import:1")
    assert len(told()) == 1
    create_activities(planner, [New(new)])
    assert len(told()) == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Ann Lee", ["Ann Lee"]),
        ("@Ann, look", ["Ann"]),
        ("(@ann.lee) look", ["Ann Lee"]),
        ("@Annabel", []),
        ("mail ann@example.org", []),
        ("ask @jo@example.org", ["Ann"]),
        ("@ Ann", []),
        ("@ann\nlee and @Ann", ["Ann Lee", "Ann"]),
    ],
)
def test_the_longest_name_is_meant_and_an_address_means_nobody(text: str, found: list[str]) -> None:
    ann, lee = User(pk=1, name="Ann", email="jo@example.org"), User(pk=2, name="Ann Lee", email="ann.lee@example.org")
    names = [("ann", ann), ("jo", ann), ("jo@example.org", ann), ("ann lee", lee), ("ann.lee", lee), ("ann.lee@example.org", lee)]
    assert [user.name for user in named(text, names)] == found
