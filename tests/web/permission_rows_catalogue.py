"""The rows of the catalogue and of orders, see ``permission_rows.py``."""

from __future__ import annotations

from permission_rows_base import NONE, Row, post, put

from bailiwick_web.core.roles import Right

ROWS_CATALOGUE = {
    "catalogue": Row(Right.LOOK),
    "catalogue_list": Row(Right.LOOK, "word", NONE),
    "add_to_catalogue": Row(Right.SELL, "word", NONE, "POST"),
    "catalogue_entry": Row(Right.LOOK, "entry"),
    "change_catalogue": post(Right.SELL, "entry"),
    "customer_needs": Row(Right.LOOK, "account"),
    "answer_needs": post(Right.SELL, "account"),
    "needs_of_customer": Row(Right.LOOK, "account"),
    "needs_of_deal": Row(Right.LOOK, "deal"),
    "new_order": Row(Right.SELL),
    "order": Row(Right.LOOK, "order"),
    "change_order": post(Right.SELL, "order"),
}
NOBODY = "00000000-0000-7000-8000-000000000000"
NEW_QUESTION = f'{{"template": "{NOBODY}", "text": "How?"}}'
AN_ANSWER = f'{{"question": "{NOBODY}", "value": "yes"}}'
API_ROWS_NEEDS = {
    "GET /api/v1/accounts/{account_id}/product-fit": Row(Right.LOOK, "account"),
    "GET /api/v1/needs-templates": Row(Right.LOOK),
    "POST /api/v1/needs-templates": put("POST", Right.ORGANISE, body='{"name": "New"}'),
    "GET /api/v1/need-questions": Row(Right.LOOK),
    "POST /api/v1/need-questions": put("POST", Right.ORGANISE, ok=NONE, body=NEW_QUESTION),
    "GET /api/v1/need-answers": Row(Right.LOOK),
    "POST /api/v1/need-answers": put("POST", Right.SELL, ok=NONE, body=AN_ANSWER),
    "GET /api/v1/need-answers/{record_id}": Row(Right.LOOK, "need-answer"),
    "PATCH /api/v1/need-answers/{record_id}": put("PATCH", Right.SELL, "need-answer"),
    "DELETE /api/v1/need-answers/{record_id}": put("DELETE", Right.SELL, "need-answer"),
    "POST /api/v1/need-answers/{record_id}/restore": put("POST", Right.SELL, "nothing", NONE),
    **{
        f"{method} /api/v1/{path}/{{record_id}}{more}": Row(Right.LOOK, "nothing", NONE)
        if method == "GET"
        else put(method, Right.ORGANISE, "nothing", NONE)
        for path in ("needs-templates", "need-questions")
        for method, more in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/restore"))
    },
}
"""The rows of needs."""
