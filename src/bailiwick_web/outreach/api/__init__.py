"""Reaching out, over the JSON interface: a module for each subject."""

from __future__ import annotations

from bailiwick_web.outreach.api import cadences, calling, campaigns, gifts, materials

routers = (cadences.router, calling.router, materials.router, gifts.router, campaigns.router)
