"""What positions are to win in a quarter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.visibility import find
from bailiwick_web.reports.models import Goal
from bailiwick_web.reports.periods import begun


@transaction.atomic
def set_goal(actor: Actor, position_id: UUID, *, starts_on: date, amount: Any) -> Goal | None:
    """Say what a position is to win in the quarter of a day, in house currency; nothing or 0 takes the goal away.

    For those who lead or plan, within their scope. Recorded.
    """
    actor.need(Right.AIM)
    position = find(actor, Position, position_id)
    start = begun(starts_on, "quarter")
    value = c.money("amount", amount)
    if value is not None and value < 0:
        raise Invalid(_("A goal is an amount above 0, found %(found)s.") % {"found": amount}, code="field", field="amount")
    goal = Goal.objects.select_for_update().filter(position=position, starts_on=start).first()
    before = goal.amount if goal else None
    if before == (value or None):
        return goal
    audit(actor, "goal.set", position, field=f"{start:%Y-%m-%d}", before=before or "", after=value or "")
    return _kept(actor, goal, position, start, value)


def _kept(actor: Actor, goal: Goal | None, position: Position, start: date, value: Decimal | None) -> Goal | None:
    if not value:
        if goal is not None:
            goal.delete()
        return None
    if goal is None:
        return Goal.objects.create(position=position, starts_on=start, amount=value, **stamped(actor))
    goal.amount = value
    touch(actor, goal, "amount")
    return goal
