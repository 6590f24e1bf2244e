"""The job of imports: check, import, take back; safe to be done again by another worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from bailiwick_web.core.jobs import Handle, handler
from bailiwick_web.core.ticking import every
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import Stopped
from bailiwick_web.exchange.record_kinds import RECORD_KINDS
from bailiwick_web.exchange.services import check, revert, run_together
from bailiwick_web.exchange.services.finding import batch_of
from bailiwick_web.exchange.services.retention import forget_final
from bailiwick_web.exchange.services.rows import Watch
from bailiwick_web.exchange.services.working import CHECK, KIND, RUN

State = ImportBatch.State
_FRACTIONS_OF_RUN = {"comparing": 0.15, "writing": 0.4}
"""The file is read already when it is imported; records, which are written in slices, tell their own."""


@handler(KIND)
def work(handle: Handle) -> dict[str, Any]:
    """Do what was asked for; a repeated job finds that it was done."""
    params = handle.params
    actor = handle.actor
    batch = batch_of(UUID(params["batch"]))

    def tell(phase: str, fraction: float) -> None:
        if params["what"] == RUN and batch.kind not in RECORD_KINDS:
            fraction = _FRACTIONS_OF_RUN.get(phase, fraction)
        handle.tell({"phase": phase, "fraction": fraction}, at_once=phase == "writing" and batch.kind not in RECORD_KINDS)

    watch = Watch(tell, handle.should_stop)
    try:
        if params["what"] == CHECK:
            if batch.is_open:
                part = batch_of(UUID(params["options"]["part"])) if "part" in params["options"] else batch
                check(actor, part, options=params["options"].get("said", {}) if part is not batch else params["options"], watch=watch)
        elif params["what"] == RUN:
            if batch.state != State.IMPORTED:
                run_together(actor, batch.public_id, with_owners=params["options"].get("with_owners", True), watch=watch)
        elif batch.state != State.REVERTED:
            revert(actor, batch.public_id, watch=watch)
    except Stopped:
        return {"is_stopped": True}
    return {}


@every(24 * 3600, "exchange.forget")
def forget(now: datetime) -> int:
    """Keep no longer what an import would need to be taken back, once it cannot be."""
    return forget_final(now)
