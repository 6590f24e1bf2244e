"""Pages of reaching out, a module for each subject."""

from __future__ import annotations

from bailiwick_web.outreach.views.cadences import (
    act_on_enrolment,
    cadence,
    cadences,
    change_cadence,
    enrol,
    enrol_contact,
    enrol_lead,
    followed_contact,
    followed_lead,
)
from bailiwick_web.outreach.views.calling import block_numbers, called_contact, called_lead, calls, referrals
from bailiwick_web.outreach.views.campaigns import campaign, campaigns, change_campaign
from bailiwick_web.outreach.views.materials import (
    change_material,
    material,
    material_file,
    materials,
    materials_for_customer,
    materials_for_deal,
    share_material,
)
from bailiwick_web.outreach.views.thanks import act_on_gift, change_thanks, gifts_of_contact, log_gift, plan_thanks, thanks

__all__ = [
    "act_on_enrolment",
    "act_on_gift",
    "block_numbers",
    "cadence",
    "cadences",
    "called_contact",
    "called_lead",
    "calls",
    "campaign",
    "campaigns",
    "change_cadence",
    "change_campaign",
    "change_material",
    "change_thanks",
    "enrol",
    "enrol_contact",
    "enrol_lead",
    "followed_contact",
    "followed_lead",
    "gifts_of_contact",
    "log_gift",
    "material",
    "material_file",
    "materials",
    "materials_for_customer",
    "materials_for_deal",
    "plan_thanks",
    "referrals",
    "share_material",
    "thanks",
]
