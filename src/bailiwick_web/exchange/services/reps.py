"""Reps in and out: each row is a position, and the person who fills it."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Person, Position, Staffing
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.services import create_node, stamped, touch
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.services.rows import CREATED, UNCHANGED, UPDATED, keep_account
from bailiwick_web.planning.models import TerritoryDefinition

FIELDS = ("name", "capacity", "home_lon", "home_lat")
REGION_COLUMNS = ("region", "district", "team", "home_state", "state")
ROOT = "Sales"


def incoming(rows: pa.Table) -> list[dict[str, Any]]:
    """The rows of a checked file as positions; ``region`` is the first column that names one."""
    found = []
    for row in rows.to_pylist():
        region = next((row[f"text:{c}"] for c in REGION_COLUMNS if row.get(f"text:{c}")), "")
        lon, lat = row["lon"], row["lat"]
        home = (None, None) if lon is None or math.isnan(lon) else (lon, lat)
        found.append(
            {
                "code": str(row["code"])[:80],
                "name": str(row["name"])[:200],
                "capacity": float(row["capacity"]),
                "home_lon": home[0],
                "home_lat": home[1],
                "region": str(region)[:200],
            }
        )
    return found


def outcome(row: dict[str, Any], position: Position | None) -> str:
    """What importing the row would do."""
    if position is None:
        return CREATED
    return UNCHANGED if all(getattr(position, name) == row[name] for name in FIELDS) else UPDATED


def counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    """What importing the rows would do, in numbers."""
    there = {p.code: p for p in Position.objects.all()}
    found = [outcome(row, there.get(row["code"])) for row in rows]
    return {what: found.count(what) for what in (CREATED, UPDATED, UNCHANGED)}


def write(actor: Actor, batch: ImportBatch, rows: list[dict[str, Any]]) -> None:
    """Make and change positions and people; the caller holds the transaction."""
    there = {p.code: p for p in Position.objects.all()}
    root = Node.objects.filter(parent=None).first() or create_node(actor, ROOT, kind="nation")
    regions = {node.name: node for node in root.children.all()}
    created, updated = [], []
    for row in rows:
        position = there.get(row["code"])
        values = {name: row[name] for name in FIELDS}
        what = outcome(row, position)
        if position is None:
            node = root
            if row["region"]:
                node = regions.get(row["region"]) or create_node(actor, row["region"], kind="region", parent=root)
                regions[row["region"]] = node
            position = Position.objects.create(code=row["code"], node=node, **values, **stamped(actor))
            person = Person.objects.create(name=row["name"], **stamped(actor))
            Staffing.objects.create(person=person, position=position, valid_from=actor.now.date(), **stamped(actor))
            created.append(row["code"])
        elif what == UPDATED:
            updated.append((row["code"], {name: getattr(position, name) for name in FIELDS}))
            for name, value in values.items():
                setattr(position, name, value)
            touch(actor, position, *FIELDS)
    keep_account(batch, created, updated)


def take_back(actor: Actor, batch: ImportBatch) -> None:
    """Remove the positions that an import made and restore those that it changed; the caller holds the transaction."""
    created = list(batch.rows.filter(outcome=CREATED).values_list("key", flat=True))
    used = TerritoryDefinition.objects.filter(position__code__in=created).values_list("scenario__name", flat=True).first()
    if used is not None:
        raise Conflict(f"These positions have territories in “{used}”; they cannot be taken back.", code="in_use")
    people = list(Staffing.objects.filter(position__code__in=created).values_list("person_id", flat=True))
    Staffing.objects.filter(position__code__in=created).delete()
    Person.objects.filter(pk__in=people, user=None, staffings=None).delete()
    Position.objects.filter(code__in=created).delete()
    for row in batch.rows.filter(outcome=UPDATED):
        position = Position.objects.get(code=row.key)
        for name, value in (row.before or {}).items():
            setattr(position, name, value)
        touch(actor, position, *FIELDS)
