"""The rows of reaching out, see ``permission_rows.py``."""

from __future__ import annotations

from permission_rows_base import NONE, Row, post, put

from bailiwick_web.core.roles import Right

NOBODY = "00000000-0000-7000-8000-000000000000"
ROWS_OUTREACH = {
    "cadences": Row(Right.LOOK),
    "cadence": Row(Right.LOOK, "nothing", NONE),
    "change_cadence": Row(Right.ORGANISE, "nothing", NONE, "POST"),
    "enrol": Row(Right.SELL, "nothing", NONE, "POST"),
    "act_on_enrolment": post(Right.SELL, "enrolment"),
    "followed_contact": Row(Right.LOOK, "contact"),
    "followed_lead": Row(Right.LOOK, "lead"),
    "enrol_contact": post(Right.SELL, "contact"),
    "enrol_lead": post(Right.SELL, "lead"),
    "calls": Row(Right.LOOK),
    "block_numbers": post(Right.ORGANISE),
    "called_contact": post(Right.SELL, "contact"),
    "called_lead": post(Right.SELL, "lead"),
    "referrals": Row(Right.LOOK),
    "materials": Row(Right.LOOK),
    "material": Row(Right.LOOK, "nothing", NONE),
    "change_material": Row(Right.ORGANISE, "nothing", NONE, "POST"),
    "material_file": Row(Right.LOOK, "number", NONE),
    "materials_for_customer": Row(Right.LOOK, "account"),
    "materials_for_deal": Row(Right.LOOK, "deal"),
    "campaigns": Row(Right.LOOK),
    "campaign": Row(Right.ORGANISE, "nothing", NONE),
    "change_campaign": Row(Right.ORGANISE, "nothing", NONE, "POST"),
    "thanks": Row(Right.LOOK),
    "change_thanks": post(Right.ORGANISE),
    "plan_thanks": Row(Right.SELL, "account", NONE, "POST"),
    "gifts_of_contact": Row(Right.LOOK, "contact"),
    "log_gift": post(Right.SELL, "contact"),
    "act_on_gift": post(Right.SELL, "gift"),
    "share_material": post(Right.SELL, "account"),
}
A_CADENCE = '{"name": "New", "steps": [{"subject": "Call"}]}'
AN_ENROLMENT = f'{{"cadence": "{NOBODY}"}}'
A_SHARE = f'{{"material": "{NOBODY}", "account": "{NOBODY}"}}'
A_GIFT = f'{{"contact": "{NOBODY}", "what": "Tea", "amount": "5"}}'
A_CALL = '{"outcome": "nobody"}'
API_ROWS_OUTREACH = {
    "GET /api/v1/cadences": Row(Right.LOOK),
    "POST /api/v1/cadences": put("POST", Right.ORGANISE, body=A_CADENCE),
    "GET /api/v1/cadences/{record_id}": Row(Right.LOOK, "nothing", NONE),
    "PATCH /api/v1/cadences/{record_id}": put("PATCH", Right.ORGANISE, "nothing", NONE),
    "DELETE /api/v1/cadences/{record_id}": put("DELETE", Right.ORGANISE, "nothing", NONE),
    "POST /api/v1/cadences/{record_id}/restore": put("POST", Right.ORGANISE, "nothing", NONE),
    "GET /api/v1/enrolments": Row(Right.LOOK),
    "POST /api/v1/enrolments": put("POST", Right.SELL, ok=NONE, body=AN_ENROLMENT),
    "GET /api/v1/enrolments/{record_id}": Row(Right.LOOK, "enrolment"),
    "POST /api/v1/enrolments/{record_id}/stop": put("POST", Right.SELL, "enrolment"),
    "GET /api/v1/contacts/{record_id}/preference": Row(Right.LOOK, "contact"),
    "GET /api/v1/leads/{record_id}/preference": Row(Right.LOOK, "lead"),
    "GET /api/v1/call-list": Row(Right.LOOK),
    "POST /api/v1/contacts/{record_id}/calls": put("POST", Right.SELL, "contact", body=A_CALL),
    "POST /api/v1/leads/{record_id}/calls": put("POST", Right.SELL, "lead", body=A_CALL),
    "POST /api/v1/blocked-numbers": put("POST", Right.ORGANISE, body='{"numbers": ["+1 2"]}'),
    "GET /api/v1/referrals": Row(Right.LOOK),
    "GET /api/v1/materials": Row(Right.LOOK),
    "POST /api/v1/materials": put("POST", Right.ORGANISE),
    "GET /api/v1/materials/{record_id}": Row(Right.LOOK, "nothing", NONE),
    "PATCH /api/v1/materials/{record_id}": put("PATCH", Right.ORGANISE, "nothing", NONE),
    "DELETE /api/v1/materials/{record_id}": put("DELETE", Right.ORGANISE, "nothing", NONE),
    "POST /api/v1/materials/{record_id}/restore": put("POST", Right.ORGANISE, "nothing", NONE),
    "POST /api/v1/materials/{record_id}/versions": put("POST", Right.ORGANISE, "nothing", NONE),
    "GET /api/v1/materials/{record_id}/versions/1/content": Row(Right.LOOK, "nothing", NONE),
    "GET /api/v1/accounts/{record_id}/materials": Row(Right.LOOK, "account"),
    "GET /api/v1/opportunities/{record_id}/materials": Row(Right.LOOK, "deal"),
    "GET /api/v1/campaigns": Row(Right.LOOK),
    "GET /api/v1/campaigns/costs": Row(Right.LOOK),
    "POST /api/v1/campaigns": put("POST", Right.ORGANISE, body='{"name": "New", "cost": "5"}'),
    "GET /api/v1/campaigns/{record_id}": Row(Right.LOOK, "nothing", NONE),
    "PATCH /api/v1/campaigns/{record_id}": put("PATCH", Right.ORGANISE, "nothing", NONE),
    "DELETE /api/v1/campaigns/{record_id}": put("DELETE", Right.ORGANISE, "nothing", NONE),
    "POST /api/v1/campaigns/{record_id}/restore": put("POST", Right.ORGANISE, "nothing", NONE),
    "GET /api/v1/gifts": Row(Right.LOOK),
    "POST /api/v1/gifts": put("POST", Right.SELL, ok=NONE, body=A_GIFT),
    "GET /api/v1/gifts/{record_id}": Row(Right.LOOK, "gift"),
    "POST /api/v1/gifts/{record_id}/decide": put("POST", Right.APPROVE, "gift", body='{"is_approved": true}'),
    "DELETE /api/v1/gifts/{record_id}": put("DELETE", Right.SELL, "gift"),  # the last: then it is in the bin
    "GET /api/v1/thanks-rules": Row(Right.LOOK),
    "PUT /api/v1/thanks-rules": put("PUT", Right.ORGANISE),
    "GET /api/v1/milestones": Row(Right.LOOK),
    "GET /api/v1/material-shares": Row(Right.LOOK),
    "POST /api/v1/material-shares": put("POST", Right.SELL, ok=NONE, body=A_SHARE),
    "GET /api/v1/material-shares/{record_id}": Row(Right.LOOK, "share"),
}
