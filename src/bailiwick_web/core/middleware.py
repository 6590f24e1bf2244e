"""What happens around every request: headers, the actor, and how refusals look."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bailiwick.errors import BailiwickError
from bailiwick_web.core.access import Actor
from bailiwick_web.core.busy import refusal_of
from bailiwick_web.core.context import ways_from
from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.refusals import Invalid, Refused
from bailiwick_web.core.retelling import of_error, retold
from bailiwick_web.core.zones import zone_of

Next = Callable[[HttpRequest], HttpResponse]

SIGN_IN = "/accounts/"
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    ]
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def policy(path: str) -> str:
    """The policy of an address: only from sign-in pages may a form lead on to the provider of single sign-on."""
    apps = settings.SSO_APPS if path.startswith(SIGN_IN) else []
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(app["settings"]["server_url"])) for app in apps}
    return POLICY.replace("form-action 'self'", " ".join(["form-action 'self'", *sorted(origins)]))


class SecureHeaders:
    """Headers that tell the browser to load nothing from elsewhere and to keep nothing private."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy(request.path))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def page_before(request: HttpRequest) -> str:
    """Path of the page of this application that led here; empty if it was another site, none, or this same page."""
    before = urlsplit(request.headers.get("Referer", ""))
    path = f"{before.path}?{before.query}" if before.query else before.path
    is_ours = before.netloc == request.get_host() and before.path.startswith("/") and not before.path.startswith("//")
    return path if is_ours and path != request.get_full_path() else ""


class ZoneOfWhoeverLooks:
    """Times are shown, read and counted as days in the zone of the browser; they are kept as instants."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the zone."""
        with timezone.override(zone_of(request)):
            return self.get_response(request)


class RequestActor:
    """Says who acts and when, once per request, and turns refusals into pages."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the number of the request in a header so that it can be found in the audit."""
        user = request.user if request.user.is_authenticated else None
        request.actor = Actor(user, timezone.now(), str(uuid7()))  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request.actor.request_id  # type: ignore[attr-defined]
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page, or a short message for htmx, for what was refused on purpose, or because the database was kept by others."""
        if isinstance(error, OperationalError):
            error = refusal_of(error) or error
        if isinstance(error, BailiwickError):
            error = Invalid(retold(of_error(error), str(error)), code=getattr(error, "code", None))
        if not isinstance(error, Refused):
            return None
        if getattr(request, "htmx", False):
            response = HttpResponse(status=error.status)
            response.headers["HX-Reswap"] = "none"
            response.headers["HX-Trigger"] = json.dumps({"refused": {"message": error.message}})
        else:
            ways = ways_from(request) if error.status == 404 else []
            context = {"refusal": error, "back": page_before(request), "ways": ways}
            response = render(request, "core/refused.html", context, status=error.status)
        if "retry_after" in error.details:
            response.headers["Retry-After"] = str(error.details["retry_after"])
        return response
