"""The outbox: events lie in it since the commit of the change; each is handed once to everybody who collects, in one transaction.

What collects makes rows of its own – deliveries, runs of rules – and does the long work later. Rows and the mark "handed on" are
committed together, so no event is lost and none handed on twice, also with two workers or after a crash.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from bailiwick_web.core.models import OutboxEvent
from bailiwick_web.core.ticking import every

log = logging.getLogger(__name__)
Collector = Callable[[datetime, Sequence[OutboxEvent]], None]
_COLLECTORS: list[Collector] = []
BATCH, MOST_BATCHES = 200, 50
"""So many events at a time, and so many times before others who wait for the clock have their turn."""
KEPT = timedelta(days=90)
"""So long an event stays after it was handed on; rules are tried on it."""


def collects(function: Collector) -> Collector:
    """Register a function that is given new events, in the transaction that hands them on."""
    _COLLECTORS.append(function)
    return function


@every(1, "outbox.hand_on")
def hand_on(now: datetime) -> int:
    """Hand on what lies in the outbox, oldest first; an event that fails stays, and keeps no other from being handed on."""
    n_done, last = 0, 0
    for _turn in range(MOST_BATCHES):
        waiting = OutboxEvent.objects.filter(delivered_at=None, pk__gt=last).order_by("pk")
        if not (keys := list(waiting.values_list("pk", flat=True)[:BATCH])):
            break
        n_handed_on = _hand_on(now, keys)
        n_done += sum(_hand_on(now, [key]) or 0 for key in keys) if n_handed_on is None else n_handed_on
        last = keys[-1]
    return n_done


def _hand_on(now: datetime, keys: Sequence[int]) -> int | None:
    """Number of events that were handed on, by us; None if that failed."""
    try:
        with transaction.atomic():
            rows = OutboxEvent.objects.select_for_update(skip_locked=True).filter(delivered_at=None, pk__in=keys)
            events = list(rows.order_by("pk"))
            for collector in _COLLECTORS if events else ():
                collector(now, events)
            return OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(delivered_at=now)
    except Exception:
        log.exception("events %s could not be handed on; they stay", keys)
        return None


@every(6 * 3600, "outbox.empty")
def empty(now: datetime) -> int:
    """Forget events that were handed on long ago."""
    return OutboxEvent.objects.filter(delivered_at__lt=now - KEPT).delete()[0]
