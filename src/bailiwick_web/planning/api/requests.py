"""What every router asks of a request, and how answers to writes look."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.refusals import Invalid, NotAllowed, VersionNeeded
from bailiwick_web.planning import queries
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services.moves import Moved


class MovedOut(Schema):
    """What a change did; ``code`` is that of the territory that was made, or of the first one."""

    version: int
    n_moved: int
    n_locked: int
    n_there: int
    n_forbidden: int
    summary: str
    code: str | None = None
    codes: list[str] = []


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
    if not text.isdigit():
        raise Invalid("If-Match must hold the number of a version.", code="if_match")
    return int(text)


def wholly_visible(request: HttpRequest, scenario_id: UUID) -> Scenario:
    """A scenario of which the user may see every territory."""
    actor = actor_of(request)
    scenario = queries.scenario(actor, scenario_id)
    if len(queries.visible_territories(actor, scenario)) < scenario.territories.count():
        raise NotAllowed("Parts of this plan are outside your scope.")
    return scenario


def moved(response: HttpResponse, done: Moved) -> dict[str, Any]:
    """The answer to a change, with the new version as ``ETag``."""
    response.headers["ETag"] = f'"{done.version}"'
    plain = ("version", "n_moved", "n_locked", "n_there", "n_forbidden", "summary")
    return {name: getattr(done, name) for name in plain} | {"code": done.codes[0] if done.codes else None, "codes": list(done.codes)}
