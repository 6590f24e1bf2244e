"""From event to delivery, from delivery to the other side: once to each, by one sender at a time, and again after a while if need be."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from bailiwick_web.core import outbound
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import OutboxEvent
from bailiwick_web.core.outbox import collects
from bailiwick_web.core.refusals import Refused
from bailiwick_web.core.services import audit
from bailiwick_web.exchange.webhooks import kinds as k
from bailiwick_web.exchange.webhooks import signing
from bailiwick_web.exchange.webhooks.models import Attempt, Delivery, Endpoint
from bailiwick_web.exchange.webhooks.services import signing_secrets

log = logging.getLogger(__name__)
SCHEDULE_SECONDS = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Before the first attempt, the second, … the tenth and last: three days and three hours altogether."""
JITTER = 0.1
THROTTLED = frozenset({429, 502, 503, 504})
LONGEST_PAUSE = timedelta(hours=24)
FAILING = timedelta(days=5)
LEASE = timedelta(seconds=90)
"""Longer than looking a name up, sending and waiting for the answer take together."""
TURN_SECONDS = 30.0
"""After so long the sender looks whether others wait."""
NEAR = timedelta(seconds=8)
"""A second attempt that is due so soon is waited for."""
KEPT_OF_ANSWER = 2_000
SENDERS = 50
"""As many as there may be endpoints, so that none waits for another."""
KEPT = timedelta(days=30)
State = Delivery.State
Dice = Callable[[], float]


@collects
def address(now: datetime, events: Sequence[OutboxEvent]) -> None:
    """Make deliveries of events: to every endpoint that asks for the kind and whose owner sees the record."""
    for endpoint in Endpoint.objects.filter(off=Endpoint.Off.NO, owner__is_active=True).select_related("owner"):
        actor = Actor(endpoint.owner, now, "webhooks")
        wanted = k.heard(actor, [event for event in events if k.is_wanted(endpoint.kinds, event.kind)])
        data = k.told(actor, wanted)
        Delivery.objects.bulk_create(
            [
                Delivery(
                    endpoint=endpoint,
                    message_id=event.public_id,
                    kind=event.kind,
                    body=k.body_of(event.kind, event.created_at.isoformat(), data[event.pk]),
                    due_at=now,
                    created_at=now,
                )
                for event in wanted
            ],
            ignore_conflicts=True,
        )


_pool: ThreadPoolExecutor | None = None
_busy: set[int] = set()
_guard = threading.Lock()


def start_senders(now: datetime) -> int:
    """Give every endpoint with something due to a thread of its own, so that a slow one makes no other wait. Returns their number."""
    global _pool
    due = Delivery.objects.filter(endpoint=OuterRef("pk"), state=State.WAITING, due_at__lte=now)
    with _guard:
        keys = [key for key in _free(now).filter(Exists(due)).values_list("pk", flat=True) if key not in _busy]
        _busy.update(keys)
        if keys and _pool is None:
            _pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhooks")
        for key in keys:
            assert _pool is not None
            _pool.submit(_send_in_thread, key)
    return len(keys)


def _send_in_thread(key: int) -> None:
    try:
        send_due(key)
    except Exception:
        log.exception("sending to endpoint %s broke off; it goes on when the lease ends", key)
    finally:
        with _guard:
            _busy.discard(key)
        connection.close()


def _free(now: datetime) -> QuerySet[Endpoint]:
    is_free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    may_send = Q(paused_until__isnull=True) | Q(paused_until__lte=now)
    return Endpoint.objects.filter(is_free, may_send, off=Endpoint.Off.NO)


def send_due(key: int, *, dice: Dice = random.random, clock: Callable[[], datetime] = timezone.now) -> int:
    """Send what is due to one endpoint, if nobody else does. Returns the number of attempts."""
    name, n, until = uuid4().hex, 0, time.monotonic() + TURN_SECONDS
    if not _free(clock()).filter(pk=key).update(leased_until=clock() + LEASE, leased_by=name):
        return 0
    try:
        while time.monotonic() < until and (delivery := _next(key, clock())) is not None:
            wait = (delivery.due_at - clock()).total_seconds()
            if wait > 0:
                time.sleep(wait)
            now = clock()
            if not Endpoint.objects.filter(pk=key, leased_by=name, off=Endpoint.Off.NO).update(leased_until=now + LEASE):
                break
            attempt(delivery, now=now, dice=dice)
            n += 1
    finally:
        Endpoint.objects.filter(pk=key, leased_by=name).update(leased_until=None, leased_by="")
    return n


def _next(key: int, now: datetime) -> Delivery | None:
    """What is to be sent next: what is due, else what is due in a moment."""
    rows = Delivery.objects.filter(endpoint=key, state=State.WAITING, due_at__lte=now + NEAR).select_related("endpoint__owner")
    may_send = Q(endpoint__paused_until__isnull=True) | Q(endpoint__paused_until__lte=now)
    return rows.filter(may_send).order_by("due_at", "pk").first()


def attempt(delivery: Delivery, *, now: datetime, dice: Dice) -> Attempt:
    """Send one delivery once, and keep what became of it."""
    body = delivery.body.encode()
    answer: outbound.Answer | None = None
    error, start = "", time.monotonic()
    try:
        headers = {"content-type": "application/json", "user-agent": "Bailiwick-Webhooks/1.0"}
        headers |= signing.headers(signing_secrets(delivery.endpoint, now), str(delivery.message_id), int(now.timestamp()), body)
        answer = outbound.request("POST", delivery.endpoint.url, headers=headers, body=body)
    except outbound.Unreachable as unreachable:
        error = str(unreachable)
    except Refused as refused:
        error = refused.message
    kept = Attempt(delivery=delivery, at=now, seconds=round(time.monotonic() - start, 3), error=error[:300])
    if answer is not None:
        kept.status = answer.status
        kept.answer = answer.body.decode("utf-8", "replace").replace("\x00", "�")[:KEPT_OF_ANSWER]
    with transaction.atomic():
        kept.save()
        _settle(delivery, answer, now=now, dice=dice)
    return kept


def _settle(delivery: Delivery, answer: outbound.Answer | None, *, now: datetime, dice: Dice) -> None:
    """What follows from an answer: done, again later, given up; and what it says about the endpoint."""
    endpoint = Endpoint.objects.filter(pk=delivery.endpoint_id)
    delivery.n_attempts += 1
    if answer is not None and 200 <= answer.status < 300:
        delivery.state, delivery.finished_at = State.DONE, now
        endpoint.filter(failing_since__isnull=False).update(failing_since=None)
    elif answer is not None and answer.status == 410:
        switch_off(endpoint.get(), Endpoint.Off.GONE, now=now)
        delivery.state, delivery.finished_at = State.DEAD, now
    else:
        endpoint.filter(failing_since__isnull=True).update(failing_since=now)
        _later(delivery, answer, now=now, dice=dice)
        since = endpoint.values_list("failing_since", flat=True).get()
        if since is not None and now - since >= FAILING:
            switch_off(endpoint.get(), Endpoint.Off.FAILING, now=now)
            delivery.state, delivery.finished_at = State.DEAD, now
    delivery.save(update_fields=["state", "n_attempts", "due_at", "finished_at"])


def _later(delivery: Delivery, answer: outbound.Answer | None, *, now: datetime, dice: Dice) -> None:
    pause = _asked_to_wait(answer, now) if answer is not None else None
    if pause is not None:
        Endpoint.objects.filter(pk=delivery.endpoint_id).update(paused_until=now + pause)
    if delivery.n_attempts >= len(SCHEDULE_SECONDS):
        delivery.state, delivery.finished_at = State.DEAD, now
        return
    seconds = SCHEDULE_SECONDS[delivery.n_attempts] * (1 + JITTER * (2 * dice() - 1))
    delivery.due_at = now + max(timedelta(seconds=seconds), pause or timedelta(0))


def _asked_to_wait(answer: outbound.Answer, now: datetime) -> timedelta | None:
    """How long ``Retry-After`` of an answer that says "not now" asks to wait: seconds or a date, a day at most."""
    text = answer.headers.get("retry-after", "").strip()
    if answer.status not in THROTTLED or not text:
        return None
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_PAUSE)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at.replace(tzinfo=at.tzinfo or UTC)
    return min(max(at - now, timedelta(0)), LONGEST_PAUSE)


def switch_off(endpoint: Endpoint, why: Endpoint.Off, *, now: datetime) -> None:
    """Let an endpoint hear nothing more, and give up what is on its way. Recorded."""
    Endpoint.objects.filter(pk=endpoint.pk).update(off=why, version=F("version") + 1, changed_at=now, changed_by=None)
    endpoint.deliveries.filter(state=State.WAITING).update(state=State.DEAD, finished_at=now)
    audit(Actor(None, now, "webhooks"), "endpoint.switched_off", endpoint, field="off", after=why.value)


def forget_old(now: datetime) -> int:
    """Forget deliveries that ended long ago."""
    return Delivery.objects.filter(finished_at__lt=now - KEPT).exclude(state=State.WAITING).delete()[0]


def wait_for_senders() -> None:
    """Wait until everything that was begun is over; the next sender makes new threads."""
    global _pool
    with _guard:
        pool, _pool = _pool, None
    if pool is not None:
        pool.shutdown(wait=True)
