"""Import a checked file: what is planned with in one transaction, or nothing; records of customers slice by slice."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, tell, touch
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import Stopped
from bailiwick_web.exchange.record_kinds import RECORD_KINDS
from bailiwick_web.exchange.services.checking import OF_OWNERS, keep_late
from bailiwick_web.exchange.services.finding import batch_of, checked
from bailiwick_web.exchange.services.preparing import Prepared, prepare
from bailiwick_web.exchange.services.rows import FAILED, Watch, counts_in_words
from bailiwick_web.exchange.services.slicing import import_slices
from bailiwick_web.exchange.services.templates import count_use

State, Kind = ImportBatch.State, ImportBatch.Kind
ORDER = (Kind.REPS, Kind.UNITS, Kind.ALIGNMENT)
_ATTEMPTS = 3


def run_import(actor: Actor, public_id: UUID, *, watch: Watch | None = None) -> ImportBatch:
    """Import a checked file; planners may. Recorded, told, can be taken back for 90 days.

    What is there is compared first, without keeping anybody waiting; if it changed in between, it is compared again. Records of customers
    are written in slices, see :mod:`.slicing`.

    Raises
    ------
    Stopped
        If it was told to stop; nothing was imported then.
    """
    actor.need(Right.IMPORT)
    watch = watch or Watch()
    if (records := batch_of(public_id)).kind in RECORD_KINDS:
        return import_slices(actor, [records], watch)
    for _attempt in range(_ATTEMPTS):
        batch = checked(batch_of(public_id))
        prepared = prepare(batch, watch)
        found = _keep_new_late(batch, prepared, watch)
        watch.tell("writing", 0.92)
        with transaction.atomic():
            locked = checked(batch_of(public_id, is_locked=True))
            if not prepared.is_current():
                continue
            locked.unit_set, locked.facts = batch.unit_set, {**locked.facts, **found}
            _write(actor, locked, prepared, watch)
            return locked
    raise Conflict(_("What is there was changed again and again while this file was compared with it; try again."), code="busy")


def run_together(actor: Actor, public_id: UUID, *, with_owners: bool = True, watch: Watch | None = None) -> ImportBatch:
    """Import a file with all of its parts (sheets, owners), all or nothing; planners may. Recorded, told, can be taken back."""
    actor.need(Right.IMPORT)
    watch = watch or Watch()
    main = batch_of(public_id)
    if main.kind in RECORD_KINDS:
        return import_slices(actor, [main, *main.followers.order_by("pk")], watch)
    parts = [part for part in main.followers.all() if part.state == State.CHECKED and (with_owners or not part.options.get(OF_OWNERS))]
    if not parts:
        return run_import(actor, public_id, watch=watch)
    watch.tell("writing", 0.92)
    quiet = Watch(should_stop=watch.should_stop)  # the row of the job belongs to its heartbeat while the transaction lasts
    with transaction.atomic():
        family = sorted([main, *parts], key=lambda part: (ORDER.index(Kind(part.kind)), part.pk))
        late = []
        for part in family:
            locked = checked(batch_of(part.public_id, is_locked=True))
            prepared = prepare(locked, quiet)
            if not prepared.is_current():
                raise Conflict(_("What is there was changed while this file was compared with it; try again."), code="busy")
            _write(actor, locked, prepared, quiet)
            late.append((locked, prepared))
    for locked, prepared in late:
        _account_for_late(locked, prepared)
    return batch_of(public_id)


def _account_for_late(batch: ImportBatch, prepared: Prepared) -> None:
    """Rows that did not fit when it was written, though they did at the dry run, belong into the file of rejected rows."""
    found = _keep_new_late(batch, prepared, Watch())
    if found:
        batch.facts = {**batch.facts, **found}
        batch.save(update_fields=["facts"])


def _keep_new_late(batch: ImportBatch, prepared: Prepared, watch: Watch) -> dict[str, object]:
    """Rows that fitted at the dry run and do not any more belong into the file of rejected rows."""
    if len(prepared.late) == batch.facts.get("n_late", 0):
        return {}
    return keep_late(batch, batch.facts, prepared, watch)


def _write(actor: Actor, batch: ImportBatch, prepared: Prepared, watch: Watch) -> None:
    """The caller holds the transaction."""
    batch.counts = {**prepared.counts, FAILED: batch.facts["n_rejected"] + len(prepared.late)}
    assert prepared.write is not None
    prepared.write(actor, batch)
    if watch.should_stop():
        raise Stopped
    batch.state = State.IMPORTED
    touch(actor, batch, "state", "counts", "unit_set", "made_unit_set", "facts")
    count_use(batch)
    audit(actor, "import.done", batch, after=counts_in_words(batch.counts))
    tell(actor, "import.done", batch=str(batch.public_id), counts=batch.counts)
