"""Activities and cases, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import save_all
from bailiwick_web.core.models import Person
from bailiwick_web.core.services import MANY, audit_all, entry, tell_all
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Account, Activity, Case, Contact, Lead, TimelineEvent
from bailiwick_web.crm.services import cases, timeline, work
from bailiwick_web.crm.services.many.changing import Change, change_all, locked_all, show_anew
from bailiwick_web.crm.services.many.writing import Holders, New, create_all, identify_all, parts


@transaction.atomic
def create_activities(actor: Actor, news: Sequence[New], *, origin: str = "") -> list[Activity]:
    """Add activities, planned or done; those that name nobody are the doing of whoever adds them. Sellers may. Recorded, told."""
    person = Person.objects.filter(user=actor.user).first() if actor.user is not None else None
    abouts = [work.with_account(new.values) for new in news]
    holders = Holders(actor, (values["account"].pk for values in abouts if values.get("account") is not None))
    given = [holders.with_rep(v.get("account"), {**v, "person": v.get("person") or person}) for v in abouts]
    made = create_all(actor, work.ACTIVITY, given, origin=origin)
    identify_all(Activity, [(activity, new.ids) for activity, new in zip(made, news, strict=True)])
    _show(actor, made)
    return made


@transaction.atomic
def change_activities(actor: Actor, changes: Sequence[Change]) -> list[Activity]:
    """Change what is given of activities. Sellers may. Recorded field by field, told, on the timeline."""
    about = ("account", "contact__account", "opportunity__account", "lead__account", "case__account", "person")
    found = locked_all(actor, work.ACTIVITY, changes, *about)
    change_all(actor, work.ACTIVITY, found, [change.values for change in changes])
    identify_all(Activity, [(activity, change.ids) for activity, change in zip(found, changes, strict=True)])
    _show(actor, found)
    return found


def _show(actor: Actor, activities: Sequence[Activity]) -> None:
    """What was done stands on the timeline, and is told; what is planned again does not."""
    done = [activity for activity in activities if activity.state == Activity.State.DONE and activity.done_at is not None]
    show_anew(work.ACTIVITY.name, activities, (work.event_of(actor, activity) for activity in done))
    _in_touch(done)
    tell_all(actor, "activity.done", [{"id": str(activity.public_id), "what": activity.kind} for activity in done])


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
    for model in (Account, Contact):
        _touched(model, {key: at for (of, key), at in latest.items() if of is model})
    for key, at in first.items():
        Lead.objects.filter(pk=key, responded_at=None).update(responded_at=at)
        Lead.objects.filter(pk=key, status=Lead.Status.NEW).update(status=Lead.Status.WORKING)


def _touched(model: type[Any], latest: Mapping[int, datetime]) -> None:
    """Keep when somebody was last in touch, where that is later than what is known."""
    for part in parts(sorted(latest)):
        rows = model.objects.select_for_update().filter(pk__in=part).order_by("pk")
        later = [row for row in rows if row.last_activity_at is None or row.last_activity_at < latest[row.pk]]
        for row in later:
            row.last_activity_at = latest[row.pk]
        save_all(later, ["last_activity_at"])


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


@transaction.atomic
def change_cases(actor: Actor, changes: Sequence[Change]) -> list[Case]:
    """Change what is given of cases, their states only by :func:`cases.move_case`. Sellers may. Recorded field by field, told."""
    found = locked_all(actor, cases.CASE, changes, "contact")
    given = [cases.changeable(case, change.values) for case, change in zip(found, changes, strict=True)]
    change_all(actor, cases.CASE, found, given)
    identify_all(Case, [(case, change.ids) for case, change in zip(found, changes, strict=True)])
    return found


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
