"""Who has a scenario open: told by their browsers every few seconds, forgotten soon after. No part of the history."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.core.roles import Right
from bailiwick_web.planning.models import Presence, Scenario

PRESENT = timedelta(seconds=45)
"""Three times as long as a browser waits between two signs of life."""


@transaction.atomic
def show_presence(actor: Actor, scenario: Scenario) -> list[User]:
    """Say that the user has a scenario open, and hear who else has; planners may. Not recorded."""
    actor.need(Right.PLAN)
    Presence.objects.filter(scenario=scenario, seen_at__lt=actor.now - PRESENT).delete()
    Presence.objects.update_or_create(scenario=scenario, user=actor.user, defaults={"seen_at": actor.now})
    others = Presence.objects.filter(scenario=scenario, user__is_active=True).exclude(user=actor.user)
    return [presence.user for presence in others.select_related("user").order_by("user__name", "user_id")]
