"""How many queries a list takes: a number that does not grow with its rows, kept in query_counts.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bailiwick_web.automation.services import create_rule
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Person
from bailiwick_web.core.organisation import services as organisation_services
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account
from bailiwick_web.exchange.webhooks.incoming import save_source
from bailiwick_web.exchange.webhooks.services import create_endpoint
from bailiwick_web.market.services import evidence, offers, swots
from bailiwick_web.outreach.services import cadences, campaigns, gifts, materials
from bailiwick_web.planning import services
from bailiwick_web.planning.models import Publication, Scenario
from bailiwick_web.reports import services as reports
from bailiwick_web.reports.asking import Definition

pytestmark = pytest.mark.django_db
BASELINE = Path(__file__).with_name("query_counts.json")
CUSTOMERS = (
    *("accounts", "accounts?q=acc", "locations", "contacts", "leads", "opportunities", "orders", "activities", "activity-series", "cases"),
    *("products", "product-lines", "pipelines", "stages", "competitors", "absences", "files", "fields"),
    *("needs-templates", "need-questions", "need-answers"),
)
LISTS = (
    "/api/v1/scenarios",
    "/api/v1/plans",
    "/api/v1/publications",
    "/api/v1/jobs",
    "/api/v1/history",
    "/api/v1/imports",
    "/api/v1/unit-sets",
    "/api/v1/nodes",
    "/api/v1/positions",
    "/api/v1/people",
    "/api/v1/staffings",
    "/api/v1/scenarios/{id}/moves",
    "/api/v1/scenarios/{id}/names",
    "/api/v1/scenarios/{id}/rules",
    "/api/v1/scenarios/{id}/runs",
    "/api/v1/scenarios/{id}/challenges",
    "/api/v1/scenarios/{id}/decisions",
    "/api/v1/scenarios/{id}/conflicts",
    *(f"/api/v1/{path}" for path in CUSTOMERS),
    "/api/v1/webhooks",
    "/api/v1/automations",
    "/webhooks/",
    "/webhooks/incoming/",
    "/rules/",
    *(
        f"/api/v1/{path}"
        for path in ("cadences", "enrolments", "call-list?who=contacts", "materials", "material-shares", "referrals", "gifts", "campaigns")
    ),
    *(
        "/cadences/",
        "/calls/?who=contacts",
        "/materials/",
        "/referrals/",
        "/thanks/",
        "/campaigns/",
        "/api/v1/campaigns/costs",
        "/customers/{account}/materials",
    ),
    "/api/v1/accounts/{account}/timeline",
    "/api/v1/accounts/{account}/product-fit",
    "/customers/{account}/needs",
    "/customers/{account}/needs/card",
    "/api/v1/reports",
    "/api/v1/report-fields",
    "/reports/",
    "/reports/build?subject=opportunity&group1=account&group2=rep&measure=sum:own_amount",
    "/reports/rows?subject=activity&measure=count",
    "/reports/funnel/",
    "/reports/goals/",
    "/api/v1/evidence",
    "/api/v1/offers",
    "/api/v1/swots",
    "/api/v1/utilisation",
    "/market/swot/",
    "/market/evidence/",
    "/market/offers/",
    "/market/team/",
    "/plans/",
    "/organisation/",
    "/scenarios/{id}/",
    "/scenarios/{id}/rules",
    "/scenarios/{id}/validator",
)


def counts(client: Client, scenario: Scenario) -> dict[str, int]:
    found = {}
    for address in LISTS:
        account = Account.objects.order_by("pk").first()
        path = address.replace("{id}", str(scenario.public_id)).replace("{account}", str(account.public_id if account else ""))
        assert client.get(path).status_code == 200, path  # the arrays of the scenario are in memory then
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        found[address] = len(queries)
    return found


def fill(actor: Actor, scenario: Scenario, west: Any, n: int, start: int) -> None:
    """More of everything that lists show."""
    for i in range(start, start + n):
        scenario.refresh_from_db()
        services.move_units(actor, scenario.public_id, [i], "P2", version=scenario.version)
        scenario.refresh_from_db()
        services.name_units(actor, scenario.public_id, [i], "P3", version=scenario.version, reason="r")
        scenario.refresh_from_db()
        rule = {"name": f"R{i}", "condition": f"sales > {i}", "territory": "P1"}
        services.save_rule(actor, scenario.public_id, version=scenario.version, **rule)
        services.branch(actor, scenario)
        services.start_run(actor, scenario)
        services.create_plan(actor, scenario.plan.unit_set, name=f"Plan {i}", balance={"sales": 0.1})
        organisation_services.add_node(actor, name=f"Node {i}", parent=west)
        job = organisation_services.add_position(actor, west, code=f"N{i}", name=f"Job {i}")
        person = organisation_services.add_person(actor, name=f"Person {i}", skills=["x"])
        organisation_services.staff(actor, person, position=job, valid_from=date(2020, 1, 1))
        fill_customers(actor, person, i)
        fill_connections(actor, i)


def fill_connections(actor: Actor, i: int) -> None:
    """One more endpoint, source and rule."""
    create_endpoint(actor, name=f"Hook {i}", url="https://example.org/hook")
    save_source(actor, name=f"Source {i}", mapping="email = mail")
    create_rule(actor, name=f"Rule {i}", trigger="lead.created", actions=[{"kind": "task", "tasks": "Call"}])


def fill_customers(actor: Actor, person: Person, i: int) -> None:
    """One more of everything that lists of customers show."""
    product = crm.catalogue.add(actor, crm.catalogue.PRODUCT, name=f"Product {i}")
    account = crm.customers.create_account(actor, name=f"Account {i}", external_ids={"erp": str(i)}, location={"lon": 0.1, "lat": 0.1})
    points = [{"channel": "email", "value": f"p{i}@example.org"}]
    contact = crm.people.create_contact(actor, account=account, name=f"Contact {i}", points=points)
    fill_needs(actor, i)
    rival = crm.catalogue.add(actor, crm.catalogue.COMPETITOR, name=f"Rival {i}")
    lines = [{"product": product, "price": 3}, {"text": "x", "price": 4}]
    rivals = [{"competitor": rival}]
    crm.deals.create_opportunity(actor, account=account, contact=contact, name=f"Deal {i}", lines=lines, competitors=rivals)
    crm.trading.create_order(actor, account=account, contact=contact, ordered_on="2026-01-01", lines=lines)
    crm.work.log_visit(actor, account, contact=contact)
    crm.series.create_series(actor, account=account, subject="Call", starts_on="2030-01-01")
    crm.cases.open_case(actor, account=account, contact=contact, subject="Case")
    crm.leads.create_lead(actor, company=f"Lead {i}", lon=0.1, lat=0.1)
    crm.naming.add_absence(actor, person=person, valid_from=date(2030, 1, 1), valid_until=date(2030, 1, 2))
    crm.fields.define_field(actor, record_type="account", key=f"f{i}", label=f"Field {i}")
    crm.attachments.attach(actor, account, "a.txt", [b"x"])
    given = {"source": "s", "dated_on": "2026-01-01", "effect": 0.1, "reason": "r"}
    evidence.create_evidence(actor, claim=f"Claim {i}", **given)
    offer = offers.create_offer(actor, name=f"Offer {i}", what="w", starts_on="2000-01-01", ends_on="2100-01-01")
    new = crm.customers.create_account(actor, name=f"New {i}")
    offers.make_offer(actor, offer.public_id, new.public_id)
    swots.begin(actor, "team", Node.objects.get(name=f"Node {i}").public_id)
    crm.work.create_activity(actor, kind="visit", subject="v", account=account, person=person, due_on=actor.now.date())
    reports.save(actor, name=f"Report {i}", definition=Definition("account"))
    fill_outreach(actor, account, i)


def fill_needs(actor: Actor, i: int) -> None:
    """One more template, question and product that answers it, and what every account says to it."""
    crm.catalogue.add(actor, crm.catalogue.PRODUCT, name=f"Answer {i}", needs=[f"need {i}"])
    template = crm.needs.create_template(actor, name=f"Template {i}")
    question = crm.needs.create_question(actor, template=template, text=f"Question {i}", need=f"need {i}")
    for account in Account.objects.all():
        crm.needs.create_answer(actor, account=account, question=question, value="yes")


def fill_outreach(actor: Actor, account: Account, i: int) -> None:
    """One more of everything that is done to reach out."""
    points = [{"channel": "phone", "value": f"+49 89 100{i}"}]
    contact = crm.people.create_contact(actor, account=account, name=f"Main {i}", is_main=True, points=points)
    cadence = cadences.create_cadence(actor, name=f"Cadence {i}", steps=[{"subject": "Call", "channel": "call"}])
    cadences.create_enrolment(actor, cadence=cadence, contact=contact)
    lead = crm.leads.create_lead(actor, company=f"Recommended {i}", referrer_account=account, lon=0.1, lat=0.1)
    crm.leads.convert_lead(actor, lead.public_id, version=lead.version)
    campaigns.create_campaign(actor, name=f"Campaign {i}", cost="5")
    crm.leads.create_lead(actor, company=f"Won by {i}", campaign=f"campaign {i}", lon=0.1, lat=0.1)
    gifts.log_gift(actor, contact, what="Tea", amount="5")
    material = materials.create_material(actor, "a.txt", [b"x"], name=f"Material {i}")
    materials.share(actor, material, account, by="visit")


def test_lists_take_as_many_queries_as_are_kept(
    sign_in: Callable[[str], Client], planner: Actor, scenario: Scenario, organisation: Any
) -> None:
    client, west = sign_in("planner"), organisation["west"]
    Publication.objects.create(plan=scenario.plan, scenario=scenario, valid_from=planner.now, published_at=planner.now)
    fill(planner, scenario, west, 2, 0)
    few = counts(client, scenario)
    fill(planner, scenario, west, 6, 2)
    many = counts(client, scenario)
    assert Person.objects.count() > 8
    growing = {address: (few[address], many[address]) for address in LISTS if many[address] > few[address]}
    assert growing == {}, "these ask once more for every row"
    if not BASELINE.exists():
        BASELINE.write_text(json.dumps(many, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    kept = json.loads(BASELINE.read_text(encoding="utf-8"))
    worse = {address: (kept.get(address), many[address]) for address in LISTS if many[address] > kept.get(address, 0)}
    assert worse == {}, "more queries than were kept: mend it, or delete query_counts.json, run again and read the difference"
    assert max(count for address, count in kept.items() if address.startswith("/api/v1/") and "{id}" not in address) <= 8
