"""What every page needs around its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Job, Notice
from bailiwick_web.core.roles import Right, Role, any_right

RAIL = (
    ("home", _("Home"), "h", "home", Right.LOOK),
    ("mine", _("My territory"), "m", "pin", Right.LOOK),
    ("day", _("Day"), "y", "day", Right.LOOK),
    ("customers", _("Customers"), "c", "customers", Right.LOOK),
    ("pipeline", _("Pipeline"), "l", "deal", Right.LOOK),
    ("plans", _("Plans"), "p", "layers", Right.LOOK),
    ("insights", _("Insights"), "i", "chart", Right.LOOK),
    ("reports", _("Reports"), "r", "report", Right.LOOK),
    ("data", _("Data"), "d", "table", Right.IMPORT),
    ("webhooks", _("Connections"), "x", "plug", Right.CONNECT),
    ("organisation", _("Organisation"), "o", "tree", Right.REVIEW),
    ("people", _("People"), "t", "people", Right.PEOPLE),
    ("audit", _("History"), "a", "history", Right.AUDIT),
)
LISTS = {
    "planning": ("plans",),
    "crm": ("customers", "pipeline"),
    "listening": ("customers",),
    "outreach": ("customers",),
    "exchange": ("data",),
    "webhooks": ("webhooks",),
    "insights": ("insights",),
    "market": ("insights",),
    "reports": ("reports",),
    "organisation": ("organisation",),
    "people": ("people",),
}
"""App → the pages of the rail on which its records are found."""


def ways_from(request: HttpRequest) -> list[tuple[str, Any]]:
    """Names and labels of the lists where somebody who did not find a record could look for it, of those that are for them."""
    user, match = getattr(request, "user", None), request.resolver_match
    if user is None or not user.is_authenticated or not user.is_active or match is None:
        return []
    parts = match.func.__module__.split(".")
    names = next((LISTS[part] for part in reversed(parts) if part in LISTS), ())
    return [(name, label) for name, label, _key, _icon, right in RAIL if name in names and any_right(user.roles, right)]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Rail, running jobs and what the user may, for ``base.html``."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {
            "is_demo": bool(settings.DEMO_KEY),
            "demo_roles": Role.choices if settings.DEMO_KEY else [],
            "has_mail": settings.EMAIL_IS_SET_UP,
            "sso": [
                {"name": app["name"], "address": reverse("openid_connect_login", args=[app["provider_id"]])} for app in settings.SSO_APPS
            ],
        }
    may = {right.value: user.is_active and any_right(user.roles, right) for right in Right}
    jobs = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).count() if may[Right.PLAN] else 0
    return {
        "n_notices": Notice.objects.filter(user=user, read_at=None).count(),
        "rail": [entry for entry in RAIL if may[entry[4]] and entry[0] not in _left_out(may)],
        "n_jobs": jobs,
        "may": may,
        "is_demo": bool(settings.DEMO_KEY),
    }


def _left_out(may: dict[str, bool]) -> set[str]:
    """Planners have no territory of their own; for reps it is the home."""
    return {"mine"} if may[Right.PLAN] else {"home"} if not may[Right.REVIEW] else set()
