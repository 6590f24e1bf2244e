"""What the map workspace reads: scenarios, ground, assignment, balances, explanations, conflicts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema

from bailiwick.api.explaining.explainer import Explanation
from bailiwick.domain import FloatArray
from bailiwick.pictures.projection import fit_projection
from bailiwick_web.core.access import actor_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.rest.requests import one_page
from bailiwick_web.core.retelling import in_reader_words
from bailiwick_web.core.templatetags.words import cause, number
from bailiwick_web.planning import queries, services
from bailiwick_web.planning.api.requests import Index, ScenarioOut, scenario_out, wholly_visible
from bailiwick_web.planning.conflicts import conflicts
from bailiwick_web.planning.convert import ScenarioArrays, scenario_arrays
from bailiwick_web.planning.ground import CONTENT_TYPE, ground, ground_key, packed
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services.moves import can_step, territory_index
from bailiwick_web.planning.why import why, why_territory

router = Router(tags=["scenarios"])


class TerritoryOut(Schema):
    """A territory; its place in the list is its index in ``territory_idx``."""

    code: str
    name: str
    colour: str
    is_locked: bool
    home_km: list[float] | None = None
    capacity: float


class ScenariosOut(Schema):
    """A page of scenarios; ``next`` is the cursor of the next page."""

    items: list[ScenarioOut]
    next: int | None


class GoalOut(Schema):
    """A measure that counts, those to balance first; no tolerance: reported only."""

    key: str
    tolerance: float | None


class NamedAccountOut(Schema):
    """An account that is given away against its area; ``amounts`` of the measures go along, in the order of ``measures``."""

    account_idx: int
    id: str
    name: str
    reason: str
    unit_idx: int
    territory: int
    at_km: list[float]
    amounts: list[float]


class AssignmentOut(Schema):
    """Who has what: columns of little-endian numbers in base64."""

    version: int
    territories: list[TerritoryOut]
    measures: list[GoalOut]
    territory_idx: str
    is_locked: str
    is_named: str
    baseline_idx: str | None
    causes: list[str]
    cause_idx: str
    forbidden: list[tuple[int, int]]
    accounts: list[NamedAccountOut]
    is_contiguous: bool
    can_undo: bool
    can_redo: bool


class PresenceOut(Schema):
    """Who else has a scenario open, by name."""

    version: int
    others: list[str]


class MeasureOut(Schema):
    """One measure of all territories."""

    key: str
    tolerance: float | None
    totals: list[float]
    targets: list[float]
    deviations: list[float]


class BalancesOut(Schema):
    """Sums and counts of a scenario."""

    version: int
    measures: list[MeasureOut]
    n_units: list[int]
    n_pieces: list[int]
    n_unassigned: int


class FixOut(Schema):
    """One call that mends a conflict; send it with ``If-Match``."""

    words: str
    method: str
    path: str
    body: dict[str, Any]


class ConflictOut(Schema):
    """One thing that is wrong; ``n_units`` counts all, ``unit_idx`` lists them."""

    kind: str
    words: str
    territory: str | None
    n_units: int
    unit_idx: list[int]
    fix: FixOut | None


class ConflictsOut(Schema):
    """Everything that is wrong at a version; ``counts`` per kind."""

    version: int
    counts: dict[str, int]
    conflicts: list[ConflictOut]


@router.get("/scenarios", response=ScenariosOut)
def list_scenarios(request: HttpRequest, plan: UUID | None = None, after: int | None = None, limit: int | None = None) -> Any:
    """The scenarios that you may see, the latest first; ``plan`` narrows them to one plan."""
    rows = queries.visible_scenarios(actor_of(request)).annotate(n_territories=Count("territories", distinct=True))
    return one_page(rows if plan is None else rows.filter(plan__public_id=plan), scenario_out, after=after, limit=limit)


@router.get("/scenarios/{uuid:scenario_id}/ground")
def get_ground(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Positions, areas, measures, neighbours and base map of the units as gzipped columns; the same until the units change."""
    unit_set = wholly_visible(request, scenario_id).plan.unit_set
    tag = f'"{ground_key(unit_set)}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(ground(unit_set), content_type=CONTENT_TYPE)
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["ETag"] = tag
    return response


@router.get("/scenarios/{uuid:scenario_id}/assignment", response=AssignmentOut)
def get_assignment(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """The territory of every unit, in the order of ``ground``; with that of the parent scenario as baseline."""
    scenario = wholly_visible(request, scenario_id)
    arrays = scenario_arrays(scenario)
    response.headers["ETag"] = f'"{arrays.version}"'
    undo, redo = can_step(scenario)
    causes, cause_idx = np.unique(arrays.causes.astype(str), return_inverse=True)
    return {
        "version": arrays.version,
        "territories": _territories(scenario, arrays),
        "measures": [{"key": name, "tolerance": arrays.balance.get(name)} for name in arrays.measures],
        "territory_idx": packed(arrays.territory_idx, "<i2"),
        "is_locked": packed(arrays.is_locked, "<u1"),
        "is_named": packed(arrays.is_named, "<u1"),
        "baseline_idx": _baseline(scenario, arrays),
        "causes": [cause(text) for text in causes.tolist()],
        "cause_idx": packed(cause_idx, "<u2"),
        "forbidden": arrays.forbidden.tolist(),
        "accounts": _named_accounts(arrays),
        "is_contiguous": arrays.is_contiguous,
        "can_undo": undo,
        "can_redo": redo,
    }


@router.post("/scenarios/{uuid:scenario_id}/presence", response=PresenceOut)
def post_presence(request: HttpRequest, scenario_id: UUID) -> Any:
    """Say that you have the scenario open, and hear who else has, and at which version it is; forgotten after 45 seconds."""
    scenario = wholly_visible(request, scenario_id)
    others = services.show_presence(actor_of(request), scenario)
    return {"version": scenario.version, "others": [user.name for user in others]}


@router.get("/scenarios/{uuid:scenario_id}/balances", response=BalancesOut)
def get_balances(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """Sums, targets and deviations per territory and measure."""
    arrays = scenario_arrays(wholly_visible(request, scenario_id))
    response.headers["ETag"] = f'"{arrays.version}"'
    measures = [
        {
            "key": name,
            "tolerance": arrays.balance.get(name),
            "totals": arrays.totals[:, m].tolist(),
            "targets": arrays.targets[:, m].tolist(),
            "deviations": arrays.deviations[:, m].tolist(),
        }
        for m, name in enumerate(arrays.measures)
    ]
    counts = {"n_units": arrays.unit_counts.tolist(), "n_pieces": arrays.n_pieces.tolist(), "n_unassigned": arrays.n_unassigned}
    return {"version": arrays.version, "measures": measures, **counts}


@router.get("/scenarios/{uuid:scenario_id}/why", response=dict[str, Any])
def get_why(request: HttpRequest, scenario_id: UUID, unit_idx: Index, instead: str = "") -> Any:
    """Why a unit is where it is, or why not ``instead``, and what a move would cost; see ``docs/reference/explain-json.md``."""
    arrays = scenario_arrays(wholly_visible(request, scenario_id))
    if not 0 <= unit_idx < arrays.units.n_units:
        raise Invalid(
            _("Units are numbered 0 to %(last)s; found %(found)s.") % {"last": number(arrays.units.n_units - 1), "found": unit_idx},
            code="unknown_unit",
        )
    found = why(arrays, unit_idx, instead=instead or None)
    return _explained(found) | {"unit_idx": unit_idx, "cause": str(arrays.causes[unit_idx]), "version": arrays.version}


@router.get("/scenarios/{uuid:scenario_id}/territories/{code}/why", response=dict[str, Any])
def get_why_territory(request: HttpRequest, scenario_id: UUID, code: str) -> Any:
    """What shapes a territory: centre, limits, neighbours, its least and most certain units; see ``docs/reference/explain-json.md``."""
    arrays = scenario_arrays(wholly_visible(request, scenario_id))
    territory_index(arrays, code)
    return _explained(why_territory(arrays, code)) | {"cause": "", "version": arrays.version}


def _explained(found: Explanation) -> dict[str, Any]:
    """An explanation in the language of the reader."""
    tables = {in_reader_words(title): [[in_reader_words(cell) for cell in row] for row in rows] for title, rows in found.tables.items()}
    return {**found.document(), "text": in_reader_words(found.text), "tables": tables}


@router.get("/scenarios/{uuid:scenario_id}/conflicts", response=ConflictsOut)
def get_conflicts(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """What is wrong with a scenario, each with units, words and a call that mends it."""
    scenario = wholly_visible(request, scenario_id)
    arrays = scenario_arrays(scenario)
    response.headers["ETag"] = f'"{arrays.version}"'
    found = conflicts(scenario, arrays, actor_of(request).now)
    counts: dict[str, int] = {}
    for conflict in found:
        counts[conflict.kind] = counts.get(conflict.kind, 0) + 1
    return {"version": arrays.version, "counts": counts, "conflicts": [c.document(scenario) for c in found]}


def _territories(scenario: Scenario, arrays: ScenarioArrays) -> list[dict[str, Any]]:
    homes = _homes_km(arrays)
    return [
        {"code": t.code, "name": t.name, "colour": t.colour, "is_locked": t.is_locked, "home_km": homes[j], "capacity": t.capacity}
        for j, t in enumerate(arrays.territories)
    ]


def _named_accounts(arrays: ScenarioArrays) -> list[dict[str, Any]]:
    named = arrays.accounts
    if not len(named):
        return []
    at = _on_map(arrays, named.coordinates).tolist()
    amounts = np.column_stack([named.amounts.get(name, np.zeros(len(named))) for name in arrays.measures]).tolist()
    return [
        {
            "account_idx": int(named.idx[i]),
            "id": str(named.ids[i]),
            "name": str(named.names[i]),
            "reason": str(named.reasons[i]),
            "unit_idx": int(named.home_idx[i]),
            "territory": int(named.territory_idx[i]),
            "at_km": at[i],
            "amounts": amounts[i],
        }
        for i in range(len(named))
    ]


def _on_map(arrays: ScenarioArrays, coordinates: FloatArray) -> FloatArray:
    table = arrays.units.table
    return fit_projection(table.coordinates, is_planar=table.is_planar).forward(coordinates).round(2)


def _homes_km(arrays: ScenarioArrays) -> list[list[float] | None]:
    known = [j for j, t in enumerate(arrays.territories) if t.home_lon is not None]
    homes: list[list[float] | None] = [None] * arrays.k
    if known:
        places = np.array([(arrays.territories[j].home_lon, arrays.territories[j].home_lat) for j in known], dtype=float)
        for j, point in zip(known, _on_map(arrays, places).tolist(), strict=True):
            homes[j] = point
    return homes


def _baseline(scenario: Scenario, arrays: ScenarioArrays) -> str | None:
    parent = scenario.parent
    if parent is None or parent.deleted_at is not None:
        return None
    before = scenario_arrays(parent)
    place = {code: j for j, code in enumerate(arrays.codes)}
    now = np.array([place.get(code, -1) for code in before.codes] + [-1], dtype=np.int16)
    return packed(now[before.territory_idx], "<i2")
