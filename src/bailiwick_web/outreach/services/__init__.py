"""The one write path to what is done to reach out, a module for each subject."""

from __future__ import annotations

from bailiwick_web.outreach.services import cadences, calling, campaigns, following, gifts, materials, mentioning, milestones

__all__ = ["cadences", "calling", "campaigns", "following", "gifts", "materials", "mentioning", "milestones"]
