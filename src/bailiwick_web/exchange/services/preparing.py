"""What importing a checked file would do: compared with what is there, outside of any transaction that others would wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import Stopped, folder_of, rows_of
from bailiwick_web.exchange.record_kinds import RECORD_KINDS
from bailiwick_web.exchange.services import alignments, records, reps, units
from bailiwick_web.exchange.services.rows import CREATED, UNCHANGED, UPDATED, Late, Watch
from bailiwick_web.exchange.services.templates import header_digest
from bailiwick_web.territories.models import UnitSet

Kind = ImportBatch.Kind
NEW = "new"
_REMEMBERED = 100


@dataclass
class Prepared:
    """The outcome of every row, and how to make it so; records are written slice by slice instead."""

    counts: dict[str, int]
    late: list[Late]
    how: Counter[str]
    write: Callable[[Actor, ImportBatch], None] | None = None
    is_current: Callable[[], bool] = lambda: True
    territories: int = 0
    n_slices: int = 0


def prepare(batch: ImportBatch, watch: Watch, facts: dict[str, Any] | None = None, lookups: records.Lookups | None = None) -> Prepared:
    """Compare the usable rows of a file with what is there; sets ``unit_set`` of the batch.

    Parameters
    ----------
    lookups
        What the parts of an import of records share, so that one may name what another one brings.
    """
    facts = batch.facts if facts is None else facts
    if batch.kind in RECORD_KINDS:
        prepared = _records(batch, watch, facts, lookups, None)
    else:
        makers = {Kind.UNITS: _units, Kind.REPS: _reps, Kind.ALIGNMENT: _alignment}
        prepared = makers[Kind(batch.kind)](batch, watch, facts)
    if watch.should_stop():
        raise Stopped
    return prepared


def _units(batch: ImportBatch, watch: Watch, facts: dict[str, Any]) -> Prepared:
    new = units.incoming(rows_of(batch), facts)
    watch.tell("comparing", 0.85)
    unit_set = _target(batch, new, facts)
    if unit_set is None and not new.is_placed:
        raise Invalid(
            _(
                "The file does not say where its rows are: no column was recognised as longitude and latitude, "
                "postcode or city, and its ids are not those of customers or areas that are here already. Choose the "
                "right columns, or choose what it belongs to."
            ),
            code="no_position_column",
        )
    batch.unit_set = unit_set
    old = units.stored(unit_set)
    what = units.compare(new, old)
    counts = {CREATED: len(what.fresh), UPDATED: len(what.changed), UNCHANGED: what.n_unchanged}

    def write(actor: Actor, batch: ImportBatch) -> None:
        units.write(actor, batch, new, old, what)

    return Prepared(counts, what.late, what.how, write, lambda: units.check_same(unit_set, old))


def _target(batch: ImportBatch, new: units.Incoming, facts: dict[str, Any]) -> UnitSet | None:
    """Where the rows go: as the user said, or the set that has most of them already."""
    wanted = batch.options.get("unit_set")
    if wanted == NEW:
        return None
    if wanted:
        try:
            return UnitSet.objects.get(public_id=UUID(str(wanted)))
        except (ValueError, UnitSet.DoesNotExist):
            raise Invalid(_("The customers or areas that were chosen are gone; choose others."), code="set_gone") from None
    found = units.unit_sets_with(set(new.codes)) if new.has_ids else None
    return found or (_set_of_same_columns(facts) if facts.get("is_error_file") else None)


def _set_of_same_columns(facts: dict[str, Any]) -> UnitSet | None:
    """Where the rows of an error file belong: to the rest of the file that they were rejected from."""
    header = header_digest(column["name"] for column in facts["columns"])
    earlier = ImportBatch.objects.filter(kind=Kind.UNITS, state=ImportBatch.State.IMPORTED, unit_set__isnull=False)
    for batch in earlier.select_related("unit_set")[:_REMEMBERED]:
        if header_digest(column["name"] for column in batch.facts.get("columns") or []) == header:
            return batch.unit_set
    return None


def _reps(batch: ImportBatch, watch: Watch, facts: dict[str, Any]) -> Prepared:
    what = reps.compare(reps.incoming(rows_of(batch), facts))
    counts = {CREATED: len(what.fresh), UPDATED: len(what.changed), UNCHANGED: what.n_unchanged}
    return Prepared(counts, what.late, what.how, lambda actor, batch: reps.write(actor, batch, what))


def _alignment(batch: ImportBatch, watch: Watch, facts: dict[str, Any]) -> Prepared:
    rows = rows_of(batch)
    watch.tell("comparing", 0.85)
    coming = _coming_units(batch)
    batch.unit_set = alignments.target(rows, coming)
    codes = None if coming is None or not coming.is_open else units.incoming(rows_of(coming), coming.facts).codes
    what = alignments.compare(rows, batch.unit_set, coming_codes=codes)
    counts = {CREATED: what.n_created, UPDATED: what.n_updated, UNCHANGED: what.n_unchanged}
    n_territories = len(set(what.alignment.values()))
    return Prepared(counts, what.late, what.how, lambda actor, batch: alignments.write(actor, batch, what), territories=n_territories)


def plan(batch: ImportBatch, watch: Watch) -> Prepared:
    """Compare the rows of a file of records, and keep beside it what will be written, in slices.

    Raises
    ------
    Stopped
        If it was told to stop; nothing is kept then.
    """
    draft = records.Draft(folder_of(batch))
    prepared = _records(batch, watch, dict(batch.facts), None, draft)
    if watch.should_stop():
        raise Stopped
    prepared.n_slices = draft.finish()
    return prepared


def _records(
    batch: ImportBatch, watch: Watch, facts: dict[str, Any], lookups: records.Lookups | None, draft: records.Draft | None
) -> Prepared:
    """Records of customers: compared with what the one who brought the file sees."""
    watch.tell("comparing", 0.85)
    what = records.compare(seer_of(batch), batch.kind, rows_of(batch), facts, lookups, draft)
    counts = {outcome: what.counts[outcome] for outcome in (CREATED, UPDATED, UNCHANGED)}
    return Prepared(counts, what.late, what.how)


def seer_of(batch: ImportBatch) -> Actor:
    """With whose eyes a file is compared: those of whoever brought it."""
    return Actor(batch.created_by, batch.changed_at)


def _coming_units(batch: ImportBatch) -> ImportBatch | None:
    """The customers that are imported together with these territories."""
    main = batch.main or batch
    family = [main, *main.followers.exclude(pk=main.pk)]
    return next((part for part in family if part.kind == Kind.UNITS and part.state in {"checked", "imported"}), None)
