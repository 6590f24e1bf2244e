"""The one write path of imports: take a file in and check it, import, take back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bailiwick_web.core.access import Actor
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.services.checking import OF_OWNERS, check
from bailiwick_web.exchange.services.importing import run_import, run_together
from bailiwick_web.exchange.services.receiving import AUTO, RECORDS, discard, forget_abandoned, receive
from bailiwick_web.exchange.services.rows import Watch
from bailiwick_web.exchange.services.templates import delete_template, save_template
from bailiwick_web.exchange.services.together import Upload, call, leave_out, receive_one, receive_together
from bailiwick_web.exchange.services.undoing import revert
from bailiwick_web.exchange.services.working import CHECK, REVERT, RUN, start, stop


def upload(actor: Actor, kind: str, filename: str, chunks: Iterable[bytes], *, options: dict[str, Any] | None = None) -> ImportBatch:
    """Take a file in and check it at once; planners may. Nothing but the file is stored until :func:`run_import`. Recorded."""
    batch = receive(actor, kind, filename, chunks, options=options)
    return check(actor, batch, options=batch.options)


__all__ = [
    "AUTO",
    "CHECK",
    "OF_OWNERS",
    "RECORDS",
    "REVERT",
    "RUN",
    "Upload",
    "Watch",
    "call",
    "check",
    "delete_template",
    "discard",
    "forget_abandoned",
    "leave_out",
    "receive",
    "receive_one",
    "receive_together",
    "revert",
    "run_import",
    "run_together",
    "save_template",
    "start",
    "stop",
    "upload",
]
