"""The call list without those who said no, what came of calls in one tap, and who recommended whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from crm_world import put_into_force
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.core.refusals import Invalid, NotAllowed
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Activity, Consent, Contact, Lead, Stage
from bailiwick_web.outreach.models import Enrolment
from bailiwick_web.outreach.queries.calling import call_list
from bailiwick_web.outreach.queries.referrals import tree
from bailiwick_web.outreach.services import cadences, calling
from bailiwick_web.outreach.services.reaching import way
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]


@pytest.fixture
def world(act: Act, scenario: Scenario) -> dict[str, Any]:
    """Three contacts of the rep, one of whom has no number; one in the east; two leads of the rep."""
    put_into_force(act, scenario)
    planner = act("planner")
    found: dict[str, Any] = {}
    for name, phone, lon in (("Ann", "+49 89 1111111", 0.1), ("Bob", "+49 89 2222222", 0.1), ("Cid", "", 0.1), ("Eve", "+49 30 1", 5.0)):
        account = crm.customers.create_account(
            planner, name=f"{name} Ltd", state="customer", segment="A", location={"lon": lon, "lat": 0.1}
        )
        points = [{"channel": "mobile", "value": phone}] if phone else []
        found[name] = crm.people.create_contact(planner, account=account, name=f"{name} X", is_main=True, points=points)
    for name in ("Lea", "Leo"):
        found[name] = crm.leads.create_lead(planner, company=name, phone=f"+49 40 {len(found)}555555", lon=0.1, lat=0.1)
    return found


def names(calls: Any) -> list[str]:
    return [str(call.who) for call in calls]


def contacts(actor: Actor, **asked: str) -> Any:
    return call_list(actor, {"who": "contacts", **asked}, None)


def test_who_must_not_be_called_is_listed_with_the_reason(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    found = contacts(rep)
    assert names(found.calls) == ["Ann X", "Bob X"], "nobody of the east"
    assert [(str(c.who), c.way.obstacle) for c in found.left_out] == [("Cid X", "no_address")]
    no: dict[str, Any] = {"purpose": "marketing", "is_given": False, "how": "letter"}
    crm.people.record_consent(rep, world["Ann"], channel="phone", **no)
    bob = Contact.objects.get(pk=world["Bob"].pk)
    crm.people.change_contact(rep, bob.public_id, version=bob.version, preferences={"mobile": {"wanted": False, "note": "never"}})
    found = contacts(rep)
    assert names(found.calls) == []
    assert {str(c.who): c.way.obstacle for c in found.left_out} == {"Ann X": "withdrawn", "Bob X": "not_wanted", "Cid X": "no_address"}
    agreed: dict[str, Any] = {"purpose": "marketing", "is_given": True, "how": "phone", "wording": "Do call."}
    crm.people.record_consent(rep, world["Ann"], channel="phone", **agreed)
    assert names(contacts(rep).calls) == ["Ann X"], "the latest word counts"


@pytest.mark.parametrize(
    ("blocked", "number", "country", "house", "is_off"),
    [
        ("0171 1234567", "+49 171 1234567", "Germany", "DE", True),
        ("0171 1234567", "+49 (0)171 1234567", "", "DE", True),
        ("+49 171 1234567", "0171/1234567", "DE", "", True),
        ("0049171-1234567", "0171 1234567", "", "DE", True),
        ("0171 1234567", "+49 171 1234567", "Germany", "", True),
        ("0171 1234567", "+33 171 123456 7", "France", "DE", False),
        ("0171 1234567", "0171 1234568", "Germany", "DE", False),
        ("(555) 010-9999", "+1 555 010 9999", "US", "US", True),
        ("1-555-010-9999", "555 010 9999", "USA", "US", True),
        ("06 12345678", "+39 06 12345678", "Italy", "IT", True),
    ],
)
def test_a_blocked_number_is_blocked_with_and_without_its_country(
    world: dict[str, Any], act: Act, settings: Any, blocked: str, number: str, country: str, house: str, is_off: bool
) -> None:
    settings.COUNTRY = house
    planner, rep = act("planner"), act("rep")
    account = crm.customers.create_account(planner, name="New Ltd", location={"lon": 0.1, "lat": 0.1, "country": country})
    points = [{"channel": "mobile", "value": number}]
    contact = crm.people.create_contact(planner, account=account, name="New X", is_main=True, points=points)
    lead = crm.leads.create_lead(planner, company="Lead", phone=number, country=country, lon=0.1, lat=0.1)
    calling.block_numbers(planner, [blocked])
    assert ("New X" in names(contacts(rep).calls)) is not is_off
    for who in (contact, lead):
        assert (way(who, "call").obstacle == "suppressed") is is_off


def test_what_a_contact_said_counts_for_a_lead_with_the_same_number_in_another_spelling(world: dict[str, Any], act: Act) -> None:
    lead = crm.leads.create_lead(act("planner"), company="Twin", phone="089 1111111", country="Germany", lon=0.1, lat=0.1)
    assert way(lead, "call").obstacle == ""
    crm.people.record_consent(act("rep"), world["Ann"], purpose="marketing", channel="phone", is_given=False, how="letter")
    assert way(lead, "call").obstacle == "withdrawn"


def test_many_without_a_number_keep_nobody_off_the_list(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    for i in range(60):
        crm.people.create_contact(rep, account=world["Cid"].account, name=f"Nobody {i}", is_main=True)
    found = contacts(rep)
    assert names(found.calls) == ["Ann X", "Bob X"]
    assert (len(found.left_out), found.n_left_out, found.has_more) == (50, 61, False)


def test_blocked_numbers_are_called_by_nobody_and_cannot_be_read_back(world: dict[str, Any], act: Act) -> None:
    assert calling.block_numbers(act("planner"), ["+49 (89) 1111-111", "", " 0049 89 1111111 ", "+49 89 9"]) == 3
    assert way(world["Ann"], "call").obstacle == "suppressed"
    assert names(contacts(act("rep")).calls) == ["Bob X"]
    entry = AuditEntry.objects.get(action="numbers.blocked")
    assert "1111" not in entry.after
    for wrong in ([], ["", "  "]):
        with pytest.raises(Invalid):
            calling.block_numbers(act("planner"), wrong)
    with pytest.raises(NotAllowed):
        calling.block_numbers(act("rep"), ["+49 89 1"])


def test_the_list_is_filtered_and_whoever_was_called_is_off_it_for_some_days(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    made = calling.log_call(rep, world["Ann"], outcome="nobody", note="voicemail")
    assert (made.kind, made.state, made.reply, made.outcome, made.text) == ("call", "done", "none", "Nobody answered", "voicemail")
    assert names(contacts(rep).calls) == ["Bob X"]
    assert names(contacts(rep, days="0").calls) == ["Bob X", "Ann X"], "who waits longest first"
    later = Actor(rep.user, rep.now + timedelta(days=8), "test")
    assert names(contacts(later).calls) == ["Bob X", "Ann X"]
    assert names(contacts(rep, segment="B").calls) == []
    assert names(contacts(rep, q="bob").calls) == ["Bob X"]
    assert names(contacts(rep, days="nonsense").calls) == ["Bob X"]
    assert names(call_list(rep, {}, None).calls) == ["Lea", "Leo"]


def test_what_came_of_a_call_does_what_it_says(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    today = local_day(rep.now)
    calling.log_call(rep, world["Ann"], outcome="later")
    again = Activity.objects.get(contact=world["Ann"], state="planned")
    assert (again.kind, again.due_on) == ("call", today + timedelta(days=1))
    calling.log_call(rep, world["Bob"], outcome="never")
    assert way(Contact.objects.get(pk=world["Bob"].pk), "call").obstacle == "not_wanted"
    assert Consent.objects.filter(contact=world["Bob"], is_given=False, how="said on the phone").count() == 2
    calling.log_call(rep, world["Lea"], outcome="never")
    assert way(world["Lea"], "call").obstacle == "suppressed"
    assert way(world["Leo"], "call").obstacle == ""
    with pytest.raises(Invalid, match="reached, nobody"):
        calling.log_call(rep, world["Leo"], outcome="sold")
    with pytest.raises(NotAllowed):
        calling.log_call(act("viewer"), world["Leo"], outcome="reached")


def test_a_call_that_was_planned_is_done_by_it_and_the_cadence_goes_on_or_stops(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    steps = [{"channel": "call", "days": 0, "subject": "Call"}, {"channel": "call", "days": 2, "subject": "Again"}]
    cadence = cadences.create_cadence(act("planner"), name="Two calls", steps=steps)
    enrolment = cadences.create_enrolment(rep, cadence=cadence, lead=Lead.objects.get(pk=world["Lea"].pk))
    first = enrolment.activity
    assert first is not None
    done = calling.log_call(rep, world["Lea"], outcome="nobody")
    assert done == first
    assert Activity.objects.filter(lead=world["Lea"], state="done").count() == 1
    enrolment.refresh_from_db()
    assert enrolment.place == 1
    calling.log_call(rep, world["Lea"], outcome="reached")
    assert Enrolment.objects.get(pk=enrolment.pk).reason == "reply"


def test_the_page_and_the_interface(world: dict[str, Any], sign_in: SignIn) -> None:
    rep = sign_in("rep")
    page = rep.get("/calls/?who=contacts").content.decode()
    assert 'href="tel:+49891111111"' in page
    assert "no number or address is known" in page
    address = f"/contacts/{world['Ann'].public_id}/called"
    answer = rep.post(address, {"outcome": "nobody"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "undoable" in answer.headers["HX-Trigger"]
    assert rep.post(f"/contacts/{world['Eve'].public_id}/called", {"outcome": "nobody"}).status_code == 404
    found = rep.get("/api/v1/call-list?who=contacts").json()
    assert [c["name"] for c in found["calls"]] == ["Bob X"]
    assert [(c["name"], c["obstacle"]) for c in found["left_out"]] == [("Cid X", "no_address")]
    body = {"outcome": "reached", "note": "wants an offer"}
    made = rep.post(f"/api/v1/leads/{world['Leo'].public_id}/calls", body, content_type="application/json")
    assert (made.status_code, made.json()["reply"], made.json()["text"]) == (201, "answered", "wants an offer")
    assert rep.post("/api/v1/blocked-numbers", {"numbers": ["1"]}, content_type="application/json").status_code == 403
    planner = sign_in("planner")
    assert planner.post("/api/v1/blocked-numbers", {"numbers": ["+1 2"]}, content_type="application/json").json() == {"n": 1}
    told = planner.post("/calls/numbers", {"numbers": "+49 1 23\n+49 1 24\n"}, follow=True).content.decode()
    assert "2 numbers are not called any more." in told


def recommended(actor: Actor, name: str, by: Account, amount: int | None = None) -> Account:
    """A lead that an account recommended, converted, and won if it has an amount."""
    lead = crm.leads.create_lead(actor, company=name, referrer_account=by, estimated_amount=amount, lon=0.1, lat=0.1)
    made = crm.leads.convert_lead(actor, lead.public_id, version=lead.version)
    if amount is not None and made.opportunity is not None:
        won = Stage.objects.get(kind="won", pipeline=made.opportunity.pipeline)
        crm.deals.move_to_stage(actor, made.opportunity.public_id, version=made.opportunity.version, stage=won)
    return made.account


def test_branches_tell_who_brought_whom_and_what_it_was_worth(world: dict[str, Any], act: Act, sign_in: SignIn) -> None:
    planner = act("planner")
    root = world["Ann"].account
    first = recommended(planner, "First", root, 100)
    recommended(planner, "Second", first, 40)
    recommended(planner, "Third", first)
    crm.leads.create_lead(planner, company="By a person", referrer=world["Ann"], lon=0.1, lat=0.1)
    far = recommended(planner, "Far", world["Eve"].account, 7)
    Account.objects.filter(pk=far.pk).update(created_by=planner.user)
    [ann, eve] = tree(planner)
    assert (ann.name, ann.n, ann.n_won, ann.brought) == ("Ann Ltd", 4, 2, Decimal(140))
    assert (eve.name, eve.brought) == ("Eve Ltd", Decimal(7))
    [branch, person] = ann.branches
    assert (branch.name, branch.amount, branch.brought, branch.n) == ("First", Decimal(100), Decimal(40), 2)
    assert (person.name, person.account, person.branches) == ("By a person", None, [])
    assert [b.name for b in tree(act("rep"))] == ["Ann Ltd"], "the east is none of theirs"
    assert [b.name for b in tree(planner, first)] == ["First"]
    page = sign_in("rep").get("/referrals/").content.decode()
    assert "4 recommended, 2 won, $140 brought" in page
    assert "Eve Ltd" not in page
    told = sign_in("rep").get(f"/api/v1/referrals?account={first.public_id}").json()
    assert [(b["name"], b["n"], b["brought"]) for b in told] == [("First", 2, "40.00")]
    assert sign_in("rep").get(f"/api/v1/referrals?account={world['Eve'].account.public_id}").status_code == 404


def test_the_page_of_who_recommended_somebody_opens_before_anything_is_won(world: dict[str, Any], sign_in: SignIn, act: Act) -> None:
    account = world["Ann"].account
    crm.leads.create_lead(act("planner"), company="Not won", referrer_account=account, lon=0.1, lat=0.1)
    page = sign_in("rep").get(f"/customers/{account.public_id}/")
    assert (page.status_code, "Not won" in page.content.decode(), "$0" in page.content.decode()) == (200, True, True)


def test_two_who_recommended_each_other_end_the_branch(world: dict[str, Any], act: Act) -> None:
    planner = act("planner")
    root = world["Ann"].account
    first = recommended(planner, "First", root)
    back = crm.leads.create_lead(planner, company="Ann again", referrer_account=first, lon=0.1, lat=0.1)
    crm.leads.convert_lead(planner, back.public_id, version=back.version, account=root)
    [branch] = tree(planner)
    assert branch.n == 2
