"""The rows of what is known of the market, see ``permission_rows.py``; who sees which grid is tested in ``test_market.py``."""

from __future__ import annotations

from permission_rows_base import NONE, Row, post, put

from bailiwick_web.core.roles import Right

ROWS_STANDING = {
    "swots": Row(Right.LOOK),
    "begin_swot": post(Right.AIM),
    "swot": Row(Right.LOOK, "nothing", NONE),
    "act_on_swot": Row(Right.AIM, "nothing", NONE, "POST"),
    "swot_csv": Row(Right.LOOK, "nothing", NONE),
    "swot_entry": Row(Right.LOOK, "nothing", NONE),
    "act_on_swot_entry": Row(Right.AIM, "nothing", NONE, "POST"),
    "company_profile": Row(Right.LOOK),
    "evidence": Row(Right.LOOK),
    "change_evidence": Row(Right.AIM, "nothing", NONE, "POST"),
    "effects": Row(Right.PLAN, "nothing", NONE),
    "effects_csv": Row(Right.PLAN, "nothing", NONE),
    "offers": Row(Right.LOOK),
    "offer": Row(Right.LOOK, "nothing", NONE),
    "change_offer": Row(Right.AIM, "nothing", NONE, "POST"),
    "make_offer": Row(Right.SELL, "nothing", NONE, "POST"),
    "take_offer": Row(Right.SELL, "nothing", NONE, "POST"),
    "utilisation": Row(Right.LOOK),
    "utilisation_card": Row(Right.LOOK),
    "utilisation_person": Row(Right.LOOK, "nothing", NONE),
}
NOBODY = "00000000-0000-7000-8000-000000000000"
EVIDENCE = '{"claim": "c", "source": "s", "dated_on": "2026-01-01"}'
OFFER = '{"name": "n", "what": "w", "starts_on": "2026-01-01", "ends_on": "2026-02-01"}'
API_ROWS_STANDING = {
    "GET /api/v1/evidence": Row(Right.LOOK),
    "POST /api/v1/evidence": put("POST", Right.AIM, body=EVIDENCE),
    "GET /api/v1/evidence/{record_id}": Row(Right.LOOK, "nothing", NONE),
    "PATCH /api/v1/evidence/{record_id}": put("PATCH", Right.AIM, "nothing", NONE),
    "DELETE /api/v1/evidence/{record_id}": put("DELETE", Right.AIM, "nothing", NONE),
    "POST /api/v1/evidence/{record_id}/restore": put("POST", Right.AIM, "nothing", NONE),
    "GET /api/v1/offers": Row(Right.LOOK),
    "POST /api/v1/offers": put("POST", Right.AIM, body=OFFER),
    "GET /api/v1/offers/{record_id}": Row(Right.LOOK, "nothing", NONE),
    "PATCH /api/v1/offers/{record_id}": put("PATCH", Right.AIM, "nothing", NONE),
    "DELETE /api/v1/offers/{record_id}": put("DELETE", Right.AIM, "nothing", NONE),
    "POST /api/v1/offers/{record_id}/restore": put("POST", Right.AIM, "nothing", NONE),
    "GET /api/v1/offers/{offer_id}/conversion": Row(Right.LOOK, "nothing", NONE),
    "GET /api/v1/offers/{offer_id}/uses": Row(Right.LOOK, "nothing", NONE),
    "POST /api/v1/offers/{offer_id}/uses": put("POST", Right.SELL, "nothing", NONE, body=f'{{"account": "{NOBODY}"}}'),
    "POST /api/v1/offer-uses/{use_id}/take": put("POST", Right.SELL, "nothing", NONE),
    "GET /api/v1/company-profile": Row(Right.LOOK),
    "PUT /api/v1/company-profile": put("PUT", Right.PLAN),
    "GET /api/v1/swots": Row(Right.LOOK),
    "POST /api/v1/swots": put("POST", Right.AIM, ok=NONE, body=f'{{"subject": "team", "of": "{NOBODY}"}}'),
    "GET /api/v1/swots/{swot_id}": Row(Right.LOOK, "nothing", NONE),
    "POST /api/v1/swots/{swot_id}/draft": put("POST", Right.AIM, "nothing", NONE),
    "POST /api/v1/swots/{swot_id}/keep": put("POST", Right.AIM, "nothing", NONE),
    "POST /api/v1/swots/{swot_id}/entries": put("POST", Right.AIM, "nothing", NONE, body='{"quadrant": "threat", "text": "t"}'),
    "DELETE /api/v1/swot-entries/{entry_id}": put("DELETE", Right.AIM, "nothing", NONE),
    "POST /api/v1/swot-entries/{entry_id}/task": put("POST", Right.AIM, "nothing", NONE),
    "GET /api/v1/potentials/{study_id}/effects": Row(Right.PLAN, "nothing", NONE),
    "POST /api/v1/potentials/{study_id}/effects": put("POST", Right.PLAN, "nothing", NONE, body=f'{{"evidence": "{NOBODY}"}}'),
    "DELETE /api/v1/effects/{effect_id}": put("DELETE", Right.PLAN, "nothing", NONE),
    "GET /api/v1/utilisation": Row(Right.LOOK),
}
