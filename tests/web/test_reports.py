"""Reports: what they count, of whom, in which currency and zone; nothing outside the scope and nothing that is not in the list."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from crm_world import put_into_force
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from report_world import answer, ground, lines, world

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid, NotAllowed
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Activity, Opportunity, Order
from bailiwick_web.planning.models import Scenario
from bailiwick_web.reports import periods
from bailiwick_web.reports.asking import Definition, Filter, Group, Measure, asked, from_json, from_query
from bailiwick_web.reports.computing import behind, run
from bailiwick_web.reports.operators import OPERATORS
from bailiwick_web.reports.registry import SUBJECTS

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]
COUNT = Measure("count")
BY_SEGMENT = Definition("opportunity", groups=(Group("account_segment"),), measures=(COUNT, Measure("sum", "amount")))
VALUES = {
    "is": ("CANARY-SEGMENT",),
    "is_not": ("x",),
    "contains": ("CANARY",),
    "lacks": ("x",),
    "equals": ("1",),
    "least": ("0",),
    "most": ("1000000",),
    "last": ("10 years",),
    "not_last": ("1 day",),
    "next": ("10 years",),
    "this": ("year",),
    "previous": ("year",),
}


@pytest.fixture
def made(act: Act, scenario: Scenario, planner: Actor) -> dict[str, Any]:
    put_into_force(act, scenario)
    return world(planner)


def test_groups_count_and_add_up_and_the_total_is_of_all(made: dict[str, Any], planner: Actor) -> None:
    found = answer(planner, BY_SEGMENT)
    assert lines(found) == [("Retail", 3, Decimal(600)), ("CANARY-SEGMENT", 1, Decimal(1000))]
    assert found.totals[0].values == (None, 4, Decimal(1600))
    everything = (*(Measure(what, "amount") for what in ("sum", "mean", "min", "max")), Measure("distinct", "account"), Measure("share"))
    whole = answer(planner, Definition("opportunity", groups=(Group("territory"),), measures=everything, sort="m0"))
    assert lines(whole) == [("Rep P1", 600, 200.0, 100, 300, 1, 0.75), ("Rep P3", 1000, 1000.0, 1000, 1000, 1, 0.25)]


def test_the_scope_is_that_of_whoever_looks(made: dict[str, Any], act: Act) -> None:
    assert lines(answer(act("manager"), BY_SEGMENT)) == [("Retail", 3, Decimal(600))]
    assert lines(answer(act("rep"), BY_SEGMENT)) == [("Retail", 3, Decimal(600))]
    assert answer(act("viewer"), BY_SEGMENT).totals[0].values == (None, 0, None)


def questions(key: str) -> list[Definition]:
    """Every field of a type of records, by every way: listed, sorted, grouped, measured, filtered by every operator."""
    found = []
    for name, field in SUBJECTS[key].picked.items():
        found.append(Definition(key, columns=(name,), sort=name))
        if field.is_measured:
            found.append(Definition(key, measures=tuple(Measure(w, name) for w in ("sum", "mean", "min", "max"))))
        else:
            found.append(Definition(key, groups=(Group(name),), measures=(COUNT, Measure("distinct", name)), sort="-g0"))
        found += [Definition(key, (Filter(name, op, _values(field, op)),), columns=SUBJECTS[key].columns) for op in OPERATORS[field.kind]]
    return found


def _values(field: Any, op: str) -> tuple[str, ...]:
    if field.kind == "record" and op in {"is", "is_not"}:
        return ("me",)
    if field.kind == "choice" and op in {"is", "is_not"}:
        return (field.choices[0][0],)
    if op == "between":
        return ("2000-01-01", "2100-01-01") if field.is_dated else ("0", "10000000")
    return VALUES.get(op, ())


def test_no_field_by_any_way_tells_of_what_is_not_seen(made: dict[str, Any], act: Act, planner: Actor) -> None:
    plant(made)
    rep = ground(act("rep"))
    for key, subject in SUBJECTS.items():
        seen = 0
        for wanted in questions(key):
            if "origin" in str(wanted):
                continue  # is refused to reps, see below
            found = run(rep, asked(rep.actor, wanted))
            assert "CANARY" not in json.dumps([found.columns, found.rows, found.totals, found.notes], default=str), wanted
            seen += len(found.rows)
        assert seen > 10, f"nothing of {key} was seen, so nothing was proved"
        everything = run(ground(planner), asked(planner, Definition(key, columns=subject.columns)))
        assert "CANARY" in json.dumps([row.values for row in everything.rows], default=str), f"the marks are not in {key}"


def plant(made: dict[str, Any]) -> None:
    """One of everything for both accounts, with marks in East; a call of the rep's at the account of East, which stays unseen."""
    actor: Actor = made["actor"]
    for account, mark in ((made["west"], "Plain"), (made["east"], "CANARY")):
        lon = account.locations.get().lon
        crm.people.create_contact(actor, account=account, name=f"{mark} Contact", job_title=mark)
        product = crm.catalogue.add(actor, crm.catalogue.PRODUCT, name=f"{mark} product")
        order = crm.trading.create_order(
            actor, account=account, number=mark, ordered_on="2026-01-01", lines=[{"product": product, "price": 3}]
        )
        Order.objects.filter(pk=order.pk).update(number=mark)
        crm.work.log_visit(actor, account, subject=mark)
        crm.cases.open_case(actor, account=account, subject=mark)
        crm.leads.create_lead(actor, company=mark, source=mark, lon=lon, lat=0)
    Account.objects.filter(pk=made["east"].pk).update(tier="CANARY", industry="CANARY")


def test_what_is_seen_as_ones_own_tells_nothing_of_an_account_that_is_not_seen(
    made: dict[str, Any], act: Act, users: dict[str, Any]
) -> None:
    person = users["rep"].person
    Activity.objects.create(
        account=made["east"], kind="call", state="done", subject="Mine", person=person, created_at=timezone.now(), changed_at=timezone.now()
    )
    wanted = Definition("activity", groups=(Group("account_segment"),), measures=(COUNT,))
    assert lines(answer(act("rep"), wanted)) == [(None, 1)]
    asked_for = Filter("account_segment", "is", ("CANARY-SEGMENT",))
    assert answer(act("rep"), Definition("activity", (asked_for,), measures=(COUNT,))).totals[0].values == (0,), "an oracle by filter"
    assert answer(act("rep"), Definition("activity", groups=(Group("account_city"),))).rows[0].values[0] is None


HIDDEN = (
    *(
        "personal_notes__text",
        "personal_notes",
        "account__name",
        "search_text",
        "description",
        "contact__points__value",
        "created_by__password",
    ),
    *("password", "bant", "routing", "preferences", "pk", "id", "fields__secret", "free.secret", "free.a' OR 1=1 --", "consents__wording"),
)


def test_what_is_not_in_the_list_cannot_be_reached(planner: Actor) -> None:
    for key in SUBJECTS:
        for name in HIDDEN:
            ways = (
                Definition(key, columns=(name,)),
                Definition(key, (Filter(name, "contains", ("a",)),)),
                Definition(key, groups=(Group(name),)),
                Definition(key, measures=(Measure("distinct", name),)),
            )
            for wanted in ways:
                with pytest.raises(Invalid, match="no field"):
                    asked(planner, wanted)
            assert asked(planner, Definition(key, sort=name)).definition.sort == "", "an order by it is no order"


def test_a_field_for_few_is_refused_to_others_by_every_way(made: dict[str, Any], act: Act, planner: Actor) -> None:
    ways = (
        Definition("account", columns=("origin",)),
        Definition("account", (Filter("origin", "known"),)),
        Definition("account", groups=(Group("origin"),)),
        Definition("account", measures=(Measure("distinct", "origin"),)),
    )
    for wanted in ways:
        asked(planner, wanted)
        with pytest.raises(NotAllowed, match="Where it came from"):
            asked(act("rep"), wanted)


def test_free_fields_are_asked_while_they_are_in_use(made: dict[str, Any], planner: Actor) -> None:
    field = crm.fields.define_field(planner, record_type="account", key="score", label="Score", kind="number")
    crm.fields.define_field(planner, record_type="account", key="since", label="Since", kind="date")
    crm.fields.define_field(planner, record_type="account", key="vip", label="VIP", kind="yes-no")
    Account.objects.filter(pk=made["west"].pk).update(fields={"score": 7.5, "since": "2026-03-31", "vip": True})
    Account.objects.filter(pk=made["east"].pk).update(fields={"score": "seven", "since": "soon", "vip": False})
    listed = answer(planner, Definition("account", columns=("account", "free.score", "free.since", "free.vip"), sort="account"))
    assert lines(listed) == [("Acme", 7.5, date(2026, 3, 31), True), ("CANARY-ACCOUNT", None, None, False)]
    total = answer(planner, Definition("account", (Filter("free.vip", "yes"),), measures=(Measure("sum", "free.score"),)))
    assert total.totals[0].values == (7.5,)
    crm.fields.change_field(planner, field.public_id, version=field.version, is_active=False)
    with pytest.raises(Invalid, match="no field"):
        asked(planner, Definition("account", columns=("free.score",)))


def test_unlike_currencies_are_never_added(made: dict[str, Any], planner: Actor) -> None:
    crm.money.set_rate(planner, currency="EUR", on=date(2020, 1, 1), rate="1.5")
    crm.deals.create_opportunity(made["actor"], account=made["west"], name="Euro", amount=10, currency="EUR")
    apart = answer(planner, Definition("opportunity", groups=(Group("account_segment"),), measures=(Measure("sum", "own_amount"),)))
    assert sorted(lines(apart)) == [
        ("CANARY-SEGMENT", "USD", Decimal(1000)),
        ("Retail", "EUR", Decimal(10)),
        ("Retail", "USD", Decimal(600)),
    ]
    assert [row.values for row in apart.totals] == [(None, "EUR", Decimal(10)), (None, "USD", Decimal(1600))]
    assert any("unlike currencies" in note for note in apart.notes)
    assert answer(planner, BY_SEGMENT).totals[0].values == (None, 5, Decimal(1615))
    with pytest.raises(Invalid, match="unlike currencies"):
        asked(planner, Definition("opportunity", groups=(Group("stage"),), measures=(Measure("share", "own_amount"),)))
    Opportunity.objects.filter(name="Euro").update(house_amount=None, rate=None)
    assert any(note.startswith("1 amount is in no sum") for note in answer(planner, BY_SEGMENT).notes)


@pytest.mark.parametrize("role", ["planner", "rep"])
def test_behind_every_group_stand_as_many_records_as_it_counts(made: dict[str, Any], act: Act, role: str) -> None:
    plant(made)
    place, tried = ground(act(role), "America/New_York"), 0
    for key, subject in SUBJECTS.items():
        for name, field in subject.picked.items():
            if field.is_measured or not place.actor.may(field.right):
                continue
            question = asked(place.actor, Definition(key, groups=(Group(name, "week" if field.is_dated else ""),), measures=(COUNT,)))
            for row in run(place, question).rows:
                assert behind(place, question, row.keys).count() == row.values[-1], (key, name, row)
                tried += 1
    assert tried > 100


def test_days_are_those_of_the_zone(made: dict[str, Any], planner: Actor) -> None:
    late = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)  # the first of April in Berlin
    Opportunity.objects.filter(pk=made["won"].pk).update(closed_at=late)
    Opportunity.objects.exclude(pk=made["won"].pk).update(closed_at=None)
    by_month = Definition("opportunity", (Filter("closed_at", "known"),), (Group("closed_at", "month"),), (COUNT,))
    assert lines(answer(planner, by_month)) == [(date(2026, 3, 1), 1)]
    assert lines(answer(planner, by_month, "Europe/Berlin")) == [(date(2026, 4, 1), 1)]
    april = Definition("opportunity", (Filter("closed_at", "between", ("2026-04-01", "2026-04-30")),), measures=(COUNT,))
    assert [answer(planner, april, zone).totals[0].values for zone in ("UTC", "Europe/Berlin")] == [(0,), (1,)]


def test_relative_days() -> None:
    today = date(2026, 11, 28)
    assert periods.last("90 days", today) == periods.Period(date(2026, 8, 31), date(2026, 11, 29))
    assert periods.last("12 months", today) == periods.Period(date(2025, 11, 29), date(2026, 11, 29))
    assert periods.coming("2 weeks", today) == periods.Period(today, date(2026, 12, 12))
    assert periods.whole("quarter", today) == periods.Period(date(2026, 10, 1), date(2027, 1, 1))
    assert periods.whole("week", date(2027, 1, 1)).start == date(2026, 12, 28)
    for wrong in ("", "90", "days", "-3 days", "0 days", "9999 years", "1 fortnight"):
        with pytest.raises(Invalid):
            periods.last(wrong, today)


def test_silent_accounts_are_those_without_contact_for_long_or_ever(made: dict[str, Any], planner: Actor) -> None:
    now = timezone.now()
    Account.objects.filter(pk=made["west"].pk).update(last_activity_at=now - timedelta(days=91))
    silent = Definition("account", (Filter("last_activity_at", "not_last", ("90 days",)),), columns=("account",), sort="account")
    assert lines(answer(planner, silent)) == [("Acme",), ("CANARY-ACCOUNT",)]
    Account.objects.filter(pk=made["west"].pk).update(last_activity_at=now - timedelta(days=3))
    assert lines(answer(planner, silent)) == [("CANARY-ACCOUNT",)]


def test_a_deal_with_two_reasons_counts_with_each_and_once_in_all(made: dict[str, Any], planner: Actor) -> None:
    reasons = [crm.catalogue.add(planner, crm.catalogue.REASON, kind="lost", label=label) for label in ("Price", "Timing")]
    made["lost"].reasons.set(reasons)
    by_reason = Definition("opportunity", (Filter("reason", "known"),), (Group("reason"),), (COUNT, Measure("sum", "amount")))
    found = answer(planner, by_reason)
    assert sorted(lines(found)) == [("Price", 1, Decimal(300)), ("Timing", 1, Decimal(300))]
    assert found.totals[0].values == (None, 1, Decimal(300))
    assert any("counts with each" in note for note in found.notes)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Definition("user"), "no reports about"),
        (Definition("opportunity", (Filter("amount", "contains", ("a",)),)), "can be asked with"),
        (Definition("opportunity", (Filter("amount", "least", ("many",)),)), "a number such as"),
        (Definition("opportunity", (Filter("amount", "least", ("NaN",)),)), "a number such as"),
        (Definition("opportunity", (Filter("close_on", "between", ("2026-02-30", "2026-03-01")),)), "a day such as"),
        (Definition("opportunity", (Filter("close_on", "between", ("2026-02-01",)),)), "what it is compared with"),
        (Definition("opportunity", (Filter("outcome", "is", ("perhaps",)),)), "has no value"),
        (Definition("opportunity", (Filter("rep", "is", ("Jo",)),)), "identifiers"),
        (Definition("opportunity", groups=(Group("amount"),)), "is a measure"),
        (Definition("opportunity", groups=(Group("close_on", "decade"),)), "no period"),
        (Definition("opportunity", measures=(Measure("sum", "stage"),)), "cannot be computed"),
        (Definition("opportunity", measures=(Measure("median", "amount"),)), "no measure"),
        (Definition("opportunity", limit=100_000), "rows"),
        (Definition("opportunity", groups=(Group("stage"), Group("stage"))), "nothing more"),
        (Definition("opportunity", tuple(Filter("amount", "known") for _ in range(13))), "at most 12"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(planner: Actor, wanted: Definition, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        asked(planner, wanted)


def test_a_definition_survives_store_and_address(planner: Actor) -> None:
    wanted = Definition(
        "opportunity",
        (
            Filter("account_segment", "is", ("A & B", "C=D")),
            Filter("close_on", "last", ("3 months",)),
            Filter("amount", "between", ("1", "2")),
        ),
        (Group("stage"), Group("close_on", "week")),
        (Measure("sum", "amount"), COUNT),
        sort="-m0",
        limit=50,
        chart="stacked",
    )
    assert from_json(json.loads(json.dumps(wanted.to_json()))) == wanted == from_query(QueryDict(wanted.to_query()))
    listed = Definition("account", columns=("account", "territory"), sort="account", chart="table")
    assert from_query(QueryDict(listed.to_query())) == listed
    for broken in ({}, {"subject": "account", "filters": 3}, {"subject": "account", "groups": ["x"]}, {"subject": "account", "limit": "x"}):
        with pytest.raises(Invalid, match="no definition"):
            from_json(broken)


def test_a_report_takes_as_many_queries_with_many_rows_as_with_few(made: dict[str, Any], planner: Actor) -> None:
    wanted = Definition("opportunity", groups=(Group("account"), Group("territory")), measures=(COUNT, Measure("sum", "amount")))

    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            answer(planner, wanted)
        return len(queries)

    few = counted()
    for i in range(12):
        account = crm.customers.create_account(made["actor"], name=f"More {i}", location={"lon": i % 5, "lat": 1})
        crm.deals.create_opportunity(made["actor"], account=account, name=f"Deal {i}", amount=i)
    assert counted() == few <= 6
