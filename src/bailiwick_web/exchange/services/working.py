"""What takes long is done by jobs: started here, followed on the page, stopped from there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bailiwick.domain.said import say
from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Job
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import request_cancel
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.services.finding import batch_of

KIND = "import"
CHECK, RUN, REVERT = "check", "run", "revert"
TITLES = {CHECK: gettext_noop("Look at “%(file)s”"), RUN: gettext_noop("Import “%(file)s”"), REVERT: gettext_noop("Take “%(file)s” back")}
_NEEDED = {CHECK: {"uploaded", "checked", "refused"}, RUN: {"checked", "writing"}, REVERT: {"imported", "writing", "reverting"}}


@transaction.atomic
def start(actor: Actor, public_id: UUID, what: str, *, options: dict[str, Any] | None = None) -> Job:
    """Let a job check, import or take back; planners may. One at a time."""
    actor.need(Right.IMPORT)
    batch = batch_of(public_id, is_locked=True)
    if batch.main is not None and what != REVERT:
        raise Conflict(_("This part is imported together with the others; go to the first one."), code="is_part")
    if batch.is_busy:
        raise Conflict(_("This file is being worked on already; wait, or stop that first."), code="busy")
    if batch.state not in _NEEDED[what]:
        raise Conflict(_("This file is %(state)s, so that is not possible.") % {"state": batch.get_state_display()}, code="state")
    params = {"batch": str(public_id), "what": what, "options": options or {}}
    batch.job = jobs.enqueue(actor, KIND, title=say(TITLES[what], file=str(batch)), params=params, input_digest=batch.digest)
    batch.save(update_fields=["job"])
    return batch.job


def stop(actor: Actor, public_id: UUID) -> ImportBatch:
    """Stop what is going on with a file; planners may. Recorded. What is written of records stays, and is told; of all else nothing is."""
    actor.need(Right.IMPORT)
    batch = batch_of(public_id)
    if batch.job is not None and not batch.job.is_over:
        request_cancel(actor, batch.job)
    return batch
