"""What reports need in the background: looking at the clock, and sending."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bailiwick_web.core.jobs import Handle, handler
from bailiwick_web.core.ticking import every
from bailiwick_web.reports.services.sending import SEND, deliver, look


@every(60, "reports.look")
def look_at_the_clock(now: datetime) -> None:
    """Queue the reports that are due."""
    look(now)


@handler(SEND)
def send(handle: Handle) -> dict[str, Any]:
    """Send one report; a repeated job sends nothing twice."""
    return {"state": deliver(handle.params["delivery"], handle.actor.now)}
