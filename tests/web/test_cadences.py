"""Cadences: a step after the other, by the channel that somebody prefers, until they answer or refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from crm_world import put_into_force
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, OutboxEvent, Person, User
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Activity, Contact, Lead, TimelineEvent
from bailiwick_web.crm.services.many import New
from bailiwick_web.crm.services.many.work import create_activities
from bailiwick_web.crm.visibility import find, visible
from bailiwick_web.outreach.models import Cadence, Enrolment
from bailiwick_web.outreach.services import cadences, following
from bailiwick_web.outreach.services.learning import Tried, habit, learned
from bailiwick_web.outreach.services.reaching import way
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]
STEPS = [
    {"channel": "call", "days": 0, "subject": "Call {name}"},
    {"channel": "email", "days": 3, "subject": "Write to {name}"},
    {"channel": "visit", "days": 4, "subject": "Visit {name}"},
]


@pytest.fixture
def world(act: Act, scenario: Scenario) -> dict[str, Any]:
    """A contact of an account of the rep who may be called and written to, a lead there, a cadence of three steps."""
    put_into_force(act, scenario)
    planner = act("planner")
    account = crm.customers.create_account(planner, name="Westwind", state="customer", location={"lon": 0.1, "lat": 0.1})
    points = [{"channel": "email", "value": "jo@westwind.example"}, {"channel": "phone", "value": "+49 89 1234567"}]
    contact = crm.people.create_contact(planner, account=account, name="Jo West", is_main=True, points=points)
    agreed(planner, contact)
    lead = crm.leads.create_lead(planner, company="Newcomer", name="Al New", phone="+49 89 7654321", lon=0.1, lat=0.1)
    cadence = cadences.create_cadence(planner, name="Fresh", steps=STEPS)
    return {"account": account, "contact": contact, "lead": lead, "cadence": cadence}


def agreed(actor: Actor, contact: Contact, *, is_given: bool = True, channel: str = "email", purpose: str = "marketing") -> None:
    told: dict[str, Any] = {"wording": "You may write.", "how": "form", "is_given": is_given}
    crm.people.record_consent(actor, contact, purpose=purpose, channel=channel, **told)


def later(actor: Actor, days: int) -> Actor:
    return Actor(actor.user, actor.now + timedelta(days=days), "test")


def started(actor: Actor, world: dict[str, Any], who: str = "contact", **given: Any) -> Enrolment:
    return cadences.create_enrolment(actor, cadence=world["cadence"], **{who: world[who]}, **given)


def do(actor: Actor, enrolment: Enrolment, **told: Any) -> Enrolment:
    """Do the step that is due."""
    enrolment.refresh_from_db()
    assert enrolment.activity is not None
    crm.work.complete_activity(actor, enrolment.activity.public_id, version=enrolment.activity.version, **told)
    enrolment.refresh_from_db()
    return enrolment


def test_steps_become_tasks_of_whoever_looks_after_them_one_after_the_other(
    world: dict[str, Any], act: Act, users: dict[str, User]
) -> None:
    rep = act("rep")
    today = local_day(rep.now)
    enrolment = started(rep, world)
    first = enrolment.activity
    assert first is not None
    assert (first.kind, first.subject, first.due_on, first.state) == ("call", "Call Jo West", today, "planned")
    assert first.person == Person.objects.get(user=users["rep"])
    assert (first.account, first.contact) == (world["account"], world["contact"])
    enrolment = do(rep, enrolment, reply="none", outcome="voicemail")
    assert (enrolment.place, enrolment.state) == (1, "running")
    second = enrolment.activity
    assert second is not None
    assert (second.kind, second.due_on) == ("email", today + timedelta(days=3))
    enrolment = do(later(rep, 5), enrolment)
    assert enrolment.due_on == today + timedelta(days=9), "counted from the day on which the step before was done"
    enrolment = do(later(rep, 9), enrolment)
    assert (enrolment.state, enrolment.reason, enrolment.activity) == ("done", "", None)
    assert list(TimelineEvent.objects.filter(kind__startswith="cadence.").values_list("kind", flat=True)) == ["cadence.started"]
    assert OutboxEvent.objects.filter(kind="enrolment.done").count() == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"kind": "email", "reply": "inbound"},
        {"kind": "call", "reply": "answered"},
        {"kind": "meeting"},
        {"kind": "visit", "reply": "answered"},
    ],
)
def test_an_answer_ends_it_and_calls_the_planned_step_off(world: dict[str, Any], act: Act, answer: dict[str, Any]) -> None:
    rep = act("rep")
    enrolment = started(rep, world)
    planned = enrolment.activity
    assert planned is not None
    then = later(rep, 1)
    crm.work.create_activity(then, contact=world["contact"], subject="Talked", state="done", **answer)
    enrolment.refresh_from_db()
    planned.refresh_from_db()
    assert (enrolment.state, enrolment.reason, enrolment.activity, planned.state) == ("stopped", "reply", None, "cancelled")
    assert AuditEntry.objects.filter(action="enrolment.stopped", reason__startswith="reply ").count() == 1
    event = TimelineEvent.objects.get(kind="cadence.stopped")
    assert event.data["outcome"] == "they answered"


@pytest.mark.parametrize(
    "silence",
    [
        {"kind": "call", "reply": "none"},
        {"kind": "email"},
        {"kind": "meeting", "reply": "none"},
        {"kind": "note"},
    ],
)
def test_silence_does_not_end_it(world: dict[str, Any], act: Act, silence: dict[str, Any]) -> None:
    rep = act("rep")
    enrolment = started(rep, world)
    crm.work.create_activity(later(rep, 1), contact=world["contact"], subject="Tried", state="done", **silence)
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.place) == ("running", 0)


def test_an_answer_from_before_it_began_or_from_somebody_else_does_not_end_it(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    enrolment = started(rep, world)
    other = crm.people.create_contact(rep, account=world["account"], name="Somebody Else")
    crm.work.create_activity(later(rep, 1), contact=other, kind="call", subject="Talked", state="done", reply="answered")
    old = {"kind": "call", "subject": "Talked", "state": "done", "reply": "answered", "done_at": rep.now - timedelta(days=3)}
    create_activities(rep, [New({"contact": world["contact"], **old})])
    enrolment.refresh_from_db()
    assert enrolment.state == "running"
    crm.work.create_activity(later(rep, 1), account=world["account"], kind="email", subject="Hello", state="done", reply="inbound")
    enrolment.refresh_from_db()
    assert enrolment.reason == "reply", "nobody is named: it may be their answer"


def test_answers_that_come_by_the_thousand_end_it_too(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    enrolment = started(rep, world)
    new = {"contact": world["contact"], "kind": "email", "subject": "Hello", "state": "done", "reply": "inbound"}
    create_activities(later(rep, 1), [New(new)])
    enrolment.refresh_from_db()
    assert enrolment.reason == "reply"


def test_a_step_that_was_not_done_after_all_is_due_again(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    enrolment = started(rep, world)
    first = enrolment.activity
    assert first is not None
    enrolment = do(rep, enrolment)
    second = enrolment.activity
    assert second is not None
    first.refresh_from_db()
    crm.work.change_activity(rep, first.public_id, version=first.version, state="planned")
    enrolment.refresh_from_db()
    second.refresh_from_db()
    assert (enrolment.activity, enrolment.place, second.state) == (first, 0, "cancelled")
    enrolment = do(rep, enrolment)
    assert (enrolment.place, enrolment.activity.kind if enrolment.activity else "") == (1, "email")


def test_a_conversion_ends_it(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    enrolment = started(rep, world, "lead")
    lead = Lead.objects.get(pk=world["lead"].pk)
    crm.leads.convert_lead(rep, lead.public_id, version=lead.version)
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.reason) == ("stopped", "converted")
    assert not Activity.objects.filter(lead=lead, state="planned").exists()


def test_a_lead_that_does_not_qualify_is_left_alone(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    enrolment = started(rep, world, "lead")
    lead = Lead.objects.get(pk=world["lead"].pk)
    crm.leads.change_lead(rep, lead.public_id, version=lead.version, status="disqualified")
    enrolment.refresh_from_db()
    assert enrolment.reason == "disqualified"
    with pytest.raises(Conflict, match="does not qualify"):
        started(rep, world | {"lead": Lead.objects.get(pk=lead.pk)}, "lead")


def test_a_consent_that_is_taken_back_ends_it_for_that_purpose_only(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    enrolment = started(rep, world)
    agreed(rep, world["contact"], is_given=False, purpose="survey")
    enrolment.refresh_from_db()
    assert enrolment.state == "running"
    agreed(later(rep, 1), world["contact"], is_given=False)
    enrolment.refresh_from_db()
    assert enrolment.reason == "withdrawn"
    assert not Activity.objects.filter(contact=world["contact"], state="planned").exists()


@pytest.mark.parametrize("record", ["contact", "account", "lead"])
def test_what_goes_into_the_bin_is_not_followed_up(world: dict[str, Any], act: Act, record: str) -> None:
    rep = act("rep")
    enrolment = started(rep, world, "lead" if record == "lead" else "contact")
    there = type(world[record]).objects.get(pk=world[record].pk)
    service = {"contact": crm.people.archive_contact, "account": crm.customers.archive_account, "lead": crm.leads.archive_lead}[record]
    service(rep, there.public_id, version=there.version)
    enrolment.refresh_from_db()
    assert enrolment.reason == "gone"


def test_steps_that_are_not_allowed_are_passed_over_and_nobody_is_put_in_without_one_that_is(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    agreed(rep, world["contact"], is_given=False)
    only_mail = cadences.create_cadence(act("planner"), name="Mail", steps=STEPS[1:2])
    with pytest.raises(Conflict, match="took their consent back"):
        cadences.create_enrolment(rep, cadence=only_mail, contact=world["contact"])
    enrolment = do(rep, started(rep, world), reply="none")
    assert enrolment.log["1"] == {"skipped": "withdrawn"}
    assert (enrolment.place, enrolment.activity.kind if enrolment.activity else "") == (2, "visit")
    assert enrolment.due_on == local_day(rep.now) + timedelta(days=7), "the days of the step that is left out are waited for"
    with pytest.raises(Conflict, match="follows a cadence already"):
        started(rep, world)


def test_what_was_refused_since_is_found_when_the_step_is_due(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    enrolment = started(rep, world)
    contact = Contact.objects.get(pk=world["contact"].pk)
    wish = {"phone": {"wanted": False}}
    crm.people.change_contact(rep, contact.public_id, version=contact.version, preferences=wish)
    call = enrolment.activity
    assert call is not None
    assert following.check_due(Actor(None, rep.now, "clock")) == 1
    enrolment.refresh_from_db()
    call.refresh_from_db()
    assert (call.state, enrolment.log["0"]) == ("cancelled", {"skipped": "not_wanted"})
    assert enrolment.activity is not None
    assert enrolment.activity.kind == "email"
    crm.work.archive_activity(rep, enrolment.activity.public_id, version=enrolment.activity.version)
    following.check_due(Actor(None, rep.now, "clock"))
    enrolment.refresh_from_db()
    assert enrolment.log["1"] == {"skipped": "put_away"}
    assert following.check_due(Actor(None, rep.now, "clock")) == 0


def test_ways_of_a_lead_are_those_that_its_namesakes_allow(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    lead = world["lead"]
    assert way(lead, "call").value == "+49 89 7654321"
    assert way(lead, "email").obstacle == "no_address"
    same = crm.people.create_contact(rep, account=world["account"], name="Al N", points=[{"channel": "mobile", "value": "0049 89 7654321"}])
    assert way(lead, "call").obstacle == ""
    agreed(rep, same, is_given=False, channel="phone")
    assert way(lead, "call").obstacle == "withdrawn"
    assert way(same, "call").obstacle == "withdrawn", "no to one telephone is no to the other"
    crm.blocking.suppress(rep, "email", "al@new.example", "complained")
    assert way(replace_email(lead, "al@new.example"), "email").obstacle == "suppressed"


def replace_email(lead: Lead, email: str) -> Lead:
    lead.email = email
    return lead


def test_a_preference_is_learned_from_answers_and_never_over_what_they_said(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    contact = world["contact"]
    tries = [("call", "none")] * 3 + [("email", "answered"), ("email", "answered"), ("email", "none")]
    for kind, reply in tries[:4]:
        crm.work.create_activity(rep, contact=contact, kind=kind, subject="Try", state="done", reply=reply)
    assert habit(contact).learned == "", "one answer is chance"
    for kind, reply in tries[4:]:
        crm.work.create_activity(rep, contact=contact, kind=kind, subject="Try", state="done", reply=reply)
    found = habit(contact)
    assert (found.learned, found.preferred, found.stated) == ("email", "email", "")
    assert [(t.kind, t.n_answered, t.n) for t in found.evidence] == [("email", 2, 3), ("call", 0, 3)]
    free = cadences.create_cadence(act("planner"), name="Free", steps=[{"subject": "Reach {name}", "channel": "preferred"}])
    enrolment = cadences.create_enrolment(rep, cadence=free, contact=contact)
    assert enrolment.activity is not None
    assert enrolment.activity.kind == "email"
    cadences.stop_enrolment(rep, enrolment.public_id, version=enrolment.version)
    contact = Contact.objects.get(pk=contact.pk)
    crm.people.change_contact(rep, contact.public_id, version=contact.version, preferences={"phone": {"wanted": True}})
    found = habit(Contact.objects.get(pk=contact.pk))
    assert (found.stated, found.learned, found.preferred) == ("call", "email", "call")
    enrolment = cadences.create_enrolment(rep, cadence=free, contact=Contact.objects.get(pk=contact.pk))
    assert enrolment.activity is not None
    assert enrolment.activity.kind == "call"


def test_two_ways_that_do_equally_well_are_no_preference() -> None:
    assert learned([Tried("call", 3, 4), Tried("email", 3, 4)]) == ""
    assert learned([Tried("call", 2, 2), Tried("email", 8, 9)]) == "email", "two of two say less than eight of nine"


def test_who_may_and_who_sees(world: dict[str, Any], act: Act) -> None:
    with pytest.raises(NotAllowed):
        cadences.create_cadence(act("rep"), name="Mine", steps=STEPS)
    with pytest.raises(NotAllowed):
        cadences.enrol(act("viewer"), world["cadence"], [world["contact"]])
    enrolment = started(act("planner"), world)
    east = crm.customers.create_account(act("planner"), name="Ostend", location={"lon": 5.0, "lat": 0.1})
    points = [{"channel": "phone", "value": "+49 30 1234567"}]
    there = crm.people.create_contact(act("planner"), account=east, name="Eve East", points=points)
    hidden = cadences.create_enrolment(act("planner"), cadence=world["cadence"], contact=there)
    rep = act("rep")
    assert list(visible(rep, Enrolment)) == [enrolment]
    with pytest.raises(Missing):
        find(rep, Enrolment, hidden.public_id)
    with pytest.raises(Missing):
        cadences.stop_enrolment(rep, hidden.public_id, version=1)
    assert cadences.stop_enrolment(rep, enrolment.public_id, version=enrolment.version).reason == "by_hand"


@pytest.mark.parametrize(
    "steps",
    [[], [{"subject": ""}], [{"subject": "x", "days": -1}], [{"subject": "x", "channel": "fax"}], [{"subject": "x", "when": 1}], "call"],
)
def test_steps_are_checked(act: Act, steps: Any) -> None:
    with pytest.raises(Invalid):
        cadences.create_cadence(act("planner"), name="Bad", steps=steps)


def test_a_cadence_that_is_changed_or_put_away_leaves_those_in_it_as_they_are(world: dict[str, Any], act: Act) -> None:
    planner, cadence = act("planner"), world["cadence"]
    enrolment = started(act("rep"), world)
    changed = cadences.change_cadence(planner, cadence.public_id, version=cadence.version, steps=STEPS[:1])
    cadences.archive_cadence(planner, cadence.public_id, version=changed.version)
    enrolment = do(act("rep"), enrolment)
    assert (enrolment.place, len(enrolment.steps)) == (1, 3)


def test_an_erased_person_is_in_no_cadence(world: dict[str, Any], act: Act) -> None:
    started(act("rep"), world)
    contact = Contact.objects.get(pk=world["contact"].pk)
    crm.privacy.erase(act("administrator"), contact.public_id, version=contact.version, reason="asked")
    assert not Enrolment.objects.exists()
    assert not Activity.objects.filter(contact=contact, state="planned").exists()


def test_pages_from_a_new_cadence_to_its_end(world: dict[str, Any], act: Act, sign_in: SignIn) -> None:
    planner, rep = sign_in("planner"), sign_in("rep")
    given = {"name": "Quick", "purpose": "marketing", "channel-0": "preferred", "days-0": "0", "subject-0": "Hello {name}", "subject-1": ""}
    assert planner.post("/cadences/", given).status_code == 302
    assert rep.post("/cadences/", given).status_code == 403
    cadence = Cadence.objects.get(name="Quick")
    assert cadence.steps == [{"channel": "preferred", "days": 0, "subject": "Hello {name}", "text": ""}]
    page = rep.post(f"/cadences/{cadence.public_id}/enrol", {"who": "leads"}, follow=True).content.decode()
    assert "1 was put in." in page
    assert "Call: Hello Newcomer" in page
    page = rep.post(f"/cadences/{cadence.public_id}/enrol", {"who": "contacts", "doer": "me"}, follow=True).content.decode()
    assert "1 was put in." in page
    assert '<td class="num">2</td>' in rep.get("/cadences/").content.decode(), "due today"
    card = rep.get(f"/contacts/{world['contact'].public_id}/followed").content.decode()
    assert "Quick" in card
    enrolment = Enrolment.objects.get(contact=world["contact"])
    told = {"act": "stop", "version": enrolment.version}
    assert rep.post(f"/enrolments/{enrolment.public_id}/act", told).status_code == 302
    card = rep.get(f"/contacts/{world['contact'].public_id}/followed").content.decode()
    assert "stopped by hand" in card
    page = rep.get(f"/cadences/{cadence.public_id}/?state=over").content.decode()
    assert "stopped by hand" in page
    again = {"cadence": str(cadence.public_id)}
    assert rep.post(f"/contacts/{world['contact'].public_id}/enrol", again).status_code == 302
    assert Enrolment.objects.filter(contact=world["contact"], state="running").count() == 1
    cadence.refresh_from_db()
    told = {"act": "rest", "version": cadence.version}
    assert planner.post(f"/cadences/{cadence.public_id}/change", told).status_code == 302
    refused = rep.post(f"/leads/{world['lead'].public_id}/enrol", again)
    assert refused.status_code == 409


def test_the_interface(world: dict[str, Any], sign_in: SignIn) -> None:
    rep = sign_in("rep")
    body = json.dumps({"cadence": str(world["cadence"].public_id), "contact": str(world["contact"].public_id)})
    made = rep.post("/api/v1/enrolments", body, content_type="application/json")
    assert made.status_code == 201, made.content
    found = made.json()
    assert (found["state"], found["place"], found["log"]["0"]["kind"]) == ("running", 0, "call")
    again = rep.post("/api/v1/enrolments", body, content_type="application/json")
    assert (again.status_code, again.json()["code"], again.json()["why"]) == (409, "left_out", "running")
    listed = rep.get("/api/v1/enrolments?state=running").json()["items"]
    assert [e["id"] for e in listed] == [found["id"]]
    stopped = rep.post(f"/api/v1/enrolments/{found['id']}/stop", headers={"If-Match": f'"{found["version"]}"'})
    assert (stopped.status_code, stopped.json()["reason"]) == (200, "by_hand")
    told = rep.get(f"/api/v1/contacts/{world['contact'].public_id}/preference").json()
    assert told == {"stated": "", "learned": "", "preferred": "", "evidence": []}
    steps = rep.get(f"/api/v1/cadences/{world['cadence'].public_id}").json()["steps"]
    assert [step["days"] for step in steps] == [0, 3, 4]
