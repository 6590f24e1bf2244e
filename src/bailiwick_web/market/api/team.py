"""How busy everybody is, over the JSON interface."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.roles import Right
from bailiwick_web.market import utilisation as hours

router = Router(tags=["market"])


class WeekOut(Schema):
    """Hours of somebody in a week that starts on a Monday; ``used`` is (done + planned + travel) ÷ capacity, null without capacity."""

    person: UUID
    person_name: str
    starts_on: date
    capacity: float
    planned: float
    done: float
    travel: float
    used: float | None
    n: int
    n_assumed: int
    n_unplaced: int


@router.get("/utilisation", response=list[WeekOut])
def get_utilisation(request: HttpRequest, week: date | None = None) -> Any:
    """How busy everybody within the scope is in the week of a day and those beside it, from the activities as they are now."""
    actor = actor_of(request)
    actor.need(Right.LOOK)
    names = ("starts_on", "capacity", "planned", "done", "travel", "used", "n", "n_assumed", "n_unplaced")
    return [
        {"person": line.person.public_id, "person_name": line.person.name} | {name: getattr(one, name) for name in names}
        for line in hours.lines(actor, hours.monday(week or actor.now.date()))
        for one in line.weeks
    ]
