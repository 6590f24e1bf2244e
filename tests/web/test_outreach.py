"""Reaching out as a whole: nobody gives, follows or sends to whom they do not see; words that mean two things in English."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm_world import put_into_force
from django.conf import settings
from django.test import Client
from django.utils import translation

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Activity
from bailiwick_web.outreach.models import Enrolment, Gift, MaterialShare
from bailiwick_web.outreach.services import cadences, materials
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]


@pytest.fixture
def bodies(act: Act, scenario: Scenario) -> dict[str, dict[str, dict[str, Any]]]:
    """Whose → path → what is sent, for a contact in the west and one in the east."""
    put_into_force(act, scenario)
    planner = act("planner")
    cadence = cadences.create_cadence(planner, name="Fresh", steps=[{"subject": "Think of {name}", "channel": "task"}])
    material = materials.create_material(planner, "prices.pdf", [b"%PDF"], name="Prices")
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, lon in (("West", 0.1), ("East", 5.0)):
        account = crm.customers.create_account(planner, name=name, location={"lon": lon, "lat": 0.1})
        contact = {"contact": str(crm.people.create_contact(planner, account=account, name=f"Jo {name}").public_id)}
        found[name] = {
            "gifts": {**contact, "what": "Tea", "amount": "5"},
            "enrolments": {**contact, "cadence": str(cadence.public_id)},
            "material-shares": {**contact, "account": str(account.public_id), "material": str(material.public_id), "by": "visit"},
        }
    return found


def count() -> int:
    return sum(model.objects.count() for model in (Gift, Enrolment, MaterialShare, Activity))


@pytest.mark.parametrize("role", ["rep", "manager"])
def test_a_contact_of_a_sibling_is_out_of_reach(bodies: Any, sign_in: SignIn, role: str) -> None:
    client = sign_in(role)

    def send(path: str, body: dict[str, Any]) -> int:
        return client.post(f"/api/v1/{path}", body, content_type="application/json").status_code

    assert {path: send(path, body) for path, body in bodies["East"].items()} == dict.fromkeys(bodies["East"], 404)
    mixed = {**bodies["West"]["material-shares"], "contact": bodies["East"]["gifts"]["contact"]}
    assert send("material-shares", mixed) == 404, "their contact at an account of one's own"
    assert count() == 0
    assert {path: send(path, body) for path, body in bodies["West"].items()} == dict.fromkeys(bodies["West"], 201)


def test_words_that_mean_two_things_have_the_right_one_in_german(bodies: Any, sign_in: SignIn) -> None:
    with translation.override("de"):
        assert str(Gift.State.GIVEN.label) == "überreicht"
    client = sign_in("planner")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    cadence = client.get("/cadences/").content.decode()
    assert '<label for="id_channel-0">Per</label>' in cadence
    assert ">Phase</label>" in client.get("/materials/").content.decode()
