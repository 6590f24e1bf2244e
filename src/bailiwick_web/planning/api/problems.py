"""Refusals as problem documents (RFC 9457)."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from bailiwick.errors import BailiwickError
from bailiwick_web.core.refusals import Invalid, Refused

PROBLEM = "application/problem+json"


def register(api: NinjaAPI) -> None:
    """Let every refusal of an interface look alike."""
    api.add_exception_handler(Refused, refused)  # type: ignore[arg-type]
    api.add_exception_handler(BailiwickError, unusable)  # type: ignore[arg-type]
    api.add_exception_handler(ValidationError, malformed)  # type: ignore[arg-type]


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refusal as a problem document."""
    body = {"type": f"about:blank#{error.code}", "title": error.message, "status": error.status, "code": error.code, **error.details}
    response = HttpResponse(json.dumps(body, default=str), status=error.status, content_type=PROBLEM)
    if "version" in error.details:
        response.headers["ETag"] = f'"{error.details["version"]}"'
    return response


def unusable(request: HttpRequest, error: BailiwickError) -> HttpResponse:
    """An error of the library as a problem document."""
    return refused(request, Invalid(str(error), code=getattr(error, "code", None)))


def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A request that does not fit the schema as a problem document."""
    return refused(request, Invalid("The request does not fit its description.", code="schema", errors=error.errors))
