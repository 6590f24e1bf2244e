"""Marks are planted in drafts and in what belongs to others; nobody who may not see them finds one, on any path."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from permission_rows import API_ROWS, ROWS

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Job
from bailiwick_web.crm import services as crm
from bailiwick_web.exchange.exports.tables import TABLES
from bailiwick_web.planning import services
from bailiwick_web.planning.models import Challenge, Publication, Run, Scenario, TerritoryDefinition
from bailiwick_web.territories.models import AlignmentPlan, Unit

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
QUERIES = (
    "",
    "?t=P3",
    "?t=-",
    "?q=canary",
    "?sort=-territory",
    "?only=locked",
    "?page=2",
    "?colour=change",
    "?unit=4",
    "?unit=u04",
    "?instead=P3",
)
SEARCHES = (
    "?q=canary",
    "?external_id=x",
    "?tag=x",
    "?is_open=true",
    "?in_gap=false",
    "?territory=P3",
    "?position=P3",
    "?changed_since=2020-01-01T00:00:00Z",
)


@pytest.fixture
def planted(planner: Actor, scenario: Scenario, users: dict[str, Any]) -> dict[str, Any]:
    """A published plan whose east is none of theirs; a draft, a bin, a run, a plan of drafts only, all with marks."""
    Unit.objects.filter(unit_set=scenario.plan.unit_set, idx=4).update(name="CANARY-EAST-UNIT")
    Scenario.objects.filter(pk=scenario.pk).update(state="published")
    TerritoryDefinition.objects.filter(scenario=scenario, code="P3").update(name="CANARY-EAST-TERRITORY")
    publication = Publication.objects.create(plan=scenario.plan, scenario=scenario, valid_from=planner.now, published_at=planner.now)
    draft = services.branch(planner, Scenario.objects.get(pk=scenario.pk), name="CANARY-DRAFT-NAME")
    services.move_units(planner, draft.public_id, [0], "P4", version=1, reason="CANARY-DRAFT-REASON")
    Scenario.objects.filter(pk=draft.pk).update(notes="CANARY-DRAFT-NOTES")
    TerritoryDefinition.objects.filter(scenario=draft, code="P1").update(name="CANARY-DRAFT-TERRITORY")
    binned = services.branch(planner, Scenario.objects.get(pk=scenario.pk), name="CANARY-BIN-NAME")
    services.delete_scenario(planner, binned.public_id, version=1)
    job = Job.objects.create(kind="run", title="CANARY-JOB", created_at=planner.now)
    Run.objects.create(scenario=draft, job=job, params={})
    secret = AlignmentPlan.objects.create(name="CANARY-PLAN", unit_set=scenario.plan.unit_set, **_stamps(planner))
    Scenario.objects.create(plan=secret, name="CANARY-FIRST", **_stamps(planner))
    # What counts was made from a draft: not even its name may be told.
    Scenario.objects.filter(pk=scenario.pk).update(parent=draft)
    unit = Unit.objects.get(unit_set=scenario.plan.unit_set, idx=4)
    Challenge.objects.create(
        scenario=scenario,
        unit=unit,
        reason="CANARY-CHALLENGE",
        by=users["administrator"],
        at=planner.now,
        state="declined",
        answer="CANARY-ANSWER",
    )
    hidden = _customers_of_east(planner)
    return {"published": scenario, "draft": draft, "binned": binned, "publication": publication, "job": job, "secret": secret, **hidden}


def _customers_of_east(planner: Actor) -> dict[str, Any]:
    """An account of East with marks on everything that hangs on it, and one of everybody's that lies in the bin."""
    actor = Actor(planner.user, timezone.now(), "test")
    east = {"lon": 4, "lat": 0, "city": "CANARY-CITY"}
    east = {"lon": 4, "lat": 0, "city": "CANARY-CITY"}
    account = crm.customers.create_account(actor, name="CANARY-ACCOUNT", code="CANARY-CODE", location=east)
    contact = crm.people.create_contact(actor, account=account, name="CANARY-CONTACT", points=[{"channel": "web", "value": "CANARY-POINT"}])
    crm.people.add_note(actor, contact, text="CANARY-NOTE", is_private=False)
    crm.people.record_consent(actor, contact, purpose="x", channel="email", is_given=True, how="CANARY-HOW", wording="CANARY-WORDING")
    deal = crm.deals.create_opportunity(
        actor, account=account, contact=contact, name="CANARY-DEAL", lines=[{"text": "CANARY-LINE", "price": 1}]
    )
    order = crm.trading.create_order(actor, account=account, number="CANARY-ORDER", ordered_on="2026-01-01", amount=1)
    visit = crm.work.log_visit(actor, account, contact=contact, subject="CANARY-VISIT")
    case = crm.cases.open_case(actor, account=account, contact=contact, subject="CANARY-CASE")
    lead = crm.leads.create_lead(actor, company="CANARY-LEAD", lon=4, lat=0)
    file = crm.attachments.attach(actor, account, "CANARY-FILE", [b"CANARY-CONTENT"])
    binned = crm.customers.create_account(actor, name="CANARY-BINNED", location={"lon": 0, "lat": 0})
    crm.people.create_contact(actor, account=binned, name="CANARY-BINNED-CONTACT")
    crm.customers.archive_account(actor, binned.public_id, version=1)
    records = (account, contact, deal, order, visit, case, lead, file, binned)
    return {f"crm {i}": record for i, record in enumerate(records)}


def _stamps(actor: Actor) -> dict[str, Any]:
    return {"created_at": actor.now, "created_by": actor.user, "changed_at": actor.now, "changed_by": actor.user}


def addresses(planted: dict[str, Any]) -> list[str]:
    """Every address with every key that there is, and with what can be asked of it."""
    keys = [record.public_id for record in planted.values()]
    scenarios = [planted[name].public_id for name in ("published", "draft", "binned")]
    found = []
    for name, row in ROWS.items():
        if row.method == "POST" or row.target == "word":
            continue
        if row.target == "":
            found += [reverse(name) + query for query in QUERIES]
        elif row.target == "scenario":
            found += [reverse(name, args=[key]) + query for key in scenarios for query in QUERIES]
        elif row.target == "table":
            found += [reverse(name, args=[kind, "csv"]) for kind in TABLES]
        elif row.target == "part":
            found += [reverse(name, args=[key, "revenue_growth"]) for key in keys]
        elif row.target == "number":
            found += [reverse(name, args=[key, 1]) for key in keys]
        elif row.target == "entry":
            found += [reverse(name, args=[kind, key]) for key in keys for kind in ("products", "presences")]
        else:
            found += [reverse(name, args=[key]) for key in keys]
    found += [reverse("compare") + f"?a={a}&b={b}" for a in scenarios for b in scenarios] + [
        reverse("compare_csv") + f"?a={scenarios[0]}&b={scenarios[1]}"
    ]
    found += [reverse("who") + f"?plan={key}&unit=u04" for key in keys]
    for name in API_ROWS:
        if name.startswith("GET"):
            found += [re.sub(r"{\w+}", str(key), name.split(" ")[1]) for key in keys]
            found += [name.split(" ")[1] + search for search in SEARCHES if "{" not in name]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("role", ["manager", "rep", "viewer"])
def test_no_mark_is_found(sign_in: SignIn, planted: dict[str, Any], role: str) -> None:
    client, found, reached = sign_in(role), [], 0
    queue = addresses(planted)
    seen = set(queue)
    while queue:
        address = queue.pop()
        answer = client.get(address)
        assert answer.status_code < 500, address
        reached += answer.status_code == 200
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text += str(dict(answer.headers)).encode()
        found += [(address, mark) for mark in set(re.findall(rb"CANARY-[A-Z-]+", text))]
        for link in re.findall(r'(?:href|hx-get)="(/[^"#]*)', text.decode(errors="replace")):
            link = link.replace("&amp;", "&")
            if link not in seen and not link.startswith("/static/") and len(seen) < 3000:
                seen.add(link)
                queue.append(link)
    assert found == []
    assert reached > 15, "the crawl reached nothing, so it shows nothing"


def test_the_marks_are_there(sign_in: SignIn, planted: dict[str, Any]) -> None:
    """The planner finds all of them: the crawl above looks for what can be found."""
    client, found = sign_in("planner"), set()
    for address in addresses(planted):
        answer = client.get(address)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found |= set(re.findall(r"CANARY-[A-Z-]+", text.decode(errors="replace")))
    of_east = {
        "ACCOUNT",
        "CODE",
        "CITY",
        "CONTACT",
        "POINT",
        "NOTE",
        "HOW",
        "WORDING",
        "DEAL",
        "LINE",
        "ORDER",
        "VISIT",
        "CASE",
        "LEAD",
        "FILE",
    }
    assert {f"CANARY-{mark}" for mark in of_east | {"CONTENT"}} - found == set()
    wanted = {"DRAFT-NAME", "DRAFT-REASON", "DRAFT-NOTES", "DRAFT-TERRITORY", "BIN-NAME", "PLAN", "FIRST", "EAST-UNIT", "EAST-TERRITORY"}
    assert {f"CANARY-{mark}" for mark in wanted | {"CHALLENGE", "ANSWER"}} - found == set()


def test_what_a_rep_sends_does_not_tell_either(sign_in: SignIn, planted: dict[str, Any]) -> None:
    client = sign_in("rep")
    for scenario in (planted["published"], planted["draft"]):
        for unit in range(6):
            answer = client.post(
                reverse("scenario_challenge", args=[scenario.public_id]), {"unit": unit, "reason": "x"}, headers={"HX-Request": "true"}
            )
            assert answer.status_code in {403, 404, 409, 422}
            assert "CANARY" not in answer.content.decode() + str(answer.headers)
