"""What imports keep goes once they cannot be taken back any more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bailiwick_web.crm.models import PersonalValue
from bailiwick_web.exchange.models import ImportBatch, ImportRow
from bailiwick_web.exchange.reading import folder_of, forget_file
from bailiwick_web.exchange.services.slicing_back import REVERTIBLE

CHUNK = 500
State = ImportBatch.State
_FINAL = (State.WRITING, State.IMPORTED, State.REVERTING, State.REVERTED)


def forget_final(now: datetime) -> int:
    """Take away the files of final imports, and what stood there before them; the account of their rows stays. Returns how many."""
    n_final = 0
    for batch in ImportBatch.objects.filter(state__in=_FINAL, changed_at__lt=now - REVERTIBLE):
        rows = ImportRow.objects.filter(batch=batch, before__isnull=False)
        if not rows.exists() and not folder_of(batch).is_dir():
            continue
        with transaction.atomic():
            _forget_people(batch)
            rows.update(before=None)
        forget_file(batch)
        n_final += 1
    return n_final


def _forget_people(batch: ImportBatch) -> None:
    """What stood there of people lies apart, by reference."""
    kept = ImportRow.objects.filter(batch=batch, before__personal__isnull=False).values_list("before__personal", flat=True)
    ids = list(kept)
    for at in range(0, len(ids), CHUNK):
        PersonalValue.objects.filter(public_id__in=ids[at : at + CHUNK]).delete()
