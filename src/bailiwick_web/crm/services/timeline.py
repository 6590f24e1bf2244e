"""The timeline: every event of an account in one table, written in the transaction of the event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Record
from bailiwick_web.crm.models import Account, Contact, TimelineEvent

LONGEST = 300


def event(
    actor: Actor,
    kind: str,
    record: Record,
    *,
    account: Account | None,
    contact: Contact | None = None,
    at: datetime,
    title: str = "",
    **data: Any,
) -> TimelineEvent:
    """An event that is not kept yet, for many at once."""
    return TimelineEvent(
        account=account,
        contact=contact,
        happened_at=at,
        kind=kind,
        title=(title or str(record))[:LONGEST],
        data=data,
        record_type=record._meta.model_name or "",
        record_id=record.public_id,
        by=actor.user,
    )


def happened(actor: Actor, kind: str, record: Record, **what: Any) -> TimelineEvent:
    """Add an event; see :func:`event`."""
    made = event(actor, kind, record, **what)
    made.save()
    return made


def forget(record: Record) -> None:
    """Take the events of a record off the timeline: it went into the bin, or is planned again."""
    TimelineEvent.objects.filter(record_type=record._meta.model_name, record_id=record.public_id).delete()
