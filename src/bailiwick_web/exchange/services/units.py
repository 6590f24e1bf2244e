"""Units in and out: compare rows with what is there, write, and take back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db.models import Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.services import audit, stamped, touch
from bailiwick_web.exchange.child import AREA
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.services.rows import CREATED, UNCHANGED, UPDATED, keep_account
from bailiwick_web.planning.models import Publication, Scenario, UnitAssignment
from bailiwick_web.territories.convert import BATCH, store_digest
from bailiwick_web.territories.models import MeasureDefinition, MeasureValue, Unit, UnitSet

FIELDS = ("name", "lon", "lat", "placed_by")
GENERATED = "generated"


@dataclass(frozen=True)
class Incoming:
    """One row of the file, as a unit."""

    code: str
    fields: dict[str, Any]
    attributes: dict[str, str]
    area: bytes | None
    values: dict[str, float]


def incoming(rows: pa.Table) -> list[Incoming]:
    """The rows of a checked file."""
    columns = {name: rows.column(name).to_pylist() for name in rows.column_names}
    measures = {name.removeprefix("measure:"): values for name, values in columns.items() if name.startswith("measure:")}
    texts = {name.removeprefix("text:"): values for name, values in columns.items() if name.startswith("text:")}
    found = []
    for i, code in enumerate(columns["code"]):
        fields = {name: columns[name][i] for name in FIELDS}
        fields["name"] = str(fields["name"])[:300]
        area = columns[AREA][i] if AREA in columns else None
        attributes = {name: values[i] for name, values in texts.items() if values[i]}
        found.append(Incoming(str(code), fields, attributes, area, {name: float(values[i]) for name, values in measures.items()}))
    return found


def existing(unit_set: UnitSet | None) -> dict[str, tuple[Unit, dict[str, float]]]:
    """Units of a set by code, with their measures."""
    if unit_set is None:
        return {}
    values: dict[int, dict[str, float]] = {}
    for unit_id, key, value in MeasureValue.objects.filter(unit__unit_set=unit_set).values_list("unit_id", "measure__key", "value"):
        values.setdefault(unit_id, {})[key] = value
    return {unit.code: (unit, values.get(unit.pk, {})) for unit in Unit.objects.filter(unit_set=unit_set)}


def outcome(row: Incoming, there: tuple[Unit, dict[str, float]] | None) -> str:
    """What importing the row would do."""
    if there is None:
        return CREATED
    unit, values = there
    same = all(getattr(unit, name) == value for name, value in row.fields.items())
    same = same and unit.attributes == row.attributes and (bytes(unit.area) if unit.area else None) == row.area
    return UNCHANGED if same and all(values.get(key) == value for key, value in row.values.items()) else UPDATED


def write(actor: Actor, batch: ImportBatch, rows: list[Incoming]) -> None:
    """Make and change the units; the caller holds the transaction."""
    unit_set = batch.unit_set or _new_set(actor, batch, rows)
    there = existing(unit_set)
    outcomes = [outcome(row, there.get(row.code)) for row in rows]
    fresh = [row for row, what in zip(rows, outcomes, strict=True) if what == CREATED]
    changed = [row for row, what in zip(rows, outcomes, strict=True) if what == UPDATED]
    keep_account(batch, (row.code for row in fresh), ((row.code, _image(*there[row.code])) for row in changed))
    measures = _measures(unit_set, rows)
    start = max((unit.idx for unit, _ in there.values()), default=-1) + 1
    units = [
        Unit(unit_set=unit_set, idx=start + i, code=row.code, attributes=row.attributes, area=row.area, **row.fields)
        for i, row in enumerate(fresh)
    ]
    Unit.objects.bulk_create(units, batch_size=2_000)
    made = dict(Unit.objects.filter(unit_set=unit_set, idx__gte=start).values_list("code", "pk"))
    _write_values([(made[row.code], row.values) for row in fresh], measures)
    for row in changed:
        unit = there[row.code][0]
        for name, value in row.fields.items():
            setattr(unit, name, value)
        unit.attributes, unit.area = row.attributes, row.area
    Unit.objects.bulk_update([there[row.code][0] for row in changed], [*FIELDS, "attributes", "area"], batch_size=200)
    _write_values([(there[row.code][0].pk, row.values) for row in changed], measures)
    if fresh or changed:
        store_digest(unit_set)
        touch(actor, unit_set, "n_units", "digest")
        give_rows_to_drafts(actor, unit_set)
    batch.unit_set = unit_set


def give_rows_to_drafts(actor: Actor, unit_set: UnitSet) -> None:
    """Drafts know every unit: new ones have no territory yet. What was published stays as it was."""
    for scenario in Scenario.objects.filter(plan__unit_set=unit_set, state=Scenario.State.DRAFT):
        missing = Unit.objects.filter(unit_set=unit_set).exclude(pk__in=scenario.assignments.values("unit_id")).values_list("pk", flat=True)
        rows = [UnitAssignment(scenario=scenario, unit_id=pk) for pk in missing]
        UnitAssignment.objects.bulk_create(rows, batch_size=BATCH)
        touch(actor, scenario)


def take_back(actor: Actor, batch: ImportBatch) -> None:
    """Remove the units that an import made and restore those that it changed; the caller holds the transaction."""
    unit_set = batch.unit_set
    assert unit_set is not None
    created = list(batch.rows.filter(outcome=CREATED).values_list("key", flat=True))
    if created and Publication.objects.filter(plan__unit_set=unit_set).exists():
        raise Conflict("These units are part of a published plan; taking them back would change its history.", code="was_published")
    plans = [str(plan) for plan in unit_set.plans.all()]
    if batch.made_unit_set and plans:
        raise Conflict(f"Plans were made with these units ({', '.join(plans[:3])}); they would be left without any.", code="in_use")
    for start in range(0, len(created), 500):
        Unit.objects.filter(unit_set=unit_set, code__in=created[start : start + 500]).delete()
    images = {row.key: row.before or {} for row in batch.rows.filter(outcome=UPDATED)}
    _restore(unit_set, images)
    if batch.made_unit_set:
        batch.unit_set = None
        unit_set.delete()
        return
    for idx, unit in enumerate(Unit.objects.filter(unit_set=unit_set).order_by("idx")):
        if unit.idx != idx:
            Unit.objects.filter(pk=unit.pk).update(idx=idx)
    store_digest(unit_set)
    touch(actor, unit_set, "n_units", "digest")
    for scenario in Scenario.objects.filter(plan__unit_set=unit_set, state=Scenario.State.DRAFT):
        touch(actor, scenario)


def _restore(unit_set: UnitSet, images: dict[str, dict[str, Any]]) -> None:
    units = [unit for unit in Unit.objects.filter(unit_set=unit_set) if unit.code in images]
    for unit in units:
        image = images[unit.code]
        for name in FIELDS:
            setattr(unit, name, image[name])
        unit.attributes, unit.area = image["attributes"], bytes.fromhex(image["area"]) if image["area"] else None
    Unit.objects.bulk_update(units, [*FIELDS, "attributes", "area"], batch_size=200)
    measures = {m.key: m for m in unit_set.measures.all()}
    _write_values([(unit.pk, images[unit.code]["values"]) for unit in units], measures)


def _image(unit: Unit, values: dict[str, float]) -> dict[str, Any]:
    image: dict[str, Any] = {name: getattr(unit, name) for name in FIELDS}
    return image | {"attributes": unit.attributes, "area": bytes(unit.area).hex() if unit.area else "", "values": values}


def _new_set(actor: Actor, batch: ImportBatch, rows: list[Incoming]) -> UnitSet:
    name = batch.options.get("name") or batch.filename.rsplit(".", 1)[0].replace("_", " ").strip() or "Units"
    generated = bool(rows) and all(row.attributes.get(GENERATED) for row in rows)
    unit_set = UnitSet.objects.create(name=name[:200].capitalize(), is_generated=generated, **stamped(actor))
    batch.made_unit_set = True
    audit(actor, "unit_set.created", unit_set)
    return unit_set


def _measures(unit_set: UnitSet, rows: list[Incoming]) -> dict[str, MeasureDefinition]:
    found = {m.key: m for m in unit_set.measures.all()}
    for key in rows[0].values if rows else ():
        if key not in found:
            found[key] = MeasureDefinition.objects.create(unit_set=unit_set, key=key, position=len(found))
    return found


def _write_values(values: list[tuple[int, dict[str, float]]], measures: dict[str, MeasureDefinition]) -> None:
    rows = [MeasureValue(unit_id=pk, measure=measures[key], value=v) for pk, numbers in values for key, v in numbers.items()]
    MeasureValue.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["unit", "measure"], update_fields=["value"]
    )


def counts(rows: list[Incoming], unit_set: UnitSet | None) -> dict[str, int]:
    """What importing the rows would do, in numbers."""
    there = existing(unit_set)
    found = [outcome(row, there.get(row.code)) for row in rows]
    return {what: found.count(what) for what in (CREATED, UPDATED, UNCHANGED)}


def unit_sets_with(codes: set[str]) -> UnitSet | None:
    """The newest unit set that shares units with a file; most of the file must be in it."""
    sample = sorted(codes)[:500]
    for unit_set in UnitSet.objects.order_by("-pk"):
        if Unit.objects.filter(Q(unit_set=unit_set) & Q(code__in=sample)).count() * 2 > len(sample):
            return unit_set
    return None
