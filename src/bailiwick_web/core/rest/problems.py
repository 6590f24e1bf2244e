"""Refusals as problem documents (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from bailiwick.errors import BailiwickError
from bailiwick_web.core.busy import refusal_of
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.core.refusals import Invalid, Missing, Refused, Stale
from bailiwick_web.core.retelling import of_error, retold

PROBLEM = "application/problem+json"
CODES = {401: "not_signed_in", 403: "csrf", 400: "unreadable"}
MOST_DIFFERENCES = 50


class TooMany(Refused):
    """More requests than are answered in a while."""

    status, code = 429, "too_many_requests"


class NotSignedIn(Refused):
    """A key that opens nothing."""

    status, code = 401, "not_signed_in"


def register(api: NinjaAPI) -> None:
    """Let every refusal of an interface look alike."""
    api.add_exception_handler(Refused, refused)  # type: ignore[arg-type]
    api.add_exception_handler(BailiwickError, unusable)  # type: ignore[arg-type]
    api.add_exception_handler(ValidationError, malformed)  # type: ignore[arg-type]
    api.add_exception_handler(HttpError, of_framework)  # type: ignore[arg-type]
    api.add_exception_handler(Http404, not_there)  # type: ignore[arg-type]
    api.add_exception_handler(OperationalError, kept_by_others)  # type: ignore[arg-type]


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refusal as a problem document; one for a stale version says what changed since."""
    details = dict(error.details)
    if isinstance(error, Stale) and "record" in details:
        details["differences"] = differences(details["record"], details["version"] - details["given"])
    body = {"type": f"about:blank#{error.code}", "title": error.message, "status": error.status, "code": error.code, **details}
    response = HttpResponse(json.dumps(body, default=str), status=error.status, content_type=PROBLEM)
    if "version" in details:
        response.headers["ETag"] = f'"{details["version"]}"'
    if "retry_after" in details:
        response.headers["Retry-After"] = str(details["retry_after"])
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Bailiwick"'
    return response


def differences(record_id: str, n_versions: int) -> list[dict[str, Any]]:
    """What happened to a record in its latest versions, newest first, from the audit: each request made one or more."""
    found: list[dict[str, Any]] = []
    requests: list[str] = []
    for entry in AuditEntry.objects.filter(record_id=record_id).select_related("actor").order_by("-id")[:MOST_DIFFERENCES]:
        if entry.request_id not in requests:
            requests.append(entry.request_id)
        if len(requests) > n_versions:
            break
        told = {name: getattr(entry, name) for name in ("action", "field")}
        told |= {name: retold(entry.made_of.get(name), getattr(entry, name)) for name in ("before", "after", "reason")}
        found.append(told | {"by": str(entry.actor or "the engine"), "at": entry.at.isoformat()})
    return found


def unusable(request: HttpRequest, error: BailiwickError) -> HttpResponse:
    """An error of the library as a problem document."""
    return refused(request, Invalid(retold(of_error(error), str(error)), code=getattr(error, "code", None)))


def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A request that does not fit the schema as a problem document."""
    plain = [{"where": [str(part) for part in e.get("loc", ())], "message": str(e.get("msg", ""))} for e in error.errors]
    return refused(request, Invalid("The request does not fit its description.", code="schema", errors=plain))


def of_framework(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework refuses, such as requests that nobody signed."""
    words = {401: "Sign in, or send a token: Authorization: Bearer …", 403: "The request was not sent by a page of ours; send X-CSRFToken."}
    refusal = Refused(words.get(error.status_code, str(error)), code=CODES.get(error.status_code, "refused"))
    refusal.status = error.status_code
    return refused(request, refusal)


def kept_by_others(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """The database was not to be had for too long."""
    refusal = refusal_of(error)
    if refusal is None:
        raise error
    return refused(request, refusal)


def not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    """No such address or record."""
    return refused(request, Missing("There is no such record."))
