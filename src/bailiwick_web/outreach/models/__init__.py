"""The records of reaching out, by subject."""

from __future__ import annotations

from bailiwick_web.outreach.models.cadences import Cadence, Enrolment
from bailiwick_web.outreach.models.campaigns import Campaign
from bailiwick_web.outreach.models.gifts import Gift, ThanksRules
from bailiwick_web.outreach.models.materials import Material, MaterialShare, MaterialVersion

__all__ = ["Cadence", "Campaign", "Enrolment", "Gift", "Material", "MaterialShare", "MaterialVersion", "ThanksRules"]
