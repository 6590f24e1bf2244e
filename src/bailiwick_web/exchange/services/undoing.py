"""Take an import back."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import touch
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.record_kinds import RECORD_KINDS
from bailiwick_web.exchange.services import alignments, reps, unit_undo
from bailiwick_web.exchange.services.finding import batch_of
from bailiwick_web.exchange.services.rows import CREATED, UPDATED, Watch
from bailiwick_web.exchange.services.slicing_back import check_later, need_revertible, take_slices_back, tell_taken_back

State, Kind = ImportBatch.State, ImportBatch.Kind
_HOW = {Kind.UNITS: unit_undo.take_back, Kind.REPS: reps.take_back, Kind.ALIGNMENT: alignments.take_back}
_REVERSE = (Kind.ALIGNMENT, Kind.UNITS, Kind.REPS)


def revert(actor: Actor, public_id: UUID, *, watch: Watch | None = None) -> ImportBatch:
    """Take an import back, with what was imported together with it: what it made goes, what it changed is as before.

    Planners may, for 90 days. Recorded. Refused, with the reasons, where later work stands on it. Many records are taken back in slices.

    Raises
    ------
    Stopped
        If it was told to stop; what is taken back is, and the rest can be gone on with.
    """
    actor.need(Right.IMPORT)
    if batch_of(public_id).kind in RECORD_KINDS:
        take_slices_back(actor, public_id, watch or Watch())
    else:
        _revert(actor, public_id)
    return batch_of(public_id)


@transaction.atomic
def _revert(actor: Actor, public_id: UUID) -> None:
    batch = need_revertible(actor, batch_of(public_id, is_locked=True))
    family = [batch, *batch.followers.select_for_update(of=("self",)).filter(state=State.IMPORTED)]
    for part in sorted(family, key=lambda part: (_REVERSE.index(Kind(part.kind)), -part.pk)):
        check_later(part, [other.pk for other in family])
        n_created, n_updated = (part.rows.filter(outcome=what).count() for what in (CREATED, UPDATED))
        _HOW[Kind(part.kind)](actor, part)
        part.state = State.REVERTED
        touch(actor, part, "state", "unit_set")
        tell_taken_back(actor, part, n_created, n_updated)
