"""Territories as they are today: a file of unit and territory becomes a scenario."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pyarrow as pa

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.services.rows import CREATED, UNCHANGED, UPDATED, keep_account
from bailiwick_web.exchange.services.units import unit_sets_with
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services import NewTerritory, create_plan, create_scenario, delete_scenario
from bailiwick_web.territories.models import AlignmentPlan, Unit, UnitSet

TOLERANCE = 0.05


def counts(rows: pa.Table) -> tuple[dict[str, int], int, UnitSet | None]:
    """Units that get a territory, how many ids are no units, and the unit set that they are of."""
    codes = {str(code) for code in rows.column("code").to_pylist()}
    unit_set = unit_sets_with(codes)
    known = set() if unit_set is None else set(Unit.objects.filter(unit_set=unit_set).values_list("code", flat=True)) & codes
    return {CREATED: len(known), UPDATED: 0, UNCHANGED: 0}, len(codes) - len(known), unit_set


def write(actor: Actor, batch: ImportBatch, rows: pa.Table) -> None:
    """Make a scenario, and a plan for it if there is none; the caller holds the transaction."""
    unit_set = batch.unit_set
    if unit_set is None:
        raise Conflict("No unit of this file is known. Import the customers or areas first.", code="no_common_ids")
    known = set(Unit.objects.filter(unit_set=unit_set).values_list("code", flat=True))
    pairs = zip(rows.column("code").to_pylist(), rows.column("territory").to_pylist(), strict=True)
    alignment = {str(code): str(territory)[:80] for code, territory in pairs if str(code) in known}
    plan = unit_set.plans.order_by("-pk").first() or _plan(actor, unit_set)
    scenario = create_scenario(
        actor, plan, name="Today", territories=territories(alignment), alignment=alignment, cause=f"file:{batch.public_id}"
    )
    batch.facts = {**batch.facts, "scenario": str(scenario.public_id)}
    keep_account(batch, alignment, ())


def territories(alignment: dict[str, str]) -> list[NewTerritory]:
    """The territories that an alignment names: positions where they are known by code or name, else by name only."""
    codes = sorted(set(alignment.values()))
    positions: dict[str, Position] = {}
    for position in Position.objects.all():
        positions.setdefault(position.name, position)
    positions |= {p.code: p for p in Position.objects.filter(code__in=codes)}
    found: list[Any] = []
    for code in codes:
        p = positions.get(code)
        found.append(NewTerritory(code, code) if p is None else NewTerritory(code, p.name, "", p, p.capacity, p.home_lon, p.home_lat))
    return found


def take_back(actor: Actor, batch: ImportBatch) -> None:
    """Put the scenario that an import made into the bin."""
    scenario = Scenario.objects.filter(public_id=UUID(batch.facts["scenario"]), deleted_at__isnull=True).first()
    if scenario is not None:
        delete_scenario(actor, scenario.public_id, version=scenario.version)


def _plan(actor: Actor, unit_set: UnitSet) -> AlignmentPlan:
    first = unit_set.measures.first()
    return create_plan(actor, unit_set, name=f"{unit_set.name}: territories", balance={first.key if first else "units": TOLERANCE})
