"""The JSON interface of planning; described in ``docs/reference/workspace-api.md``. One small router per subject."""

from __future__ import annotations

from bailiwick_web.planning.api import editing, jobs, owners, reading, territories

routers = (reading.router, editing.router, territories.router, jobs.router, owners.router)
"""Every router of planning."""
