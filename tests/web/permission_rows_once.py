"""The rows of duplicates and merges, see ``permission_rows.py``."""

from __future__ import annotations

from permission_rows_base import NONE, Row, post, put

from bailiwick_web.core.roles import Right

GONE = frozenset({404})
OTHER = '{"other": "01900000-0000-7000-8000-000000000000", "other_version": 1}'
ROWS_ONCE = {
    "duplicates": Row(Right.LOOK),
    "duplicates_progress": Row(Right.LOOK),
    "search_duplicates": post(Right.SELL),
    "judge_duplicate": Row(Right.SELL, "nothing", NONE, "POST"),
    "alike": post(Right.SELL),
    "merge_records": Row(Right.SELL, ok=GONE),
    "pick_account_to_merge": Row(Right.SELL, "account"),
    "pick_contact_to_merge": Row(Right.SELL, "contact"),
    "undo_merge": Row(Right.SELL, "nothing", NONE, "POST"),
}
API_ROWS_ONCE = {
    "GET /api/v1/duplicates": Row(Right.LOOK),
    "POST /api/v1/duplicates/search": put("POST", Right.SELL),
    "POST /api/v1/duplicates/{pair_id}/dismiss": put("POST", Right.SELL, "nothing", ok=NONE),
    "POST /api/v1/duplicates/{pair_id}/reopen": put("POST", Right.SELL, "nothing", ok=NONE),
    **{f"POST /api/v1/{path}/check": put("POST", Right.LOOK, body='{"name": "New"}') for path in ("accounts", "contacts", "leads")},
    "POST /api/v1/accounts/{account_id}/merge": put("POST", Right.SELL, "account", ok=GONE, body=OTHER),
    "POST /api/v1/contacts/{contact_id}/merge": put("POST", Right.SELL, "contact", ok=GONE, body=OTHER),
    "GET /api/v1/merges": Row(Right.LOOK),
    "GET /api/v1/merges/{merge_id}": Row(Right.LOOK, "nothing", ok=NONE),
    "POST /api/v1/merges/{merge_id}/undo": put("POST", Right.SELL, "nothing", ok=NONE),
}
