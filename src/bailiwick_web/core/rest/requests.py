"""Versions and pages of requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from bailiwick_web.core.refusals import Invalid, VersionNeeded

MOST_ROWS, ROWS = 500, 100
VERSIONED = {
    "parameters": [
        {
            "in": "header",
            "name": "If-Match",
            "required": True,
            "schema": {"type": "string"},
            "description": "version that the change is based on, as its ETag said",
        }
    ]
}
"""Description of a write that needs ``If-Match``."""


def if_match(request: HttpRequest) -> int:
    """The version that a write is based on.

    Raises
    ------
    VersionNeeded, Invalid
        If it does not say, or not a number.
    """
    text = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not text:
        raise VersionNeeded("Say which version this change is based on: If-Match with the ETag of the record.")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid("If-Match must hold the number of a version.", code="if_match")
    return int(text)


def tag(response: HttpResponse, version: int) -> None:
    """Tell the version of the record."""
    response.headers["ETag"] = f'"{version}"'


def one_page(rows: QuerySet[Any], show: Callable[[Any], Any], *, after: int | None, limit: int | None) -> dict[str, Any]:
    """A page of records, newest first, and the cursor of the next one; stable while others add records.

    Parameters
    ----------
    show
        How a record looks.
    after
        Cursor: the page before told it.
    limit
        Rows, 1 to 500; by default 100.
    """
    limit = ROWS if limit is None else limit
    if not 1 <= limit <= MOST_ROWS:
        raise Invalid(f"A page has 1 to {MOST_ROWS} rows, found {limit}.", code="limit")
    ordered = rows.order_by("-pk")
    if after is not None:
        ordered = ordered.filter(pk__lt=after)
    found: list[Model] = list(ordered[: limit + 1])
    return {"items": [show(row) for row in found[:limit]], "next": found[limit - 1].pk if len(found) > limit else None}
