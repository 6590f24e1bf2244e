"""Who sees which customers: the same answer for a list, for one record, and for however many positions somebody has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm_world import put_into_force
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person, Position, Staffing
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import models as m
from bailiwick_web.crm import services as crm
from bailiwick_web.crm import visibility
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
ROLES = ("administrator", "planner", "manager", "rep", "viewer")


@pytest.fixture
def accounts(act: Act, scenario: Scenario) -> list[m.Account]:
    """Accounts all over the grid, one that a rep owns, one that a rep added and nobody has, work on each, some in the bin."""
    put_into_force(act, scenario)
    planner = act("planner")
    made = [crm.customers.create_account(planner, name=f"A{i}", location={"lon": float(i), "lat": float(i)}) for i in range(6)]
    crm.customers.change_account(planner, made[5].public_id, version=1, owner=Person.objects.get(user=act("rep").user))
    made += [crm.customers.create_account(act("rep"), name="Found"), crm.customers.create_account(act("planner"), name="Nobody's")]
    for account in made:
        crm.work.create_activity(planner, account=account, kind="call", subject="Call", due_on="2030-01-01")
        crm.people.create_contact(planner, account=account, last_name=f"Of {account}")
    crm.deals.create_opportunity(planner, account=made[0], name="Deal")
    crm.leads.create_lead(planner, company="Lead", lon=0.0, lat=0.0)
    gone = crm.customers.create_account(planner, name="Gone", location={"lon": 0.0, "lat": 0.0})
    crm.customers.archive_account(planner, gone.public_id, version=gone.version)
    return made


def names(actor: Actor) -> set[str]:
    return {account.name for account in visibility.visible(actor, m.Account)}


def test_a_rep_sees_what_they_hold_own_and_found(act: Act, accounts: list[m.Account]) -> None:
    assert names(act("rep")) == {"A0", "A1", "A5", "Found"}
    assert names(act("planner")) == {account.name for account in accounts}


@pytest.mark.parametrize("role", ROLES)
def test_one_record_is_found_if_and_only_if_the_list_has_it(act: Act, accounts: list[m.Account], role: str) -> None:
    n_asked = 0
    for model in visibility.RULES:
        if not any(field.name == "public_id" for field in model._meta.fields):
            continue
        for with_bin in (False, True):
            listed = set(visibility.visible(act(role), model, with_bin=with_bin).values_list("public_id", flat=True))
            for public_id in model._default_manager.values_list("public_id", flat=True):
                alone = visibility.visible(act(role), model, with_bin=with_bin, ids=[public_id])
                assert {row.public_id for row in alone} == listed & {public_id}, (model, public_id)
                n_asked += 1
    assert n_asked > 60


def test_who_looks_for_nothing_finds_nothing(act: Act, accounts: list[m.Account]) -> None:
    assert list(visibility.visible(act("rep"), m.Account, ids=[])) == []


@pytest.mark.parametrize("role", ["manager", "rep"])
def test_very_many_positions_are_seen_as_few_are(act: Act, accounts: list[m.Account], monkeypatch: Any, role: str) -> None:
    seen = names(act(role))
    monkeypatch.setattr(visibility, "MOST_KEYS", 0)
    assert names(act(role)) == seen != set()


def test_what_a_request_gives_away_is_gone_for_it_at_once(act: Act, accounts: list[m.Account], organisation: Any) -> None:
    rep = act("rep")
    assert "A0" in names(rep)
    crm.naming.name_account(act("planner"), accounts[0], organisation["positions"][3], reason="moved")
    later = act("rep")
    assert "A0" not in names(later)
    with pytest.raises(Missing):
        visibility.find(later, m.Account, accounts[0].public_id)


def test_positions_and_people_are_asked_for_once_in_a_request(act: Act, accounts: list[m.Account]) -> None:
    rep = act("rep")
    with CaptureQueriesContext(connection) as first:
        list(visibility.visible(rep, m.Account))
    with CaptureQueriesContext(connection) as second:
        list(visibility.visible(rep, m.Activity))
        list(visibility.visible(rep, m.Contact))
    assert len(second) == 2 < len(first)
    assert all("core_position" not in query["sql"] and "core_staffing" not in query["sql"] for query in second)


def test_nobody_sees_anything_who_fills_nothing_and_found_nothing(act: Act, accounts: list[m.Account]) -> None:
    rep = act("rep")
    Staffing.objects.filter(person__user=rep.user).delete()
    Person.objects.filter(user=rep.user).update(user=None)
    m.Account.objects.filter(created_by=rep.user).update(created_by=act("planner").user)
    fresh = act("rep")
    assert names(fresh) == set()
    assert not visibility.visible(fresh, m.Activity).exists()
    node = Position.objects.all()[0].node
    person = Person.objects.create(name="Late", user=rep.user, **stamped(act("planner")))
    Staffing.objects.create(person=person, position=node.positions.all()[0], valid_from="2020-01-01", **stamped(act("planner")))
    assert names(act("rep")) != set()
