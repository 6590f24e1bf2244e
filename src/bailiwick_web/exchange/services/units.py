"""Units in and out: compare rows with what is there, write, and take back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from django.db.models import Q
from django.utils.translation import gettext as _

from bailiwick.domain import UnitTable
from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import insert, json_text, reserve_keys, update
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.services import audit, stamped, touch
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.services.matching import BY_NAME, Matches, match_addresses, match_codes, place_key
from bailiwick_web.exchange.services.rows import MEASURE, Late, keep_account
from bailiwick_web.planning.models import Scenario, UnitAssignment
from bailiwick_web.territories.convert import content_digest
from bailiwick_web.territories.models import UNKNOWN_CURRENCY, MeasureDefinition, MeasureValue, Unit, UnitSet

FIELDS = ("name", "lon", "lat", "placed_by")
AREA, GENERATED = "area", "generated"
MOST_CODE, MOST_NAME = 200, 300


@dataclass
class Incoming:
    """The usable rows of a file, by column; ``given`` are the fields that the file has, all others stay as they are."""

    rows: list[int]
    codes: list[str]
    given: dict[str, list[Any]]
    attributes: list[dict[str, str]]
    text_columns: frozenset[str]
    values: dict[str, list[float]]
    has_ids: bool = True
    is_placed: bool = True

    def __len__(self) -> int:
        return len(self.codes)


@dataclass
class Stored:
    """The units of a set in the order of their index, by column."""

    keys: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in (*FIELDS, "attributes", AREA)})
    values: dict[str, list[float | None]] = field(default_factory=dict)
    measures: dict[str, MeasureDefinition] = field(default_factory=dict)
    version: int = 0
    is_planar: bool = False


@dataclass
class Difference:
    """What importing would do: indices of new rows, pairs (row, unit) of changed ones, and rows that do not fit."""

    fresh: list[int]
    changed: list[tuple[int, int]]
    n_unchanged: int
    late: list[Late]
    how: Counter[str]
    texts: list[str] = field(default_factory=list)
    """Attributes of the new rows as JSON: made before the transaction, which others wait for."""


def incoming(rows: pa.Table, facts: dict[str, Any]) -> Incoming:
    """The rows of a checked file."""
    columns = {name: rows.column(name).to_pylist() for name in rows.column_names}
    codes = [str(code)[:MOST_CODE] for code in columns["code"]]
    given = {name: columns[name] for name in (*FIELDS, AREA) if name in columns}
    if "name" in given:
        given["name"] = [str(name)[:MOST_NAME] for name in given["name"]]
    texts = {name.removeprefix("text:"): values for name, values in columns.items() if name.startswith("text:")}
    names = list(texts)
    attributes = [{n: t for n, t in zip(names, line, strict=True) if t} for line in zip(*texts.values(), strict=True)] or [
        {} for _ in codes
    ]
    values = {name.removeprefix("measure:"): column for name, column in columns.items() if name.startswith("measure:")}
    found = Incoming(columns["row"], codes, given, attributes, frozenset(texts), values)
    found.has_ids, found.is_placed = facts.get("has_ids", True), facts.get("is_placed", True)
    return found


def stored(unit_set: UnitSet | None) -> Stored:
    """What is there."""
    if unit_set is None:
        return Stored()
    found = Stored(version=unit_set.version, is_planar=unit_set.is_planar)
    names = ("pk", "code", *FIELDS, "attributes", AREA)
    lines = list(zip(*Unit.objects.filter(unit_set=unit_set).order_by("idx").values_list(*names), strict=True)) or [()] * len(names)
    found.keys, found.codes = list(lines[0]), list(lines[1])
    found.columns = {name: list(line) for name, line in zip(names[2:], lines[2:], strict=True)}
    found.columns[AREA] = [None if area is None else bytes(area) for area in found.columns[AREA]]
    found.measures = {m.key: m for m in unit_set.measures.all()}
    place = {key: i for i, key in enumerate(found.keys)}
    for key, measure in found.measures.items():
        column: list[float | None] = [None] * len(found.keys)
        for unit_id, value in MeasureValue.objects.filter(measure=measure).values_list("unit_id", "value"):
            column[place[unit_id]] = value
        found.values[key] = column
    return found


def compare(new: Incoming, old: Stored) -> Difference:
    """Tell new rows, changed ones and unchanged ones apart."""
    matches = _match(new, old)
    result = Difference([], [], 0, [], matches.how)
    seen: dict[int, int] = {}
    for i, j in enumerate(matches.found):
        if j < 0:
            if new.is_placed:
                result.fresh.append(i)
            else:
                result.late.append(Late(new.rows[i], "", "no_position", say("it is new, and the file does not say where it is")))
        elif j in seen:
            words = say("it is the same record (%(id)s) as row %(row)s", id=repr(old.codes[j]), row=str(new.rows[seen[j]]))
            result.late.append(Late(new.rows[i], "", "duplicate_id", words))
        else:
            seen[j] = i
            if _is_changed(new, i, old, j):
                result.changed.append((i, j))
            else:
                result.n_unchanged += 1
    result.texts = [json_text(new.attributes[i]) for i in result.fresh]
    return result


def _match(new: Incoming, old: Stored) -> Matches:
    """By id; where no id is known, by e-mail address or web domain, then by name and place.

    A file whose ids are known here tells new records by theirs, however alike their web sites are: branches of a firm share one. Row
    numbers, which stand for ids where a file has none, say nothing.
    """
    matches = match_codes(new.codes, old.codes) if new.has_ids else Matches([-1] * len(new))
    if not matches.how and old.codes:
        match_addresses(matches, new.attributes, old.columns["attributes"])
    if not new.has_ids:
        _match_places(matches, new, old)
    return matches


def _match_places(matches: Matches, new: Incoming, old: Stored) -> None:
    """What is left of a file without ids, by name and place; by the number of the row where there is no place."""
    if "lon" not in new.given:
        return _match_numbers(matches, new, old)
    names = new.given.get("name") or [""] * len(new)
    at: dict[tuple[str, float, float], int] = {}
    for j, (name, lon, lat) in enumerate(zip(*(old.columns[c] for c in ("name", "lon", "lat")), strict=True)):
        at.setdefault(place_key(name, lon, lat), j)
    taken = {j for j in matches.found if j >= 0}
    for i, (name, lon, lat) in enumerate(zip(names, new.given["lon"], new.given["lat"], strict=True)):
        j = at.get(place_key(name, lon, lat), -1)
        if matches.found[i] < 0 <= j and j not in taken:
            matches.found[i] = j
            matches.how[BY_NAME] += 1
            taken.add(j)
    return None


def _match_numbers(matches: Matches, new: Incoming, old: Stored) -> None:
    by_number = match_codes(new.codes, old.codes)
    taken = {j for j in matches.found if j >= 0}
    for i, j in enumerate(by_number.found):
        if matches.found[i] < 0 <= j and j not in taken:
            matches.found[i] = j
    matches.how.update(by_number.how)


def _is_changed(new: Incoming, i: int, old: Stored, j: int) -> bool:
    if any(values[i] != old.columns[name][j] for name, values in new.given.items()):
        return True
    if any(column[i] != (old.values[key][j] if key in old.values else None) for key, column in new.values.items()):
        return True
    return _attributes(new, i, old, j) != old.columns["attributes"][j]


def _attributes(new: Incoming, i: int, old: Stored, j: int) -> dict[str, str]:
    before = old.columns["attributes"][j]
    if before == new.attributes[i]:
        return dict(before)
    return {**{name: text for name, text in before.items() if name not in new.text_columns}, **new.attributes[i]}


def write(actor: Actor, batch: ImportBatch, new: Incoming, old: Stored, what: Difference) -> None:
    """Make and change the units; the caller holds the transaction."""
    unit_set = batch.unit_set or _new_set(actor, batch, new)
    if not what.fresh and not what.changed:
        batch.unit_set = unit_set
        return
    measures = _measures(batch, unit_set, new, old)
    keep_account(batch, (), ((old.codes[j], _image(new, i, old, j)) for i, j in what.changed))
    _write_changed(new, old, what, measures)
    merged = _write_fresh(batch, unit_set, new, old, what, measures)
    unit_set.n_units = len(old.keys) + len(what.fresh)
    unit_set.digest = content_digest(merged)
    touch(actor, unit_set, "n_units", "digest")
    if what.fresh:
        give_rows_to_drafts(actor, unit_set)
    else:
        _touch_drafts(actor, unit_set)
    batch.unit_set = unit_set


def _write_changed(new: Incoming, old: Stored, what: Difference, measures: dict[str, MeasureDefinition]) -> None:
    """Change the units, in the database and in ``old``; numbers that were not there before are added."""
    names = [*new.given, "attributes"]
    changed = []
    for i, j in what.changed:
        old.columns["attributes"][j] = _attributes(new, i, old, j)
        for name, values in new.given.items():
            old.columns[name][j] = values[i]
        changed.append((*(values[i] for values in new.given.values()), json_text(old.columns["attributes"][j]), old.keys[j]))
    update(Unit, names, changed)
    numbers = [
        MeasureValue(unit_id=old.keys[j], measure=measures[key], value=column[i])
        for key, column in new.values.items()
        for i, j in what.changed
        if old.values.setdefault(key, [None] * len(old.keys))[j] != column[i]
    ]
    MeasureValue.objects.bulk_create(
        numbers, batch_size=5_000, update_conflicts=True, unique_fields=["unit", "measure"], update_fields=["value"]
    )
    for key, column in new.values.items():
        for i, j in what.changed:
            old.values[key][j] = column[i]


def _write_fresh(
    batch: ImportBatch, unit_set: UnitSet, new: Incoming, old: Stored, what: Difference, measures: dict[str, MeasureDefinition]
) -> UnitTable:
    """Add the new units at the end; returns all units as they are now."""
    n = len(what.fresh)
    codes = _free_codes(new, old, what)
    keys = reserve_keys(Unit, n)
    names = new.given.get("name") or new.codes
    areas = new.given.get(AREA) or [None] * len(new)
    lon, lat, placed = (new.given.get(name) or [] for name in ("lon", "lat", "placed_by"))
    start, set_key = len(old.keys), unit_set.pk
    insert(
        Unit,
        ("id", "unit_set", "idx", "code", "name", "lon", "lat", "placed_by", "attributes", AREA),
        (
            (keys[p], set_key, start + p, codes[p], names[i], lon[i], lat[i], placed[i], what.texts[p], areas[i])
            for p, i in enumerate(what.fresh)
        ),
    )
    for key, column in new.values.items():
        measure_key = measures[key].pk
        insert(MeasureValue, ("unit", "measure", "value"), ((keys[p], measure_key, column[i]) for p, i in enumerate(what.fresh)))
    keep_account(batch, codes, ())
    spots = np.array([[lon[i], lat[i]] for i in what.fresh], float).reshape(n, 2)
    values = {key: np.array([column[i] for i in what.fresh], float) for key, column in new.values.items()}
    return _table(old, codes, spots, values, [areas[i] for i in what.fresh])


def _table(old: Stored, codes: list[str], spots: Any, values: dict[str, Any], areas: list[bytes | None]) -> UnitTable:
    """The units of before and the new ones, as the rest of the application reads them: the digest is of this."""
    before = np.column_stack([np.array(old.columns["lon"], float), np.array(old.columns["lat"], float)])
    n_old, n_new = len(old.keys), len(codes)
    measures = {}
    for key in {**old.values, **values}:
        known = np.array([v or 0.0 for v in old.values.get(key, [0.0] * n_old)], float)
        measures[key] = np.concatenate([known, values.get(key, np.zeros(n_new))])
    every = [*old.columns[AREA], *areas]
    shapes = None
    if any(area is not None for area in every):
        shapes = np.empty(len(every), dtype=object)
        shapes[:] = shapely.from_wkb(every)
    ids = np.empty(n_old + n_new, dtype=object)
    ids[:] = [*old.codes, *codes]
    return UnitTable(ids=ids, coordinates=np.vstack([before, spots]), measures=measures, shapes=shapes, is_planar=old.is_planar)


def _free_codes(new: Incoming, old: Stored, what: Difference) -> list[str]:
    """Ids of the new units; row numbers that are taken already go on after the greatest."""
    codes = [new.codes[i] for i in what.fresh]
    if new.has_ids or not old.codes:
        return codes
    taken = set(old.codes)
    following = max((int(code) for code in taken if code.isascii() and code.isdigit() and len(code) < 12), default=0)
    free = []
    for code in codes:
        if code in taken:
            following += 1
            code = str(following)
        taken.add(code)
        free.append(code)
    return free


def give_rows_to_drafts(actor: Actor, unit_set: UnitSet) -> None:
    """Drafts know every unit: new ones have no territory yet. What was published stays as it was."""
    for scenario in Scenario.objects.filter(plan__unit_set=unit_set, state=Scenario.State.DRAFT):
        missing = Unit.objects.filter(unit_set=unit_set).exclude(pk__in=scenario.assignments.values("unit_id")).values_list("pk", flat=True)
        insert(UnitAssignment, ("scenario", "unit", "cause", "is_locked"), ((scenario.pk, pk, "", False) for pk in list(missing)))
        touch(actor, scenario)


def _touch_drafts(actor: Actor, unit_set: UnitSet) -> None:
    for scenario in Scenario.objects.filter(plan__unit_set=unit_set, state=Scenario.State.DRAFT):
        touch(actor, scenario)


def _image(new: Incoming, i: int, old: Stored, j: int) -> dict[str, Any]:
    """What stands in the fields that change, as it is before."""
    image: dict[str, Any] = {}
    for name, values in new.given.items():
        before = old.columns[name][j]
        if values[i] != before:
            image[name] = before.hex() if isinstance(before, bytes) else before
    if _attributes(new, i, old, j) != old.columns["attributes"][j]:
        image["attributes"] = old.columns["attributes"][j]
    numbers = {key: old.values[key][j] if key in old.values else None for key in new.values}
    image["values"] = {key: before for key, before in numbers.items() if before != new.values[key][i]}
    return image


def _new_set(actor: Actor, batch: ImportBatch, new: Incoming) -> UnitSet:
    sheet = batch.options.get("sheet") or ""
    name = batch.options.get("name") or sheet or batch.filename.rsplit(".", 1)[0].replace("_", " ").strip() or "Units"
    generated = len(new) > 0 and all(attributes.get(GENERATED) for attributes in new.attributes)
    unit_set = UnitSet.objects.create(name=(name[:1].upper() + name[1:])[:200], is_generated=generated, **stamped(actor))
    batch.made_unit_set = True
    audit(actor, "unit_set.created", unit_set)
    return unit_set


def _measures(batch: ImportBatch, unit_set: UnitSet, new: Incoming, old: Stored) -> dict[str, MeasureDefinition]:
    found = dict(old.measures)
    fresh = [key for key in new.values if key not in found]
    for key in fresh:
        found[key] = MeasureDefinition.objects.create(unit_set=unit_set, key=key[:120], position=len(found))
    for key in batch.facts.get("money") or ():
        if key in found and not found[key].currency:
            found[key].currency = batch.facts.get("currency") or UNKNOWN_CURRENCY
            found[key].save(update_fields=["currency"])
    keep_account(batch, fresh, (), record=MEASURE)
    return found


def unit_sets_with(codes: set[str]) -> UnitSet | None:
    """The newest unit set that shares units with a file; most of the file must be in it."""
    sample = sorted(codes)[:500]
    for unit_set in UnitSet.objects.order_by("-pk"):
        if Unit.objects.filter(Q(unit_set=unit_set) & Q(code__in=sample)).count() * 2 > len(sample):
            return unit_set
    return None


def check_same(unit_set: UnitSet | None, old: Stored) -> bool:
    """Whether the set is still as it was compared; the caller holds the transaction."""
    if unit_set is None:
        return old.version == 0
    fresh = UnitSet.objects.select_for_update().filter(pk=unit_set.pk).values_list("version", flat=True).first()
    if fresh is None:
        raise Conflict(_("The customers or areas that this file belongs to are gone; check the file again."), code="set_gone")
    return bool(fresh == old.version)
