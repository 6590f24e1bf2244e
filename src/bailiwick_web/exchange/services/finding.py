"""Find imports."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Conflict, Missing
from bailiwick_web.exchange.models import ImportBatch


def batch_of(public_id: UUID, *, is_locked: bool = False) -> ImportBatch:
    """An import; locked until the transaction of the caller ends, if so wanted.

    Raises
    ------
    Missing
        If there is none.
    """
    batches = ImportBatch.objects.select_related("unit_set", "job", "main", "created_by")
    if is_locked:
        batches = batches.select_for_update(of=("self",))
    batch = batches.filter(public_id=public_id).first()
    if batch is None:
        raise Missing(_("There is no such import."))
    return batch


def checked(batch: ImportBatch) -> ImportBatch:
    """The same, if it can be imported.

    Raises
    ------
    Conflict
        If it was imported already, or was not looked at to the end.
    """
    if batch.state != ImportBatch.State.CHECKED:
        raise Conflict(
            _("This file is %(state)s; only a checked file can be imported.") % {"state": batch.get_state_display()}, code="state"
        )
    return batch
