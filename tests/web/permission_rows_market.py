"""The rows of the health of accounts and of segments in force, see ``permission_rows.py``."""

from __future__ import annotations

from permission_rows_base import NONE, Row, post

from bailiwick_web.core.roles import Right

ROWS_MARKET = {
    "insight_health": Row(Right.LOOK),
    "use_segments": Row(Right.PLAN, "nothing", NONE, "POST"),
    "end_segments": post(Right.PLAN),
    "insight_health_compute": post(Right.PLAN),
    "insight_health_card": Row(Right.LOOK, "nothing", NONE),
    "insight_health_say": Row(Right.SELL, "nothing", NONE, "POST"),
    "insight_health_task": Row(Right.SELL, "nothing", NONE, "POST"),
}
