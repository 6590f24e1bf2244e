"""Take an import of records back slice by slice, as it was written: one that was taken back stays so, whoever goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import let_others_write
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.services import audit, tell, touch
from bailiwick_web.exchange.models import ImportBatch, ImportRow
from bailiwick_web.exchange.reading import Stopped, folder_of
from bailiwick_web.exchange.record_kinds import RECORD_KINDS
from bailiwick_web.exchange.services import records
from bailiwick_web.exchange.services.finding import batch_of
from bailiwick_web.exchange.services.rows import CREATED, KEPT, POSITION, UNIT, UPDATED, Watch

REVERTIBLE = timedelta(days=90)
State, Kind = ImportBatch.State, ImportBatch.Kind
_TO_TAKE_BACK = (State.WRITING, State.IMPORTED, State.REVERTING)


def take_slices_back(actor: Actor, public_id: UUID, watch: Watch) -> None:
    """What was imported together goes together: what was written last is taken back first.

    Few records are taken back all or not at all. Of many it is looked first whether all can be; what somebody works with after that stays,
    and is counted.
    """
    batch = need_revertible(actor, batch_of(public_id))
    parts = _parts(batch)
    if batch.state != State.REVERTING and ImportRow.objects.filter(batch__in=parts).count() <= records.plans.SLICE:
        with transaction.atomic():
            _begin(actor, public_id)
            for part in parts:
                _take_back(actor, part, parts, Watch(should_stop=watch.should_stop))
            _finish(actor, public_id)
        return
    if batch.state != State.REVERTING:
        _need_possible(actor, parts)
        _begin(actor, public_id)
    for at, part in enumerate(parts):
        share = Watch(lambda phase, done, at=at: watch.tell(phase, (at + done) / len(parts)), watch.should_stop)  # type: ignore[misc]
        _take_back(actor, part, parts, share)
    with transaction.atomic():
        _finish(actor, public_id)


def need_revertible(actor: Actor, batch: ImportBatch) -> ImportBatch:
    """The same, if it can be taken back."""
    if batch.state not in _TO_TAKE_BACK or batch.changed_at < actor.now - REVERTIBLE:
        raise Conflict(_("Only an import of the last 90 days can be taken back, once."), code="state")
    if batch.main is not None and batch.main.is_partial:
        raise Conflict(_("The import that this is a part of is not complete; take that back, or go on with it."), code="state")
    return batch


def _parts(batch: ImportBatch) -> list[ImportBatch]:
    """In the order in which they are taken back."""
    parts = [batch, *batch.followers.filter(state__in=_TO_TAKE_BACK)]
    return sorted(parts, key=lambda part: (-RECORD_KINDS.index(part.kind), -part.pk))


def _need_possible(actor: Actor, parts: Sequence[ImportBatch]) -> None:
    """Refused, with the reasons, before anything is taken back."""
    for part in parts:
        check_later(part, [other.pk for other in parts])
        records.TakingBack(part, _family(actor, parts)).check()


def _family(actor: Actor, parts: Sequence[ImportBatch]) -> records.Family:
    told = [instant for part in parts for name in ("at", "back_at") for instant in part.course.get(name, ())]
    since = max((part.changed_at for part in parts if "at" not in part.course), default=None)
    origins = tuple(f"import:{part.public_id}" for part in parts)
    return records.Family(tuple(part.pk for part in parts), origins, frozenset({actor.now, *map(datetime.fromisoformat, told)}), since)


@transaction.atomic
def _begin(actor: Actor, public_id: UUID) -> None:
    """All parts are being taken back; those that were never begun never will be."""
    batch = need_revertible(actor, batch_of(public_id, is_locked=True))
    if batch.state == State.REVERTING:
        raise Stopped  # another worker does it
    parts = _parts(batch)
    if ImportRow.objects.filter(batch__in=parts).count() <= records.plans.SLICE:
        _need_possible(actor, parts)
    family = _family(actor, parts)
    for part in parts:
        part.state = State.REVERTING
        n_slices = len(records.TakingBack(part, family))
        part.course = {**part.course, "back": 0, "back_of": n_slices, "back_at": [actor.now.isoformat()]}
        touch(actor, part, "state", "course")
    for part in batch.followers.filter(state=State.CHECKED):
        part.state = State.REVERTED
        touch(actor, part, "state")


def _take_back(actor: Actor, part: ImportBatch, parts: Sequence[ImportBatch], watch: Watch) -> None:
    batch = batch_of(part.public_id)
    taking = records.TakingBack(batch, _family(actor, parts))
    for number in range(batch.course["back"], len(taking)):
        if watch.should_stop():
            raise Stopped
        watch.tell("writing", number / len(taking))
        _take_slice(actor, batch.public_id, number, taking)
        let_others_write()


@transaction.atomic
def _take_slice(actor: Actor, public_id: UUID, number: int, taking: records.TakingBack) -> None:
    batch = batch_of(public_id, is_locked=True)
    if batch.state != State.REVERTING or batch.course["back"] != number:
        raise Stopped  # another worker goes on with it
    taking.take(actor, number)
    instants = list(dict.fromkeys([*batch.course["back_at"], actor.now.isoformat()]))
    batch.course = {**batch.course, "back": number + 1, "back_at": instants}
    batch.save(update_fields=["course"])


def _finish(actor: Actor, public_id: UUID) -> None:
    """The caller holds the transaction."""
    batch = batch_of(public_id, is_locked=True)
    for part in _parts(batch):
        if part.state != State.REVERTING:
            raise Stopped  # another worker did it
        part.state = State.REVERTED
        touch(actor, part, "state")
        n_kept = _kept(part)
        n_created, n_updated = (part.rows.filter(outcome=what).count() - n_kept[what] for what in (CREATED, UPDATED))
        tell_taken_back(actor, part, n_created, n_updated, n_kept.total())
        folder = folder_of(part)
        transaction.on_commit(lambda folder=folder: records.forget_plan(folder))  # type: ignore[misc]


def _kept(batch: ImportBatch) -> Counter[str]:
    """Outcome → how many of these records stay."""
    found: Counter[str] = Counter()
    for name, key in batch.rows.filter(outcome=KEPT).values_list("record", "key"):
        found.update(batch.rows.filter(record=name, key=key).exclude(outcome=KEPT).values_list("outcome", flat=True))
    return found


def tell_taken_back(actor: Actor, batch: ImportBatch, n_created: int, n_updated: int, n_kept: int = 0) -> None:
    """Record and tell it."""
    after = say("%(removed)s removed, %(restored)s restored", removed=n_created, restored=n_updated)
    if n_kept:
        after = say(
            "%(removed)s removed, %(restored)s restored, %(kept)s kept, as somebody worked with them meanwhile",
            removed=n_created,
            restored=n_updated,
            kept=n_kept,
        )
    audit(actor, "import.reverted", batch, after=after)
    tell(actor, "import.reverted", batch=str(batch.public_id))


def check_later(batch: ImportBatch, together: list[int]) -> None:
    """The before-images of a later import of the same records would bring back what is taken away here."""
    mine = ImportRow.objects.filter(batch=batch, record=OuterRef("record"), key=OuterRef("key"), outcome__in=(CREATED, UPDATED))
    states = (State.WRITING, State.IMPORTED, State.REVERTING)
    later = ImportBatch.objects.filter(kind=batch.kind, state__in=states, pk__gt=batch.pk).exclude(pk__in=together)
    if batch.kind != Kind.REPS:
        later = later.filter(unit_set=batch.unit_set)
    written = ImportRow.objects.filter(record__in=[UNIT, POSITION, *RECORD_KINDS], outcome__in=(CREATED, UPDATED))
    for other in later.order_by("pk"):
        is_built_on = batch.kind == Kind.ALIGNMENT and other.facts.get("scenario") and not other.facts.get("is_same")
        if is_built_on or written.filter(batch=other).filter(Exists(mine)).exists():
            raise Conflict(
                _("“%(other)s” came later and changed the same or builds on it; take that back first.") % {"other": other},
                code="later_import",
            )
