"""What is done with reports and goals: each by one way."""

from __future__ import annotations

from bailiwick_web.reports.services.goals import set_goal
from bailiwick_web.reports.services.reports import archive, change, copy, restore, save
from bailiwick_web.reports.services.sending import deliver, look
from bailiwick_web.reports.services.subscriptions import end, end_by_secret, next_time, subscribe

__all__ = ["archive", "change", "copy", "deliver", "end", "end_by_secret", "look", "next_time", "restore", "save", "set_goal", "subscribe"]
