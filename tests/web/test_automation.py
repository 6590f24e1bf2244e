"""Rules that act: once for each cause, within the rights and the scope of their owner, tried on history before."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from crm_world import at_the_time, put_into_force
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from bailiwick_web.automation import actions, running, services
from bailiwick_web.automation.models import Rule, Run
from bailiwick_web.automation.trying import try_on_history
from bailiwick_web.core import outbox
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, OutboxEvent, Person, User
from bailiwick_web.core.refusals import Invalid, Missing, NotAllowed
from bailiwick_web.crm.models import Account, Activity, Case, Lead
from bailiwick_web.crm.services import cases, customers, leads, naming, work
from bailiwick_web.exchange.webhooks.models import Delivery
from bailiwick_web.exchange.webhooks.services import create_endpoint
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
State = Run.State
Act = Callable[[str], Actor]
A_TASK = [{"kind": "task", "tasks": "Call {company} | 3"}]


def rule(actor: Actor, trigger: str, given: list[dict[str, Any]], **more: Any) -> Rule:
    return services.create_rule(actor, **{"name": "R", "trigger": trigger, "actions": given, "is_active": True, **more})


def run_all(times: int = 1) -> int:
    """Hand events on and carry out what waits, as the clock does."""
    n = 0
    for _ in range(times):
        now = timezone.now()
        outbox.hand_on(now)
        n += running.carry_out_all(now)
    return n


def test_what_fits_is_acted_on_and_what_does_not_stands_in_the_log(planner: Actor) -> None:
    made = rule(planner, "lead.created", A_TASK, condition="source = 'fair' and employees >= 10")
    good = leads.create_lead(planner, company="Corner shop", source="Fair", employees=12)
    leads.create_lead(planner, company="Too small", source="Fair", employees=2)
    assert run_all() == 2
    task = Activity.objects.get(kind="task")
    assert (task.subject, task.lead, task.due_on) == ("Call Corner shop", good, timezone.now().date() + timedelta(days=3))
    assert sorted(made.runs.values_list("state", flat=True)) == ["done", "unfit"]
    run = made.runs.get(state=State.DONE)
    assert (run.did, task.origin) == ([f"task {task.public_id}"], f"rule:{run.public_id}")
    assert AuditEntry.objects.filter(request_id=f"run:{run.public_id}", action="activity.created").exists()
    assert run_all() == 0


def test_a_rule_does_what_its_owner_may_and_sees_what_they_see(act: Act, users: dict[str, User], scenario: Scenario) -> None:
    put_into_force(act, scenario)
    planner, manager = at_the_time(users["planner"]), at_the_time(users["manager"])
    made = rule(manager, "account.created", [{"kind": "field", "field": "tier", "value": "A"}])
    west = customers.create_account(planner, name="West", location={"lon": 0.5, "lat": 0.5})
    east = customers.create_account(planner, name="East", location={"lon": 4.5, "lat": 4.5})
    run_all(2)
    west.refresh_from_db()
    east.refresh_from_db()
    assert (west.tier, east.tier, made.runs.count()) == ("A", "", 1)
    assert west.changed_by == users["manager"]
    User.objects.filter(pk=users["manager"].pk).update(role="viewer")
    customers.create_account(planner, name="Later", location={"lon": 0.5, "lat": 0.5})
    run_all()
    assert {run.state for run in made.runs.all()} == {State.DONE, State.FAILED}
    with pytest.raises(NotAllowed):
        rule(act("rep"), "lead.created", A_TASK)
    with pytest.raises(Missing):
        services.find_rule(act("manager"), rule(planner, "lead.created", A_TASK).public_id)


def test_all_acts_of_a_run_happen_or_none(planner: Actor) -> None:
    gone = "01900000-0000-7000-8000-000000000000"
    made = rule(planner, "lead.created", [*A_TASK, {"kind": "assign", "who": gone}])
    leads.create_lead(planner, company="New")
    run_all()
    run = made.runs.get()
    assert (run.state, run.did, Activity.objects.count()) == (State.FAILED, [], 0)
    assert run.error


def test_a_transaction_that_is_tried_again_acts_once(planner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database takes a run back after its acts were done; the next try finds nothing of them."""
    endpoint, _secret = create_endpoint(planner, name="ERP", url="https://example.org/hook", kinds=["order"])
    hook = {"kind": "webhook", "endpoint": str(endpoint.public_id)}
    made = rule(planner, "lead.created", [*A_TASK, {"kind": "field", "field": "campaign", "value": "x"}, hook])
    lead = leads.create_lead(planner, company="New")
    outbox.hand_on(timezone.now())
    broken = []
    check, act_once = actions.ACTIONS["webhook"]

    def breaks(doing: Any, what: Any) -> list[str]:
        did = act_once(doing, what)
        if len(broken) < 2:
            broken.append(Activity.objects.count())
            raise OperationalError("could not serialize access due to concurrent update")
        return did

    monkeypatch.setattr(running, "ACTIONS", {**actions.ACTIONS, "webhook": (check, breaks)})
    key = made.runs.get().pk
    assert [running.carry_out(key, timezone.now()) for _ in range(4)] == [False, False, True, False]
    assert broken == [1, 1]  # it had acted each time, and was taken back
    lead.refresh_from_db()
    assert (Activity.objects.count(), Delivery.objects.count(), lead.campaign, lead.version) == (1, 1, "x", 2)
    assert OutboxEvent.objects.filter(kind="activity.created").count() == 1
    assert made.runs.get().state == State.DONE
    message = json.loads(Delivery.objects.get().body)
    assert (message["type"], message["data"]["id"]) == ("automation", str(lead.public_id))


def test_what_breaks_off_again_and_again_is_given_up(planner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    made = rule(planner, "lead.created", A_TASK)
    leads.create_lead(planner, company="New")
    outbox.hand_on(timezone.now())
    monkeypatch.setattr(running, "_decide", lambda run, now: 1 / 0)
    for _ in range(running.MOST_ATTEMPTS):
        running.carry_out_all(timezone.now())
    assert (made.runs.get().state, made.runs.get().n_attempts) == (State.FAILED, running.MOST_ATTEMPTS)


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_act_once(planner: Actor) -> None:
    rule(planner, "lead.created", A_TASK)
    for i in range(6):
        leads.create_lead(planner, company=f"L{i}")

    def schedule() -> None:
        run_all()
        connection.close()

    threads = [threading.Thread(target=schedule) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run_all()
    assert Activity.objects.filter(kind="task").count() == Run.objects.filter(state=State.DONE).count() == 6


def test_rules_that_set_off_each_other_end(planner: Actor) -> None:
    """Two rules that undo each other, and one that sets off itself: each acts once on the record for one cause."""
    there = rule(planner, "account.changed", [{"kind": "field", "field": "segment", "value": "B"}], condition="segment = 'A'")
    back = rule(planner, "account.changed", [{"kind": "field", "field": "segment", "value": "A"}], condition="segment = 'B'")
    itself = rule(planner, "account.changed", [{"kind": "field", "field": "description", "value": "{description}x"}])
    account = customers.create_account(planner, name="Ping", segment="C")
    run_all()
    customers.change_account(planner, account.public_id, version=account.version, segment="A")
    run_all(12)
    account.refresh_from_db()
    assert [r.runs.filter(state=State.DONE).count() for r in (there, itself)] == [1, 1]
    assert back.runs.filter(state=State.DONE).count() <= 1
    assert account.description == "x"
    assert not OutboxEvent.objects.filter(delivered_at=None).exists()


def test_a_chain_of_new_records_ends_at_its_depth(planner: Actor) -> None:
    """A task for every task: each is another record, so only the depth ends it."""
    made = rule(planner, "activity.created", [{"kind": "task", "tasks": "And one more"}])
    work.create_activity(planner, kind="task", subject="First")
    run_all(12)
    assert made.runs.filter(state=State.DONE).count() == running.DEEPEST + 1
    stopped = made.runs.get(state=State.STOPPED)
    assert (stopped.depth, stopped.root) == (
        running.DEEPEST + 1,
        OutboxEvent.objects.filter(kind="activity.created").earliest("pk").public_id,
    )


def test_silence_by_class_makes_a_follow_up_once(planner: Actor) -> None:
    for made in services.add_preset(planner, "cadence"):
        services.change_rule(planner, made.public_id, version=made.version, is_active=True)
    ago = {"A-40": ("A", 40), "A-20": ("A", 20), "B-40": ("B", 40), "B-61": ("B", 61), "C-100": ("C", 100), "planned": ("A", 99)}
    for name, (tier, days) in ago.items():
        account = customers.create_account(planner, name=name, tier=tier)
        Account.objects.filter(pk=account.pk).update(last_activity_at=timezone.now() - timedelta(days=days))
        if name == "planned":
            work.create_activity(planner, account=account, kind="call", subject="Soon")
    running.notice_quiet(timezone.now())
    running.carry_out_all(timezone.now())
    due = set(Activity.objects.filter(kind="task").values_list("account__name", flat=True))
    assert due == {"A-40", "B-61", "C-100"}
    Activity.objects.filter(kind="task").update(state="cancelled")
    assert running.notice_quiet(timezone.now()) == 0


def test_a_hand_over_gives_the_new_rep_a_checklist(act: Act, users: dict[str, User], scenario: Scenario) -> None:
    put_into_force(act, scenario)
    planner = at_the_time(users["planner"])
    (made,) = services.add_preset(planner, "handover")
    services.change_rule(planner, made.public_id, version=made.version, is_active=True)
    account = customers.create_account(planner, name="Corner shop", location={"lon": 4.5, "lat": 4.5})
    run_all()
    assert Activity.objects.count() == 0
    position = scenario.territories.get(code="P1").position
    naming.name_account(at_the_time(users["planner"]), account=account, position=position, reason="They know them")
    run_all()
    tasks = Activity.objects.filter(kind="task", account=account).order_by("due_on")
    assert [task.subject for task in tasks][1] == "Call Corner shop and introduce yourself"
    assert {task.person for task in tasks} == {Person.objects.get(user=users["rep"])}
    assert tasks.count() == 4


def test_a_clock_that_runs_out_gives_the_next_one_up_a_task(act: Act, users: dict[str, User], scenario: Scenario) -> None:
    put_into_force(act, scenario)
    planner = at_the_time(users["planner"])
    (made,) = services.add_preset(planner, "sla")
    services.change_rule(planner, made.public_id, version=made.version, is_active=True)
    account = customers.create_account(planner, name="Shop", location={"lon": 0.5, "lat": 0.5})
    case = cases.open_case(planner, account=account, subject="Cold coffee", priority="urgent")
    Case.objects.filter(pk=case.pk).update(respond_by=timezone.now() - timedelta(minutes=1))
    assert cases.escalate(Actor(None, timezone.now(), "clock")) == 1
    run_all()
    task = Activity.objects.get(kind="task")
    assert (task.person, task.case) == (Person.objects.get(user=users["manager"]), case)


def test_a_lead_is_given_away_and_an_e_mail_is_drafted_not_sent(planner: Actor, mailoutbox: list[Any]) -> None:
    person = Person.objects.create(name="Jo", created_at=planner.now, changed_at=planner.now)
    draft = {"kind": "email", "subject": "Hello {company}", "text": "We saw you at the fair. {unknown}"}
    rule(planner, "lead.created", [{"kind": "assign", "who": str(person.public_id)}, draft])
    leads.create_lead(planner, company="Shop")
    run_all()
    lead, mail = Lead.objects.get(), Activity.objects.get(kind="email")
    assert (lead.person, lead.routing["detours"]) == (person, ["manual"])
    assert (mail.subject, mail.state, mail.text) == ("Hello Shop", "planned", "We saw you at the fair. {unknown}")
    assert mailoutbox == []


def test_a_try_on_history_tells_what_would_have_been_and_does_nothing(act: Act, users: dict[str, User], scenario: Scenario) -> None:
    put_into_force(act, scenario)
    planner = at_the_time(users["planner"])
    for i in range(5):
        leads.create_lead(planner, company=f"L{i}", employees=i, lon=0.5 if i % 2 else 4.5, lat=0.5)
    old = leads.create_lead(planner, company="Old", employees=9, lon=0.5, lat=0.5)
    OutboxEvent.objects.filter(payload__id=str(old.public_id)).update(created_at=timezone.now() - timedelta(days=40))
    outbox.hand_on(timezone.now())
    n_rows = Activity.objects.count(), OutboxEvent.objects.count(), Run.objects.count()
    wanted = {"trigger": "lead.created", "condition": "employees >= 1"}
    all_of_it = try_on_history(at_the_time(users["planner"]), days=30, **wanted)
    assert (all_of_it.n_events, all_of_it.n_fired) == (5, 4)
    assert try_on_history(at_the_time(users["planner"]), days=90, **wanted).n_fired == 5
    west = try_on_history(at_the_time(users["manager"]), days=30, **wanted)
    assert {fired.record.company for fired in west.fired} == {"L1", "L3"}
    assert n_rows == (Activity.objects.count(), OutboxEvent.objects.count(), Run.objects.count())


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""},
        {"trigger": "user.password"},
        {"condition": "employees >"},
        {"condition": "password = 'x'"},
        {"actions": []},
        {"actions": [{"kind": "shell", "command": "ls"}]},
        {"actions": [{"kind": "field", "field": "created_by", "value": "1"}]},
        {"actions": [{"kind": "task", "tasks": "Call | soon"}]},
        {"actions": [{"kind": "assign", "who": "holder"}]},
        {"actions": [{"kind": "webhook", "endpoint": "01900000-0000-7000-8000-000000000000"}]},
        {"trigger": "account.quiet", "quiet_days": 0},
    ],
    ids=lambda given: json.dumps(given)[:40],
)
def test_a_rule_that_makes_no_sense_is_refused(planner: Actor, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        services.create_rule(planner, **{"name": "R", "trigger": "lead.created", "actions": A_TASK, **given})


def test_the_pages_try_keep_and_switch_on(sign_in: Callable[[str], Client], planner: Actor) -> None:
    client = sign_in("planner")
    leads.create_lead(planner, company="Corner shop", source="fair")
    form = {"name": "Fair", "trigger": "lead.created", "condition": "source = 'fair'", "tasks": "Call {company} | 3", "who": "holder"}
    tried = client.post("/rules/new", form | {"days": "30"}).content.decode()
    assert "It would have acted on 1 record" in tried
    assert "Corner shop" in tried
    assert not Rule.objects.exists()
    assert client.post("/rules/new", form | {"condition": "source ="}).status_code == 422
    assert client.post("/rules/new", form).status_code == 302
    made = Rule.objects.get()
    assert not made.is_active
    outbox.hand_on(timezone.now())
    assert client.post(f"/rules/{made.public_id}/act", {"act": "on", "version": made.version}).status_code == 302
    leads.create_lead(planner, company="Second", source="fair")
    run_all()
    page = client.get(f"/rules/{made.public_id}/").content.decode()
    assert f'<a href="/leads/{Lead.objects.get(company="Second").public_id}/">Second</a>' in page
    assert Activity.objects.get(kind="task").subject == "Call Second"
    assert client.post(f"/rules/{made.public_id}/act", {"act": "remove", "version": made.version}).status_code == 412
    made.refresh_from_db()
    assert client.post(f"/rules/{made.public_id}/act", {"act": "remove", "version": made.version}).status_code == 302


def test_over_the_interface(sign_in: Callable[[str], Client], planner: Actor) -> None:
    client = sign_in("planner")
    body = json.dumps({"name": "R", "trigger": "lead.created", "actions": A_TASK, "is_active": True})
    made = client.post("/api/v1/automations", body, content_type="application/json").json()
    leads.create_lead(planner, company="Shop")
    run_all()
    address = f"/api/v1/automations/{made['id']}"
    assert [run["state"] for run in client.get(f"{address}/runs").json()["items"]] == ["done"]
    assert client.get(f"{address}/dry-run?days=90").json()["n_fired"] == 1
    off = client.patch(address, '{"is_active": false}', content_type="application/json", headers={"If-Match": '"1"'})
    assert (off.status_code, off.json()["is_active"], off.json()["actions"]) == (200, False, made["actions"])
    assert "employees" in client.get("/api/v1/automation-triggers").json()["lead.created"]
    assert client.delete(address, headers={"If-Match": '"2"'}).status_code == 204
