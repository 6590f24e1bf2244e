"""The JSON interface of planning; described in ``docs/reference/workspace-api.md``. One small router per subject."""

from __future__ import annotations

from bailiwick_web.planning.api import accounts, comparing, editing, jobs, owners, plans, reading, ruling, territories, workflow

subjects = (plans, reading, accounts, editing, territories, ruling, jobs, comparing, workflow, owners)
routers = tuple(subject.router for subject in subjects)
"""Every router of planning."""
