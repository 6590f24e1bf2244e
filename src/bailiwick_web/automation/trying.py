"""A rule tried on history: which records it would have acted on, had it been there. Nothing is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bailiwick_web.automation import facts
from bailiwick_web.automation.running import quiet
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import OutboxEvent
from bailiwick_web.exchange.webhooks.kinds import heard

DAYS = (30, 90)
MOST_EVENTS = 20_000
SHOWN = 50
BATCH = 500


@dataclass(frozen=True)
class Fired:
    """A record that a rule would have acted on, and when it would have."""

    record: Any
    at: datetime


@dataclass(frozen=True)
class Tried:
    """What came of a try.

    Attributes
    ----------
    n_events
        Events of the kind about records that are within the scope and still here.
    n_fired
        How many of them fit, judged by the fields of today.
    is_cut
        Whether there were more events than are looked at.
    """

    days: int
    n_events: int
    n_fired: int
    fired: tuple[Fired, ...]
    is_cut: bool


def try_on_history(actor: Actor, *, trigger: str, condition: str, days: int, quiet_days: int | None = None) -> Tried:
    """Try a rule on the events of the last days; on silences of accounts, on those of today."""
    rule = facts.parsed(trigger, condition)
    if trigger == facts.QUIET:
        return _try_on_silence(actor, rule, days, quiet_days or 0)
    since = actor.now - timedelta(days=days)
    rows = OutboxEvent.objects.filter(kind=trigger, created_at__gte=since).order_by("-created_at")[: MOST_EVENTS + 1]
    events = list(rows)
    n_events, fired = 0, []
    for start in range(0, min(len(events), MOST_EVENTS), BATCH):
        found = _there(actor, trigger, heard(actor, events[start : min(start + BATCH, MOST_EVENTS)]))
        fit = facts.fits(rule, [record for _event, record in found], [event.payload for event, _record in found])
        n_events += len(found)
        fired += [Fired(record, event.created_at) for (event, record), is_fit in zip(found, fit, strict=True) if is_fit]
    return Tried(days, n_events, len(fired), tuple(fired[:SHOWN]), is_cut=len(events) > MOST_EVENTS)


def _there(actor: Actor, trigger: str, events: Sequence[OutboxEvent]) -> list[tuple[OutboxEvent, Any]]:
    key = facts.TRIGGERS[trigger].key
    records = facts.records_of(actor, trigger, {event.payload[key] for event in events})
    return [(event, records[event.payload[key]]) for event in events if event.payload[key] in records]


def _try_on_silence(actor: Actor, rule: Any, days: int, quiet_days: int) -> Tried:
    accounts = list(quiet(actor, quiet_days).select_related("owner").order_by("pk")[: MOST_EVENTS + 1])
    fit = facts.fits(rule, accounts, [{}] * len(accounts))
    fired = [Fired(account, actor.now) for account, is_fit in zip(accounts, fit, strict=True) if is_fit]
    return Tried(days, min(len(accounts), MOST_EVENTS), len(fired), tuple(fired[:SHOWN]), is_cut=len(accounts) > MOST_EVENTS)
