"""Records of customers: written by one path each, with rights, versions, history, the timeline, and money that adds up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from crm_world import at_the_time, put_into_force
from django.apps import apps
from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Node, OutboxEvent
from bailiwick_web.core.organisation.services import add_person, staff
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed, Stale, VersionNeeded
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Activity, Order, PersonalValue, SellingRecord, Stage
from bailiwick_web.crm.services import binning, writing
from bailiwick_web.crm.services.series import days, starts_at
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]


@pytest.fixture
def account(act: Act, scenario: Scenario) -> Account:
    """An account of the rep."""
    put_into_force(act, scenario)
    return crm.customers.create_account(act("rep"), name="Müller & Söhne", website="https://www.Mueller.de", location={"lon": 0, "lat": 0})


def test_a_write_needs_right_scope_and_version_and_is_recorded(act: Act, account: Account) -> None:
    change = crm.customers.change_account
    with pytest.raises(NotAllowed):
        change(act("viewer"), account.public_id, version=1, name="X")
    with pytest.raises(VersionNeeded):
        change(act("rep"), account.public_id, version=None, name="X")
    with pytest.raises(Stale):
        change(act("rep"), account.public_id, version=7, name="X")
    with pytest.raises(Invalid, match="no field"):
        change(act("rep"), account.public_id, version=1, search_text="X")
    changed = change(act("rep"), account.public_id, version=1, tier="A", tags=["new", "new"])
    assert (changed.version, changed.tags) == (2, ["new"])
    entries = AuditEntry.objects.filter(record_id=str(account.public_id), action="account.changed")
    assert {(e.field, e.before, e.after) for e in entries} == {("tier", "", "A"), ("tags", "", "new")}
    assert OutboxEvent.objects.get(kind="account.changed").payload == {"id": str(account.public_id), "fields": ["tags", "tier"]}
    assert change(act("rep"), account.public_id, version=2, tier="A").version == 2  # nothing changed, nothing told
    east = crm.customers.create_account(act("planner"), name="East", location={"lon": 4.4, "lat": 0})
    with pytest.raises(Missing):
        change(act("rep"), east.public_id, version=1, name="X")


def test_one_address_is_the_main_one_and_the_history_says_since_when(act: Act, account: Account) -> None:
    rep, first = act("rep"), account.locations.get()
    second = crm.customers.add_location(rep, account, city="Berlin", is_main=True)
    first.refresh_from_db()
    assert (first.is_main, second.is_main, first.version) == (False, True, 2)
    crm.customers.archive_location(rep, second.public_id, version=1)
    first.refresh_from_db()
    assert first.is_main
    told = AuditEntry.objects.filter(record_id=str(first.public_id), field="is_main").order_by("pk")
    assert [(entry.before, entry.after) for entry in told] == [("True", "False"), ("False", "True")]


def test_a_family_has_one_top_and_no_ring(act: Act, account: Account) -> None:
    planner = act("planner")
    child = crm.customers.create_account(planner, name="Child", parent=account)
    grandchild = crm.customers.create_account(planner, name="Grandchild", parent=child)
    top = crm.customers.create_account(planner, name="Top")
    assert grandchild.family == account
    with pytest.raises(Conflict, match="above itself"):
        crm.customers.change_account(planner, account.public_id, version=account.version, parent=grandchild)
    crm.customers.change_account(planner, account.public_id, version=account.version, parent=top)
    for one in (child, grandchild):
        one.refresh_from_db()
        assert one.family == top


def test_free_fields_hold_what_somebody_said_they_may(act: Act, account: Account) -> None:
    planner = act("planner")
    crm.fields.define_field(planner, record_type="account", key="beans", label="Beans", kind="choice", choices=["arabica", "robusta"])
    crm.fields.define_field(planner, record_type="account", key="since", label="Since", kind="date")
    change = crm.customers.change_account
    with pytest.raises(Invalid, match="arabica, robusta"):
        change(planner, account.public_id, version=1, fields={"beans": "liberica"})
    with pytest.raises(Invalid, match="no free field"):
        change(planner, account.public_id, version=1, fields={"colour": "red"})
    changed = change(planner, account.public_id, version=1, fields={"beans": "robusta", "since": "2020-02-29"})
    assert changed.fields == {"beans": "robusta", "since": "2020-02-29"}


def test_what_is_in_the_bin_comes_back_for_ninety_days(act: Act, account: Account) -> None:
    contact = crm.people.create_contact(act("rep"), account=account, name="Jo")
    crm.customers.archive_account(act("rep"), account.public_id, version=1)
    with pytest.raises(Missing):
        crm.people.change_contact(act("rep"), contact.public_id, version=1, job_title="X")  # hangs on what is in the bin
    crm.customers.restore_account(act("rep"), account.public_id, version=2)
    crm.people.change_contact(act("rep"), contact.public_id, version=1, job_title="X")
    crm.customers.archive_account(act("rep"), account.public_id, version=3)
    assert binning.empty(Actor(None, timezone.now() + writing.KEPT - timedelta(hours=1))) == 0
    assert binning.empty(Actor(None, timezone.now() + writing.KEPT + timedelta(hours=1))) == 1
    assert not Account.objects.exists()


def test_everything_that_can_be_in_the_bin_goes_from_it() -> None:
    kinds = {model for model in apps.get_models() if issubclass(model, SellingRecord)}
    assert kinds == {*binning.IN_ORDER, *binning.OF_OTHERS}


def test_a_deal_goes_through_its_stages_and_makes_a_customer(act: Act, account: Account) -> None:
    deal = crm.deals.create_opportunity(act("rep"), account=account, name="Deal", amount="100.005")
    assert (deal.stage.name, str(deal.person), deal.amount) == ("Qualify", "A rep", Decimal("100.00"))
    lost, won = (deal.pipeline.stages.get(kind=kind) for kind in ("lost", "won"))
    with pytest.raises(Invalid, match="why"):
        crm.deals.move_to_stage(act("rep"), deal.public_id, version=1, stage=lost)
    price = crm.catalogue.add(act("planner"), crm.catalogue.REASON, kind="lost", label="Price")
    rival = crm.catalogue.add(act("rep"), crm.catalogue.COMPETITOR, name="Rival")
    deal = crm.deals.move_to_stage(act("rep"), deal.public_id, version=1, stage=lost, reasons=[price], lost_to=rival)
    assert (deal.lost_to, deal.territory.code, deal.close_on) == (rival, "P1", timezone.now().date())  # type: ignore[union-attr]
    deal = crm.deals.move_to_stage(act("rep"), deal.public_id, version=2, stage=won)
    assert (deal.lost_to, list(deal.reasons.all())) == (None, [])
    account.refresh_from_db()
    assert account.state == "customer"
    steps = [(s.before.name if s.before else None, s.after.name) for s in deal.stage_changes.all()]
    assert steps == [(None, "Qualify"), ("Qualify", "Lost"), ("Lost", "Won")]
    assert account.timeline.filter(kind="stage").count() == 3
    with pytest.raises(Invalid, match="by a move"):
        crm.deals.change_opportunity(act("rep"), deal.public_id, version=3, stage=lost)


def test_an_old_sum_does_not_change_by_a_new_rate(act: Act, account: Account) -> None:
    order = {"account": account, "currency": "EUR", "amount": "10"}
    with pytest.raises(Invalid, match="No rate from EUR to USD"):
        crm.trading.create_order(act("rep"), ordered_on="2026-03-01", **order)
    crm.money.set_rate(act("planner"), currency="EUR", on=date(2026, 1, 1), rate="1.10")
    first = crm.trading.create_order(act("rep"), ordered_on="2026-03-01", **order)
    crm.money.set_rate(act("planner"), currency="EUR", on=date(2026, 6, 1), rate="1.50")
    second = crm.trading.create_order(act("rep"), ordered_on="2026-06-01", **order)
    first.refresh_from_db()
    assert (first.house_amount, second.house_amount) == (Decimal("11.00"), Decimal("15.00"))
    crm.trading.change_order(act("rep"), first.public_id, version=1, number="A-1")
    first.refresh_from_db()
    assert first.house_amount == Decimal("11.00")


def test_a_deal_keeps_the_rate_of_its_day(act: Act, account: Account) -> None:
    for on, rate in ((date(2026, 1, 1), "1.10"), (date(2026, 6, 1), "1.50")):
        crm.money.set_rate(act("planner"), currency="EUR", on=on, rate=rate)
    rep, money = act("rep"), {"account": account, "name": "Beans", "currency": "EUR", "amount": "10"}
    won = Stage.objects.get(pipeline=crm.catalogue.default_pipeline(rep), kind="won")
    past = crm.deals.create_opportunity(rep, stage=won, close_on="2026-03-01", **money)
    assert (past.rate_day, past.house_amount) == (date(2026, 3, 1), Decimal("11.00"))
    deal = crm.deals.create_opportunity(rep, **money)
    assert (deal.rate_day, deal.house_amount) == (rep.now.date(), Decimal("15.00"))
    crm.money.set_rate(act("planner"), currency="EUR", on=rep.now.date(), rate="2")
    deal = crm.deals.change_opportunity(rep, deal.public_id, version=1, name="More beans", amount="20")
    assert (deal.rate_day, deal.house_amount) == (rep.now.date(), Decimal("30.00"))
    deal = crm.deals.change_opportunity(rep, deal.public_id, version=2, rate_day="2026-02-01")
    assert (deal.rate, deal.house_amount) == (Decimal("1.10"), Decimal("22.00"))
    deal = crm.deals.change_opportunity(rep, deal.public_id, version=3, rate="3")
    assert (deal.rate_day, deal.house_amount) == (rep.now.date(), Decimal("60.00"))
    deal = crm.deals.change_opportunity(rep, deal.public_id, version=4, currency="USD", rate_day=deal.rate_day)
    assert (deal.rate, deal.house_amount) == (Decimal(1), Decimal("20.00"))


def test_a_deal_that_closes_counts_at_the_rate_of_that_day(act: Act, account: Account) -> None:
    """As one that was closed before it came here: an amount counts at the rate of the day of its event; one that was agreed on stays."""
    today = act("rep").now.date()
    for on, rate in ((today - timedelta(days=30), "1.10"), (today - timedelta(days=1), "1.50")):
        crm.money.set_rate(act("planner"), currency="EUR", on=on, rate=rate)
    entered = Actor(act("rep").user, act("rep").now - timedelta(days=20), "test")
    won = Stage.objects.get(pipeline=crm.catalogue.default_pipeline(entered), kind="won")
    money = {"account": account, "currency": "EUR", "amount": "10"}
    plain, agreed, unpriced = (
        crm.deals.create_opportunity(entered, name="Plain", **money),
        crm.deals.create_opportunity(entered, name="Agreed", rate="1.2", **money),
        crm.deals.create_opportunity(entered, name="Unpriced", account=account),
    )
    assert (plain.rate_day, plain.house_amount) == (entered.now.date(), Decimal("11.00"))
    plain, agreed, unpriced = (
        crm.deals.move_to_stage(act("rep"), deal.public_id, version=1, stage=won) for deal in (plain, agreed, unpriced)
    )
    assert (plain.rate, plain.rate_day, plain.house_amount) == (Decimal("1.5"), today, Decimal("15.00"))
    assert (agreed.rate, agreed.rate_day, agreed.house_amount) == (Decimal("1.2"), entered.now.date(), Decimal("12.00"))
    assert unpriced.house_amount is None
    assert AuditEntry.objects.filter(record_id=str(plain.public_id), field="rate", after=f"1.50000000 ({today})").count() == 1
    crm.money.set_rate(act("planner"), currency="EUR", on=today, rate="9")
    plain = crm.deals.change_opportunity(act("rep"), plain.public_id, version=2, name="Still plain")
    assert plain.house_amount == Decimal("15.00")


def test_returns_are_negative_and_sums_are_checked(act: Act, account: Account) -> None:
    lines = [{"text": "Beans", "quantity": 12, "price": "3.335", "discount": "0.1"}, {"text": "Beans", "quantity": -2, "price": "3.335"}]
    order = crm.trading.create_order(act("rep"), account=account, ordered_on="2026-03-01", lines=lines)
    assert [line.amount for line in order.lines.all()] == [Decimal("36.02"), Decimal("-6.67")]
    assert order.amount == Decimal("29.35")
    with pytest.raises(Invalid, match=r"said to be 30.00, but its lines add up to 29.35"):
        crm.trading.create_order(act("rep"), account=account, ordered_on="2026-03-01", lines=lines, amount=30)
    with pytest.raises(Invalid, match="negative"):
        crm.trading.create_order(act("rep"), account=account, ordered_on="2026-03-01", lines=[{"text": "x", "price": -1}])
    with pytest.raises(Invalid):
        crm.trading.change_order(act("rep"), order.public_id, version=1, amount=1)
    assert Order.objects.get(pk=order.pk).amount == Decimal("29.35")
    event = account.timeline.get(kind="order")
    assert (event.data["on"], event.happened_at) == ("2026-03-01", datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"])
def test_a_day_never_shifts_in_any_zone(act: Act, account: Account, zone: str) -> None:
    with timezone.override(zone):
        order = crm.trading.create_order(act("rep"), account=account, ordered_on="2026-03-29", amount=1)
        for version in range(1, 11):
            crm.trading.change_order(act("rep"), order.public_id, version=version, number=str(version), ordered_on="2026-03-29")
    order.refresh_from_db()
    assert order.ordered_on == date(2026, 3, 29)


def test_a_visit_is_kept_in_one_call_and_shows_on_the_timeline(act: Act, account: Account) -> None:
    contact = crm.people.create_contact(act("rep"), account=account, name="Jo")
    visit = crm.work.log_visit(act("rep"), account, contact=contact, outcome="wants more")
    account.refresh_from_db()
    assert (str(visit.person), account.last_activity_at) == ("A rep", visit.done_at)
    event = account.timeline.get(kind="activity.visit")
    assert (event.contact, event.data["outcome"]) == (contact, "wants more")
    crm.work.archive_activity(act("rep"), visit.public_id, version=1)
    assert not account.timeline.filter(kind="activity.visit").exists()


def test_a_series_plans_the_next_one_and_no_clock_change_shifts_it(act: Act, account: Account) -> None:
    series = crm.series.create_series(
        act("rep"),
        account=account,
        kind="call",
        subject="Check in",
        starts_on="2027-01-31",
        every="month",
        local_time="09:30",
        time_zone="Europe/Berlin",
    )
    assert [day.isoformat() for day, _ in zip(days(series), range(4), strict=False)] == [
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
    ]
    assert [starts_at(series, on).hour for on in (date(2027, 2, 28), date(2027, 3, 31))] == [8, 7]  # type: ignore[union-attr]
    first = Activity.objects.get(series=series)
    done = crm.work.complete_activity(act("rep"), first.public_id, version=1, outcome="fine")
    following = Activity.objects.get(series=series, state="planned")
    assert (done.state, following.due_on, following.starts_at) == ("done", date(2027, 2, 28), datetime(2027, 2, 28, 8, 30, tzinfo=UTC))


def test_the_clock_of_a_case_stands_still_while_we_wait(act: Act, account: Account, users: Any) -> None:
    start = timezone.now()
    case = crm.cases.open_case(act("rep"), account=account, subject="Broken", priority="high", opened_at=start)
    assert case.solve_by - case.opened_at == timedelta(days=1)
    later = Actor(users["rep"], start + timedelta(hours=2))
    case = crm.cases.move_case(later, case.public_id, version=1, state="waiting")
    back = Actor(users["rep"], start + timedelta(hours=7))
    case = crm.cases.move_case(back, case.public_id, version=2, state="open")
    assert (case.solve_by - case.opened_at, case.waited_seconds) == (timedelta(hours=29), 5 * 3600)
    with pytest.raises(Invalid, match="solved it"):
        crm.cases.move_case(back, case.public_id, version=3, state="solved")
    with pytest.raises(Conflict):
        crm.cases.move_case(back, case.public_id, version=3, state="closed")


def test_a_case_goes_up_the_tree_when_its_clock_runs_out(act: Act, account: Account, users: Any) -> None:
    planner = at_the_time(users["planner"])
    root = Node.objects.get(parent=None)
    person = crm_person(planner, "Head")
    staff(planner, person, node=root, valid_from=date(2020, 1, 1))
    case = crm.cases.open_case(act("rep"), account=account, subject="Broken", priority="urgent")
    started = case.opened_at
    assert crm.cases.escalate(Actor(None, started + timedelta(minutes=59))) == 0
    assert crm.cases.escalate(Actor(None, started + timedelta(minutes=61))) == 1
    case.refresh_from_db()
    assert (case.escalation, str(case.escalated_to)) == (1, "A manager")
    assert crm.cases.escalate(Actor(None, started + timedelta(minutes=62))) == 0
    assert crm.cases.escalate(Actor(None, started + timedelta(hours=10))) == 1
    case.refresh_from_db()
    assert (case.escalation, str(case.escalated_to)) == (2, "Head")
    crm.cases.move_case(act("rep"), case.public_id, version=case.version, state="solved", solution="mended")
    assert crm.cases.escalate(Actor(None, started + timedelta(days=9))) == 0
    assert account.timeline.filter(kind="case.escalated").count() == 2


def crm_person(actor: Actor, name: str) -> Any:
    return add_person(actor, name=name)


def test_a_lead_is_qualified_by_evidence_and_keeps_its_identifier(act: Act, account: Account) -> None:
    rep = act("rep")
    lead = crm.leads.create_lead(rep, company="New Ltd", name="Ann Bo", email="ann@new.com", lon=0.1, lat=0.1, estimated_amount=500)
    with pytest.raises(Invalid, match="evidence"):
        crm.leads.change_lead(rep, lead.public_id, version=1, bant={"budget": {"grade": 2}})
    graded = {part: {"grade": 2, "evidence": "said so", "on": "2026-11-01"} for part in ("budget", "authority", "need")}
    lead = crm.leads.change_lead(rep, lead.public_id, version=1, bant=graded)
    assert (lead.is_qualified, lead.fails) == (False, ["timing"])
    with pytest.raises(Conflict, match="Timing"):
        crm.leads.change_lead(rep, lead.public_id, version=2, status="qualified")
    graded["timing"] = {"grade": 1, "evidence": "lease ends", "on": "2026-11-01"}
    hot = {question: {"answer": True} for question in ("wants", "uses", "event")} | {"due": "2027-01-01"}
    lead = crm.leads.change_lead(rep, lead.public_id, version=2, bant=graded, hot=hot, status="qualified")
    assert (lead.is_qualified, lead.is_hot, lead.hot_due_on) == (True, True, date(2027, 1, 1))
    made = crm.leads.convert_lead(rep, lead.public_id, version=3)
    lead.refresh_from_db()
    assert (lead.status, lead.account, lead.contact, lead.opportunity) == ("converted", made.account, made.contact, made.opportunity)
    assert made.opportunity is not None
    assert (made.account.name, made.opportunity.amount, made.account.origin) == ("New Ltd", Decimal(500), f"lead:{lead.public_id}")
    assert made.account.territories.get().territory.code == "P1"
    with pytest.raises(Conflict, match="converted"):
        crm.leads.convert_lead(rep, lead.public_id, version=4)


def test_the_history_holds_personal_data_by_reference_only(act: Act, account: Account) -> None:
    contact = crm.people.create_contact(
        act("rep"), account=account, name="Jo Canary", points=[{"channel": "email", "value": "canary@x.com"}]
    )
    crm.people.change_contact(act("rep"), contact.public_id, version=1, job_title="Canary", points=[])
    crm.work.create_activity(act("rep"), contact=contact, kind="note", subject="about Canary")
    told = " ".join(f"{e.record_name} {e.before} {e.after} {e.reason}" for e in AuditEntry.objects.all())
    assert "canary" not in told.lower()
    assert {value.value for value in PersonalValue.objects.filter(subject=contact.public_id)} >= {"Canary", "canary@x.com"}
