"""The table of permissions: one row for every address. A new address needs a row here, or the build fails.

``Row(right, target, ok)``: who has the right gets one of the statuses ``ok`` for a target within their scope, and the answer for
"there is none" for one outside of it; who lacks the right gets 403; strangers are sent to sign in. ``POST`` without a body that makes
sense may be refused as unusable (422) or as not fitting (409, 412, 428) by those who may: what matters is that it is not 403 or 404.
"""

from __future__ import annotations

from permission_rows_accounts import API_ROWS_ACCOUNTS
from permission_rows_base import NONE, Row, post, put
from permission_rows_catalogue import API_ROWS_NEEDS, ROWS_CATALOGUE
from permission_rows_connect import API_ROWS_CONNECT, ROWS_CONNECT
from permission_rows_crm import API_ROWS_CRM
from permission_rows_listening import API_ROWS_LISTENING, ROWS_LISTENING
from permission_rows_market import ROWS_MARKET
from permission_rows_notices import API_ROWS_NOTICES, ROWS_NOTICES
from permission_rows_once import API_ROWS_ONCE, ROWS_ONCE
from permission_rows_outreach import API_ROWS_OUTREACH, ROWS_OUTREACH
from permission_rows_privacy import ROWS_PRIVACY
from permission_rows_reports import API_ROWS_REPORTS, ROWS_REPORTS
from permission_rows_standing import API_ROWS_STANDING, ROWS_STANDING

from bailiwick_web.core.roles import Right

PUBLIC = "public"
LIBRARY = ("account_", "mfa_", "socialaccount_", "openid_connect_")
"""Addresses of the library that signs people in: their own tests are in ``tests/web/entrance``."""

ROWS = {
    # core: getting in
    "setup": Row(PUBLIC, ok=frozenset({302})),
    "enter_demo": Row(PUBLIC, ok=frozenset({404})),
    "healthz": Row(PUBLIC),
    "set_language": Row(PUBLIC, ok=frozenset({302}), method="POST"),
    "open_link": Row(PUBLIC, "word", ok=frozenset({404})),
    "accept_link": Row(PUBLIC, ok=frozenset({404})),
    "account_signup": Row(PUBLIC, ok=frozenset({302})),
    "sessions": Row(Right.LOOK),
    "end_session": Row(Right.LOOK, ok=frozenset({404}), method="POST"),
    # core: people, organisation, history
    "people": Row(Right.PEOPLE),
    "invite": Row(Right.PEOPLE),
    "person": Row(Right.PEOPLE, "user"),
    "change_person": post(Right.PEOPLE, "user"),
    "change_roles": post(Right.PEOPLE, "user"),
    "act_on_person": post(Right.PEOPLE, "user"),
    "organisation": Row(Right.REVIEW),
    "add_root": post(Right.ORGANISE),
    "node": Row(Right.REVIEW, "node"),
    "change_node": post(Right.ORGANISE, "node"),
    "position": Row(Right.REVIEW, "position"),
    "change_position": post(Right.ORGANISE, "position"),
    "end_staffing": post(Right.ORGANISE, "staffing"),
    "organisation_people": Row(Right.REVIEW),
    "add_organisation_person": post(Right.ORGANISE),
    "organisation_person": Row(Right.REVIEW, "person"),
    "change_organisation_person": post(Right.ORGANISE, "person"),
    "tokens": Row(Right.LOOK),
    "revoke_token": Row(Right.LOOK, "nothing", NONE, "POST"),
    "audit": Row(Right.AUDIT),
    "audit_csv": Row(Right.AUDIT),
    "cancel_job": post(Right.PLAN, "job"),
    # planning: pages
    "home": Row(Right.LOOK, ok=frozenset({200, 302})),
    "mine": Row(Right.LOOK),
    "who": Row(Right.REVIEW),
    "plans": Row(Right.LOOK),
    "owner": Row(Right.REVIEW, "nothing", NONE),
    "new_plan": Row(Right.PLAN),
    "compare": Row(Right.REVIEW, ok=frozenset({422})),
    "compare_csv": Row(Right.REVIEW, ok=frozenset({422})),
    "compare_xlsx": Row(Right.REVIEW, ok=frozenset({422})),
    "compare_pdf": Row(Right.REVIEW, ok=frozenset({422})),
    "scenario": Row(Right.LOOK, "scenario"),
    "scenario_panel": Row(Right.LOOK, "scenario"),
    "scenario_stamp": Row(Right.LOOK, "scenario"),
    **{f"alignment_{ending}": Row(Right.LOOK, "scenario") for ending in ("csv", "xlsx")},
    **{f"alignment_{ending}": Row(Right.LOOK, "scenario", frozenset({200, 409})) for ending in ("geojson", "png", "pdf")},
    "scenario_runs": Row(Right.PLAN, "scenario"),
    "scenario_validator": Row(Right.PLAN, "scenario"),
    "scenario_rules": Row(Right.PLAN, "scenario"),
    # planning: what pages send
    "scenario_mend": post(Right.PLAN, "scenario"),
    "scenario_change_rules": post(Right.PLAN, "scenario"),
    "scenario_replay": post(Right.PLAN, "scenario"),
    "scenario_run": post(Right.PLAN, "scenario"),
    "scenario_branch": post(Right.PLAN, "scenario"),
    "scenario_rename": post(Right.PLAN, "scenario"),
    "scenario_delete": post(Right.PLAN, "scenario"),
    "scenario_restore": Row(Right.PLAN, "nothing", frozenset({404}), "POST"),
    "scenario_flow": post(Right.LOOK, "scenario"),
    "scenario_challenge": post(Right.CHALLENGE, "scenario"),
    "answer_challenge": Row(Right.PLAN, "nothing", frozenset({404}), "POST"),
    "roll_back": Row(Right.PUBLISH, "nothing", frozenset({404}), "POST"),
    "call_off": Row(Right.PUBLISH, "nothing", frozenset({404}), "POST"),
    "run_front": Row(Right.PLAN, "nothing", NONE),
    "choose_plan": Row(Right.PLAN, "nothing", NONE, "POST"),
    "dismiss_run": Row(Right.PLAN, "nothing", frozenset({404}), "POST"),
    # customers: what can be looked at
    "customers": Row(Right.LOOK),
    "customers_csv": Row(Right.LOOK),
    "customer": Row(Right.LOOK, "account"),
    "customer_timeline": Row(Right.LOOK, "account"),
    "customer_map": Row(Right.LOOK, "account"),
    "contact": Row(Right.LOOK, "contact"),
    "file": Row(Right.LOOK, "nothing", NONE),
    "day": Row(Right.LOOK),
    "tasks": Row(Right.LOOK),
    "calendar": Row(Right.LOOK),
    "pipeline": Row(Right.LOOK),
    "deal": Row(Right.LOOK, "deal"),
    "leads": Row(Right.LOOK),
    "lead": Row(Right.LOOK, "lead"),
    "cases": Row(Right.LOOK),
    "case": Row(Right.LOOK, "case"),
    # customers: what is written
    "new_customer": Row(Right.SELL),
    "customer_field": Row(Right.SELL, "account"),
    "act_on_customer": post(Right.SELL, "account"),
    "log_activity": post(Right.SELL, "account"),
    "add_contact": post(Right.SELL, "account"),
    "add_file": post(Right.SELL, "account"),
    "change_location": post(Right.SELL, "location"),
    "change_contact": post(Right.SELL, "contact"),
    "drop_file": Row(Right.SELL, "nothing", NONE, "POST"),
    "plan_activity": post(Right.SELL),
    "act_on_activity": post(Right.SELL, "activity"),
    "new_deal": Row(Right.SELL),
    "move_deal": post(Right.SELL, "deal"),
    "change_deal": post(Right.SELL, "deal"),
    "new_lead": Row(Right.SELL),
    "change_lead": post(Right.SELL, "lead"),
    "convert_lead": post(Right.SELL, "lead"),
    "new_case": Row(Right.SELL),
    "change_case": post(Right.SELL, "case"),
    # exchange
    "mark_money": Row(Right.PLAN, "nothing", NONE, "POST"),
    "data": Row(Right.IMPORT),
    "new_import": Row(Right.IMPORT),
    "import": Row(Right.IMPORT, "nothing", frozenset({404})),
    "rejected": Row(Right.IMPORT, "nothing", frozenset({404})),
    "check_import": Row(Right.IMPORT, "nothing", frozenset({404}), "POST"),
    "run_import": Row(Right.IMPORT, "nothing", frozenset({404}), "POST"),
    "revert_import": Row(Right.IMPORT, "nothing", frozenset({404}), "POST"),
    "import_progress": Row(Right.IMPORT, "nothing", NONE),
    "stop_import": Row(Right.IMPORT, "nothing", NONE, "POST"),
    "discard_import": Row(Right.IMPORT, "nothing", NONE, "POST"),
    "leave_out_part": Row(Right.IMPORT, "nothing", NONE, "POST"),
    "keep_template": Row(Right.IMPORT, "nothing", NONE, "POST"),
    "forget_template": Row(Right.IMPORT, "nothing", NONE, "POST"),
    "sample": post(Right.IMPORT),
    "exports": Row(Right.LOOK),
    "export": Row(Right.LOOK, "table"),
    "export_everything": post(Right.PRIVACY),
    # insights
    "insights": Row(Right.LOOK, ok=frozenset({200, 302})),
    "insight_figures": Row(Right.LOOK),
    "insight_figure": Row(Right.LOOK, "part", NONE),
    "insight_page": Row(Right.LOOK, "word", NONE),
    "ask_insight": Row(Right.LOOK, "word", NONE, "POST"),
    "new_insight_table": Row(Right.IMPORT),
    "insight_table": Row(Right.IMPORT, "nothing", NONE),
    "insight_table_progress": Row(Right.IMPORT, "nothing", NONE),
    "say_insight_roles": Row(Right.IMPORT, "nothing", NONE, "POST"),
    "forget_insight_table": Row(Right.IMPORT, "nothing", NONE, "POST"),
    "insight_study": Row(Right.LOOK, "nothing", NONE),
    "insight_progress": Row(Right.LOOK, "nothing", NONE),
    "stop_insight": Row(Right.LOOK, "nothing", NONE, "POST"),
    "insight_card": Row(Right.LOOK, "nothing", NONE),
    "forget_insight": Row(Right.PLAN, "nothing", NONE, "POST"),
    "mark_units": Row(Right.PLAN, "nothing", NONE, "POST"),
    # reports
    **ROWS_REPORTS,
    **ROWS_STANDING,
    "insight_rows": Row(Right.LOOK, "part", NONE),
    "insight_rows_csv": Row(Right.LOOK, "part", NONE),
    "insight_chart": Row(Right.LOOK, "part", NONE),
    **ROWS_MARKET,
}

NOBODY = "00000000-0000-7000-8000-000000000000"
A_POSITION = f'{{"code": "N", "name": "New", "node": "{NOBODY}"}}'
A_STAFFING = f'{{"person": "{NOBODY}", "valid_from": "2030-01-01"}}'
A_PLAN = f'{{"name": "New", "unit_set": "{NOBODY}", "balance": {{}}}}'
A_RULE = '{"name": "New", "condition": "sales > 1", "territory": "P1"}'

API_ROWS = {
    # what can be read
    "GET /api/v1/scenarios": Row(Right.LOOK),
    "GET /api/v1/scenarios/{scenario_id}": Row(Right.LOOK, "scenario"),
    "GET /api/v1/scenarios/{scenario_id}/ground": Row(Right.LOOK, "scenario", scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/accounts": Row(Right.LOOK, "scenario", frozenset({200, 204}), scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/assignment": Row(Right.LOOK, "scenario", scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/balances": Row(Right.LOOK, "scenario", scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/conflicts": Row(Right.LOOK, "scenario", scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/names": Row(Right.LOOK, "scenario", scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/rules": Row(Right.LOOK, "scenario", scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/rules/preview": Row(Right.LOOK, "scenario", scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/why?unit_idx=0": Row(Right.LOOK, "scenario", scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/moves": Row(Right.PLAN, "scenario"),
    "GET /api/v1/scenarios/{scenario_id}/runs": Row(Right.PLAN, "scenario"),
    "GET /api/v1/scenarios/{scenario_id}/challenges": Row(Right.REVIEW, "scenario"),
    "GET /api/v1/scenarios/{scenario_id}/decisions": Row(Right.REVIEW, "scenario"),
    f"GET /api/v1/compare?id={NOBODY}": Row(Right.REVIEW, ok=frozenset({422})),
    "GET /api/v1/plans": Row(Right.LOOK),
    "GET /api/v1/plans/{plan_id}": Row(Right.LOOK, "nothing", NONE),
    "GET /api/v1/plans/{plan_id}/owner?unit=u00&on=2030-01-01T00:00:00Z": Row(Right.REVIEW, "nothing", NONE),
    "GET /api/v1/plans/{plan_id}/owners?unit=u00": Row(Right.REVIEW, "nothing", NONE),
    "GET /api/v1/unit-sets": Row(Right.PLAN),
    "GET /api/v1/unit-sets/{unit_set_id}/owners?unit=u00&on=2030-01-01T00:00:00Z": Row(Right.REVIEW, "nothing", NONE),
    "GET /api/v1/publications": Row(Right.LOOK),
    "GET /api/v1/publications/{publication_id}": Row(Right.LOOK, "nothing", NONE),
    "GET /api/v1/runs/{run_id}": Row(Right.PLAN, "nothing", NONE),
    "GET /api/v1/runs/{run_id}/plans": Row(Right.PLAN, "nothing", NONE),
    "GET /api/v1/jobs": Row(Right.PLAN),
    "GET /api/v1/jobs/{job_id}": Row(Right.PLAN, "job"),
    "GET /api/v1/history": Row(Right.AUDIT),
    "GET /api/v1/imports": Row(Right.IMPORT),
    "GET /api/v1/imports/{import_id}": Row(Right.IMPORT, "nothing", NONE),
    "GET /api/v1/nodes": Row(Right.REVIEW),
    "GET /api/v1/positions": Row(Right.LOOK),
    "GET /api/v1/positions/{position_id}": Row(Right.LOOK, "position"),
    "GET /api/v1/people": Row(Right.REVIEW),
    "GET /api/v1/staffings": Row(Right.REVIEW),
    # the organisation
    "POST /api/v1/nodes": put("POST", Right.ORGANISE, body='{"name": "New"}'),
    "PATCH /api/v1/nodes/{node_id}": put("PATCH", Right.ORGANISE, "node", body='{"name": "New"}'),
    "DELETE /api/v1/nodes/{node_id}": put("DELETE", Right.ORGANISE, "node"),
    "POST /api/v1/positions": put("POST", Right.ORGANISE, ok=NONE, body=A_POSITION),
    "PATCH /api/v1/positions/{position_id}": put("PATCH", Right.ORGANISE, "position", body='{"name": "New"}'),
    "POST /api/v1/people": put("POST", Right.ORGANISE, body='{"name": "New"}'),
    "PATCH /api/v1/people/{person_id}": put("PATCH", Right.ORGANISE, "person", body='{"name": "New"}'),
    "POST /api/v1/staffings": put("POST", Right.ORGANISE, ok=NONE, body=A_STAFFING),
    "PATCH /api/v1/staffings/{staffing_id}": put("PATCH", Right.ORGANISE, "staffing", body='{"valid_until": "2030-01-01"}'),
    # plans and scenarios
    "POST /api/v1/plans": put("POST", Right.PLAN, ok=NONE, body=A_PLAN),
    "POST /api/v1/plans/{plan_id}/scenarios": put("POST", Right.PLAN, "nothing", ok=NONE, body='{"name": "New"}'),
    "POST /api/v1/scenarios/{scenario_id}/moves": put("POST", Right.PLAN, "scenario", body='{"unit_idx": [0], "to": "P1"}'),
    "POST /api/v1/scenarios/{scenario_id}/undo": put("POST", Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/redo": put("POST", Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/locks": put("POST", Right.PLAN, "scenario", body='{"is_locked": true, "unit_idx": [0]}'),
    "POST /api/v1/scenarios/{scenario_id}/forbids": put("POST", Right.PLAN, "scenario", body='{"unit_idx": [0], "territory": "P2"}'),
    "POST /api/v1/scenarios/{scenario_id}/names": put("POST", Right.PLAN, "scenario", body='{"unit_idx": [0], "territory": "P1"}'),
    "POST /api/v1/scenarios/{scenario_id}/rules": put("POST", Right.PLAN, "scenario", body=A_RULE),
    "POST /api/v1/scenarios/{scenario_id}/rules/apply": put("POST", Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/territories": put("POST", Right.PLAN, "scenario", body='{"name": "New"}'),
    "POST /api/v1/scenarios/{scenario_id}/territories/P1/merge": put("POST", Right.PLAN, "scenario", body='{"into": "P2"}'),
    "POST /api/v1/scenarios/{scenario_id}/territories/P1/split": put("POST", Right.PLAN, "scenario", body='{"parts": 2}'),
    "POST /api/v1/scenarios/{scenario_id}/branches": put("POST", Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/gaps": put("POST", Right.PLAN, "scenario", body='{"unit_idx": 0}'),
    "POST /api/v1/scenarios/{scenario_id}/presence": put("POST", Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/runs": put("POST", Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/replay": put("POST", Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/propose": put("POST", Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/withdraw": put("POST", Right.PLAN, "scenario"),
    "PATCH /api/v1/scenarios/{scenario_id}/rules/{rule_id}": put("PATCH", Right.PLAN, "nothing", ok=NONE, body='{"name": "New"}'),
    "DELETE /api/v1/scenarios/{scenario_id}/rules/{rule_id}": put("DELETE", Right.PLAN, "nothing", ok=NONE),
    "PATCH /api/v1/scenarios/{scenario_id}/territories/P1": put("PATCH", Right.PLAN, "scenario", body='{"name": "New"}'),
    "DELETE /api/v1/scenarios/{scenario_id}/territories/P1": put("DELETE", Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/challenges": put("POST", Right.CHALLENGE, "scenario", body='{"unit_idx": 0, "reason": "x"}'),
    "POST /api/v1/scenarios/{scenario_id}/decisions": put("POST", Right.APPROVE, "scenario", body='{"is_approved": true}'),
    "POST /api/v1/scenarios/{scenario_id}/publish": put("POST", Right.PUBLISH, "scenario"),
    "PATCH /api/v1/scenarios/{scenario_id}": put("PATCH", Right.PLAN, "scenario", body='{"name": "New"}'),
    "DELETE /api/v1/scenarios/{scenario_id}": put("DELETE", Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/restore": put("POST", Right.PLAN, "nothing", ok=NONE),
    "POST /api/v1/challenges/{challenge_id}/answer": put("POST", Right.PLAN, "nothing", ok=NONE, body='{"is_accepted": true}'),
    "POST /api/v1/publications/{publication_id}/call-off": put("POST", Right.PUBLISH, "nothing", ok=NONE, body='{"reason": "x"}'),
    "POST /api/v1/publications/{publication_id}/roll-back": put("POST", Right.PUBLISH, "nothing", ok=NONE, body='{"reason": "x"}'),
    "POST /api/v1/runs/{run_id}/choose": put("POST", Right.PLAN, "nothing", ok=NONE, body='{"plan": 1}'),
    "POST /api/v1/runs/{run_id}/dismiss": put("POST", Right.PLAN, "nothing", ok=NONE),
    "POST /api/v1/unit-sets/{unit_set_id}/money": put(
        "POST", Right.PLAN, "nothing", ok=NONE, body='{"measure": "sales", "currency": "EUR"}'
    ),
    "POST /api/v1/jobs/{job_id}/cancel": put("POST", Right.PLAN, "job"),
}
"""Names in the middle of an address, such as ``P1``, stand for what the description calls ``{code}``."""
ROWS |= ROWS_CATALOGUE | ROWS_CONNECT | ROWS_LISTENING | ROWS_NOTICES | ROWS_ONCE | ROWS_OUTREACH | ROWS_PRIVACY
API_ROWS |= (
    API_ROWS_ACCOUNTS
    | API_ROWS_CONNECT
    | API_ROWS_CRM
    | API_ROWS_LISTENING
    | API_ROWS_NOTICES
    | API_ROWS_ONCE
    | API_ROWS_OUTREACH
    | API_ROWS_NEEDS
    | API_ROWS_REPORTS
    | API_ROWS_STANDING
)
