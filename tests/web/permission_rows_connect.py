"""The rows of webhooks, incoming leads and automation, see ``permission_rows.py``."""

from __future__ import annotations

from permission_rows_base import NONE, SENT, Row, put

from bailiwick_web.core.roles import Right

A_HOOK = '{"name": "ERP", "url": "https://example.org/hook"}'
A_RULE = '{"name": "New", "trigger": "lead.created", "actions": [{"kind": "task", "tasks": "Call"}]}'
UNSIGNED = frozenset({401})
ROWS_CONNECT = {
    **{f"scim_{name}": Row("public", ok=UNSIGNED) for name in ("config", "types", "schemas", "users", "groups")},
    **{f"scim_{name}": Row("public", "word", UNSIGNED) for name in ("type", "schema", "user", "group")},
    "calendar_feed": Row(Right.LOOK),
    "calendar_ics": Row("public", "word", NONE),
    "webhooks": Row(Right.CONNECT),
    "webhook": Row(Right.CONNECT, "nothing", NONE),
    "act_on_webhook": Row(Right.CONNECT, "nothing", NONE, "POST"),
    "delivery": Row(Right.CONNECT, "nothing", NONE),
    "replay_delivery": Row(Right.CONNECT, "nothing", NONE, "POST"),
    "sources": Row(Right.CONNECT),
    "source": Row(Right.CONNECT, "nothing", NONE),
    "remove_source": Row(Right.CONNECT, "nothing", NONE, "POST"),
    "automations": Row(Right.CONNECT),
    "new_automation": Row(Right.CONNECT),
    "add_automation_example": Row(Right.CONNECT, "word", SENT, "POST"),
    "automation": Row(Right.CONNECT, "nothing", NONE),
    "act_on_automation": Row(Right.CONNECT, "nothing", NONE, "POST"),
}
API_ROWS_CONNECT = {
    "GET /api/v1/webhook-kinds": Row(Right.CONNECT),
    "GET /api/v1/webhooks": Row(Right.CONNECT),
    "POST /api/v1/webhooks": put("POST", Right.CONNECT, body=A_HOOK),
    "GET /api/v1/webhooks/{webhook_id}": Row(Right.CONNECT, "nothing", NONE),
    "PATCH /api/v1/webhooks/{webhook_id}": put("PATCH", Right.CONNECT, "nothing", ok=NONE),
    "DELETE /api/v1/webhooks/{webhook_id}": put("DELETE", Right.CONNECT, "nothing", ok=NONE),
    "POST /api/v1/webhooks/{webhook_id}/rotate": put("POST", Right.CONNECT, "nothing", ok=NONE),
    "POST /api/v1/webhooks/{webhook_id}/test": put("POST", Right.CONNECT, "nothing", ok=NONE),
    "GET /api/v1/webhooks/{webhook_id}/deliveries": Row(Right.CONNECT, "nothing", NONE),
    "POST /api/v1/deliveries/{delivery_id}/replay": put("POST", Right.CONNECT, "nothing", ok=NONE),
    "GET /api/v1/automation-triggers": Row(Right.CONNECT),
    "GET /api/v1/automations": Row(Right.CONNECT),
    "POST /api/v1/automations": put("POST", Right.CONNECT, body=A_RULE),
    "GET /api/v1/automations/{rule_id}": Row(Right.CONNECT, "nothing", NONE),
    "PATCH /api/v1/automations/{rule_id}": put("PATCH", Right.CONNECT, "nothing", ok=NONE),
    "DELETE /api/v1/automations/{rule_id}": put("DELETE", Right.CONNECT, "nothing", ok=NONE),
    "GET /api/v1/automations/{rule_id}/runs": Row(Right.CONNECT, "nothing", NONE),
    "GET /api/v1/automations/{rule_id}/dry-run": Row(Right.CONNECT, "nothing", NONE),
    "POST /api/v1/incoming/leads": put("POST", Right.SELL, ok=SENT | {200}, body='{"company": "New"}'),
    "POST /api/v1/incoming/events": put("POST", Right.SELL, ok=NONE, body='{"subject": "x", "email": "nobody@example.org"}'),
}
