"""The rows of reports, see ``permission_rows.py``; with whom a report is shared is tested in ``test_report_pages.py``."""

from __future__ import annotations

from permission_rows_base import NONE, SENT, Row, post, put

from bailiwick_web.core.roles import Right

PUBLIC = "public"
A_QUESTION = '{"subject": "account"}'
ROWS_REPORTS = {
    "reports": Row(Right.LOOK),
    "build_report": Row(Right.LOOK),
    "report_rows": Row(Right.LOOK),
    "save_report": post(Right.LOOK),
    "report_file": Row(Right.LOOK, "word", NONE),
    "ready_report": Row(Right.LOOK, "word", NONE),
    "funnel": Row(Right.LOOK),
    "goals": Row(Right.AIM),
    "end_report_order": Row(Right.LOOK, "nothing", NONE, "POST"),
    "stop_report": Row(PUBLIC, "word", NONE),
    "report": Row(Right.LOOK, "nothing", NONE),
    "change_report": Row(Right.LOOK, "nothing", NONE, "POST"),
    "copy_report": Row(Right.LOOK, "nothing", NONE, "POST"),
    "archive_report": Row(Right.LOOK, "nothing", NONE, "POST"),
    "restore_report": Row(Right.LOOK, "nothing", NONE, "POST"),
    "order_report": Row(Right.LOOK, "nothing", NONE, "POST"),
}
NOBODY = "00000000-0000-7000-8000-000000000000"
ONE = "/api/v1/reports/{report_id}"
API_ROWS_REPORTS = {
    "GET /api/v1/report-fields": Row(Right.LOOK),
    "GET /api/v1/reports": Row(Right.LOOK),
    "POST /api/v1/reports": put("POST", Right.LOOK, body=f'{{"name": "New", "definition": {A_QUESTION}}}'),
    f"GET {ONE}": Row(Right.LOOK, "nothing", NONE),
    f"PATCH {ONE}": put("PATCH", Right.LOOK, "nothing", NONE),
    f"DELETE {ONE}": put("DELETE", Right.LOOK, "nothing", NONE),
    f"POST {ONE}/restore": put("POST", Right.LOOK, "nothing", NONE),
    f"GET {ONE}/result": Row(Right.LOOK, "nothing", NONE),
    "GET /api/v1/report-subscriptions": Row(Right.LOOK),
    "POST /api/v1/report-subscriptions": put("POST", Right.LOOK, ok=NONE, body=f'{{"report": "{NOBODY}"}}'),
    "DELETE /api/v1/report-subscriptions/{subscription_id}": put("DELETE", Right.LOOK, "nothing", NONE),
    "GET /api/v1/goals": Row(Right.LOOK),
    "PUT /api/v1/goals": put("PUT", Right.AIM, ok=NONE, body=f'{{"position": "{NOBODY}", "starts_on": "2026-01-01", "amount": 1}}'),
    "POST /api/v1/report-runs": put("POST", Right.LOOK, body=f'{{"definition": {A_QUESTION}}}', ok=SENT),
}
