"""What lets a cadence go on or stop: a step that was done, an answer, a conversion, a consent that was taken back, a record that is gone.

Everything is heard of in the transaction in which it happens. What came in another way – a number that was taken away, a preference,
a step that somebody put away – is found when the step is due: nobody is reached in a way that they refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.core.services import touch
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm.models import Activity, Lead
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.outreach.models import Enrolment
from bailiwick_web.outreach.services import cadences
from bailiwick_web.outreach.services.cadences import Reason, State
from bailiwick_web.outreach.services.learning import ANSWERED
from bailiwick_web.outreach.services.reaching import way

FEW = 500


def system(actor: Actor) -> Actor:
    """What follows by itself is done by the application, not with the rights of whoever set it off."""
    return Actor(None, actor.now, actor.request_id)


@transaction.atomic
def activities_done(actor: Actor, ids: Sequence[str]) -> None:
    """Steps that were done lead to the next one; an answer ends the cadence."""
    running = Enrolment.objects.filter(state=State.RUNNING)
    if not running.exists():
        return
    for start in range(0, len(ids), FEW):
        done = list(Activity.objects.filter(public_id__in=ids[start : start + FEW], state=Activity.State.DONE))
        _answered(actor, [a for a in done if _is_answer(a)])
        steps = {a.pk: a for a in done}
        for enrolment in cadences.locked(running.filter(activity__in=steps).values_list("pk", flat=True)):
            step = steps[enrolment.activity_id or 0]
            enrolment.place += 1
            cadences.go_on(system(actor), enrolment, local_day(step.done_at or actor.now))


def _is_answer(activity: Activity) -> bool:
    """They answered or came to us; a meeting that took place has two sides."""
    return activity.reply in ANSWERED or (activity.kind == Kind.MEETING and activity.reply == "")


def _answered(actor: Actor, answers: Sequence[Activity]) -> None:
    """Stop whoever answered; an answer of an account that names nobody may be anybody's there."""
    for answer in answers:
        if answer.contact_id is not None or answer.lead_id is not None:
            whose = Q(contact=answer.contact_id or 0) | Q(lead=answer.lead_id or 0)
        elif answer.account_id is not None:
            whose = Q(account=answer.account_id)
        else:
            continue
        since = Enrolment.objects.filter(whose, state=State.RUNNING, started_at__lte=answer.done_at or actor.now)
        for enrolment in cadences.locked(since.values_list("pk", flat=True)):
            cadences.stop(system(actor), enrolment, Reason.REPLY, answer.audit_name)


@transaction.atomic
def activities_reopened(actor: Actor, ids: Sequence[str]) -> None:
    """A step was not done after all: it is the one that is due again, and the one after it is called off."""
    again = Activity.objects.filter(public_id__in=list(ids)[:FEW], state=Activity.State.PLANNED, origin__startswith="cadence:")
    for activity in again:
        enrolment = cadences.locked_one(activity.origin.removeprefix("cadence:"))
        if enrolment is None or enrolment.activity_id == activity.pk or not _is_open(enrolment, activity):
            continue
        place = next((n for n, entry in enrolment.log.items() if entry.get("activity") == str(activity.public_id)), None)
        if place is None:
            continue
        cadences.call_off(actor, enrolment.activity)
        enrolment.log = {n: entry for n, entry in enrolment.log.items() if int(n) <= int(place)}
        enrolment.place, enrolment.activity, enrolment.due_on = int(place), activity, activity.due_on
        enrolment.state, enrolment.reason, enrolment.ended_at = State.RUNNING, "", None
        touch(system(actor), enrolment, "place", "activity", "due_on", "log", "state", "reason", "ended_at")


def _is_open(enrolment: Enrolment, activity: Activity) -> bool:
    """Whether it runs, or ended by just that activity while nothing else follows them up."""
    if enrolment.state == State.RUNNING:
        return True
    if enrolment.who.enrolments.filter(state=State.RUNNING, deleted_at=None).exists():
        return False
    if enrolment.state == State.DONE:
        return True
    last = AuditEntry.objects.filter(record_id=str(enrolment.public_id), action="enrolment.stopped").first()
    return enrolment.reason == Reason.REPLY and last is not None and last.reason.endswith(activity.audit_name)


@transaction.atomic
def stop_those_of(actor: Actor, reason: str, *which: Q, **whose: Any) -> None:
    """Stop the running ones of somebody."""
    rows = Enrolment.objects.filter(*which, state=State.RUNNING, **whose)
    for enrolment in cadences.locked(rows.values_list("pk", flat=True)):
        cadences.stop(system(actor), enrolment, reason)


@transaction.atomic
def hand_over_those_of(actor: Actor, **whose: Any) -> None:
    """Somebody else looks after them now: the step that is due is planned anew, unless it was given to somebody by name."""
    rows = Enrolment.objects.filter(state=State.RUNNING, person=None, **whose)
    for enrolment in cadences.locked(rows.values_list("pk", flat=True)):
        cadences.plan_again(system(actor), enrolment)


@transaction.atomic
def follow_contacts(actor: Actor, ids: Sequence[str]) -> None:
    """Contacts work for another account now: whoever looks after that one goes on."""
    rows = Enrolment.objects.filter(contact__public_id__in=ids, state=State.RUNNING).exclude(account=F("contact__account"))
    for enrolment in cadences.locked(rows.values_list("pk", flat=True)):
        enrolment.account = enrolment.who.account
        touch(system(actor), enrolment, "account")
        cadences.plan_again(system(actor), enrolment)


def check_due(actor: Actor) -> int:
    """Look again at every step that is due: whether it is still allowed, and still there. Returns how many were looked at."""
    today, n_looked_at = local_day(actor.now), 0
    is_away = Q(activity=None) | ~Q(activity__state=Activity.State.PLANNED) | Q(activity__deleted_at__isnull=False)
    due = Enrolment.objects.filter(Q(due_on__lte=today) | is_away, state=State.RUNNING).order_by("pk")
    keys = list(due.values_list("pk", flat=True))
    for start in range(0, len(keys), FEW):
        with transaction.atomic():
            rows = cadences.locked(keys[start : start + FEW])
            for enrolment in rows:
                _check(actor, enrolment, today)
            n_looked_at += len(rows)
    return n_looked_at


def _check(actor: Actor, enrolment: Enrolment, today: date) -> None:
    who, activity = enrolment.who, enrolment.activity
    account = enrolment.account
    if who.deleted_at is not None or (account is not None and account.deleted_at is not None):
        cadences.stop(actor, enrolment, Reason.GONE)
    elif who.enrolments.filter(state=State.RUNNING, started_at__lt=enrolment.started_at).exists():
        cadences.stop(actor, enrolment, Reason.GONE)  # two records became one: nobody is followed up twice
    elif isinstance(who, Lead) and who.status in cadences.OVER:
        is_won = who.status == Lead.Status.CONVERTED
        cadences.stop(actor, enrolment, Reason.CONVERTED if is_won else Reason.DISQUALIFIED)
    elif activity is None or activity.deleted_at is not None or activity.state != Activity.State.PLANNED:
        _leave_out(actor, enrolment, "put_away", today)
    elif obstacle := way(who, activity.kind, enrolment.cadence.purpose).obstacle:
        cadences.call_off(actor, activity)
        _leave_out(actor, enrolment, obstacle, today)


def _leave_out(actor: Actor, enrolment: Enrolment, why: str, today: date) -> None:
    enrolment.log[str(enrolment.place)] = {"skipped": why}
    enrolment.activity, enrolment.place = None, enrolment.place + 1
    cadences.go_on(actor, enrolment, today)
