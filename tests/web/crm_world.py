"""A small world of customers: a published plan over the grid, accounts of West and of East."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.planning import services
from bailiwick_web.planning.models import Publication, Scenario

Act = Callable[[str], Actor]


def put_into_force(act: Act, scenario: Scenario, **when: Any) -> Publication:
    """Propose, approve and publish a draft."""
    version = services.propose(act("planner"), scenario.public_id, version=scenario.version).version
    version = services.decide(act("administrator"), scenario.public_id, version=version, is_approved=True).version
    return services.publish(act("planner"), scenario.public_id, version=version, **when)


def at_the_time(user: User | None) -> Actor:
    """Somebody, now."""
    return Actor(user, timezone.now(), "test")
