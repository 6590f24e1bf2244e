"""The rows of what was heard, see ``permission_rows.py``."""

from __future__ import annotations

from permission_rows_base import NONE, Row, put

from bailiwick_web.core.roles import Right

PUBLIC = "public"
ROWS_LISTENING = {
    "surveys": Row(Right.LOOK),
    "survey": Row(Right.LOOK, "nothing", NONE),
    "change_survey": Row(Right.ORGANISE, "nothing", NONE, "POST"),
    "invite_to_survey": Row(Right.SELL, "nothing", NONE, "POST"),
    "survey_links": Row(Right.SELL, "nothing", NONE),
    "answer_survey": Row(PUBLIC, "word", NONE),
    "mentions": Row(Right.LOOK),
    "act_on_mention": Row(Right.SELL, "nothing", NONE, "POST"),
    "web_visits": Row(Right.LOOK),
}
A_VISIT = '{"page": "/prices"}'
NEW = {
    "surveys": (Right.ORGANISE, '{"name": "New", "question": "How?"}'),
    "survey-responses": (Right.SELL, '{"survey": "00000000-0000-7000-8000-000000000000"}'),
    "web-visits": (Right.SELL, A_VISIT),
    "mentions": (Right.SELL, '{"text": "New"}'),
}
API_ROWS_LISTENING = {f"GET /api/v1/{path}": Row(Right.LOOK) for path in NEW}
for path, (right, body) in NEW.items():
    one = f"/api/v1/{path}/{{record_id}}"
    API_ROWS_LISTENING |= {
        f"POST /api/v1/{path}": put("POST", right, body=body) if path != "survey-responses" else put("POST", right, ok=NONE, body=body),
        f"GET {one}": Row(Right.LOOK, "nothing", NONE),
        f"PATCH {one}": put("PATCH", right, "nothing", NONE),
        f"DELETE {one}": put("DELETE", right, "nothing", NONE),
        f"POST {one}/restore": put("POST", right, "nothing", NONE),
    }
API_ROWS_LISTENING["GET /api/v1/surveys/{record_id}/results"] = Row(Right.LOOK, "nothing", NONE)
