"""A small organisation with units, positions and a plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone
from mailboxes import Mailbox, post_office

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Person, Position, Staffing, User
from bailiwick_web.core.organisation.services import add_node
from bailiwick_web.core.roles import Role
from bailiwick_web.core.services import stamped
from bailiwick_web.planning import ruling, services
from bailiwick_web.planning.models import Scenario
from bailiwick_web.territories import convert as units_convert
from bailiwick_web.territories.convert import store_digest
from bailiwick_web.territories.models import AlignmentPlan, MeasureDefinition, MeasureValue, Unit, UnitSet

collect_ignore = [
    "web_settings.py",
    "oidc_settings.py",
    "oidc_provider.py",
]  # settings are read once, not a second time in search of examples
if os.environ.get("BAILIWICK_TEST_DATABASE") == "postgresql":
    # these make databases of their own, of both kinds, and ran with all the others
    collect_ignore += ["test_import_kill.py", "test_import_slices_kill.py", "test_worker.py"]
SIDE = 6
"""Units form a grid of SIDE × SIDE, one degree apart."""


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Keys are given again once a test is taken back, so what was read of units must not be kept."""
    ruling.forget()
    units_convert._unit_arrays.cache_clear()


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    """What is uploaded lies in a folder of each test's own: a test that is taken back leaves its files."""
    settings.UPLOAD_FOLDER = tmp_path / "uploads"


@pytest.fixture
def users(db: None) -> dict[str, User]:
    """One user per role."""
    return {role: User.objects.create_user(f"{role}@example.org", f"A {role}", role=role) for role in Role.values}


@pytest.fixture
def act(users: dict[str, User]) -> Callable[[str], Actor]:
    """An actor for a role, now."""
    return lambda role: Actor(users[role], timezone.now(), "test")


@pytest.fixture
def planner(act: Callable[[str], Actor]) -> Actor:
    return act(Role.PLANNER)


@pytest.fixture
def sign_in(users: dict[str, User]) -> Callable[[str], Client]:
    """A browser of a user with a role."""

    def make(role: str) -> Client:
        client = Client()
        client.force_login(users[role], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """What the application mails, by a real mail server on loopback."""
    with post_office(settings) as box:
        yield box


@pytest.fixture
def unit_set(planner: Actor) -> UnitSet:
    """36 units with one measure, ``sales``: 1, 2, 3, 1, 2, 3 …"""
    unit_set = UnitSet.objects.create(name="Grid", **stamped(planner))
    measure = MeasureDefinition.objects.create(unit_set=unit_set, key="sales")
    at = [(x, y) for y in range(SIDE) for x in range(SIDE)]
    units = Unit.objects.bulk_create(
        Unit(unit_set=unit_set, idx=i, code=f"u{i:02d}", name=f"Unit {i}", lon=float(x), lat=float(y)) for i, (x, y) in enumerate(at)
    )
    MeasureValue.objects.bulk_create(MeasureValue(unit=unit, measure=measure, value=1.0 + unit.idx % 3) for unit in units)
    store_digest(unit_set)
    unit_set.save()
    return unit_set


@pytest.fixture
def organisation(planner: Actor, users: dict[str, User]) -> dict[str, Any]:
    """Nation → east, west; two positions each. The manager leads west, the rep fills the first position of west."""
    root = add_node(planner, name="Nation", kind="nation", parent=None)
    west, east = (add_node(planner, name=name, kind="region", parent=root) for name in ("West", "East"))
    corners = [("P1", west, 0.5, 0.5), ("P2", west, 0.5, 4.5), ("P3", east, 4.5, 0.5), ("P4", east, 4.5, 4.5)]
    positions = [
        Position.objects.create(code=code, name=f"Rep {code}", node=node, home_lon=lon, home_lat=lat, **stamped(planner))
        for code, node, lon, lat in corners
    ]
    _seat(planner, users[Role.MANAGER], node=west)
    _seat(planner, users[Role.REP], position=positions[0])
    return {"root": root, "west": west, "east": east, "positions": positions}


def _seat(actor: Actor, user: User, *, node: Node | None = None, position: Position | None = None) -> None:
    person = Person.objects.create(name=user.name, user=user, **stamped(actor))
    start = datetime(2020, 1, 1, tzinfo=UTC).date()
    Staffing.objects.create(person=person, node=node, position=position, valid_from=start, **stamped(actor))


@pytest.fixture
def plan(planner: Actor, unit_set: UnitSet) -> AlignmentPlan:
    return services.create_plan(planner, unit_set, name="Plan", balance={"sales": 0.1})


@pytest.fixture
def scenario(planner: Actor, plan: AlignmentPlan, organisation: dict[str, Any]) -> Scenario:
    """Columns 0–1 to P1, 2 to P2, 3–4 to P3, the rest to P4."""
    columns = np.array(["P1", "P1", "P2", "P3", "P3", "P4"])
    alignment = {f"u{i:02d}": str(columns[i % SIDE]) for i in range(SIDE * SIDE)}
    territories = [services.NewTerritory.of_position(p) for p in organisation["positions"]]
    return services.create_scenario(planner, plan, name="Now", territories=territories, alignment=alignment)
