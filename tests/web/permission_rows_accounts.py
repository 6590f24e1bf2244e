"""Permission rows of accounts over the areas of a plan, which planners move, and of why a territory is as it is."""

from __future__ import annotations

from permission_rows_base import Row, put

from bailiwick_web.core.roles import Right

API_ROWS_ACCOUNTS = {
    "GET /api/v1/scenarios/{scenario_id}/territories/P1/why": Row(Right.LOOK, "scenario", scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/accounts/rows": Row(Right.LOOK, "scenario", scope="whole"),
    "POST /api/v1/scenarios/{scenario_id}/accounts/moves": put("POST", Right.PLAN, "scenario", body='{"account_idx": [0], "to": "P1"}'),
}
