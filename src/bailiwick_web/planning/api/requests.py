"""What every router asks of a request, and how answers to writes look."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.refusals import NotAllowed
from bailiwick_web.core.rest.requests import tag
from bailiwick_web.core.retelling import in_reader_words
from bailiwick_web.planning import queries
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services.moves import Moved

Index = Annotated[int, Field(ge=-(2**31), lt=2**31)]
"""The number of a unit or account in a request: what no column of a database holds is refused before it gets there."""


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


class ScenarioOut(Schema):
    """A scenario without its units."""

    id: UUID
    name: str
    state: str
    plan: UUID
    plan_name: str
    version: int
    n_units: int
    n_territories: int
    parent: UUID | None
    notes: str
    layer: str
    seed: int
    input_digest: str
    settings: dict[str, Any]
    changed_at: datetime
    changed_by: str


def wholly_visible(request: HttpRequest, scenario_id: UUID) -> Scenario:
    """A scenario of which the user may see every territory."""
    actor = actor_of(request)
    scenario = queries.scenario(actor, scenario_id)
    if len(queries.visible_territories(actor, scenario)) < scenario.territories.count():
        raise NotAllowed(_("Parts of this plan are outside your scope."))
    return scenario


def moved(response: HttpResponse, done: Moved) -> dict[str, Any]:
    """The answer to a change, with the new version as ``ETag``."""
    tag(response, done.version)
    plain = {name: getattr(done, name) for name in ("version", "n_moved", "n_locked", "n_there", "n_forbidden")}
    plain["summary"] = in_reader_words(done.summary)
    return plain | {"code": done.codes[0] if done.codes else None, "codes": list(done.codes)}


def scenario_out(scenario: Scenario) -> dict[str, Any]:
    """A scenario as the interface shows it."""
    return {
        "id": scenario.public_id,
        "name": scenario.name,
        "state": scenario.state,
        "plan": scenario.plan.public_id,
        "plan_name": scenario.plan.name,
        "version": scenario.version,
        "n_units": scenario.plan.unit_set.n_units,
        "n_territories": getattr(scenario, "n_territories", None) or scenario.territories.count(),
        "parent": scenario.parent.public_id if scenario.parent else None,
        "notes": scenario.notes,
        "layer": scenario.plan.layer,
        "seed": scenario.seed,
        "input_digest": scenario.input_digest,
        "settings": scenario.settings,
        "changed_at": scenario.changed_at,
        "changed_by": str(scenario.changed_by or ""),
    }
