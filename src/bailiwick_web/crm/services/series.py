"""Activities that come again: the next one is planned when the last one is done, in local time, so that no clock change shifts it."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Activity, ActivitySeries
from bailiwick_web.crm.services import writing
from bailiwick_web.crm.services.work import create_activity

Every = ActivitySeries.Every
MOST_STEPS = 5_000

SERIES = writing.Spec(
    ActivitySeries,
    {
        **dict.fromkeys(("account", "contact", "position", "person"), c.reference),
        "kind": c.choice(Activity.Kind.values),
        "subject": c.needed(300),
        "text": c.text(50_000),
        "every": c.choice(Every.values),
        "interval": c.whole(1, 1_000),
        "starts_on": c.day,
        "ends_on": c.day,
        "local_time": c.clock,
        "time_zone": c.zone,
        "duration_minutes": c.whole(0, 100_000),
    },
    needs=("subject", "starts_on"),
    personal=frozenset({"subject", "text"}),
)


@transaction.atomic
def create_series(actor: Actor, *, origin: str = "", **given: Any) -> ActivitySeries:
    """Let an activity come again and again; the first one is planned at once. Sellers may. Recorded, told."""
    series = writing.create(actor, SERIES, given, origin=origin)
    _need_period(series)
    plan_next(actor, series)
    return series


@transaction.atomic
def change_series(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> ActivitySeries:
    """Change a series; what is planned and not done is planned anew. Sellers may. Recorded, told."""
    series = writing.locked(actor, SERIES, public_id, version)
    if writing.change(actor, SERIES, series, given):
        _need_period(series)
        _drop_planned(actor, series)
        plan_next(actor, series)
    return series


@transaction.atomic
def archive_series(actor: Actor, public_id: UUID, *, version: int | None) -> ActivitySeries:
    """End a series; what is planned and not done goes, too. Sellers may. Recorded, told."""
    series = writing.archive(actor, SERIES, public_id, version=version)
    _drop_planned(actor, series)
    return series


def plan_next(actor: Actor, series: ActivitySeries) -> Activity | None:
    """Plan the next activity of a series, unless one is planned or it is over; to be called in a transaction."""
    if series.deleted_at is not None or series.activities.filter(state=Activity.State.PLANNED, deleted_at=None).exists():
        return None
    done = series.activities.exclude(due_on=None).order_by("-due_on").values_list("due_on", flat=True).first()
    after = max(filter(None, (done, actor.now.date() - timedelta(days=1))))
    on = next((day for day in days(series) if day > after), None)
    if on is None:
        return None
    same = {
        name: getattr(series, name) for name in ("account", "contact", "position", "person", "kind", "subject", "text", "duration_minutes")
    }
    return create_activity(actor, series=series, due_on=on, starts_at=starts_at(series, on), origin=f"series:{series.public_id}", **same)


def days(series: ActivitySeries) -> Iterator[date]:
    """The days of a series, in order; the 31st is the last day of a shorter month."""
    for step in range(MOST_STEPS):
        n = step * series.interval
        if series.every == Every.MONTH:
            on = _plus_months(series.starts_on, n)
        else:
            on = series.starts_on + timedelta(days=n * (7 if series.every == Every.WEEK else 1))
        if series.ends_on is not None and on >= series.ends_on:
            return
        yield on


def _plus_months(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def starts_at(series: ActivitySeries, on: date) -> datetime | None:
    """The instant of the local time on a day; a time that the change of the clock leaves out is the one after it."""
    if series.local_time is None:
        return None
    at: time = series.local_time
    return datetime.combine(on, at, ZoneInfo(series.time_zone or "UTC")).astimezone(UTC)


def _drop_planned(actor: Actor, series: ActivitySeries) -> None:
    series.activities.filter(state=Activity.State.PLANNED, deleted_at=None).update(deleted_at=actor.now)


def _need_period(series: ActivitySeries) -> None:
    if series.ends_on is not None and series.ends_on <= series.starts_on:
        raise Invalid(_("The period must end after it begins; the day of the end is not part of it."), code="period", field="ends_on")
