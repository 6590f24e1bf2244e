"""What all kinds of rows share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from bailiwick.domain.said import say, say_all
from bailiwick_web.core.bulk import insert, json_text
from bailiwick_web.exchange.models import ImportBatch, ImportRow
from bailiwick_web.exchange.reading import Tell, never, no_tell

CREATED, UPDATED, UNCHANGED, FAILED, KEPT = "created", "updated", "unchanged", "failed", "kept"
_ACCOUNT = ("batch", "record", "key", "outcome", "before", "row")
_COUNTED = {
    CREATED: gettext_noop("%(n)s created"),
    UPDATED: gettext_noop("%(n)s updated"),
    UNCHANGED: gettext_noop("%(n)s unchanged"),
    FAILED: gettext_noop("%(n)s failed"),
}
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


def counts_in_words(counts: Mapping[str, int]) -> str:
    """How many rows were created, updated, unchanged and refused, as a sentence for the history."""
    return say_all([say(_COUNTED[what], n=n) if what in _COUNTED else f"{n:,} {what}" for what, n in counts.items()], ", ")


def keep_account(
    batch: ImportBatch, created: Iterable[str | tuple[str, int]], updated: Iterable[tuple[str, dict[str, Any]]], *, record: str = UNIT
) -> None:
    """Write down which records an import made, perhaps with the row, and which it changed with what stood there before."""
    batch_key = batch.pk
    made = (key if isinstance(key, tuple) else (key, None) for key in created)
    insert(ImportRow, _ACCOUNT, ((batch_key, record, key, CREATED, None, row) for key, row in made))
    insert(ImportRow, _ACCOUNT, ((batch_key, record, key, UPDATED, json_text(before), None) for key, before in updated))


def keep_failed(batch: ImportBatch, failed: Iterable[tuple[int, str]], *, record: str) -> None:
    """Write down rows that did not fit any more when they were to be written: number and code."""
    insert(ImportRow, _ACCOUNT, ((batch.pk, record, str(row), FAILED, json_text({"code": code}), row) for row, code in failed))


def keep_kept(batch: ImportBatch, keys: Iterable[str], *, record: str) -> None:
    """Write down what stays although the import is taken back, as somebody worked with it meanwhile."""
    insert(ImportRow, _ACCOUNT, ((batch.pk, record, key, KEPT, None, None) for key in keys))
