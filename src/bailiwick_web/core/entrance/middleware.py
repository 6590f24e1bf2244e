"""How long a session lasts, and that those who need a second factor have one."""

from __future__ import annotations

import json
from collections.abc import Callable

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bailiwick_web.core.models import User

Next = Callable[[HttpRequest], HttpResponse]
STARTED, SEEN = "started_at", "seen_at"
NOTE_EVERY_SECONDS = 60
"""How exactly the last activity is known: one write a minute, not one per request."""
API = "/api/"
WAY_TO_A_SECOND_FACTOR = ("/accounts/", "/static/", "/language", "/healthz")


class SessionLimits:
    """Ends a session that was idle for too long, or is too old."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; as to a stranger if the session is over."""
        if request.user.is_authenticated:
            self._judge(request)
        return self.get_response(request)

    def _judge(self, request: HttpRequest) -> None:
        now = timezone.now().timestamp()
        started = request.session.setdefault(STARTED, now)
        seen = request.session.setdefault(SEEN, now)
        if now - started > settings.SESSION_COOKIE_AGE:
            self._end(request, _("You were signed out because you signed in long ago. Sign in again to go on."))
        elif now - seen > settings.SESSION_IDLE_SECONDS:
            minutes = settings.SESSION_IDLE_SECONDS // 60
            said = ngettext(
                "You were signed out after %(n)d minute without activity.",
                "You were signed out after %(n)d minutes without activity.",
                minutes,
            )
            self._end(request, said % {"n": minutes})
        elif now - seen >= NOTE_EVERY_SECONDS:
            request.session[SEEN] = now
            UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())

    @staticmethod
    def _end(request: HttpRequest, why: str) -> None:
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        logout(request)
        if not request.path.startswith(API):
            messages.info(request, why)


class SecondFactorNeeded:
    """Sends users with certain roles to set up a second factor before anything else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or show the way to a second factor."""
        user = request.user
        if not isinstance(user, User) or request.path.startswith(WAY_TO_A_SECOND_FACTOR) or not lacks_second_factor(request, user):
            return self.get_response(request)
        said = _("Your role needs a second factor. Set one up to go on.")
        if request.path.startswith(API):
            body = {"type": "about:blank#second_factor", "title": said, "status": 403, "code": "second_factor"}
            return HttpResponse(json.dumps(body), status=403, content_type="application/problem+json")
        messages.info(request, said)
        return redirect("mfa_activate_totp")


def lacks_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether the settings ask for a second factor that the user has not set up; single sign-on brings its own."""
    if not user.roles & set(settings.SECOND_FACTOR_ROLES):
        return False
    came_by = {record.get("method") for record in get_authentication_records(request, user)}
    return "socialaccount" not in came_by and not is_mfa_enabled(user)
