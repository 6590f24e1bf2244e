"""Scenarios at the size of a stamp."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.planning import services
from bailiwick_web.planning.models import Scenario

Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]


def test_the_stamp_shows_the_own_territories_only(act: Act, sign_in: SignIn, scenario: Scenario) -> None:
    colours = list(scenario.territories.order_by("place").values_list("colour", flat=True))
    address = f"/scenarios/{scenario.public_id}/stamp.svg"
    assert sign_in("rep").get(address).status_code == 404  # a draft
    services.propose(act("planner"), scenario.public_id, version=1)
    shown = {role: sign_in(role).get(address).content.decode() for role in ("planner", "manager", "rep")}
    assert [[colour in shown[role] for colour in colours] for role in shown] == [
        [True, True, True, True],
        [True, True, False, False],
        [True, False, False, False],
    ]


def test_it_is_drawn_anew_when_the_scenario_changes_and_not_before(act: Act, sign_in: SignIn, scenario: Scenario) -> None:
    client, address = sign_in("planner"), f"/scenarios/{scenario.public_id}/stamp.svg"
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    services.move_units(act("planner"), scenario.public_id, [0], "P4", version=1)
    second = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert second.status_code == 200
    assert second.content != first.content


def test_home_and_plans_show_the_stamps(sign_in: SignIn, scenario: Scenario) -> None:
    client = sign_in("planner")
    for page in ("/", "/plans/"):
        assert f"/scenarios/{scenario.public_id}/stamp.svg" in client.get(page).content.decode()
