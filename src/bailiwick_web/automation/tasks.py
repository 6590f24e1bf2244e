"""What is done by the clock."""

from __future__ import annotations

from datetime import datetime

from bailiwick_web.automation import running
from bailiwick_web.core.ticking import every


@every(1, "automation.run")
def run(now: datetime) -> None:
    """Carry out what waits."""
    running.carry_out_all(now)


@every(3600, "automation.quiet")
def notice_quiet(now: datetime) -> None:
    """Look for accounts that nobody was in touch with."""
    running.notice_quiet(now)


@every(6 * 3600, "automation.forget")
def forget(now: datetime) -> None:
    """Forget runs of long ago."""
    running.forget_old(now)
