"""Permission rows of messages: everybody has their own, and nobody reaches those of others."""

from __future__ import annotations

from permission_rows_base import NONE, SENT, Row, post, put

from bailiwick_web.core.roles import Right

ROWS_NOTICES = {
    "notices": Row(Right.LOOK),
    "change_notices": post(Right.LOOK),
    "read_notice": Row(Right.LOOK, "nothing", NONE, "POST"),
}
API_ROWS_NOTICES = {
    "GET /api/v1/notices": Row(Right.LOOK),
    "POST /api/v1/notices/{notice_id}/read": put("POST", Right.LOOK, "nothing", NONE),
    "POST /api/v1/notices/mail": put("POST", Right.LOOK, ok=SENT, body='{"wants_mail": true}'),
}
