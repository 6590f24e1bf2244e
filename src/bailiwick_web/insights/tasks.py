"""The jobs of insights: read a large table, answer a question; safe to be done again by another worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from bailiwick_web.core.access import Actor
from bailiwick_web.core.events import listens
from bailiwick_web.core.jobs import Handle, handler
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.ticking import every
from bailiwick_web.crm.models import Order
from bailiwick_web.insights.finding import study_of, table_of
from bailiwick_web.insights.services import answer, ask, ask_health, read_rows
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
