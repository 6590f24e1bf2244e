"""What every page needs around its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from bailiwick_web.core.models import Job
from bailiwick_web.core.roles import Right, Role, has_right

RAIL = (
    ("home", "Home", "h", "home", Right.LOOK),
    ("plans", "Plans", "p", "layers", Right.LOOK),
    ("organisation", "Organisation", "o", "people", Right.PLAN),
    ("data", "Data", "d", "table", Right.IMPORT),
    ("people", "People", "t", "people", Right.PEOPLE),
    ("audit", "History", "a", "history", Right.AUDIT),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Rail, running jobs and what the user may, for ``base.html``."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"is_demo": bool(settings.DEMO_KEY), "demo_roles": Role.choices if settings.DEMO_KEY else []}
    jobs = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).count() if has_right(user.role, Right.PLAN) else 0
    return {
        "rail": [entry for entry in RAIL if has_right(user.role, entry[4])],
        "n_jobs": jobs,
        "may": {right.value: has_right(user.role, right) for right in Right},
        "is_demo": bool(settings.DEMO_KEY),
    }
