"""Activities and cases, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.core.services import MANY, audit_all, entry, tell_all
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Account, Activity, Case, Contact, Lead, TimelineEvent
from bailiwick_web.crm.services import cases, timeline, work
from bailiwick_web.crm.services.many.writing import Holders, New, create_all, identify_all


@transaction.atomic
def create_activities(actor: Actor, news: Sequence[New], *, origin: str = "") -> list[Activity]:
    """Add activities, planned or done; those that name nobody are the doing of whoever adds them. Sellers may. Recorded, told."""
    person = Person.objects.filter(user=actor.user).first() if actor.user is not None else None
    abouts = [work.with_account(new.values) for new in news]
    holders = Holders(actor, (values["account"].pk for values in abouts if values.get("account") is not None))
    given = [holders.with_rep(v.get("account"), {**v, "person": v.get("person") or person}) for v in abouts]
    made = create_all(actor, work.ACTIVITY, given, origin=origin)
    identify_all(Activity, [(activity, new.ids) for activity, new in zip(made, news, strict=True)])
    done = [activity for activity in made if activity.state == Activity.State.DONE and activity.done_at is not None]
    TimelineEvent.objects.bulk_create((work.event_of(actor, activity) for activity in done), batch_size=MANY)
    _in_touch(done)
    tell_all(actor, "activity.done", [{"id": str(activity.public_id), "what": activity.kind} for activity in done])
    return made


def _in_touch(done: Sequence[Activity]) -> None:
    """Accounts, contacts and leads know when somebody was last in touch with them."""
    latest: dict[tuple[type[Any], int], datetime] = {}
    first: dict[int, datetime] = {}
    for activity in done:
        if activity.kind in {Activity.Kind.NOTE, Activity.Kind.TASK} or activity.done_at is None:
            continue
        for model, key in ((Account, activity.account_id), (Contact, activity.contact_id)):
            if key is not None:
                latest[model, key] = max(latest.get((model, key), activity.done_at), activity.done_at)
        if activity.lead_id is not None:
            first.setdefault(activity.lead_id, activity.done_at)
    for (model, key), at in latest.items():
        model.objects.filter(Q(last_activity_at__isnull=True) | Q(last_activity_at__lt=at), pk=key).update(last_activity_at=at)
    for key, at in first.items():
        Lead.objects.filter(pk=key, responded_at=None).update(responded_at=at)
        Lead.objects.filter(pk=key, status=Lead.Status.NEW).update(status=Lead.Status.WORKING)


@dataclass(frozen=True)
class NewCase(New):
    """A case to be made; one that is over already says since when."""

    state: str = Case.State.NEW
    closed_at: datetime | None = None


@transaction.atomic
def open_cases(actor: Actor, news: Sequence[NewCase], *, origin: str = "") -> list[Case]:
    """Take up questions and complaints; the clock of each begins when it was opened. Sellers may. Recorded, told, on the timeline."""
    levels = {priority: cases.minutes_of(priority) for priority in Case.Priority.values}
    holders = Holders(actor, (new.values["account"].pk for new in news))
    given = []
    for new in news:
        values = holders.with_rep(new.values["account"], new.values)
        opened = c.instant("opened_at", values.get("opened_at")) or actor.now
        respond, solve = levels[values.setdefault("priority", Case.Priority.NORMAL)]
        values |= {"opened_at": opened, "respond_by": opened + timedelta(minutes=respond), "solve_by": opened + timedelta(minutes=solve)}
        given.append(values)
    rest = iter(news)
    made = create_all(actor, cases.CASE, given, origin=origin, derive=lambda _actor, case: _so_far(actor, case, next(rest)))
    identify_all(Case, [(case, new.ids) for case, new in zip(made, news, strict=True)])
    moved = [case for case in made if case.state != Case.State.NEW]
    audit_all(entry(actor, "case.moved", case, field="state", before=Case.State.NEW, after=case.state) for case in moved)
    TimelineEvent.objects.bulk_create((_opened(actor, case) for case in made), batch_size=MANY)
    return made


def _so_far(actor: Actor, case: Case, new: NewCase) -> None:
    """How far a case is: in work since now, or over since it was."""
    case.state = c.choice(Case.State.values)("state", new.state)
    if case.state == Case.State.NEW:
        return
    ended = min(new.closed_at or actor.now, actor.now)
    is_over = case.state in cases.OVER
    case.first_response_at = ended if is_over else actor.now
    case.solved_at = ended if is_over else None
    case.closed_at = ended if case.state == Case.State.CLOSED else None
    case.waiting_since = actor.now if case.state == Case.State.WAITING else None


def _opened(actor: Actor, case: Case) -> TimelineEvent:
    what: dict[str, Any] = {"title": case.subject, "priority": case.priority, "about": case.about}
    return timeline.event(actor, "case.opened", case, account=case.account, contact=case.contact, at=case.opened_at, **what)
