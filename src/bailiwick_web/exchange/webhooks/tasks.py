"""What is done by the clock."""

from __future__ import annotations

from datetime import datetime

from bailiwick_web.core.ticking import every
from bailiwick_web.exchange.webhooks import sending


@every(1, "webhooks.send")
def send(now: datetime) -> None:
    """Start senders for what is due."""
    sending.start_senders(now)


@every(6 * 3600, "webhooks.forget")
def forget(now: datetime) -> None:
    """Forget what was sent long ago."""
    sending.forget_old(now)
