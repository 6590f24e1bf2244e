"""Many records that change at once are changed, recorded, told, derived and refused as one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crm_world import put_into_force
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed, Stale, VersionNeeded
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Contact, PositionLimit, Product, ProductLine, Stage
from bailiwick_web.crm.services import many
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def rows_now() -> dict[str, list[str]]:
    """Every row of every table, without its keys."""
    found = {}
    for model in apps.get_models():
        if model.__module__.startswith("bailiwick_web"):
            fields = [f.attname for f in model._meta.concrete_fields if not f.primary_key and f.name != "public_id"]
            found[model.__name__] = [_plain(dict(zip(fields, row, strict=True))) for row in model._default_manager.values_list(*fields)]
    return found


def _plain(row: dict[str, Any]) -> str:
    return str({name: value.normalize() if isinstance(value, Decimal) else value for name, value in row.items()})


def masked(rows: dict[str, list[str]], known: set[str]) -> dict[str, list[str]]:
    """Without the identifiers that a run makes: no two runs have them in common."""
    return {name: sorted(UUID.sub(lambda m: m[0] if m[0] in known else "new", row) for row in kept) for name, kept in rows.items()}


def same(one_by_one: Callable[[], None], at_once: Callable[[], None]) -> dict[str, list[str]]:
    """Do something one by one, look, take it back, do it at once, look: the same in every table."""
    before = rows_now()
    known = {match for rows in before.values() for row in rows for match in UUID.findall(row)}
    with transaction.atomic():
        one_by_one()
        alone = rows_now()
        transaction.set_rollback(True)
    assert rows_now() == before, "what was done one by one was not taken back, so that the comparison shows nothing"
    assert alone != before, "nothing was done"
    at_once()
    together = masked(rows_now(), known)
    for name, rows in masked(alone, known).items():
        assert together[name] == rows, name
    return together


@pytest.fixture
def actor(act: Act, scenario: Scenario) -> Actor:
    put_into_force(act, scenario)
    return act("planner")


def accounts_of(actor: Actor, n: int = 3) -> list[Account]:
    made = [crm.customers.create_account(actor, name=f"A{i}", website=f"a{i}.com", location={"lon": i, "lat": 0}) for i in range(n)]
    return [Account.objects.get(pk=account.pk) for account in made]


def changes_of(records: Sequence[Any], *values: dict[str, Any], kind: Any = many.Change, **more: Any) -> list[Any]:
    ids = [{"erp": f"{record.pk}"} if i == 0 else {} for i, record in enumerate(records)]
    return [kind(r.public_id, r.version, v, known, **more) for r, v, known in zip(records, values, ids, strict=True)]


def run(actor: Actor, service: Callable[..., Any], changes: Sequence[Any], **renamed: str) -> None:
    for change in changes:
        extra = {name: getattr(change, name) for name in ("points", "lines") if hasattr(change, name)}
        service(actor, change.public_id, version=change.version, external_ids=dict(change.ids), **extra, **change.values)


def test_accounts_with_their_families(actor: Actor) -> None:
    first, second, third = accounts_of(actor)
    crm.customers.change_account(actor, third.public_id, version=third.version, parent=second)
    third.refresh_from_db()
    values = ({"name": "Neu", "website": "https://neu.de", "employees": 7}, {"parent": first, "name": "A1"}, {"phone": "1", "tags": ["x"]})
    changes = changes_of([first, second, third], *values)
    same(lambda: run(actor, crm.customers.change_account, changes), lambda: many.change_accounts(actor, changes) and None)
    third.refresh_from_db()
    assert (third.family, Account.objects.get(pk=second.pk).family) == (first, first)
    circle = changes_of([Account.objects.get(pk=first.pk)], {"parent": third})
    with pytest.raises(Conflict, match="above itself"):
        many.change_accounts(actor, circle)


def test_addresses_move_their_accounts(actor: Actor) -> None:
    places = [account.locations.get() for account in accounts_of(actor)]
    values = ({"lon": 4, "lat": 0}, {"city": "Boston", "region": "MA"}, {"label": "Yard"})
    changes = [many.Change(place.public_id, place.version, v) for place, v in zip(places, values, strict=True)]
    told = same(
        lambda: [crm.customers.change_location(actor, c.public_id, version=c.version, **c.values) for c in changes] and None,
        lambda: many.change_locations(actor, changes) and None,
    )
    assert len(told["Handover"]) > 0


def test_contacts_by_reference(actor: Actor) -> None:
    account = accounts_of(actor, 1)[0]
    mail = {"channel": "email", "value": "jo@x.com"}
    made = [crm.people.create_contact(actor, account=account, name=f"Jo {i}", points=[mail]) for i in range(4)]
    fresh = [Contact.objects.get(pk=contact.pk) for contact in made]
    phone = {"channel": "phone", "value": "+49 1"}
    points = ([mail, phone], [phone], None, [mail])
    values = ({"first_name": "Max"}, {}, {"job_title": "Boss", "description": ""}, {})
    pairs = zip(fresh, values, points, strict=True)
    changes = [many.ContactChange(c.public_id, c.version, v, {"erp": str(c.pk)}, p) for c, v, p in pairs]
    told = same(lambda: run(actor, crm.people.change_contact, changes), lambda: many.change_contacts(actor, changes) and None)
    assert not any("Boss" in entry for entry in told["AuditEntry"])
    crm.privacy.erase(actor_like(actor, "administrator"), made[0].public_id, version=2, reason="asked")
    with pytest.raises(Missing):  # who was erased lies in the bin
        many.change_contacts(actor, [many.ContactChange(made[0].public_id, 3, {"first_name": "Zoe"})])


def actor_like(actor: Actor, role: str) -> Actor:
    from bailiwick_web.core.models import User

    return Actor(User.objects.get(role=role), actor.now, actor.request_id)


@pytest.mark.parametrize("has_limit", [False, True])
def test_leads_go_where_they_belong(actor: Actor, has_limit: bool) -> None:
    made = [crm.leads.create_lead(actor, company=f"L{i}", lon=0, lat=0) for i in range(3)]
    if has_limit:
        assert made[0].position is not None
        PositionLimit.objects.create(position=made[0].position, most_open_leads=2, **stamped(actor))
    fresh = [type(lead).objects.get(pk=lead.pk) for lead in made]
    changes = changes_of(fresh, {"lon": 4, "lat": 0}, {"status": "working"}, {"city": "Boston", "region": "MA", "email": "x@y.com"})
    same(lambda: run(actor, crm.leads.change_lead, changes), lambda: many.change_leads(actor, changes) and None)
    with pytest.raises(Conflict, match="Not qualified"):
        many.change_leads(actor, changes_of([type(made[0]).objects.get(pk=made[0].pk)], {"status": "qualified"}))


def test_deals_and_their_products(actor: Actor) -> None:
    account = accounts_of(actor, 1)[0]
    crm.money.set_rate(actor, currency="EUR", on=date(2020, 1, 1), rate="1.1")
    made = [crm.deals.create_opportunity(actor, account=account, name=f"D{i}", amount=100) for i in range(3)]
    fresh = [type(deal).objects.get(pk=deal.pk) for deal in made]
    lines = [{"text": "Widget", "quantity": 2, "price": 7}]
    pairs = zip(fresh, ({"currency": "EUR", "amount": "12"}, {"close_on": "2030-01-01"}, {}), (None, lines, lines), strict=True)
    changes = [many.DealChange(d.public_id, d.version, v, {"erp": str(d.pk)}, li) for d, v, li in pairs]
    same(lambda: run(actor, crm.deals.change_opportunity, changes), lambda: many.change_opportunities(actor, changes) and None)
    with pytest.raises(Invalid, match="by a move"):
        many.change_opportunities(actor, [many.DealChange(fresh[0].public_id, 2, {"stage": Stage.objects.first()})])


def test_orders_and_their_lines(actor: Actor) -> None:
    account = accounts_of(actor, 1)[0]
    crm.money.set_rate(actor, currency="EUR", on=date(2020, 1, 1), rate="1.1")
    lines = [{"text": "Widget", "quantity": 2, "price": 7}]
    made = [crm.trading.create_order(actor, account=account, number=f"O{i}", ordered_on="2026-01-01", lines=lines) for i in range(4)]
    fresh = [type(order).objects.get(pk=order.pk) for order in made]
    values = ({"ordered_on": "2026-02-01"}, {"currency": "EUR"}, {}, {"state": "open"})
    pairs = zip(fresh, values, (None, None, [*lines, {"text": "Nut", "price": 1}], lines), strict=True)
    changes = [many.OrderChange(o.public_id, o.version, v, {}, li) for o, v, li in pairs]
    same(lambda: run(actor, crm.trading.change_order, changes), lambda: many.change_orders(actor, changes) and None)
    with pytest.raises(Invalid, match="add up"):
        many.change_orders(actor, [many.OrderChange(fresh[3].public_id, fresh[3].version, {"amount": 3})])


def test_activities_and_cases_on_the_timeline(actor: Actor) -> None:
    account, other, _third = accounts_of(actor)
    visit = crm.work.log_visit(actor, account, subject="Visit", done_at="2026-01-01T10:00Z")
    call = crm.work.create_activity(actor, account=account, kind="call", subject="Call", due_on="2026-01-01")
    task = crm.work.create_activity(actor, account=other, kind="task", subject="Task")
    fresh = [type(a).objects.get(pk=a.pk) for a in (visit, call, task)]
    changes = changes_of(
        fresh, {"subject": "Visited", "outcome": "ok"}, {"state": "done", "done_at": "2026-01-02T10:00Z"}, {"subject": "T"}
    )
    same(lambda: run(actor, crm.work.change_activity, changes), lambda: many.change_activities(actor, changes) and None)
    opened = [crm.cases.open_case(actor, account=account, subject=f"C{i}") for i in range(2)]
    moved = changes_of([type(case).objects.get(pk=case.pk) for case in opened], {"priority": "urgent"}, {"subject": "D", "text": "e"})
    same(lambda: run(actor, crm.cases.change_case, moved), lambda: many.change_cases(actor, moved) and None)


def test_products_and_prices(actor: Actor) -> None:
    from bailiwick_web.crm.services import catalogue

    line = catalogue.add(actor, catalogue.PRODUCT_LINE, name="Line")
    made = [catalogue.add(actor, catalogue.PRODUCT, name=f"P{i}") for i in range(2)]
    changes = [many.Change(p.public_id, 1, v) for p, v in zip(made, ({"name": "New", "line": line}, {"unit": "kg"}), strict=True)]
    same(
        lambda: [catalogue.change(actor, catalogue.PRODUCT, c.public_id, version=1, **c.values) for c in changes] and None,
        lambda: many.change_products(actor, changes) and None,
    )
    prices = [many.Change(p.public_id, 2, {"prices": [{"amount": 3 + i, "currency": "EUR"}]}) for i, p in enumerate(made)]
    same(
        lambda: [catalogue.set_prices(actor, c.public_id, version=2, prices=c.values["prices"]) for c in prices] and None,
        lambda: many.set_prices(actor, prices) and None,
    )
    assert (Product.objects.get(name="New").line, ProductLine.objects.count()) == (line, 1)


def test_refused_as_one_by_one_and_nothing_is_changed(act: Act, actor: Actor) -> None:
    first, second, _third = accounts_of(actor)
    before = rows_now()
    good = many.Change(first.public_id, first.version, {"name": "New"})
    refused = (
        (act("viewer"), many.Change(second.public_id, second.version, {"name": "x"}), NotAllowed),
        (actor, many.Change(second.public_id, second.version - 1, {"name": "x"}), Stale),
        (actor, many.Change(second.public_id, None, {"name": "x"}), VersionNeeded),
        (actor, many.Change(second.public_id, second.version, {"name": ""}), Invalid),
        (actor, many.Change(second.public_id, second.version, {"search_text": "x"}), Invalid),
        (actor, many.Change(second.public_id, second.version, {"name": "x"}, {"erp": "1"}), Conflict),
        (act("rep"), many.Change(accounts_of_east(actor).public_id, 1, {"name": "x"}), Missing),
    )
    many.change_accounts(actor, [many.Change(_third.public_id, _third.version, {}, {"erp": "1"})])
    before = rows_now()
    for who, change, error in refused:
        with pytest.raises(error):
            many.change_accounts(who, [good, change])
        assert rows_now() == before, error


def accounts_of_east(actor: Actor) -> Account:
    return crm.customers.create_account(actor, name="East", location={"lon": 4, "lat": 0})


def test_questions_do_not_grow_with_the_records(actor: Actor) -> None:
    asked = []
    for n in (2, 40):
        accounts = accounts_of(actor, n)
        changes = [many.Change(a.public_id, a.version, {"phone": f"{n}", "industry": "x"}) for a in accounts]
        with CaptureQueriesContext(
            connection,
        ) as caught:
            many.change_accounts(actor, changes)
        asked.append(len([q for q in caught.captured_queries if "SAVEPOINT" not in q["sql"]]))
    writes = 38 if connection.vendor == "sqlite" else 0  # executemany is a statement a row there, without a question
    assert asked[1] <= asked[0] + writes + 2, asked
