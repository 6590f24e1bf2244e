"""The demonstration: generated data brought in by the same importer that users have."""

from __future__ import annotations

import logging

import numpy as np
from django.utils import timezone

from bailiwick import samples
from bailiwick_web.core.access import Actor
from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.models import Node, Person, Position, Staffing, User
from bailiwick_web.core.roles import Role
from bailiwick_web.core.services import stamped
from bailiwick_web.crm.sample import load_customers
from bailiwick_web.exchange.services import run_import, upload
from bailiwick_web.insights.services import ask, ask_health
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services import NewTerritory, branch, create_plan, create_scenario, decide, propose, publish, start_run
from bailiwick_web.planning.services.runs import ANEW
from bailiwick_web.territories.convert import unit_arrays
from bailiwick_web.territories.models import AlignmentPlan, UnitSet

log = logging.getLogger(__name__)
PEOPLE = {
    Role.ADMINISTRATOR: ("ada@example.com", "Ada Stone"),
    Role.PLANNER: ("pat@example.com", "Pat Ferris"),
    Role.MANAGER: ("max@example.com", "Max Ortega"),
    Role.REP: ("rep@example.com", ""),
    Role.VIEWER: ("vic@example.com", "Vic Lund"),
}
OVERLOAD = 1.4
"""Reps of the demonstration take customers until they are 40 % over their share."""
BALANCE = {"workload_hours": 0.05, "revenue_potential": 0.1}


def load_demo() -> None:
    """Fill an empty installation; one that has users is left alone."""
    if User.objects.exists():
        return
    log.info("loading the demonstration data (generated, not real)")
    system = Actor(None, timezone.now(), f"demo {uuid7()}")
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
    ask_health(Actor(None, timezone.now(), system.request_id))
    ask(planner, "key_figures", options={"by": "territory"}, tables={"orders": "own:orders"})
    draft = branch(planner, Scenario.objects.get(pk=today.pk), name="Next year")
    start_run(planner, draft, mode=ANEW, time_limit_seconds=60, name="Next year, balanced")


def load_sample(actor: Actor) -> AlignmentPlan:
    """The coffee supplier: 5,000 customers, 25 reps, and territories by nearest home as the present state."""
    sample = samples.make("coffee")
    for kind, name in (("units", "customers.csv"), ("reps", "reps.csv")):
        batch = upload(actor, kind, name, [sample.tables[name].to_csv().encode()], options={"columns": MAPPINGS[kind]})
        run_import(actor, batch.public_id)
    unit_set = UnitSet.objects.latest("pk")
    plan = create_plan(actor, unit_set, name="Sales territories", balance=BALANCE)
    positions = list(Position.objects.order_by("code"))
    create_scenario(
        actor,
        plan,
        name="Today",
        territories=[NewTerritory.of_position(p) for p in positions],
        alignment=nearest_home(unit_set, positions),
        cause="file:sample",
    )
    return plan


MAPPINGS = {
    "units": {
        "id": "customer_id",
        "measure:workload_hours": "workload_hours",
        "measure:revenue_potential": "revenue_potential",
        "measure:annual_revenue": "annual_revenue",
    },
    "reps": {"id": "rep_id", "name": "name", "capacity": "capacity_hours"},
}


def nearest_home(unit_set: UnitSet, positions: list[Position]) -> dict[str, str]:
    """Every customer with the nearest rep who is not far over capacity yet, in the order of time: how territories come about."""
    table = unit_arrays(unit_set).table
    at = np.radians(table.coordinates)
    homes = np.radians(np.array([(p.home_lon, p.home_lat) for p in positions], dtype=float))
    cosine = np.sin(at[:, 1])[:, None] * np.sin(homes[:, 1])
    cosine += np.cos(at[:, 1])[:, None] * np.cos(homes[:, 1]) * np.cos(at[:, 0][:, None] - homes[:, 0])
    work = next(iter(table.measures.values()))
    capacity = np.array([p.capacity for p in positions])
    room = OVERLOAD * capacity / capacity.sum() * work.sum()
    chosen: dict[str, str] = {}
    for i in np.argsort(-cosine.max(axis=1), kind="stable").tolist():
        j = int(np.where(room > 0, cosine[i], -2.0).argmax())
        room[j] -= work[i]
        chosen[str(table.ids[i])] = positions[j].code
    return chosen


def _seat(actor: Actor, users: dict[Role, User]) -> None:
    """The manager leads everything, the rep is the one of the first position."""
    root = Node.objects.get(parent=None)
    manager = Person.objects.create(name=users[Role.MANAGER].name, user=users[Role.MANAGER], **stamped(actor))
    viewer = Person.objects.create(name=users[Role.VIEWER].name, user=users[Role.VIEWER], **stamped(actor))
    for person in (manager, viewer):
        Staffing.objects.create(person=person, node=root, valid_from=actor.now.date(), **stamped(actor))
    rep = Staffing.objects.filter(position__isnull=False).order_by("position__code").select_related("person").first()
    assert rep is not None
    rep.person.user = users[Role.REP]
    rep.person.save(update_fields=["user"])
    users[Role.REP].name = rep.person.name
    users[Role.REP].save(update_fields=["name"])
