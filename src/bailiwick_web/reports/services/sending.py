"""Sending reports: made once for every time that they are due, computed for whoever gets them, checked anew at that moment."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.jobs import enqueue
from bailiwick_web.core.mailing import Attachment, NotTaken, Unsure, post
from bailiwick_web.core.refusals import Refused
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit
from bailiwick_web.reports.asking import asked, from_json
from bailiwick_web.reports.computing import MOST_EXPORTED, Result, run
from bailiwick_web.reports.files import FORMATS, file_name
from bailiwick_web.reports.models import Delivery, Subscription
from bailiwick_web.reports.registry import Ground
from bailiwick_web.reports.services.subscriptions import next_time
from bailiwick_web.reports.visibility import seen_reports

log = logging.getLogger(__name__)
SEND = "reports.send"
MOST_AT_ONCE, MOST_ATTEMPTS = 500, 5
WAIT = timedelta(minutes=5)
State = Delivery.State


def look(now: datetime) -> int:
    """Queue what is due, each time once however many do this at the same moment, and what waits for another attempt; says how many."""
    due = Subscription.objects.filter(ended_at__isnull=True, report__archived_at__isnull=True, next_at__lte=now)
    queued = sum(_make(now, subscription) for subscription in due.order_by("next_at")[:MOST_AT_ONCE])
    for key in Delivery.objects.filter(state=State.WAITING, try_at__lte=now).values_list("pk", flat=True)[:MOST_AT_ONCE]:
        with transaction.atomic():
            if Delivery.objects.filter(pk=key, state=State.WAITING, try_at__lte=now).update(try_at=now + 2 * WAIT):
                _queue(now, key)
                queued += 1
    return queued


def _make(now: datetime, subscription: Subscription) -> int:
    """Whoever moves the order on to its next time makes the delivery; after a standstill one, not one for each time missed."""
    due_at = subscription.next_at
    with transaction.atomic():
        ours = Subscription.objects.filter(pk=subscription.pk, next_at=due_at, ended_at__isnull=True)
        if not ours.update(next_at=next_time(subscription, now)):
            return 0
        made = Delivery.objects.create(subscription=subscription, due_at=due_at, try_at=now + 2 * WAIT)
        _queue(now, made.pk)
    return 1


def _queue(now: datetime, key: int) -> None:
    enqueue(Actor(None, now, "clock"), SEND, title=_("A report by e-mail"), params={"delivery": key})


def deliver(key: int, now: datetime) -> str:
    """Send one delivery, unless it was, and say what became of it; if a worker died over it, nobody knows, and it is not sent again."""
    if not Delivery.objects.filter(pk=key, state=State.WAITING).update(state=State.SENDING, attempts=F("attempts") + 1):
        Delivery.objects.filter(pk=key, state=State.SENDING).update(state=State.UNKNOWN, done_at=now)
        return str(Delivery.objects.values_list("state", flat=True).get(pk=key))
    delivery = Delivery.objects.select_related("subscription__report", "subscription__user").get(pk=key)
    try:
        _send(delivery, now)
    except NotTaken as problem:
        return _not_taken(delivery, now, problem)
    except Unsure as problem:
        return _done(delivery, now, State.UNKNOWN, str(problem))
    except Refused as problem:
        return _done(delivery, now, State.REFUSED, problem.message)
    return _done(delivery, now, State.SENT, "")


def _send(delivery: Delivery, now: datetime) -> None:
    subscription = delivery.subscription
    actor = Actor(subscription.user, now, f"msg {delivery.public_id}")
    with translation.override(subscription.language):
        _check(actor, subscription)
        ground = Ground(actor, ZoneInfo(subscription.time_zone))
        found = run(ground, asked(actor, from_json(subscription.report.definition)), most=MOST_EXPORTED)
        form = FORMATS[subscription.format]
        name = subscription.report.name
        file = Attachment(file_name(name, ground, form.ending), form.make(name, found, ground), form.media_type)
        stop = f"{subscription.origin}{reverse('stop_report', args=[subscription.secret])}"
        headers = {
            "Message-ID": f"<report-{delivery.public_id}@bailiwick>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        post(subscription.user.email, name, _text(subscription, found, stop), attachments=[file], headers=headers)


def _check(actor: Actor, subscription: Subscription) -> None:
    """Permission of this moment, not of the day when it was ordered."""
    report, user = subscription.report, subscription.user
    still = seen_reports(actor).filter(pk=report.pk, archived_at__isnull=True).exists()
    if subscription.ended_at is not None or not user.is_active or not actor.may(Right.LOOK) or not still:
        raise Refused(_("They may not see this report any more, or it was put away."))


def _text(subscription: Subscription, found: Result, stop: str) -> str:
    address = f"{subscription.origin}{reverse('report', args=[subscription.report.public_id])}"
    context = {"subscription": subscription, "result": found, "n": len(found.rows), "address": address, "stop": stop}
    return render_to_string("reports/mail/report.txt", context)


def _not_taken(delivery: Delivery, now: datetime, problem: NotTaken) -> str:
    """Later again, if that may help."""
    if problem.is_permanent or delivery.attempts >= MOST_ATTEMPTS:
        return _done(delivery, now, State.REFUSED, str(problem))
    later = now + delivery.attempts * WAIT
    Delivery.objects.filter(pk=delivery.pk).update(state=State.WAITING, try_at=later, told=str(problem)[:300])
    return State.WAITING


def _done(delivery: Delivery, now: datetime, state: str, told: str) -> str:
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(state=state, done_at=now, told=told[:300])
        actor = Actor(None, now, f"msg {delivery.public_id}")
        audit(actor, f"report.{state}", delivery.subscription.report, after=delivery.subscription.user.public_id, reason=told[:300])
    if state != State.SENT:
        log.warning("report %s was not sent: %s", delivery.subscription.report.public_id, told)
    return state
