"""The table of permissions: one row for every address. A new address needs a row here, or the build fails.

``Row(right, target, ok)``: who has the right gets one of the statuses ``ok`` for a target within their scope, and the answer for
"there is none" for one outside of it; who lacks the right gets 403; strangers are sent to sign in. ``POST`` without a body that makes
sense may be refused as unusable (422) or as not fitting (409, 412, 428) by those who may: what matters is that it is not 403 or 404.
"""

from __future__ import annotations

from dataclasses import dataclass

from bailiwick_web.core.roles import Right

PAGE = frozenset({200})
SENT = frozenset({200, 204, 302, 409, 412, 422, 428})


@dataclass(frozen=True)
class Row:
    """What is expected of one address."""

    right: Right | str
    target: str = ""
    ok: frozenset[int] = PAGE
    method: str = "GET"
    scope: str = "part"
    """``part``: whoever sees a part gets in; ``whole``: only who sees every territory of the scenario."""
    body: str = "{}"
    """Of the interface: one that makes sense, as what makes none is refused before anybody asks who it comes from."""


def post(right: Right | str, target: str = "", **more: str) -> Row:
    return Row(right, target, SENT, "POST", **more)


PUBLIC = "public"
LIBRARY = ("account_", "mfa_", "socialaccount_", "openid_connect_")
"""Addresses of the library that signs people in: their own tests are in ``test_entrance.py``."""

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
    "audit": Row(Right.AUDIT),
    "audit_csv": Row(Right.AUDIT),
    "cancel_job": post(Right.PLAN, "job"),
    # planning: pages
    "home": Row(Right.LOOK, ok=frozenset({200, 302})),
    "mine": Row(Right.LOOK),
    "who": Row(Right.REVIEW),
    "plans": Row(Right.LOOK),
    "new_plan": Row(Right.PLAN),
    "compare": Row(Right.REVIEW, ok=frozenset({422})),
    "compare_csv": Row(Right.REVIEW, ok=frozenset({422})),
    "scenario": Row(Right.LOOK, "scenario"),
    "scenario_panel": Row(Right.LOOK, "scenario"),
    "alignment_csv": Row(Right.LOOK, "scenario"),
    "scenario_why": Row(Right.LOOK, "scenario", frozenset({200, 422}), scope="whole"),
    "scenario_runs": Row(Right.PLAN, "scenario"),
    # planning: what pages send
    "scenario_assign": post(Right.PLAN, "scenario"),
    "scenario_step": post(Right.PLAN, "scenario"),
    "scenario_lock_territory": post(Right.PLAN, "scenario"),
    "scenario_run": post(Right.PLAN, "scenario"),
    "scenario_branch": post(Right.PLAN, "scenario"),
    "scenario_rename": post(Right.PLAN, "scenario"),
    "scenario_delete": post(Right.PLAN, "scenario"),
    "scenario_restore": Row(Right.PLAN, "nothing", frozenset({404}), "POST"),
    "scenario_flow": post(Right.LOOK, "scenario"),
    "scenario_challenge": post(Right.CHALLENGE, "scenario"),
    "answer_challenge": Row(Right.PLAN, "nothing", frozenset({404}), "POST"),
    "roll_back": Row(Right.PUBLISH, "nothing", frozenset({404}), "POST"),
    "dismiss_run": Row(Right.PLAN, "nothing", frozenset({404}), "POST"),
    # exchange
    "data": Row(Right.IMPORT),
    "new_import": Row(Right.IMPORT),
    "import": Row(Right.IMPORT, "nothing", frozenset({404})),
    "rejected": Row(Right.IMPORT, "nothing", frozenset({404})),
    "check_import": Row(Right.IMPORT, "nothing", frozenset({404}), "POST"),
    "run_import": Row(Right.IMPORT, "nothing", frozenset({404}), "POST"),
    "revert_import": Row(Right.IMPORT, "nothing", frozenset({404}), "POST"),
    "sample": post(Right.IMPORT),
}

API_ROWS = {
    "GET /api/v1/scenarios": Row(Right.LOOK),
    "GET /api/v1/scenarios/{scenario_id}": Row(Right.LOOK, "scenario"),
    "GET /api/v1/scenarios/{scenario_id}/ground": Row(Right.LOOK, "scenario", scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/assignment": Row(Right.LOOK, "scenario", scope="whole"),
    "GET /api/v1/scenarios/{scenario_id}/balances": Row(Right.LOOK, "scenario", scope="whole"),
    "POST /api/v1/scenarios/{scenario_id}/moves": post(Right.PLAN, "scenario", body='{"unit_idx": [0], "to": "P1"}'),
    "POST /api/v1/scenarios/{scenario_id}/undo": post(Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/redo": post(Right.PLAN, "scenario"),
    "POST /api/v1/scenarios/{scenario_id}/locks": post(Right.PLAN, "scenario", body='{"is_locked": true, "unit_idx": [0]}'),
    "POST /api/v1/scenarios/{scenario_id}/runs": Row(Right.PLAN, "scenario", SENT | {202}, "POST"),
    "GET /api/v1/plans/{plan_id}/owner?unit=u00&on=2030-01-01T00:00:00Z": Row(Right.REVIEW, "nothing", frozenset({404})),
    "GET /api/v1/jobs/{job_id}": Row(Right.PLAN, "job"),
    "POST /api/v1/jobs/{job_id}/cancel": post(Right.PLAN, "job"),
}
