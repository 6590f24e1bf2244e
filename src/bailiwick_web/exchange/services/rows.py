"""What all kinds of rows share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bailiwick_web.exchange.models import ImportBatch, ImportRow
from bailiwick_web.territories.convert import BATCH

CREATED, UPDATED, UNCHANGED, FAILED = "created", "updated", "unchanged", "failed"


def keep_account(batch: ImportBatch, created: Iterable[str], updated: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Write down which records an import made, and which it changed with what stood there before."""
    rows = [ImportRow(batch=batch, key=key, outcome=CREATED) for key in created]
    rows += [ImportRow(batch=batch, key=key, outcome=UPDATED, before=before) for key, before in updated]
    ImportRow.objects.bulk_create(rows, batch_size=BATCH)
