"""The demonstration: generated data brought in by the same importer that users have."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.models import Node, Person, Staffing, User
from bailiwick_web.core.roles import Role
from bailiwick_web.core.services import stamped, tell
from bailiwick_web.crm.sample import load_customers
from bailiwick_web.crm.sample_needs import load_needs
from bailiwick_web.crm.sample_work import load_work
from bailiwick_web.exchange.sample import load_sample
from bailiwick_web.listening.sample import load_heard
from bailiwick_web.outreach.sample import load_outreach
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services import branch, decide, propose, publish, start_run
from bailiwick_web.planning.services.runs import ANEW
from bailiwick_web.territories.models import AlignmentPlan

log = logging.getLogger(__name__)
PEOPLE = {
    Role.ADMINISTRATOR: ("ada@example.com", "Ada Stone"),
    Role.PLANNER: ("pat@example.com", "Pat Ferris"),
    Role.MANAGER: ("max@example.com", "Max Ortega"),
    Role.REP: ("rep@example.com", ""),
    Role.VIEWER: ("vic@example.com", "Vic Lund"),
}

_BEFORE = timedelta(days=400)
"""Since when everybody fills a position."""

DEMO_SECONDS = 900
"""Far more than the search needs, a quarter of a minute alone on a computer: the same plan comes out on a busy one."""


def load_demo() -> None:
    """Fill an empty installation; one that has users is left alone."""
    if User.objects.exists():
        return
    log.info("loading the demonstration data (generated, not real)")
    system = Actor(None, timezone.now(), f"demo {uuid7().hex}")
    users = {role: User.objects.create_user(email, name or "Rep", role=role) for role, (email, name) in PEOPLE.items()}
    planner = Actor(users[Role.PLANNER], timezone.now(), system.request_id)
    load_sample(planner)
    _seat(planner, users)
    plan = AlignmentPlan.objects.get()
    today = plan.scenarios.get()
    propose(planner, today.public_id, version=today.version)
    today.refresh_from_db()
    chief = Actor(users[Role.ADMINISTRATOR], timezone.now(), system.request_id)
    decide(chief, today.public_id, version=today.version, is_approved=True, comment="How it is now.")
    today.refresh_from_db()
    publish(planner, today.public_id, version=today.version, reason="Start")
    load_customers(Actor(None, timezone.now(), system.request_id), plan.unit_set)
    selling = Actor(users[Role.PLANNER], timezone.now(), system.request_id)
    load_work(selling)
    load_needs(selling)
    load_heard(selling)
    load_outreach(selling)
    tell(planner, "demo.loaded")
    draft = branch(planner, Scenario.objects.get(pk=today.pk), name="Next year")
    start_run(planner, draft, mode=ANEW, time_limit_seconds=DEMO_SECONDS, name="Next year, balanced")


def _seat(actor: Actor, users: dict[Role, User]) -> None:
    """The manager leads everything, the rep is the one of the first position."""
    root = Node.objects.get(parent=None)
    manager = Person.objects.create(name=users[Role.MANAGER].name, user=users[Role.MANAGER], **stamped(actor))
    viewer = Person.objects.create(name=users[Role.VIEWER].name, user=users[Role.VIEWER], **stamped(actor))
    for person in (manager, viewer):
        Staffing.objects.create(person=person, node=root, valid_from=actor.now.date(), **stamped(actor))
    Staffing.objects.update(valid_from=actor.now.date() - _BEFORE)  # else nobody has hours in the week of the first look
    rep = Staffing.objects.filter(position__isnull=False).order_by("position__code").select_related("person").first()
    assert rep is not None
    rep.person.user = users[Role.REP]
    rep.person.save(update_fields=["user"])
    users[Role.REP].name = rep.person.name
    users[Role.REP].save(update_fields=["name"])
