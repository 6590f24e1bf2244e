"""Which measure is money: found in a file, said by the user, and shown where disruption is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid, Missing, NotAllowed
from bailiwick_web.exchange import services as imports
from bailiwick_web.planning import comparing, exports, services
from bailiwick_web.planning.models import Scenario
from bailiwick_web.territories.models import MeasureDefinition
from bailiwick_web.territories.services import mark_money

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]
HEAD = "Account ID,Account Name,Longitude,Latitude,Annual Revenue,Employees,CurrencyIsoCode\n"


def imported(planner: Actor, head: str, *rows: str) -> dict[str, str]:
    batch = imports.upload(planner, "units", "accounts.csv", [(head + "\n".join(rows) + "\n").encode()])
    assert batch.state == "checked", batch.facts
    done = imports.run_import(planner, batch.public_id)
    return dict(MeasureDefinition.objects.filter(unit_set=done.unit_set).values_list("key", "currency"))


def test_money_and_its_currency_are_found_in_a_file(planner: Actor) -> None:
    found = imported(planner, HEAD, "a,A,10,50,120.5,3,EUR", "b,B,11,50,80,4,EUR", "c,C,12,51,45,5,EUR")
    assert found == {"Annual Revenue": "EUR", "Employees": ""}


def test_a_name_says_the_currency_and_several_say_none(planner: Actor) -> None:
    head = "id,lon,lat,Sales (CHF),visits\n"
    assert imported(planner, head, "a,10,50,120,3", "b,11,50,80,4") == {"Sales (CHF)": "CHF", "visits": ""}
    mixed = imported(planner, HEAD, "x,A,10,50,120.5,3,EUR", "y,B,11,50,80,4,USD")
    assert mixed["Annual Revenue"] == "XXX"


def test_the_user_says_it_in_the_wizard(sign_in: SignIn, planner: Actor) -> None:
    batch = imports.upload(planner, "units", "x.csv", [b"id,lon,lat,volume\na,10,50,5\nb,11,50,6\n"])
    client, said = sign_in("planner"), {"column:id": "id", "column:lon": "lon", "column:lat": "lat", "column:volume": "money"}
    refused = client.post(f"/imports/{batch.public_id}/check", {**said, "currency": "euro"})
    assert refused.status_code == 422
    client.post(f"/imports/{batch.public_id}/check", {**said, "currency": "usd"})
    imports.run_import(planner, batch.public_id)
    assert MeasureDefinition.objects.get(key="volume").currency == "USD"


def test_a_measure_is_marked_later_by_planners_only(act: Act, scenario: Scenario, sign_in: SignIn) -> None:
    units = scenario.plan.unit_set
    with pytest.raises(NotAllowed):
        mark_money(act("manager"), units.public_id, "sales", currency="EUR")
    with pytest.raises(Invalid, match="three letters"):
        mark_money(act("planner"), units.public_id, "sales", currency="12")
    with pytest.raises(Missing):
        mark_money(act("planner"), units.public_id, "nothing", currency="EUR")
    client = sign_in("planner")
    page = client.post(f"/units/{units.public_id}/money", {"measure": "sales", "currency": "eur"}, follow=True).content.decode()
    assert "Sales is money, in EUR." in page
    assert "Sales · EUR" in page
    body = {"measure": "sales", "currency": ""}
    answer = client.post(f"/api/v1/unit-sets/{units.public_id}/money", body, content_type="application/json")
    assert answer.json()["currencies"] == {}


def test_disruption_is_told_in_money(act: Act, scenario: Scenario, sign_in: SignIn) -> None:
    mark_money(act("planner"), scenario.plan.unit_set.public_id, "sales", currency="EUR")
    other = services.branch(act("planner"), scenario)
    services.move_units(act("planner"), other.public_id, [1, 2], "P4", version=1)
    page = sign_in("planner").get(f"/scenarios/compare?a={scenario.public_id}&b={other.public_id}").content.decode()
    assert "EUR 5 <" in page
    found = comparing.side_by_side([scenario, Scenario.objects.get(pk=other.pk)])
    assert ("Sales: changes hands, EUR", [0.0, 5.0], False) in exports.figures(found)
    assert '<span class="chip">EUR</span>' in sign_in("planner").get("/plans/new").content.decode()
