"""Import records of customers slice by slice: each is a short transaction, so that nobody waits long, and one that was written stays.

A batch is *checked*, then *partly imported* as long as slices are missing, then *imported*. How many slices are written is kept in the
transaction of each, so that whoever goes on after a broken end begins with the first that is missing. What is small is imported whole or
not at all, by the same steps in one transaction. See ``docs/explanation/large-imports.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import let_others_write
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.services import audit, tell, touch
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import Stopped, folder_of
from bailiwick_web.exchange.record_kinds import RECORD_KINDS
from bailiwick_web.exchange.services import records
from bailiwick_web.exchange.services.checking import keep_late, late_before
from bailiwick_web.exchange.services.finding import batch_of, checked
from bailiwick_web.exchange.services.preparing import Prepared, plan
from bailiwick_web.exchange.services.rows import FAILED, Late, Watch, counts_in_words
from bailiwick_web.exchange.services.templates import count_use

State = ImportBatch.State
_SHARE_OF_COMPARING = 0.4
"""Of the time of an import; the rest is writing."""


def import_slices(actor: Actor, parts: Iterable[ImportBatch], watch: Watch) -> ImportBatch:
    """Import files of records that belong together, or go on with them; the first one leads. The caller has looked at the right.

    Raises
    ------
    Stopped
        If it was told to stop; what is written stays, and can be gone on with or taken back. Nothing is written of small files.
    """
    main, *others = parts
    family = [main, *(part for part in others if part.state in {State.CHECKED, State.WRITING})]
    family.sort(key=lambda part: (RECORD_KINDS.index(part.kind), part.pk))
    if main.state != State.WRITING:
        checked(main)
    if sum(part.n_read for part in family) > records.plans.SLICE or any(part.is_partial for part in family):
        _import_large(actor, family, watch)
    else:
        _import_small(actor, family, watch)
    for part in family:
        records.forget_plan(folder_of(part))
    return batch_of(main.public_id)


def _import_small(actor: Actor, family: Sequence[ImportBatch], watch: Watch) -> None:
    """All or nothing; the first file is compared before anybody has to wait."""
    planned = _planned(family[0], watch)
    quiet = Watch(should_stop=watch.should_stop)  # the row of the job belongs to its heartbeat while the transaction lasts
    watch.tell("writing", 0.92)
    with transaction.atomic():
        for part in family:
            _begin(actor, part, planned if part is family[0] else _planned(part, quiet))
            _write(actor, part.public_id, quiet)
        _finish(actor, family)
    for part in family:
        _account_for_failed(part.public_id)


def _import_large(actor: Actor, family: Sequence[ImportBatch], watch: Watch) -> None:
    for at, part in enumerate(family):
        share = Watch(lambda phase, done, at=at: watch.tell(phase, (at + done) / len(family)), watch.should_stop)  # type: ignore[misc]
        if part.state == State.CHECKED:
            planned = _planned(part, Watch(lambda _phase, _done: share.tell("comparing", 0.05), watch.should_stop))  # noqa: B023
            _begin(actor, part, planned, is_told=True)
        _write(actor, part.public_id, share)
        _account_for_failed(part.public_id)
    with transaction.atomic():
        _finish(actor, family)


def _planned(batch: ImportBatch, watch: Watch) -> Prepared:
    """What will be written; rows that fitted at the dry run and do not any more are in the file of rejected rows."""
    prepared = plan(batch, watch)
    if len(prepared.late) != batch.facts.get("n_late", 0):
        batch.facts |= keep_late(batch, batch.facts, prepared, watch)
    return prepared


@transaction.atomic
def _begin(actor: Actor, part: ImportBatch, prepared: Prepared, *, is_told: bool = False) -> None:
    batch = checked(batch_of(part.public_id, is_locked=True))
    batch.state = State.WRITING
    batch.facts |= part.facts
    batch.counts = {**prepared.counts, FAILED: batch.facts["n_rejected"] + len(prepared.late)}
    batch.course = {"done": 0, "of": prepared.n_slices, "written": 0, "at": [actor.now.isoformat()]}
    touch(actor, batch, "state", "facts", "counts", "course")
    if is_told:
        audit(actor, "import.started", batch, after=say("%(n)s slices", n=prepared.n_slices))


def _write(actor: Actor, public_id: UUID, watch: Watch) -> None:
    """The slices that are missing; a file whose slices were all written is passed over."""
    batch = batch_of(public_id)
    done, of = batch.course["done"], batch.course["of"]
    if done == of:
        return
    try:
        for number, (step, items) in enumerate(records.slices(folder_of(batch), done), done):
            if watch.should_stop():
                raise Stopped
            watch.tell("writing", _SHARE_OF_COMPARING + (1 - _SHARE_OF_COMPARING) * number / of)
            _write_slice(actor, public_id, number, step, items)
            let_others_write()
    except FileNotFoundError:
        raise Conflict(
            _(
                "What was still to be written is gone, as somebody who stood in the file was erased. "
                "Take the import back, and bring the rest."
            ),
            code="erased",
        ) from None


@transaction.atomic
def _write_slice(actor: Actor, public_id: UUID, number: int, step: str, items: Sequence[Any]) -> None:
    """One slice with its history, events, way back, and the note that it is written: all or nothing, and once."""
    batch = batch_of(public_id, is_locked=True)
    if batch.state != State.WRITING or batch.course["done"] != number:
        raise Stopped  # another worker goes on with it
    part = records.write_fitting(actor, batch, step, items)
    for outcome, n in part.moved.items():
        batch.counts[outcome] = batch.counts.get(outcome, 0) + n
    course = batch.course
    instants = list(dict.fromkeys([*course["at"], actor.now.isoformat()]))
    batch.course = {**course, "done": number + 1, "written": course["written"] + part.n_written, "at": instants}
    batch.save(update_fields=["counts", "course"])


def _finish(actor: Actor, family: Sequence[ImportBatch]) -> None:
    """All parts are imported now; the caller holds the transaction."""
    for part in family:
        batch = batch_of(part.public_id, is_locked=True)
        if batch.state != State.WRITING:
            raise Stopped  # another worker did it
        batch.state = State.IMPORTED
        touch(actor, batch, "state")
        count_use(batch)
        audit(actor, "import.done", batch, after=counts_in_words(batch.counts))
        tell(actor, "import.done", batch=str(batch.public_id), counts=batch.counts)


def _account_for_failed(public_id: UUID) -> None:
    """Rows that did not fit any more when they were to be written belong into the file of rejected rows."""
    batch = batch_of(public_id)
    failed = batch.rows.filter(outcome=FAILED).order_by("row").values_list("row", "before__code")
    late = [Late(row or 0, "", code, say(records.MEANWHILE[code])) for row, code in failed]
    if late:
        every = list({row.row: row for row in [*late_before(batch), *late]}.values())
        batch.facts |= keep_late(batch, batch.facts, Prepared({}, every, Counter(batch.facts.get("how", {}))), Watch())
        batch.save(update_fields=["facts"])
