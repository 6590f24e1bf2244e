"""What all kinds of rows share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bailiwick_web.exchange.models import ImportBatch, ImportRow
from bailiwick_web.exchange.reading import Tell, never, no_tell
from bailiwick_web.exchange.services.bulk import insert, json_text

CREATED, UPDATED, UNCHANGED, FAILED = "created", "updated", "unchanged", "failed"
UNIT, POSITION, NODE, MEASURE, SCENARIO = "unit", "position", "node", "measure", "scenario"


@dataclass(frozen=True, slots=True)
class Late:
    """A row that reads well but does not fit what is here."""

    row: int
    column: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Watch:
    """Who wants to know how far it is, and whether to stop."""

    tell: Tell = no_tell
    should_stop: Callable[[], bool] = never


def keep_account(batch: ImportBatch, created: Iterable[str], updated: Iterable[tuple[str, dict[str, Any]]], *, record: str = UNIT) -> None:
    """Write down which records an import made, and which it changed with what stood there before."""
    fields = ("batch", "record", "key", "outcome", "before")
    batch_key = batch.pk
    insert(ImportRow, fields, ((batch_key, record, key, CREATED, None) for key in created))
    insert(ImportRow, fields, ((batch_key, record, key, UPDATED, json_text(before)) for key, before in updated))
