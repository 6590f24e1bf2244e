"""The worked example brought in by the same importer that users have: customers, reps, and territories by nearest home."""

from __future__ import annotations

from typing import Any

import numpy as np

from bailiwick import samples
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.exchange.services import run_import, upload
from bailiwick_web.planning.services import NewTerritory, create_plan, create_scenario
from bailiwick_web.territories.convert import unit_arrays
from bailiwick_web.territories.models import AlignmentPlan, UnitSet

BALANCE = {"workload_hours": 0.05, "revenue_potential": 0.1}
OVERLOAD = 1.4
"""Reps of the demonstration take customers until they are 40 % over their share."""


def load_sample(actor: Actor) -> AlignmentPlan:
    """The coffee supplier: 5,000 customers, 25 reps, and territories by nearest home as the present state."""
    sample = samples.make("coffee")
    for kind, name in (("units", "customers.csv"), ("reps", "reps.csv")):
        batch = upload(actor, kind, name, [sample.tables[name].to_csv().encode()], options=OPTIONS[kind])
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


OPTIONS: dict[str, dict[str, Any]] = {
    "units": {
        "currency": "USD",
        "columns": {
            "id": "customer_id",
            "measure:workload_hours": "workload_hours",
            "money:revenue_potential": "revenue_potential",
            "money:annual_revenue": "annual_revenue",
        },
    },
    "reps": {"columns": {"id": "rep_id", "name": "name", "capacity": "capacity_hours"}},
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
