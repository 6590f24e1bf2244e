"""Thanks: gifts within a limit that only somebody else may exceed, anniversaries and full numbers of orders as tasks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from crm_world import put_into_force
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Notice
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed, Stale
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Activity, Contact, TimelineEvent
from bailiwick_web.outreach.models import Gift
from bailiwick_web.outreach.services import gifts, milestones
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]


@pytest.fixture
def world(act: Act, scenario: Scenario) -> dict[str, Any]:
    """A contact of a customer of the rep, and one in the east; gifts of at most 50 in a year."""
    put_into_force(act, scenario)
    planner = act("planner")
    found: dict[str, Any] = {}
    for name, lon in (("West", 0.1), ("East", 5.0)):
        found[name] = crm.customers.create_account(planner, name=name, state="customer", location={"lon": lon, "lat": 0.1})
        found[f"{name} contact"] = crm.people.create_contact(planner, account=found[name], name=f"Jo {name}")
    gifts.set_rules(planner, gift_limit="50")
    return found


def test_a_gift_over_the_limit_of_person_and_year_is_refused_with_the_sums(world: dict[str, Any], act: Act) -> None:
    rep, jo = act("rep"), world["West contact"]
    gifts.log_gift(rep, jo, what="Tea", amount="30")
    gifts.log_gift(rep, jo, what="Cup", amount="20")
    with pytest.raises(Conflict, match=r"gifts of 50.00 USD in \d{4}, with this one it would be 50.01 USD of at most 50.00 USD"):
        gifts.log_gift(rep, jo, what="Spoon", amount="0.01")
    assert Gift.objects.count() == 2
    last_year = date(rep.now.year - 1, 12, 31)
    assert gifts.log_gift(rep, jo, what="Spoon", amount="49", given_on=last_year).state == "given", "another year"
    other = crm.people.create_contact(rep, account=world["West"], name="Al West")
    assert gifts.log_gift(rep, other, what="Spoon", amount="50").state == "given", "another person"
    first = Gift.objects.get(what="Tea")
    gifts.archive_gift(rep, first.public_id, version=first.version)
    assert gifts.log_gift(rep, jo, what="Spoon", amount="30").state == "given", "what is in the bin does not count"
    assert set(TimelineEvent.objects.filter(kind="gift", contact=jo).values_list("title", flat=True)) == {"Cup", "Spoon"}
    assert not AuditEntry.objects.filter(after__contains="Tea").exists(), "what somebody got is theirs to be forgotten"


def test_other_money_counts_at_the_rate_of_its_day(world: dict[str, Any], act: Act) -> None:
    rep, jo = act("rep"), world["West contact"]
    crm.money.set_rate(act("planner"), currency="CHF", on=rep.now.date() - timedelta(days=1), rate="2")
    made = gifts.log_gift(rep, jo, what="Chocolate", amount="25", currency="CHF")
    assert (made.house_amount, made.state) == (Decimal("50.00"), "given")
    with pytest.raises(Conflict, match="Over the limit"):
        gifts.log_gift(rep, jo, what="More", amount="1", currency="CHF")
    wrongs: tuple[dict[str, Any], ...] = ({"amount": "0"}, {"amount": None}, {"amount": "-5"}, {"what": " "})
    for wrong in wrongs:
        with pytest.raises(Invalid):
            gifts.log_gift(rep, jo, **{"what": "Tea", "amount": "5", **wrong})


def test_a_manager_decides_and_nobody_on_their_own(world: dict[str, Any], act: Act) -> None:
    rep, manager, jo = act("rep"), act("manager"), world["West contact"]
    with pytest.raises(Invalid, match="Say why"):
        gifts.log_gift(rep, jo, what="Watch", amount="80", asks=True)
    asked = gifts.log_gift(rep, jo, what="Watch", amount="80", asks=True, why="25 years")
    assert (asked.state, TimelineEvent.objects.filter(kind="gift").count()) == ("waiting", 0)
    assert {n.user for n in Notice.objects.filter(kind="gift.waiting")} >= {manager.user}
    assert rep.user not in {n.user for n in Notice.objects.filter(kind="gift.waiting")}
    with pytest.raises(Conflict, match="Over the limit"):
        gifts.log_gift(rep, jo, what="Tea", amount="5")
    with pytest.raises(NotAllowed):
        gifts.decide_gift(rep, asked.public_id, version=asked.version, is_approved=True)
    with pytest.raises(Invalid, match="why not"):
        gifts.decide_gift(manager, asked.public_id, version=asked.version, is_approved=False)
    decided = gifts.decide_gift(manager, asked.public_id, version=asked.version, is_approved=True, decision="They earned it.")
    assert (decided.state, decided.decided_by) == ("given", manager.user)
    assert Notice.objects.get(kind="gift.decided").user == rep.user
    assert TimelineEvent.objects.get(kind="gift").title == "Watch"
    with pytest.raises(Conflict, match="already"):
        gifts.decide_gift(manager, asked.public_id, version=decided.version, is_approved=False, decision="no")
    own = gifts.log_gift(manager, jo, what="Pen", amount="9", asks=True, why="x")
    with pytest.raises(Conflict, match="own gifts"):
        gifts.decide_gift(manager, own.public_id, version=own.version, is_approved=True)
    far = gifts.log_gift(act("planner"), world["East contact"], what="Pen", amount="90", asks=True, why="x")
    with pytest.raises(Missing):
        gifts.decide_gift(manager, far.public_id, version=far.version, is_approved=True)
    refused = gifts.decide_gift(act("administrator"), own.public_id, version=own.version, is_approved=False, decision="Too much.")
    assert gifts.spent(jo, rep.now.year) == Decimal(80), f"{refused.state} counts no more"


def test_the_rules_are_versioned_and_recorded(world: dict[str, Any], act: Act) -> None:
    planner = act("planner")
    there = gifts.rules()
    assert there is not None
    with pytest.raises(NotAllowed):
        gifts.set_rules(act("manager"), version=there.version, gift_limit="1000")
    with pytest.raises(Stale):
        gifts.set_rules(planner, version=there.version + 1, gift_limit="10")
    gifts.set_rules(planner, version=there.version, gift_limit=None, remind_days=7)
    entry = AuditEntry.objects.filter(action="thanks.rules", field="gift_limit").latest("pk")
    assert (entry.before, entry.after) == ("50.00", "")
    assert gifts.log_gift(act("rep"), world["West contact"], what="Car", amount="50000").state == "given"


def test_anniversaries_and_full_numbers_of_orders_become_one_task_each(world: dict[str, Any], act: Act) -> None:
    rep, planner = act("rep"), act("planner")
    today = local_day(rep.now)
    first = date(today.year - 3, today.month, min(today.day, 28)) + timedelta(days=5)
    crm.trading.create_order(planner, account=world["West"], ordered_on=first, amount=1)
    for _i in range(9):
        crm.trading.create_order(planner, account=world["West"], ordered_on=today, amount=1)
    crm.trading.create_order(planner, account=world["East"], ordered_on=today, amount=1)
    found = milestones.upcoming(rep, 30)
    assert sorted((m.years, m.n_orders) for m in found) == [(0, 10), (3, 0)]
    assert milestones.upcoming(rep, 30) == milestones.upcoming(planner, 30), "the east has no anniversary of a day"
    assert milestones.remind(Actor(None, rep.now, "clock")) == 0, "nobody asked for it"
    there = gifts.rules()
    gifts.set_rules(planner, version=there.version if there else None, gift_limit="50", remind_days=14)
    assert milestones.remind(Actor(None, rep.now, "clock")) == 2
    assert milestones.remind(Actor(None, rep.now, "clock")) == 0
    tasks = Activity.objects.filter(origin__startswith="milestone:").order_by("pk")
    assert {t.subject for t in tasks} == {"Thank West: customer for 3 years", "Thank West: 10 orders"}
    assert {t.person.user for t in tasks if t.person} == {rep.user}
    anniversary = next(m for m in milestones.upcoming(rep, 30) if m.years)
    assert anniversary.is_planned
    with pytest.raises(Conflict, match="already"):
        milestones.plan_thanks(rep, replace(anniversary))


@pytest.mark.parametrize(("today", "years"), [(datetime(2027, 2, 28, 12, tzinfo=UTC), 3), (datetime(2028, 2, 29, 12, tzinfo=UTC), 4)])
def test_a_leap_day_is_kept_in_every_year(world: dict[str, Any], act: Act, today: datetime, years: int) -> None:
    planner = act("planner")
    crm.trading.create_order(planner, account=world["West"], ordered_on=date(2024, 2, 29), amount=1)
    assert [m.years for m in milestones.upcoming(Actor(None, today, "clock"), 0)] == [years]
    assert milestones.upcoming(Actor(None, today - timedelta(days=1), "clock"), 0) == []


def test_who_is_erased_got_nothing(world: dict[str, Any], act: Act) -> None:
    jo = Contact.objects.get(pk=world["West contact"].pk)
    gifts.log_gift(act("rep"), jo, what="Tea for Jo West", amount="5")
    told = crm.privacy.dossier(act("administrator"), jo)
    assert [gift["what"] for gift in told["gifts"]] == ["Tea for Jo West"], "what is kept of somebody is theirs to read"
    crm.privacy.erase(act("administrator"), jo.public_id, version=jo.version, reason="asked")
    assert not Gift.objects.exists()
    assert not TimelineEvent.objects.filter(title__contains="Tea").exists()


def test_pages_and_interface(world: dict[str, Any], act: Act, sign_in: SignIn) -> None:
    rep, manager, jo = sign_in("rep"), sign_in("manager"), world["West contact"]
    assert rep.post(f"/contacts/{jo.public_id}/gifts/add", {"what": "Tea", "amount": "30"}).status_code == 302
    over = rep.post(f"/contacts/{jo.public_id}/gifts/add", {"what": "Vase", "amount": "30"})
    assert (over.status_code, "Over the limit" in over.content.decode()) == (409, True)
    asked = {"what": "Vase", "amount": "30", "asks": "on", "why": "wedding"}
    assert "your manager is asked" in rep.post(f"/contacts/{jo.public_id}/gifts/add", asked, follow=True).content.decode()
    card = rep.get(f"/contacts/{jo.public_id}/gifts").content.decode()
    assert "waits for approval" in card
    gift = Gift.objects.get(what="Vase")
    page = manager.get("/thanks/").content.decode()
    assert "wedding" in page
    assert 'value="approve"' in page
    assert 'value="approve"' not in rep.get("/thanks/").content.decode()
    told = {"act": "approve", "version": gift.version, "decision": "fine"}
    assert rep.post(f"/gifts/{gift.public_id}/act", told).status_code == 403
    assert manager.post(f"/gifts/{gift.public_id}/act", told).status_code == 302
    assert [g["state"] for g in rep.get("/api/v1/gifts").json()["items"]] == ["given", "given"]
    refused = rep.post("/api/v1/gifts", {"contact": str(jo.public_id), "what": "x", "amount": "1"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (409, "gift_limit", "50.00")
    soon = next(day for n in (1, 2) if (day := local_day(act("rep").now) + timedelta(days=n)).day != 29)  # every year has it
    first = soon.replace(year=soon.year - 1)
    crm.trading.create_order(act("planner"), account=world["West"], ordered_on=first, amount=1)
    Account.objects.filter(pk=world["West"].pk).update(state="customer")
    [milestone] = rep.get("/api/v1/milestones?days=4").json()
    assert (milestone["years"], milestone["what"]) == (1, "Thank West: customer for a year")
    thank = f"/customers/{world['West'].public_id}/thank"
    assert rep.post(thank, {"milestone": "milestone:years:1"}).status_code == 302
    assert rep.post(thank, {"milestone": "milestone:years:1"}).status_code == 409
    assert rep.post(thank, {"milestone": "milestone:years:9"}).status_code == 404
    rules = rep.get("/api/v1/thanks-rules")
    assert rules.json() == {"gift_limit": "50.00", "remind_days": None, "version": 1}
    planner = sign_in("planner")
    body = {"gift_limit": "60", "remind_days": 7}
    changed = planner.put("/api/v1/thanks-rules", body, content_type="application/json", headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["remind_days"]) == (200, 7)
    assert planner.post("/thanks/change", {"gift_limit": "70", "remind_days": "", "version": "2"}).status_code == 302
