"""The rows of the records of customers, see ``permission_rows.py``."""

from __future__ import annotations

from permission_rows_base import NONE, SENT, Row, put

from bailiwick_web.core.roles import Right

GONE = frozenset({404})
ONE_OF_THEIRS = {
    "accounts": ("account", '{"name": "New"}'),
    "locations": ("location", '{"label": "New"}'),
    "contacts": ("contact", '{"job_title": "New"}'),
    "leads": ("lead", '{"campaign": "New"}'),
    "opportunities": ("deal", '{"next_step": "New"}'),
    "orders": ("order", '{"number": "New"}'),
    "activities": ("activity", '{"subject": "New"}'),
    "cases": ("case", '{"subject": "New"}'),
}
"""Address → what it points to, and a change."""
NEW = {
    "accounts": '{"name": "New"}',
    "contacts": '{"name": "New"}',
    "leads": '{"company": "New"}',
    "activities": '{"kind": "task", "subject": "New"}',
    "activity-series": '{"subject": "New", "starts_on": "2030-01-01"}',
    "competitors": '{"name": "New"}',
}
SOMEBODY = '"01900000-0000-7000-8000-000000000000"'
OF_ONE = {
    "locations": f'{{"account": {SOMEBODY}}}',
    "opportunities": f'{{"account": {SOMEBODY}, "name": "New"}}',
    "orders": f'{{"account": {SOMEBODY}, "ordered_on": "2026-01-01", "amount": 1}}',
    "cases": f'{{"account": {SOMEBODY}, "subject": "New"}}',
    "absences": f'{{"person": {SOMEBODY}, "valid_from": "2026-01-01", "valid_until": "2026-01-02"}}',
    "competitor-presences": f'{{"competitor": {SOMEBODY}, "strength": 1, "on": "2026-01-01", "territory_code": "P1"}}',
}
"""New ones that belong to a record which is not there."""
SHARED = {
    "pipelines": ('{"name": "New"}', "{}"),
    "stages": (f'{{"pipeline": {SOMEBODY}, "name": "New"}}', "{}"),
    "outcome-reasons": ('{"kind": "won", "label": "New"}', "{}"),
    "product-lines": ('{"name": "New"}', "{}"),
    "products": ('{"name": "New"}', "{}"),
    "lead-criteria": ('{"part": "need", "least_grade": 1}', "{}"),
    "service-levels": ('{"priority": "low", "respond_minutes": 1, "solve_minutes": 2}', "{}"),
    "fields": ('{"record_type": "account", "key": "new", "label": "New"}', "{}"),
}
"""What everybody reads and planners write: a new one, a change."""
IN_BIN = (*ONE_OF_THEIRS, "activity-series", "product-lines", "products", "competitors", "competitor-presences", "files")


def rows() -> dict[str, Row]:
    """All rows of customers."""
    found: dict[str, Row] = {}
    lists = (*ONE_OF_THEIRS, *SHARED, "activity-series", "absences", "competitors", "competitor-presences", "files", "exchange-rates")
    for path in lists:
        found[f"GET /api/v1/{path}"] = Row(Right.LOOK)
    for path, (target, change) in ONE_OF_THEIRS.items():
        one = f"/api/v1/{path}/{{record_id}}"
        found[f"GET {one}"] = Row(Right.LOOK, target)
        found[f"PATCH {one}"] = put("PATCH", Right.SELL, target, body=change)
    for path in ("activity-series", "competitors"):
        found[f"PATCH /api/v1/{path}/{{record_id}}"] = put("PATCH", Right.SELL, "nothing", ok=NONE)
    for path, (new, change) in SHARED.items():
        found[f"POST /api/v1/{path}"] = put("POST", Right.ORGANISE, body=new, ok=SENT | GONE)
        found[f"PATCH /api/v1/{path}/{{record_id}}"] = put("PATCH", Right.ORGANISE, "nothing", ok=NONE, body=change)
    for path in (*SHARED, "activity-series", "absences", "competitors", "competitor-presences", "files"):
        found[f"GET /api/v1/{path}/{{record_id}}"] = Row(Right.LOOK, "nothing", ok=NONE)
    for path, new in NEW.items():
        found[f"POST /api/v1/{path}"] = put("POST", Right.SELL, body=new)
    for path, new in OF_ONE.items():
        found[f"POST /api/v1/{path}"] = put("POST", Right.SELL, body=new, ok=GONE)
    return found | _going() | _acts()


def _going() -> dict[str, Row]:
    found: dict[str, Row] = {}
    for path in (*IN_BIN, "absences", "stages"):
        right = Right.ORGANISE if path in SHARED else Right.SELL
        target, ok = (ONE_OF_THEIRS[path][0], SENT) if path in ONE_OF_THEIRS else ("nothing", NONE)
        found[f"DELETE /api/v1/{path}/{{record_id}}"] = put("DELETE", right, target, ok=ok)
        if path not in {"locations", "absences", "stages", "activity-series", "files"}:
            found[f"POST /api/v1/{path}/{{record_id}}/restore"] = put("POST", right, target, ok=ok)
    return found


def _acts() -> dict[str, Row]:
    return {
        "GET /api/v1/accounts/{account_id}/timeline": Row(Right.LOOK, "account"),
        "GET /api/v1/accounts/{account_id}/territories": Row(Right.LOOK, "account"),
        "GET /api/v1/contacts/{contact_id}/consents": Row(Right.LOOK, "contact"),
        "GET /api/v1/contacts/{contact_id}/notes": Row(Right.LOOK, "contact"),
        "GET /api/v1/opportunities/{deal_id}/stages": Row(Right.LOOK, "deal"),
        "GET /api/v1/files/{file_id}/content": Row(Right.LOOK, "nothing", ok=NONE),
        "GET /api/v1/territory-check": Row(Right.PLAN),
        "POST /api/v1/accounts/{account_id}/visits": put("POST", Right.SELL, "account"),
        "POST /api/v1/accounts/{account_id}/files": put("POST", Right.SELL, "account"),
        "POST /api/v1/accounts/{account_id}/names": put(
            "POST", Right.PLAN, "account", ok=GONE, body=f'{{"position": {SOMEBODY}, "reason": "x"}}'
        ),
        "POST /api/v1/account-names/{naming_id}/end": put("POST", Right.PLAN, "nothing", ok=NONE),
        "POST /api/v1/contacts/{contact_id}/consents": put(
            "POST", Right.SELL, "contact", body='{"purpose": "x", "channel": "email", "is_given": false, "how": "x"}'
        ),
        "POST /api/v1/contacts/{contact_id}/notes": put("POST", Right.SELL, "contact", body='{"text": "x"}'),
        "PATCH /api/v1/notes/{note_id}": put("PATCH", Right.SELL, "nothing", ok=NONE),
        "DELETE /api/v1/notes/{note_id}": put("DELETE", Right.SELL, "nothing", ok=NONE),
        "POST /api/v1/contacts/{contact_id}/export": put("POST", Right.PRIVACY, "contact"),
        "POST /api/v1/contacts/{contact_id}/erase": put("POST", Right.PRIVACY, "contact", body='{"reason": "x"}'),
        "POST /api/v1/leads/{lead_id}/give": put("POST", Right.SELL, "nothing", ok=NONE, body=f'{{"person": {SOMEBODY}, "reason": "x"}}'),
        "POST /api/v1/leads/{lead_id}/convert": put("POST", Right.SELL, "lead"),
        "POST /api/v1/opportunities/{deal_id}/stage": put("POST", Right.SELL, "nothing", ok=NONE, body=f'{{"stage": {SOMEBODY}}}'),
        "POST /api/v1/activities/{activity_id}/complete": put("POST", Right.SELL, "activity"),
        "POST /api/v1/cases/{case_id}/state": put("POST", Right.SELL, "case", body='{"state": "open"}'),
        "PUT /api/v1/products/{product_id}/prices": put("PUT", Right.ORGANISE, "nothing", ok=NONE, body='{"prices": []}'),
        "PUT /api/v1/positions/{position_id}/lead-limit": put("PUT", Right.ORGANISE, "position", body='{"most_open_leads": 5}'),
        "POST /api/v1/exchange-rates": put("POST", Right.ORGANISE, body='{"currency": "EUR", "on": "2026-01-01", "rate": 1.1}'),
    }


API_ROWS_CRM = rows()
