"""Who gets a report by e-mail, and when: local times, so that a change of the clock shifts none."""

from __future__ import annotations

import calendar
import secrets
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.reports.models import Report, Subscription
from bailiwick_web.reports.periods import at_local
from bailiwick_web.reports.services.reports import may_change
from bailiwick_web.reports.visibility import find_report, seen_reports

Every = Subscription.Every


def next_time(plan: Any, after: datetime) -> datetime:
    """The first instant after another one at which a report is due.

    Parameters
    ----------
    plan
        Has ``every``, ``weekday``, ``month_day``, ``local_time`` and ``time_zone``. A local time that comes twice counts once; one
        that is left out counts after the gap.
    """
    zone = ZoneInfo(plan.time_zone)
    first = after.astimezone(zone).date() - timedelta(days=1)
    for n in range(64):
        on = first + timedelta(days=n)
        if _is_on(plan, on):
            instant = at_local(on, plan.local_time, zone)
            if instant > after:
                return instant
    raise AssertionError("every plan is due within two months")


def _is_on(plan: Any, on: date) -> bool:
    if plan.every == Every.WEEK:
        return on.weekday() == int(plan.weekday)
    if plan.every == Every.MONTH:
        return on.day == min(int(plan.month_day), calendar.monthrange(on.year, on.month)[1])
    return True


@transaction.atomic
def subscribe(actor: Actor, public_id: UUID, *, origin: str, to: str = "", **given: Any) -> Subscription:
    """Send a report to oneself again and again, or, of a report that one owns, to somebody who finds it. Recorded."""
    actor.need(Right.LOOK)
    report = find_report(actor, public_id)
    if report.archived_at is not None:
        raise Conflict(_("This report is put away; take it back first."))
    user = _recipient(actor, report, to)
    if Subscription.objects.filter(report=report, user=user, ended_at__isnull=True).exists():
        raise Conflict(_("%(who)s gets this report already; end that first.") % {"who": user})
    made = Subscription(report=report, user=user, origin=origin[:200], secret=secrets.token_urlsafe(32), **_plan(given), **stamped(actor))
    made.next_at = next_time(made, actor.now)
    made.save()
    audit(actor, "report.subscribed", report, field=made.every, after=f"{user.public_id} {made.local_time:%H:%M} {made.time_zone}")
    return made


def _plan(given: dict[str, Any]) -> dict[str, Any]:
    every, form = given.get("every") or Every.WEEK, given.get("format") or Subscription.Format.XLSX
    clock = c.clock("local_time", given.get("local_time") or "07:00")
    languages = dict(settings.LANGUAGES)
    return {
        "every": c.choice(Every.values)("every", every),
        "format": c.choice(Subscription.Format.values)("format", form),
        "weekday": c.whole(0, 6)("weekday", given.get("weekday") or 0),
        "month_day": c.whole(1, 31)("month_day", given.get("month_day") or 1),
        "local_time": clock,
        "time_zone": c.zone("time_zone", given.get("time_zone") or settings.TIME_ZONE),
        "language": given["language"] if given.get("language") in languages else settings.LANGUAGE_CODE,
    }


def _recipient(actor: Actor, report: Report, to: str) -> User:
    if not to or (actor.user is not None and to.strip().casefold() == actor.user.email):
        if actor.user is None:
            raise Invalid(_("Say who gets the report."), code="field", field="to")
        return actor.user
    if not may_change(actor, report):
        raise NotAllowed(_("Only the owner of a report sends it to others; you can subscribe to it yourself."))
    user = User.objects.filter(email=to.strip().lower(), is_active=True).first()
    if user is None or not seen_reports(Actor(user, actor.now)).filter(pk=report.pk).exists():
        raise Invalid(_("Nobody with this address finds the report; share it with them first."), code="field", field="to")
    return user


@transaction.atomic
def end(actor: Actor, public_id: UUID) -> Subscription:
    """Send a report to somebody no more: they themselves may, and the owner of the report. Recorded."""
    found = Subscription.objects.select_related("report", "user").filter(public_id=public_id).first()
    is_theirs = found is not None and actor.user is not None and found.user_id == actor.user.pk
    if found is None or not (is_theirs or may_change(actor, found.report)):
        raise Missing(_("There is no such subscription."))
    return _end(actor, found)


@transaction.atomic
def end_by_secret(now: datetime, secret: str) -> Subscription:
    """The same by the link in a message, without signing in; a second time does no harm. Recorded."""
    found = by_secret(secret)
    return found if found.ended_at else _end(Actor(found.user, now, "link in a message"), found)


def by_secret(secret: str) -> Subscription:
    """What a link belongs to.

    Raises
    ------
    Missing
        If it belongs to nothing.
    """
    found = Subscription.objects.select_related("report", "user").filter(secret=secret).first()
    if found is None:
        raise Missing(_("This link belongs to no report."))
    return found


def _end(actor: Actor, found: Subscription) -> Subscription:
    if found.ended_at is None:
        found.ended_at = actor.now
        touch(actor, found, "ended_at")
        audit(actor, "report.unsubscribed", found.report, after=found.user.public_id)
    return found
