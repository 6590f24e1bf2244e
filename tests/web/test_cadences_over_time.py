"""Cadences while the world changes: who looks after somebody, what is undone, what becomes of tasks when records go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from test_cadences import agreed, do, later, started, world  # noqa: F401  a fixture

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Activity, Lead
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.crm.services import binning, merging, writing
from bailiwick_web.outreach.models import Cadence, Enrolment
from bailiwick_web.outreach.services import cadences, calling, following
from bailiwick_web.outreach.services.reaching import way

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
World = dict[str, Any]


def test_a_lead_is_written_to_only_if_somebody_of_that_address_agreed(world: World, act: Act) -> None:  # noqa: F811
    planner = act("planner")
    alone = crm.leads.create_lead(planner, company="Nobody", email="new@nobody.example", lon=0.1, lat=0.1)
    known = crm.leads.create_lead(planner, company="West", email="JO@westwind.example", lon=0.1, lat=0.1)
    assert way(alone, Kind.EMAIL).obstacle == "no_consent"
    assert way(known, Kind.EMAIL).obstacle == ""
    agreed(planner, world["contact"], is_given=False)
    assert way(known, Kind.EMAIL).obstacle == "withdrawn"


def test_a_cadence_keeps_what_is_to_be_said_when_it_is_renamed(world: World, act: Act, sign_in: Callable[[str], Client]) -> None:  # noqa: F811
    steps = [{"channel": "call", "days": 0, "subject": "Call {name}", "text": "Ask about the season."}]
    cadence = cadences.create_cadence(act("planner"), name="Old", steps=steps)
    client, address = sign_in("planner"), reverse("change_cadence", args=[cadence.public_id])
    form = client.get(reverse("cadence", args=[cadence.public_id])).context["form"]
    given = {name: form[name].value() for name in form.fields}
    client.post(
        address, {**{k: "" if v is None else v for k, v in given.items()}, "name": "New", "act": "change", "version": cadence.version}
    )
    cadence.refresh_from_db()
    assert (cadence.name, cadence.steps[0]["text"]) == ("New", "Ask about the season.")


def test_a_call_that_is_planned_for_somebody_else_is_no_obstacle(world: World, act: Act) -> None:  # noqa: F811
    planner, rep = act("planner"), act("rep")
    boss = Person.objects.exclude(user=rep.user).first()
    started(planner, world, "lead", person=boss)
    done = calling.log_call(rep, world["lead"], outcome="nobody")
    assert done.state == Activity.State.DONE
    assert Activity.objects.filter(lead=world["lead"], state=Activity.State.PLANNED).count() == 1


def test_what_is_due_goes_with_a_lead_to_whoever_gets_it(world: World, act: Act) -> None:  # noqa: F811
    planner = act("planner")
    enrolment = started(planner, world, "lead")
    lead = Lead.objects.get(pk=world["lead"].pk)
    assert enrolment.activity is not None
    due, other = enrolment.due_on, Person.objects.exclude(pk=lead.person_id).order_by("pk").last()
    crm.leads.give_lead(planner, lead.public_id, version=lead.version, person=other, reason="holiday")
    enrolment.refresh_from_db()
    assert enrolment.activity is not None
    assert (enrolment.activity.person, enrolment.due_on, enrolment.state) == (other, due, Enrolment.State.RUNNING)
    assert Activity.objects.filter(lead=lead, state=Activity.State.PLANNED).count() == 1


def test_a_contact_who_works_elsewhere_is_followed_up_there(world: World, act: Act) -> None:  # noqa: F811
    planner = act("planner")
    enrolment = started(planner, world)
    elsewhere = crm.customers.create_account(planner, name="Ostend", location={"lon": 5.0, "lat": 0.1})
    contact = world["contact"]
    contact.refresh_from_db()
    crm.people.change_contact(planner, contact.public_id, version=contact.version, account=elsewhere)
    enrolment.refresh_from_db()
    assert enrolment.account == elsewhere
    assert enrolment.activity is not None
    assert enrolment.activity.account == elsewhere
    assert Activity.objects.filter(contact=contact, state=Activity.State.PLANNED).count() == 1


def test_one_person_follows_one_cadence_after_a_merge(world: World, act: Act) -> None:  # noqa: F811
    planner = act("planner")
    first = started(planner, world)
    points = [{"channel": "phone", "value": "+49 89 99"}]
    double = crm.people.create_contact(planner, account=world["account"], name="J. West", points=points)
    second = cadences.create_enrolment(later(planner, 1), cadence=world["cadence"], contact=double)
    kept = world["contact"]
    kept.refresh_from_db()
    merging.merge(planner, "contact", kept.public_id, double.public_id, version=kept.version, gone_version=double.version)
    following.check_due(Actor(None, later(planner, 2).now, "clock"))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (Enrolment.State.RUNNING, Enrolment.State.STOPPED)
    assert Activity.objects.filter(contact=kept, state=Activity.State.PLANNED).count() == 1


@pytest.mark.parametrize("is_last", [False, True])
def test_undoing_what_ended_it_lets_it_go_on(world: World, act: Act, is_last: bool) -> None:  # noqa: F811
    planner = act("planner")
    enrolment = started(planner, world)
    for _step in range(2 if is_last else 0):
        do(planner, enrolment)
    step = enrolment.activity
    assert step is not None
    do(planner, enrolment, reply="" if is_last else "answered")
    assert enrolment.state != Enrolment.State.RUNNING
    step.refresh_from_db()
    crm.work.change_activity(planner, step.public_id, version=step.version, state="planned")
    enrolment.refresh_from_db()
    step.refresh_from_db()
    assert (enrolment.state, enrolment.activity, enrolment.reason, enrolment.ended_at) == (Enrolment.State.RUNNING, step, "", None)
    assert step.reply == "", "nobody answered what is to come"


def test_an_answer_by_another_way_still_counts_when_an_older_step_is_undone(world: World, act: Act) -> None:  # noqa: F811
    planner = act("planner")
    enrolment = started(planner, world)
    step = enrolment.activity
    assert step is not None
    do(planner, enrolment)
    crm.work.create_activity(planner, kind="email", subject="Thanks!", contact=world["contact"], state="done", reply="inbound")
    enrolment.refresh_from_db()
    assert enrolment.reason == Enrolment.Reason.REPLY
    step.refresh_from_db()
    crm.work.change_activity(planner, step.public_id, version=step.version, state="planned")
    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.STOPPED


def test_every_step_that_is_due_is_looked_at(world: World, act: Act, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    planner = act("planner")
    monkeypatch.setattr(following, "FEW", 1)
    started(planner, world)
    refused = started(planner, world, "lead")
    crm.blocking.suppress(planner, "phone", world["lead"].phone, "refused")
    assert following.check_due(Actor(None, later(planner, 1).now, "clock")) == 2
    refused.refresh_from_db()
    assert refused.log["0"] == {"skipped": "suppressed"}


def test_a_cadence_with_results_stays_in_the_bin(world: World, act: Act) -> None:  # noqa: F811
    planner, cadence = act("planner"), world["cadence"]
    started(planner, world)
    cadences.archive_cadence(planner, cadence.public_id, version=cadence.version)
    binning.empty(Actor(None, planner.now + writing.KEPT + timedelta(hours=1)))
    assert Cadence.objects.filter(pk=cadence.pk).exists()
    assert Enrolment.objects.get().activity is not None


def test_no_task_is_left_of_the_leads_of_an_erased_person(world: World, act: Act) -> None:  # noqa: F811
    planner, contact = act("planner"), world["contact"]
    lead = crm.leads.create_lead(planner, company="Same", email="jo@westwind.example", phone="+49 89 5", lon=0.1, lat=0.1)
    cadences.create_enrolment(planner, cadence=world["cadence"], lead=lead)
    contact.refresh_from_db()
    crm.privacy.erase(act("administrator"), contact.public_id, version=contact.version, reason="asked")
    assert not Enrolment.objects.exists()
    assert not Activity.objects.filter(state=Activity.State.PLANNED).exists()


def test_what_speaks_against_many_is_asked_once(world: World, act: Act) -> None:  # noqa: F811
    planner, steps = act("planner"), [{"channel": "preferred", "days": i, "subject": "Ask {name}"} for i in range(12)]
    cadence = cadences.create_cadence(planner, name="Long", steps=steps)
    numbers = []
    for n in (2, 8):
        people = [
            crm.people.create_contact(
                planner, account=world["account"], name=f"{n} {i}", points=[{"channel": "phone", "value": f"+49 89 {n}{i}"}]
            )
            for i in range(n)
        ]
        with CaptureQueriesContext(connection) as asked:
            assert len(cadences.enrol(planner, cadence, people).made) == n
        numbers.append(len(asked))
    assert (numbers[1] - numbers[0]) / 6 < 25, "what is left are the rows of each: enrolment, task, history, timeline"
