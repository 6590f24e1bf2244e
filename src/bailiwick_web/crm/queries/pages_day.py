"""My day, my tasks, the calendar."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import models as m
from bailiwick_web.crm.queries import lists
from bailiwick_web.crm.queries.pages_account import OVER, QUIET_OTHERS
from bailiwick_web.crm.queries.pages_accounts import Row, Wanted, beside, found
from bailiwick_web.crm.queries.pages_paging import Slice, cut

SOON = timedelta(days=7)
MOST = 100
MOST_A_DAY = 300
State = m.Activity.State
OPEN_LEADS = (m.Lead.Status.NEW, m.Lead.Status.WORKING, m.Lead.Status.QUALIFIED)


def my_day(actor: Actor, person: Person | None) -> dict[str, Any]:
    """What is overdue, what is today, what comes within a week, and who has been left alone for long."""
    today = local_day(actor.now)
    mine = planned_of(actor, person)
    soon = mine.filter(Q(due_on__lte=today + SOON) | Q(due_on=None, starts_at__lt=actor.now + SOON + timedelta(days=1)))
    activities = sorted(soon[:MOST], key=lambda a: (day_of(a) or today, a.starts_at or actor.now, a.pk))
    groups: dict[str, list[m.Activity]] = {"overdue": [], "present": [], "coming": []}
    for activity in activities:
        on = day_of(activity) or today
        groups["overdue" if on < today else "present" if on == today else "coming"].append(activity)
    return {**groups, "person": person, **_waiting(actor, person), "n_done": _done_today(actor, person, today)}


def _done_today(actor: Actor, person: Person | None, today: date) -> int:
    if person is None:
        return 0
    since = timezone.make_aware(datetime.combine(today, datetime.min.time()))
    return m.Activity.objects.filter(person=person, state=State.DONE, done_at__gte=since, deleted_at=None).count()


def _waiting(actor: Actor, person: Person | None) -> dict[str, Any]:
    """What waits for somebody beside their tasks."""
    if person is None:
        return {"leads": [], "cases": [], "deals": [], "quiet": []}
    today = local_day(actor.now)
    leads = lists.rows(actor, m.Lead).filter(person=person, status__in=OPEN_LEADS, responded_at=None)
    cases = lists.rows(actor, m.Case).filter(person=person).exclude(state__in=[*OVER, m.Case.State.WAITING])
    deals = lists.rows(actor, m.Opportunity).filter(person=person, stage__kind=m.Stage.Kind.OPEN, close_on__lte=today + SOON)
    return {
        "leads": list(leads.order_by("respond_by", "pk")[:8]),
        "cases": list(cases.order_by("solve_by", "pk")[:8]),
        "deals": list(deals.order_by("close_on", "pk")[:8]),
        "quiet": quiet(actor),
    }


def quiet(actor: Actor) -> list[Row]:
    """My customers that nobody was in touch with for long, and for whom nothing is planned."""
    limit = actor.now - timedelta(days=QUIET_OTHERS)
    mine = found(actor, Wanted({"q": "", "state": "customer", "segment": "", "territory": "", "owner": "me", "tag": ""}))
    planned = m.Activity.objects.filter(state=State.PLANNED, deleted_at=None, account=OuterRef("pk"))
    silent = mine.filter(~Exists(planned), Q(last_activity_at__lt=limit) | Q(last_activity_at=None))
    return beside(actor, list(silent.order_by("tier", "pk")[:6]))


def planned_of(actor: Actor, person: Person | None) -> QuerySet[m.Activity]:
    """What somebody planned and has not done."""
    rows = lists.rows(actor, m.Activity).filter(state=State.PLANNED)
    return rows.filter(person=person) if person is not None else rows.none()


def day_of(activity: m.Activity) -> date | None:
    """The day that an activity is on."""
    if activity.due_on is not None:
        return activity.due_on
    return None if activity.starts_at is None else local_day(activity.starts_at)


def inbox(actor: Actor, person: Person | None, whose: str, state: str, text: str, after: str) -> Slice:
    """Tasks and appointments, what is due first on top; of what was done, the newest."""
    return cut(inbox_found(actor, person, whose, state, text), "-done_at" if state == State.DONE else "due_on", after)


def inbox_found(actor: Actor, person: Person | None, whose: str, state: str, text: str) -> QuerySet[m.Activity]:
    """Everything that the list of tasks shows, on all of its pages."""
    rows = lists.rows(actor, m.Activity, q=text).filter(state=state)
    if whose == "me":
        rows = rows.filter(person=person) if person is not None else rows.none()
    return rows


def moved_on(activity: m.Activity, now: datetime) -> dict[str, Any]:
    """What changes when something can wait until tomorrow."""
    tomorrow = local_day(now) + timedelta(days=1)
    if activity.starts_at is None:
        return {"due_on": tomorrow}
    at = timezone.localtime(activity.starts_at)
    return {"starts_at": timezone.make_aware(datetime.combine(tomorrow, at.time()))}


def days_of(actor: Actor, person: Person | None, whose: str, span: str, on: str) -> dict[str, Any]:
    """The days of a week, or of the weeks of a month, each with what is planned and done."""
    today = local_day(actor.now)
    at = _parsed(on) or today
    first, last = _ends(at, span)
    rows = lists.calendar(actor, first, last)
    if whose == "me":
        rows = rows.filter(person=person) if person is not None else rows.none()
    by_day: dict[date, list[m.Activity]] = {}
    for activity in rows[:MOST_A_DAY]:
        by_day.setdefault(day_of(activity) or first, []).append(activity)
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    step = timedelta(days=7)
    around = (first - step, first + step) if span == "week" else (at.replace(day=1) - timedelta(days=1), _next_month(at))
    cells = [{"day": day, "activities": by_day.get(day, []), "is_inside": span == "week" or day.month == at.month} for day in days]
    return {"cells": cells, "at": at, "first": first, "last": last, "before": around[0], "following": around[1], "n": len(by_day)}


def _ends(at: date, span: str) -> tuple[date, date]:
    if span == "week":
        first = at - timedelta(days=at.weekday())
        return first, first + timedelta(days=6)
    first, last = at.replace(day=1), at.replace(day=calendar.monthrange(at.year, at.month)[1])
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def _next_month(at: date) -> date:
    return at.replace(day=calendar.monthrange(at.year, at.month)[1]) + timedelta(days=1)


def _parsed(text: str) -> date | None:
    try:
        found_day = parse_date(text)
    except ValueError:
        return None
    return found_day if found_day is not None and 1900 < found_day.year < 2200 else None
