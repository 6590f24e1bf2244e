"""Cadences, and who is put into one: a step after the other becomes a task of whoever looks after them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, tell, touch
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Activity, Contact, Lead
from bailiwick_web.crm.services import timeline, work, writing
from bailiwick_web.crm.services.looking_after import looked_after_by
from bailiwick_web.outreach.models import Cadence, Enrolment
from bailiwick_web.outreach.services.choosing import CHANNELS, PREFERRED, Reach, reach, reaches
from bailiwick_web.outreach.services.reaching import PURPOSE, REASONS

State, Reason = Enrolment.State, Enrolment.Reason
MOST_STEPS, MOST_DAYS, MOST_AT_ONCE = 12, 365, 500
OVER = (Lead.Status.CONVERTED, Lead.Status.DISQUALIFIED)
LEFT_OUT: dict[str, Any] = {
    "running": gettext_lazy("follows a cadence already"),
    "over": gettext_lazy("the lead was converted, or does not qualify"),
    "no_way": gettext_lazy("no step of it is allowed"),
    "put_away": gettext_lazy("the task was put away"),
    **REASONS,
}


def _steps(field_name: str, value: Any) -> list[dict[str, Any]]:
    """Channel, days after the step before, subject and text of each."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_STEPS:
        raise Invalid(_("A cadence has 1 to %(n)s steps.") % {"n": MOST_STEPS}, code="steps", field=field_name)
    found = []
    for step in value:
        plain = c.mapping(field_name, step)
        if strange := sorted(set(plain) - {"channel", "days", "subject", "text"}):
            told = {"found": ", ".join(strange)}
            raise Invalid(_("A step has “channel”, “days”, “subject” and “text”, found %(found)s.") % told, code="steps", field=field_name)
        days = c.whole(0, MOST_DAYS)(field_name, plain.get("days"))
        found.append(
            {
                "channel": c.choice(CHANNELS)(field_name, plain.get("channel", PREFERRED)),
                "days": days or 0,
                "subject": c.needed(200)(field_name, plain.get("subject")),
                "text": c.text(5_000)(field_name, plain.get("text")),
            }
        )
    return found


def _purpose(field_name: str, value: Any) -> str:
    return str(c.needed(40)(field_name, value)).lower()


CADENCE = writing.Spec(
    Cadence,
    {"name": c.needed(200), "purpose": _purpose, "description": c.text(5_000), "steps": _steps, "is_active": c.yes_no},
    needs=("name", "steps"),
    right=Right.ORGANISE,
)
ENROLMENT = writing.Spec(
    Enrolment, {**dict.fromkeys(("cadence", "account", "contact", "lead", "person"), c.reference), "steps": _steps, "started_at": c.instant}
)


@transaction.atomic
def create_cadence(actor: Actor, **given: Any) -> Cadence:
    """Add a cadence; who organises may. Recorded, told."""
    return writing.create(actor, CADENCE, {"purpose": PURPOSE, **given})


@transaction.atomic
def change_cadence(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> Cadence:
    """Change what is given of a cadence; whoever is in it goes on with its steps as they were. Recorded field by field, told."""
    cadence = writing.locked(actor, CADENCE, public_id, version)
    writing.change(actor, CADENCE, cadence, given)
    return cadence


def archive_cadence(actor: Actor, public_id: UUID, *, version: int | None) -> Cadence:
    """Put a cadence into the bin; whoever is in it goes on. Recorded, told."""
    return writing.archive(actor, CADENCE, public_id, version=version)


def restore_cadence(actor: Actor, public_id: UUID, *, version: int | None) -> Cadence:
    """Take a cadence out of the bin. Recorded, told."""
    return writing.restore(actor, CADENCE, public_id, version=version)


@dataclass
class Enrolled:
    """Who follows a cadence now, and who was left out, with the reason."""

    made: list[Enrolment] = field(default_factory=list)
    left_out: list[tuple[Contact | Lead, str]] = field(default_factory=list)


@transaction.atomic
def enrol(actor: Actor, cadence: Cadence, people: Sequence[Contact | Lead], *, person: Person | None = None) -> Enrolled:
    """Put contacts and leads that one sees into a cadence; sellers may. Recorded, told, on the timeline.

    Parameters
    ----------
    person
        Who does the steps; without, whoever looks after them when a step comes.
    """
    actor.need(Right.SELL)
    if not cadence.is_active or cadence.deleted_at is not None:
        raise Conflict(_("“%(cadence)s” is not in use.") % {"cadence": cadence}, code="not_active")
    if len(people) > MOST_AT_ONCE:
        raise Invalid(_("At most %(n)s at once.") % {"n": MOST_AT_ONCE}, code="too_many")
    found = Enrolled()
    fresh = _locked_people(people)
    for who, known in zip(fresh, reaches(fresh, cadence.purpose), strict=True):
        reason = _why_not(who) or _start(actor, cadence, who, known, person, found)
        if reason:
            found.left_out.append((who, reason))
    return found


def _locked_people(people: Sequence[Contact | Lead]) -> list[Contact | Lead]:
    """They as they are now, each once, locked."""
    found: list[Contact | Lead] = []
    for model, related in ((Contact, ("points",)), (Lead, ())):
        keys = {who.pk for who in people if isinstance(who, model)}
        rows: Any = model._default_manager.select_for_update().filter(pk__in=keys).order_by("pk")
        found += rows.prefetch_related(*related)
    return found


def create_enrolment(actor: Actor, *, cadence: Cadence, **given: Any) -> Enrolment:
    """Put one contact or lead into a cadence. Sellers may. Recorded, told.

    Raises
    ------
    Conflict
        If they were left out; the sentence says why.
    """
    people = [who for who in (given.get("contact"), given.get("lead")) if who is not None]
    if len(people) != 1:
        raise Invalid(_("Name a contact or a lead."), code="missing", field="contact")
    found = enrol(actor, cadence, people, person=given.get("person"))
    if found.left_out:
        reason = found.left_out[0][1]
        raise Conflict(_("Left out: %(why)s.") % {"why": LEFT_OUT[reason]}, code="left_out", why=reason)
    return found.made[0]


def _why_not(who: Contact | Lead) -> str:
    if who.deleted_at is not None or (isinstance(who, Contact) and who.erased_at is not None):
        return "gone"
    if isinstance(who, Lead) and who.status in OVER:
        return "over"
    return "running" if who.enrolments.filter(state=State.RUNNING, deleted_at=None).exists() else ""


def _start(actor: Actor, cadence: Cadence, who: Contact | Lead, known: Reach, person: Person | None, found: Enrolled) -> str:
    """Begin; why not, if no step is allowed."""
    word = "contact" if isinstance(who, Contact) else "lead"
    reasons = [known.kind_of(step)[1] for step in cadence.steps]
    if all(reasons):
        return next((reason for reason in reasons if reason != "no_way"), "no_way")
    about = {"cadence": cadence, "account": who.account, word: who, "person": person, "steps": cadence.steps}
    made = writing.create(actor, ENROLMENT, {**about, "started_at": actor.now})
    go_on(actor, made, local_day(actor.now), known)
    show(actor, made, "started")
    found.made.append(made)
    return ""


def go_on(actor: Actor, enrolment: Enrolment, since: date, known: Reach | None = None) -> None:
    """Plan the next step that is allowed, counted from a day; without one the cadence is over."""
    due, known = since, known or reach(enrolment.who, enrolment.cadence.purpose)
    while enrolment.place < len(enrolment.steps):
        step = enrolment.steps[enrolment.place]
        due += timedelta(days=step["days"])
        kind, obstacle = known.kind_of(step)
        if not obstacle:
            _plan(actor, enrolment, step, kind, due)
            touch(actor, enrolment, "activity", "due_on", "place", "log")
            return
        enrolment.log[str(enrolment.place)] = {"skipped": obstacle}
        enrolment.place += 1
    is_done = any("activity" in entry for entry in enrolment.log.values())
    _end(actor, enrolment, State.DONE if is_done else State.STOPPED, "" if is_done else Reason.NO_WAY)


def _plan(actor: Actor, enrolment: Enrolment, step: Mapping[str, Any], kind: str, due: date) -> None:
    about: dict[str, Any] = {"account": enrolment.account, "contact": enrolment.contact, "lead": enrolment.lead}
    enrolment.activity = work.create_activity(
        actor,
        kind=kind,
        subject=step["subject"].replace("{name}", str(enrolment.who))[:300],
        text=step["text"].replace("{name}", str(enrolment.who)),
        due_on=due,
        person=_doer(actor, enrolment),
        origin=origin_of(enrolment),
        **about,
    )
    enrolment.due_on = due
    enrolment.log[str(enrolment.place)] = {"kind": kind, "activity": str(enrolment.activity.public_id), "on": due.isoformat()}


def origin_of(enrolment: Enrolment) -> str:
    """How the tasks of an enrolment are marked."""
    return f"cadence:{enrolment.public_id}"


def _doer(actor: Actor, enrolment: Enrolment) -> Person | None:
    """Whoever was named, else who looks after the lead or account on the day that the step is planned."""
    if enrolment.person is not None:
        return enrolment.person
    if enrolment.lead is not None:
        return enrolment.lead.person
    return looked_after_by(enrolment.account, actor) if enrolment.account is not None else None


@transaction.atomic
def stop_enrolment(actor: Actor, public_id: UUID, *, version: int | None) -> Enrolment:
    """Let somebody follow a cadence no more; what is planned of it is called off. Sellers may. Recorded, told."""
    enrolment = writing.locked(actor, ENROLMENT, public_id, version)
    if enrolment.state != State.RUNNING:
        raise Conflict(_("This is over already."), code="state")
    stop(actor, enrolment, Reason.BY_HAND)
    return enrolment


def stop(actor: Actor, enrolment: Enrolment, reason: str, evidence: str = "") -> None:
    """End an enrolment that is locked, with the reason; to be called in a transaction."""
    _end(actor, enrolment, State.STOPPED, reason, evidence)


def _end(actor: Actor, enrolment: Enrolment, state: str, reason: str, evidence: str = "") -> None:
    call_off(actor, enrolment.activity)
    enrolment.state, enrolment.reason, enrolment.ended_at = state, reason, actor.now
    enrolment.activity, enrolment.due_on = None, None
    touch(actor, enrolment, "state", "reason", "ended_at", "activity", "due_on", "place", "log")
    action = "enrolment.stopped" if state == State.STOPPED else "enrolment.done"
    audit(actor, action, enrolment, field="state", before=State.RUNNING, after=state, reason=" ".join(filter(None, (reason, evidence))))
    tell(actor, action, id=str(enrolment.public_id), why=reason)
    if state == State.STOPPED:
        show(actor, enrolment, "stopped")


def call_off(actor: Actor, activity: Activity | None) -> None:
    """Cancel a planned step; what was done stays."""
    if activity is None:
        return
    rows = Activity.objects.select_for_update().filter(pk=activity.pk, state=Activity.State.PLANNED, deleted_at=None)
    if (fresh := rows.first()) is not None:
        writing.change(Actor(None, actor.now, actor.request_id), work.ACTIVITY, fresh, {"state": Activity.State.CANCELLED})


def show(actor: Actor, enrolment: Enrolment, act: str) -> None:
    """Beginning and end of a cadence stand on the timeline of the account."""
    if enrolment.account is None:
        return
    outcome = str(enrolment.get_reason_display()) if act == "stopped" else ""
    about: dict[str, Any] = {"account": enrolment.account, "contact": enrolment.contact, "title": enrolment.cadence.name}
    timeline.happened(actor, f"cadence.{act}", enrolment, at=actor.now, outcome=outcome, **about)


def plan_again(actor: Actor, enrolment: Enrolment) -> None:
    """Plan the step that is due anew, for whoever does it now, on the day that it had."""
    call_off(actor, enrolment.activity)
    due = enrolment.due_on or local_day(actor.now)
    enrolment.activity = None
    go_on(actor, enrolment, due - timedelta(days=enrolment.steps[enrolment.place]["days"]))


def locked(rows: Iterable[int]) -> list[Enrolment]:
    """Running enrolments, locked, with what decides about them as it is once they are."""
    found = Enrolment.objects.select_for_update().filter(pk__in=list(rows), state=State.RUNNING).order_by("pk")
    return _with_all(found.values_list("pk", flat=True))


def locked_one(public_id: str) -> Enrolment | None:
    """An enrolment in any state, locked; None if there is none."""
    found = Enrolment.objects.select_for_update().filter(public_id=public_id, deleted_at=None)
    return next(iter(_with_all(found.values_list("pk", flat=True))), None)


def _with_all(keys: Iterable[int]) -> list[Enrolment]:
    related = ("cadence", "account__owner", "contact__account", "lead__person", "person", "activity")
    return list(Enrolment.objects.filter(pk__in=list(keys)).select_related(*related).order_by("pk"))
