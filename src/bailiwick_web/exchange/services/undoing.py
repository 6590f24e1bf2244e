"""Take an import back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, tell, touch
from bailiwick_web.exchange.models import ImportBatch, ImportRow
from bailiwick_web.exchange.record_kinds import RECORD_KINDS
from bailiwick_web.exchange.services import alignments, records, reps, unit_undo
from bailiwick_web.exchange.services.finding import batch_of
from bailiwick_web.exchange.services.rows import CREATED, POSITION, UNIT, UPDATED

REVERTIBLE = timedelta(days=90)
State, Kind = ImportBatch.State, ImportBatch.Kind
_HOW = {Kind.UNITS: unit_undo.take_back, Kind.REPS: reps.take_back, Kind.ALIGNMENT: alignments.take_back}
_HOW |= dict.fromkeys(map(Kind, RECORD_KINDS), records.take_back)
_REVERSE = (Kind.ALIGNMENT, Kind.UNITS, Kind.REPS, *map(Kind, reversed(RECORD_KINDS)))


@transaction.atomic
def revert(actor: Actor, public_id: UUID) -> ImportBatch:
    """Take an import back, with what was imported together with it: what it made goes, what it changed is as before.

    Planners may, for 90 days. Recorded. Refused, with the reasons, where later work stands on it.
    """
    actor.need(Right.IMPORT)
    batch = batch_of(public_id, is_locked=True)
    if batch.state != State.IMPORTED or batch.changed_at < actor.now - REVERTIBLE:
        raise Conflict(_("Only an import of the last 90 days can be taken back, once."), code="state")
    family = [batch, *batch.followers.select_for_update(of=("self",)).filter(state=State.IMPORTED)]
    for part in sorted(family, key=lambda part: (_REVERSE.index(Kind(part.kind)), -part.pk)):
        _take_back(actor, part, [other.pk for other in family])
    return batch_of(public_id)


def _take_back(actor: Actor, batch: ImportBatch, together: list[int]) -> None:
    _check_later(batch, together)
    n_created, n_updated = (batch.rows.filter(outcome=what).count() for what in (CREATED, UPDATED))
    _HOW[Kind(batch.kind)](actor, batch)
    batch.state = State.REVERTED
    touch(actor, batch, "state", "unit_set")
    audit(actor, "import.reverted", batch, after=say("%(removed)s removed, %(restored)s restored", removed=n_created, restored=n_updated))
    tell(actor, "import.reverted", batch=str(batch.public_id))


def _check_later(batch: ImportBatch, together: list[int]) -> None:
    """The before-images of a later import of the same records would bring back what is taken away here."""
    mine = ImportRow.objects.filter(batch=batch, record=OuterRef("record"), key=OuterRef("key"))
    later = ImportBatch.objects.filter(kind=batch.kind, state=State.IMPORTED, pk__gt=batch.pk).exclude(pk__in=together)
    if batch.kind != Kind.REPS:
        later = later.filter(unit_set=batch.unit_set)
    for other in later.order_by("pk"):
        is_built_on = batch.kind == Kind.ALIGNMENT and other.facts.get("scenario") and not other.facts.get("is_same")
        if is_built_on or ImportRow.objects.filter(batch=other, record__in=[UNIT, POSITION, *RECORD_KINDS]).filter(Exists(mine)).exists():
            raise Conflict(
                _("“%(other)s” came later and changed the same or builds on it; take that back first.") % {"other": other},
                code="later_import",
            )
