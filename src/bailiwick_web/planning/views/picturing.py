"""Scenarios at the size of a stamp, for lists."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_GET

from bailiwick.pictures.thumbnail import thumbnail
from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import queries
from bailiwick_web.planning.convert import scenario_arrays


def _version(request: HttpRequest, public_id: UUID) -> str:
    """What the picture depends on: contents of the units, version of the scenario, and what the user may see of it."""
    actor = actor_of(request)
    found = queries.scenario(actor, public_id)
    visible = queries.visible_territories(actor, found)
    part = sha256(np.array(visible, np.int32).tobytes()).hexdigest()[:16]
    return f'"{found.plan.unit_set.digest[:48]}.{found.version}.{part}"'


@access(Right.LOOK)
@require_GET
@condition(etag_func=_version)
def stamp(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What is in the user's scope, as a small map."""
    actor = actor_of(request)
    found = queries.scenario(actor, public_id)
    arrays, visible = scenario_arrays(found), queries.visible_territories(actor, found)
    table, idx = arrays.units.table, arrays.territory_idx
    shown = np.flatnonzero(np.isin(idx, visible)) if len(visible) < arrays.k else np.arange(arrays.units.n_units)
    colours = [territory.colour for territory in arrays.territories]
    picture = thumbnail(table.coordinates[shown], idx[shown], colours, is_planar=table.is_planar)
    return HttpResponse(picture, content_type="image/svg+xml", headers={"Cache-Control": "private, no-cache"})
