"""A team without another system says what it sells and how it works, and types its orders in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crm_world import put_into_force
from django.test import Client
from django.urls import reverse
from report_world import ground

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.crm import models as m
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.views.sheets import SHEETS
from bailiwick_web.planning.models import Scenario
from bailiwick_web.reports.asking import asked
from bailiwick_web.reports.computing import run
from bailiwick_web.reports.ready import ready_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]
HX = {"HX-Request": "true"}
NEW: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "products": ({"name": "Beans", "code": "B-1", "is_active": "on"}, {"name": "Good beans", "unit": "kg"}),
    "product-lines": ({"name": "Coffee", "code": "C"}, {"name": "Coffees"}),
    "competitors": ({"name": "Bean Barons", "tags": "cheap, near"}, {"name": "Bean Dukes"}),
    "needs-templates": ({"name": "First talk", "is_active": "on"}, {"name": "Second talk"}),
    "pipelines": ({"name": "Renewals", "place": 3, "is_active": "on"}, {"name": "Renewal", "place": 3}),
    "reasons": ({"kind": "lost", "label": "Taste", "place": 1, "is_active": "on"}, {"kind": "lost", "label": "Bad taste", "place": 1}),
    "criteria": ({"part": "need", "least_grade": 2, "is_active": "on"}, {"part": "need", "least_grade": 3, "is_active": "on"}),
    "service-levels": (
        {"priority": "high", "respond_hours": "1.5", "solve_hours": "24"},
        {"priority": "high", "respond_hours": "2", "solve_hours": "24"},
    ),
    "fields": (
        {"record_type": "account", "label": "Loading dock", "key": "loading_dock", "kind": "yes-no", "place": 0, "is_active": "on"},
        {"label": "Has a dock", "place": 2},
    ),
}
"""What is typed in, and how it is changed."""


def send(client: Client, to: str, /, *args: Any, **data: Any) -> int:
    return client.post(reverse(to, args=args), data, headers=HX).status_code


def shown(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, (name, args)
    return answer.content.decode()


@pytest.mark.parametrize("kind", NEW)
def test_every_list_is_added_to_shown_and_changed(sign_in: SignIn, kind: str) -> None:
    client, sheet = sign_in("planner"), SHEETS[kind]
    new, changed = NEW[kind]
    assert send(client, "add_to_catalogue", kind, **new) == 204
    record: Any = sheet.model._default_manager.latest("pk")
    assert reverse("catalogue_entry", args=[kind, record.public_id]) in shown(client, "catalogue_list", kind)
    assert send(client, "change_catalogue", kind, record.public_id, act="change", version=1, **changed) == 204
    fresh: Any = sheet.model._default_manager.get(pk=record.pk)
    assert fresh.version == 2
    word = str(next((v for k, v in changed.items() if k in {"name", "label"}), ""))
    assert word in shown(client, "catalogue_entry", kind, record.public_id)
    assert send(client, "change_catalogue", kind, record.public_id, act="change", version=1, **changed) == 412
    assert AuditEntry.objects.filter(record_id=str(record.public_id), action__endswith=".changed").exists()
    archived = send(client, "change_catalogue", kind, record.public_id, act="archive", version=2)
    assert archived == (204 if sheet.can_go else 422)


def test_values_are_kept_as_the_services_take_them(sign_in: SignIn, planner: Actor) -> None:
    client, pipeline = sign_in("planner"), crm.catalogue.default_pipeline(planner)
    stage = {"pipeline": str(pipeline.public_id), "name": "Trial", "kind": "open", "place": 9, "percent": 60, "most_days": 7}
    assert send(client, "add_to_catalogue", "stages", **stage) == 204
    made = m.Stage.objects.get(name="Trial")
    assert (made.probability, made.most_days, made.keeps_rep) == (0.6, 7, False)
    assert 'value="60"' in shown(client, "catalogue_entry", "stages", made.public_id)
    assert send(client, "add_to_catalogue", "service-levels", **NEW["service-levels"][0]) == 204
    level = m.ServiceLevel.objects.get()
    assert (level.respond_minutes, level.solve_minutes) == (90, 1_440)
    assert send(client, "add_to_catalogue", "rates", currency="EUR", rate="1.1", on="2026-01-01") == 204
    assert "1.1" in shown(client, "catalogue_list", "rates")
    assert client.get("/catalogue/rates/01900000-0000-7000-8000-000000000000/").status_code == 404
    assert "First answer within" in shown(client, "catalogue_list", "service-levels")


def test_a_product_has_prices_and_is_found(sign_in: SignIn, planner: Actor) -> None:
    client = sign_in("planner")
    product = crm.catalogue.add(planner, crm.catalogue.PRODUCT, name="Beans", code="B-1")
    crm.catalogue.add(planner, crm.catalogue.PRODUCT, name="Oats")
    for version, data in enumerate(({"amount": "4.50"}, {"amount": "4", "least_quantity": "100", "valid_from": "2026-01-01"}), start=1):
        sent = send(client, "change_catalogue", "products", product.public_id, act="add-price", version=version, currency="usd", **data)
        assert sent == 204
    assert [(p.amount, p.currency, p.book) for p in product.prices.all()] == [
        (Decimal("4.5"), "USD", "standard"),
        (Decimal(4), "USD", "standard"),
    ]
    dropped = product.prices.get(amount=4)
    assert send(client, "change_catalogue", "products", product.public_id, act="drop-price", version=3, price=dropped.pk) == 204
    assert product.prices.get().amount == Decimal("4.5")
    listed = client.get(reverse("catalogue_list", args=["products"]) + "?q=b-1").content.decode()
    assert "Beans" in listed
    assert "Oats" not in listed
    assert "4.5 USD" in listed


def test_where_competitors_are_is_said_by_reps_and_counts_for_the_territory(sign_in: SignIn, act: Act, scenario: Scenario) -> None:
    put_into_force(act, scenario)
    client = sign_in("rep")
    rival = crm.catalogue.add(act("rep"), crm.catalogue.COMPETITOR, name="Bean Barons")
    new = {"competitor": str(rival.public_id), "territory_code": "P1", "strength": 4, "on": "2026-11-01", "source": "a customer"}
    assert send(client, "add_to_catalogue", "presences", **new) == 204
    made = m.CompetitorPresence.objects.get()
    assert (made.layer, made.territory_code, made.strength, made.on) == ("base", "P1", 4, date(2026, 11, 1))
    assert send(client, "add_to_catalogue", "presences", **{**new, "territory_code": "P3"}) == 422, "a territory of others is not offered"


@pytest.mark.parametrize("kind", SHEETS)
def test_who_may_not_write_reads(sign_in: SignIn, planner: Actor, kind: str) -> None:
    """Reps read what planners keep; viewers read all of it."""
    is_for_reps = kind in {"competitors", "presences"}
    for role, may in (("rep", is_for_reps), ("viewer", False)):
        page = shown(sign_in(role), "catalogue_list", kind)
        assert (reverse("add_to_catalogue", args=[kind]) in page) is may
        if not may:
            assert send(sign_in(role), "add_to_catalogue", kind, name="x") == 403
    product = crm.catalogue.add(planner, crm.catalogue.PRODUCT, name="Beans")
    change = ("change_catalogue", "products", product.public_id)
    assert send(sign_in("rep"), *change, act="change", version=1, name="x") == 403
    assert 'value="change"' not in shown(sign_in("rep"), "catalogue_entry", "products", product.public_id)


@pytest.fixture
def west(act: Act, scenario: Scenario) -> m.Account:
    """A customer of the rep."""
    put_into_force(act, scenario)
    return crm.customers.create_account(act("rep"), name="West", code="W-1", location={"lon": 0, "lat": 0})


def test_an_order_is_typed_in_with_lines_and_a_return(sign_in: SignIn, planner: Actor, west: m.Account) -> None:
    client, beans = sign_in("rep"), crm.catalogue.add(planner, crm.catalogue.PRODUCT, name="Beans")
    head = {"account": str(west.public_id), "number": "A-1", "ordered_on": planner.now.date(), "state": "open", "currency": "USD"}
    lines = {
        "line0-product": str(beans.public_id),
        "line0-quantity": "3",
        "line0-price": "10",
        "line0-discount": "10",
        "line1-text": "Cup",
        "line1-quantity": "-1",
        "line1-price": "2",
    }
    assert send(client, "new_order", **head, **lines) == 204
    order = m.Order.objects.get()
    assert (order.amount, order.territory.code if order.territory else "", order.lines.count()) == (Decimal(25), "P1", 2)
    page = shown(client, "order", order.public_id)
    assert "$25.00" in page
    assert reverse("order", args=[order.public_id]) in shown(client, "customer", west.public_id)
    change = ("change_order", order.public_id)
    assert send(client, *change, act="add-line", version=1, text="Filter", quantity="2", price="1") == 204
    assert send(client, *change, act="drop-line", version=2, line="1") == 204
    order.refresh_from_db()
    assert (order.amount, [line.text or str(line.product) for line in order.lines.all()]) == (Decimal(29), ["Beans", "Filter"])
    assert (
        send(client, *change, act="change", version=3, number="A-2", ordered_on=planner.now.date(), state="delivered", currency="USD")
        == 204
    )
    assert send(client, *change, act="archive", version=3) == 412
    assert send(client, *change, act="archive", version=4) == 204
    assert client.get(reverse("order", args=[order.public_id])).status_code == 404


def test_an_order_without_lines_has_an_amount(sign_in: SignIn, west: m.Account) -> None:
    client = sign_in("rep")
    head = {"account": str(west.public_id), "ordered_on": "2026-11-01", "state": "open"}
    assert send(client, "new_order", **head) == 422
    assert send(client, "new_order", **head, amount="12.50") == 204
    assert m.Order.objects.get().house_amount == Decimal("12.50")
    assert "New order" in client.get(reverse("new_order")).content.decode()


def test_what_somebody_prefers_is_kept_and_counts(sign_in: SignIn, act: Act, west: m.Account) -> None:
    contact = crm.people.create_contact(act("rep"), account=west, name="Jo", points=[{"channel": "email", "value": "jo@west.com"}])
    client = sign_in("rep")
    change = ("change_contact", contact.public_id)
    assert send(client, *change, act="prefer", version=1, channel="phone", wanted="yes", when="mornings") == 204
    assert send(client, *change, act="prefer", version=2, channel="email", wanted="no") == 204
    contact.refresh_from_db()
    assert contact.preferences == {
        "phone": {"wanted": True, "when": "mornings", "note": ""},
        "email": {"wanted": False, "when": "", "note": ""},
    }
    page = shown(client, "contact", contact.public_id)
    assert "mornings" in page
    assert "not like that" in page
    assert send(client, *change, act="forget-preference", version=3, channel="email") == 204
    contact.refresh_from_db()
    assert set(contact.preferences) == {"phone"}


def test_what_a_recommendation_brought(sign_in: SignIn, act: Act, west: m.Account) -> None:
    client, rep = sign_in("rep"), act("rep")
    east = crm.customers.create_account(act("planner"), name="East", location={"lon": 4, "lat": 0})
    m.Account.objects.filter(pk=east.pk).update(created_by=None)
    place = {"city": "", "country": "", "company": "Friend"}
    form = client.get(reverse("new_lead") + f"?account={west.public_id}").content.decode()
    assert 'value="West"' in form
    assert send(client, "new_lead", **place, account=str(west.public_id), recommended_by="West", campaign="Autumn") == 204
    lead = m.Lead.objects.get()
    assert (lead.referrer_account, lead.campaign) == (west, "Autumn")
    assert send(client, "change_lead", lead.public_id, act="change", version=1, company="Friend", recommended_by="East") == 422, (
        "is not seen"
    )
    assert send(client, "change_lead", lead.public_id, act="change", version=1, company="Friends", recommended_by="w-2") == 422
    assert send(client, "change_lead", lead.public_id, act="change", version=1, company="Friends", recommended_by="W-1") == 204
    made = crm.leads.convert_lead(rep, lead.public_id, version=2, deal_name="Beans")
    assert made.opportunity is not None
    deal = crm.deals.change_opportunity(rep, made.opportunity.public_id, version=1, amount="500")
    won = m.Stage.objects.get(pipeline=deal.pipeline, kind="won")
    crm.deals.move_to_stage(rep, deal.public_id, version=deal.version, stage=won)
    page = shown(client, "customer", west.public_id)
    assert "Recommendations" in page
    assert "$500" in page
    found = run(ground(rep), asked(rep, ready_of("recommendations").definition))
    assert [row.values for row in found.rows] == [("West", 1, 1.0, Decimal(500))]
