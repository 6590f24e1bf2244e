"""Take units back: what an import made goes, what it changed is as before, unless later work stands on it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import chunks, json_text, update
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.services import touch
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.services.dependents import dependents, in_words, listed
from bailiwick_web.exchange.services.rows import CREATED, MEASURE, UNIT, UPDATED
from bailiwick_web.exchange.services.units import AREA
from bailiwick_web.planning.models import Scenario, UnitAssignment
from bailiwick_web.territories.convert import store_digest
from bailiwick_web.territories.models import MeasureDefinition, MeasureValue, Unit, UnitSet

_WITHOUT_TERRITORY = {"unitassignment": Q(territory__isnull=True, is_locked=False, scenario__state=Scenario.State.DRAFT)}


def take_back(actor: Actor, batch: ImportBatch) -> None:
    """Remove the units that an import made and restore those that it changed; the caller holds the transaction."""
    unit_set = batch.unit_set
    if unit_set is None:
        return
    if batch.made_unit_set:
        _take_set_back(batch, unit_set)
        return
    keys = _created(batch, unit_set)
    _check_units(unit_set, keys)
    images = {row.key: row.before or {} for row in batch.rows.filter(record=UNIT, outcome=UPDATED)}
    if not keys and not images:
        return
    for chunk in chunks(keys, 20_000):
        _delete(Unit.objects.filter(pk__in=chunk))
    _restore(unit_set, images)
    made = batch.rows.filter(record=MEASURE, outcome=CREATED).values_list("key", flat=True)
    MeasureDefinition.objects.filter(unit_set=unit_set, key__in=list(made), values__isnull=True).delete()
    _renumber(unit_set)
    store_digest(unit_set)
    touch(actor, unit_set, "n_units", "digest")
    for scenario in Scenario.objects.filter(plan__unit_set=unit_set, state=Scenario.State.DRAFT):
        touch(actor, scenario)


def _take_set_back(batch: ImportBatch, unit_set: UnitSet) -> None:
    plans = [f"“{plan}”" for plan in unit_set.plans.all()]
    if plans:
        raise Conflict(
            _("Plans were made with these units (%(names)s); they would be left without any. Delete what was planned first.")
            % {"names": listed(plans)},
            code="in_use",
        )
    later = [f"“{other}”" for other in unit_set.imports.exclude(pk=batch.pk).filter(state=ImportBatch.State.IMPORTED)]
    if later:
        raise Conflict(
            _("Later imports added to these units (%(names)s); take those back first.") % {"names": listed(later)}, code="later_import"
        )
    others = in_words(dependents(UnitSet, [unit_set.pk], but={"unit", "measuredefinition", "unitsetfile", "importbatch", "alignmentplan"}))
    if others:
        raise Conflict(_("Other work stands on these units: %(names)s.") % {"names": listed(others)}, code="in_use")
    batch.unit_set = None
    _delete(Unit.objects.filter(unit_set=unit_set))
    unit_set.delete()


def _created(batch: ImportBatch, unit_set: UnitSet) -> list[int]:
    codes = list(batch.rows.filter(record=UNIT, outcome=CREATED).values_list("key", flat=True))
    keys: list[int] = []
    for chunk in chunks(codes, 500):
        keys += Unit.objects.filter(unit_set=unit_set, code__in=chunk).values_list("pk", flat=True)
    return keys


def _check_units(unit_set: UnitSet, keys: list[int]) -> None:
    """The journal of a scenario counts units by their place; those after a unit that goes would be other ones."""
    others = in_words(dependents(Unit, keys, but={"measurevalue"}, free=_WITHOUT_TERRITORY))
    if others:
        raise Conflict(
            _(
                "The new units of this import are in use by now (%(names)s): they have a territory, a lock or a "
                "comment, or are part of what was proposed or published. Take their territories away first, or keep "
                "them."
            )
            % {"names": listed(others)},
            code="in_use",
        )
    if not keys:
        return
    first = Unit.objects.filter(pk__in=keys[:500]).order_by("idx").values_list("idx", flat=True).first() or 0
    is_tail = unit_set.n_units - first <= len(keys)
    moved = Scenario.objects.filter(plan__unit_set=unit_set, moves__isnull=False).first()
    if not is_tail and moved is not None:
        raise Conflict(
            _("Units that came later were moved by hand in “%(moved)s”; its journal would no longer fit. Take the later import back first.")
            % {"moved": moved},
            code="later_import",
        )


def _restore(unit_set: UnitSet, images: dict[str, dict[str, Any]]) -> None:
    """Write back what stood in the fields that were changed; one statement per combination of fields."""
    keys: dict[str, int] = {}
    for chunk in chunks(images, 500):
        keys |= dict(Unit.objects.filter(unit_set=unit_set, code__in=chunk).values_list("code", "pk"))
    by_fields: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for code, key in keys.items():
        fields = tuple(sorted(name for name in images[code] if name != "values"))
        if fields:
            by_fields.setdefault(fields, []).append((*(_stored(name, images[code][name]) for name in fields), key))
    for fields, rows in by_fields.items():
        update(Unit, fields, rows)
    _restore_values(unit_set, {key: images[code].get("values", {}) for code, key in keys.items()})


def _stored(name: str, value: Any) -> Any:
    if name == AREA:
        return None if value is None else bytes.fromhex(value)
    return json_text(value) if name == "attributes" else value


def _restore_values(unit_set: UnitSet, values: dict[int, dict[str, float | None]]) -> None:
    measures = {m.key: m for m in unit_set.measures.all()}
    for key, measure in measures.items():
        gone = [pk for pk, numbers in values.items() if key in numbers and numbers[key] is None]
        for chunk in chunks(gone, 500):
            MeasureValue.objects.filter(measure=measure, unit_id__in=chunk).delete()
    back = [
        MeasureValue(unit_id=pk, measure=measures[key], value=value)
        for pk, numbers in values.items()
        for key, value in numbers.items()
        if value is not None and key in measures
    ]
    MeasureValue.objects.bulk_create(
        back, batch_size=5_000, update_conflicts=True, unique_fields=["unit", "measure"], update_fields=["value"]
    )


def _renumber(unit_set: UnitSet) -> None:
    """Close the gaps in the order of the units that are left; from the first to the last, so that no number is there twice."""
    order = list(Unit.objects.filter(unit_set=unit_set).order_by("idx").values_list("pk", "idx"))
    for pk, idx in [(pk, idx) for idx, (pk, old) in enumerate(order) if old != idx]:
        Unit.objects.filter(pk=pk).update(idx=idx)


def _delete(units: QuerySet[Unit]) -> None:
    """Units that nothing stands on, with their numbers and their empty places in drafts: three statements, whatever their number."""
    for model in (MeasureValue, UnitAssignment):
        rows = model._default_manager.filter(unit__in=units.values("pk"))
        rows._raw_delete(rows.db)
    units._raw_delete(units.db)
