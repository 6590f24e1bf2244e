"""The one write path of insights: take tables in, ask, answer, forget."""

from __future__ import annotations

from bailiwick_web.insights.services.health import say_health, take_health_back
from bailiwick_web.insights.services.marking import mark_units
from bailiwick_web.insights.services.segmenting import end_segments, use_segments, write_later
from bailiwick_web.insights.services.studies import answer, ask, ask_health, forget_study, may_ask
from bailiwick_web.insights.services.tables import forget_table, read_rows, receive_table, say_roles

__all__ = [
    "answer",
    "ask",
    "ask_health",
    "end_segments",
    "forget_study",
    "forget_table",
    "mark_units",
    "may_ask",
    "read_rows",
    "receive_table",
    "say_health",
    "say_roles",
    "take_health_back",
    "use_segments",
    "write_later",
]
