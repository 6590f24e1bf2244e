"""The jobs of insights: read a large table, answer a question; safe to be done again by another worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.core.events import listens
from bailiwick_web.core.jobs import Handle, handler
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.ticking import every
from bailiwick_web.crm.models import Order
from bailiwick_web.insights.finding import study_of, table_of
from bailiwick_web.insights.services import answer, ask, ask_health, read_rows, write_later
from bailiwick_web.insights.services.segmenting import WRITE, in_force, write_all
from bailiwick_web.insights.services.studies import ANSWER
from bailiwick_web.insights.services.tables import READ


@handler(ANSWER)
def work(handle: Handle) -> dict[str, Any]:
    """Answer a question; a repeated job finds that it was answered."""
    actor = handle.actor
    study = study_of(actor, UUID(handle.params["study"]))

    def tell(phase: str, fraction: float) -> None:
        handle.tell({"phase": phase, "fraction": fraction}, at_once=True)
        if handle.should_stop():
            raise Conflict("Stopped.", code="stopped")

    if study.answered_at is None:
        answer(actor, study, tell)
    return {"study": str(study.public_id)}


@handler(READ)
def read(handle: Handle) -> dict[str, Any]:
    """Read a large table."""
    table = table_of(UUID(handle.params["table"]))
    handle.tell({"phase": "reading", "fraction": 0.3}, at_once=True)
    if not table.n_rows:
        read_rows(handle.actor, table)
    return {"table": str(table.public_id)}


@handler(WRITE)
def write_segments(handle: Handle) -> dict[str, Any]:
    """Write the segments in force to the accounts; a repeated job writes the same. What is no longer in force is left."""
    found = in_force()
    if found is None or str(found.public_id) != handle.params["segmentation"]:
        return {"n_accounts": 0}
    handle.tell({"phase": "computing", "fraction": 0.3}, at_once=True)
    return {"n_accounts": write_all(Actor(None, timezone.now(), f"job {handle.job.public_id}"), found)}


@every(24 * 3600, "insights.segments")
def find_segments_anew(now: datetime) -> None:
    """Once a day: the segments of all accounts, as orders and sizes change."""
    write_later(Actor(None, now, "clock"))


@listens("demo.loaded")
def show_what_is_there(actor: Actor, payload: dict[str, Any]) -> None:
    """The demonstration begins with key figures and the health of its customers."""
    ask(actor, "key_figures", options={"by": "territory"}, tables={"orders": "own:orders"})
    ask_health(actor)


@every(24 * 3600, "insights.health")
def look_after(now: datetime) -> None:
    """Once a day: the health of all accounts, if there is an order at all."""
    if Order.objects.exists():
        ask_health(Actor(None, now, "clock"))
