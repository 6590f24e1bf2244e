"""Unit sets and the sales organisation over the JSON interface."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from bailiwick_web.core.access import actor_of, scope_of
from bailiwick_web.core.models import Node, Person, Position, Staffing
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.territories import services
from bailiwick_web.territories.models import PersonProfile, UnitSet

router = Router(tags=["organisation"])


class UnitSetOut(Schema):
    """Units that plans can be made for."""

    id: UUID
    name: str
    version: int
    n_units: int
    digest: str
    measures: list[str]
    changed_at: datetime


class UnitSetsOut(Schema):
    """A page of them; ``next`` is the cursor of the next page."""

    items: list[UnitSetOut]
    next: int | None


class NodeIn(Schema):
    """A node and what it belongs to; without a parent it is the root."""

    name: str
    kind: str = "region"
    parent: UUID | None = None


class NodePatch(Schema):
    """What shall be different; what is left out stays."""

    name: str | None = None
    kind: str | None = None
    parent: UUID | None = None


class NodeOut(Schema):
    """A node of the organisation."""

    id: UUID
    name: str
    kind: str
    version: int
    parent: UUID | None


class NodesOut(Schema):
    """A page of nodes."""

    items: list[NodeOut]
    next: int | None


class PositionIn(Schema):
    """A job."""

    code: str
    name: str
    node: UUID
    capacity: float = 1.0
    home_lon: float | None = None
    home_lat: float | None = None


class PositionPatch(Schema):
    """What shall be different; what is left out stays."""

    name: str | None = None
    node: UUID | None = None
    capacity: float | None = None
    home_lon: float | None = None
    home_lat: float | None = None


class PositionOut(Schema):
    """A job and who has it today, if anybody."""

    id: UUID
    code: str
    name: str
    node: UUID
    capacity: float
    home_lon: float | None
    home_lat: float | None
    version: int
    holder: UUID | None
    holder_name: str | None


class PositionsOut(Schema):
    """A page of positions."""

    items: list[PositionOut]
    next: int | None


class PersonIn(Schema):
    """A rep or manager."""

    name: str
    email: str = ""
    skills: list[str] = []
    languages: list[str] = []
    home_lon: float | None = None
    home_lat: float | None = None


class PersonPatch(Schema):
    """What shall be different; what is left out stays."""

    name: str | None = None
    email: str | None = None
    skills: list[str] | None = None
    languages: list[str] | None = None
    home_lon: float | None = None
    home_lat: float | None = None


class PersonOut(PersonIn):
    """A rep or manager."""

    id: UUID
    version: int


class PeopleOut(Schema):
    """A page of people."""

    items: list[PersonOut]
    next: int | None


class StaffingIn(Schema):
    """Who fills a position, or leads a node; the period does not include its end."""

    person: UUID
    position: UUID | None = None
    node: UUID | None = None
    valid_from: date
    valid_until: date | None = None


class StaffingEnd(Schema):
    """The day from which it holds no longer."""

    valid_until: date


class StaffingOut(StaffingIn):
    """Who fills what."""

    id: UUID
    version: int


class StaffingsOut(Schema):
    """A page of staffings."""

    items: list[StaffingOut]
    next: int | None


@router.get("/unit-sets", response=UnitSetsOut)
def list_unit_sets(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """Units that plans can be made for."""
    actor_of(request).need(Right.PLAN)
    return one_page(UnitSet.objects.prefetch_related("measures"), _unit_set, after=after, limit=limit)


@router.get("/nodes", response=NodesOut)
def list_nodes(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """The organisation, flat."""
    actor_of(request).need(Right.PLAN)
    return one_page(Node.objects.select_related("parent"), _node, after=after, limit=limit)


@router.post("/nodes", response={201: NodeOut})
def post_node(request: HttpRequest, response: HttpResponse, new: NodeIn) -> Any:
    """Add a node."""
    return Status(201, _tagged(response, services.create_node(actor_of(request), **new.dict()), _node))


@router.patch("/nodes/{uuid:node_id}", response=NodeOut, openapi_extra=VERSIONED)
def patch_node(request: HttpRequest, response: HttpResponse, node_id: UUID, patch: NodePatch) -> Any:
    """Rename a node, or hang it elsewhere; needs ``If-Match``."""
    changed = services.change_node(actor_of(request), node_id, version=if_match(request), **patch.dict(exclude_unset=True))
    return _tagged(response, changed, _node)


@router.delete("/nodes/{uuid:node_id}", response={204: None}, openapi_extra=VERSIONED)
def delete_node(request: HttpRequest, node_id: UUID) -> Any:
    """Take an empty node away; needs ``If-Match``."""
    services.delete_node(actor_of(request), node_id, version=if_match(request))
    return Status(204, None)


@router.get("/positions", response=PositionsOut)
def list_positions(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """The jobs within your scope, with who has them today."""
    actor = actor_of(request)
    actor.need(Right.LOOK)
    rows = scope_of(actor.user, actor.now.date()).positions().select_related("node")
    page = one_page(rows, lambda position: position, after=after, limit=limit)
    return page | {"items": _positions(page["items"], actor.now.date())}


@router.get("/positions/{uuid:position_id}", response=PositionOut)
def get_position(request: HttpRequest, response: HttpResponse, position_id: UUID) -> Any:
    """One job; the ``ETag`` is its version."""
    actor = actor_of(request)
    actor.need(Right.LOOK)
    found = scope_of(actor.user, actor.now.date()).positions().select_related("node").filter(public_id=position_id).first()
    if found is None:
        raise Missing("There is no such position, or it is outside your scope.")
    return _tagged(response, found, lambda p: _positions([p], actor.now.date())[0])


@router.post("/positions", response={201: PositionOut})
def post_position(request: HttpRequest, response: HttpResponse, new: PositionIn) -> Any:
    """Add a job."""
    actor = actor_of(request)
    made = services.create_position(actor, **new.dict())
    return Status(201, _tagged(response, made, lambda p: _positions([p], actor.now.date())[0]))


@router.patch("/positions/{uuid:position_id}", response=PositionOut, openapi_extra=VERSIONED)
def patch_position(request: HttpRequest, response: HttpResponse, position_id: UUID, patch: PositionPatch) -> Any:
    """Change a job; needs ``If-Match``."""
    actor = actor_of(request)
    given = {k: v for k, v in patch.dict(exclude_unset=True).items() if v is not None or k.startswith("home")}
    changed = services.change_position(actor, position_id, version=if_match(request), **given)
    return _tagged(response, changed, lambda p: _positions([p], actor.now.date())[0])


@router.get("/people", response=PeopleOut)
def list_people(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """Reps and managers."""
    actor_of(request).need(Right.PLAN)
    return one_page(Person.objects.select_related("profile"), _person, after=after, limit=limit)


@router.post("/people", response={201: PersonOut})
def post_person(request: HttpRequest, response: HttpResponse, new: PersonIn) -> Any:
    """Add a rep or manager."""
    return Status(201, _tagged(response, services.create_person(actor_of(request), **new.dict()), _person))


@router.patch("/people/{uuid:person_id}", response=PersonOut, openapi_extra=VERSIONED)
def patch_person(request: HttpRequest, response: HttpResponse, person_id: UUID, patch: PersonPatch) -> Any:
    """Change a rep or manager; needs ``If-Match``."""
    given = {k: v for k, v in patch.dict(exclude_unset=True).items() if v is not None or k.startswith("home")}
    return _tagged(response, services.change_person(actor_of(request), person_id, version=if_match(request), **given), _person)


@router.get("/staffings", response=StaffingsOut)
def list_staffings(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """Who fills what, from when to when."""
    actor_of(request).need(Right.PLAN)
    return one_page(Staffing.objects.select_related("person", "position", "node"), _staffing, after=after, limit=limit)


@router.post("/staffings", response={201: StaffingOut})
def post_staffing(request: HttpRequest, response: HttpResponse, new: StaffingIn) -> Any:
    """Let somebody fill a position, or lead a node."""
    return Status(201, _tagged(response, services.seat(actor_of(request), **new.dict()), _staffing))


@router.patch("/staffings/{uuid:staffing_id}", response=StaffingOut, openapi_extra=VERSIONED)
def patch_staffing(request: HttpRequest, response: HttpResponse, staffing_id: UUID, end: StaffingEnd) -> Any:
    """End a staffing; needs ``If-Match``."""
    ended = services.end_staffing(actor_of(request), staffing_id, version=if_match(request), valid_until=end.valid_until)
    return _tagged(response, ended, _staffing)


def _tagged(response: HttpResponse, record: Any, show: Any) -> dict[str, Any]:
    tag(response, record.version)
    shown: dict[str, Any] = show(record)
    return shown


def _unit_set(found: UnitSet) -> dict[str, Any]:
    plain = {name: getattr(found, name) for name in ("name", "version", "n_units", "digest", "changed_at")}
    return plain | {"id": found.public_id, "measures": [m.key for m in found.measures.all()]}


def _node(node: Node) -> dict[str, Any]:
    parent = node.parent.public_id if node.parent else None
    return {"id": node.public_id, "name": node.name, "kind": node.kind, "version": node.version, "parent": parent}


def _positions(found: list[Position], today: date) -> list[dict[str, Any]]:
    from bailiwick_web.territories.queries import current

    held = {
        s.position_id: s.person for s in Staffing.objects.filter(current(today), position__in=found).select_related("person")
    }  # nobody twice: periods of one position never overlap
    plain = ("code", "name", "capacity", "home_lon", "home_lat", "version")
    return [
        {name: getattr(p, name) for name in plain}
        | {
            "id": p.public_id,
            "node": p.node.public_id,
            "holder": held[p.pk].public_id if p.pk in held else None,
            "holder_name": held[p.pk].name if p.pk in held else None,
        }
        for p in found
    ]


def _person(person: Person) -> dict[str, Any]:
    profile = getattr(person, "profile", None) or PersonProfile(person=person)
    own = {name: getattr(profile, name) for name in ("skills", "languages", "home_lon", "home_lat")}
    return own | {"id": person.public_id, "name": person.name, "email": person.email, "version": person.version}


def _staffing(found: Staffing) -> dict[str, Any]:
    ends = {name: getattr(found, name) for name in ("version", "valid_from", "valid_until")}
    jobs = {name: getattr(found, name).public_id if getattr(found, name) else None for name in ("person", "position", "node")}
    return ends | jobs | {"id": found.public_id}
