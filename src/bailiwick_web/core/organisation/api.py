"""The sales organisation over the JSON interface, as far as the user sees it: nodes, positions, people, who fills what."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from bailiwick_web.core.access import Actor, actor_of
from bailiwick_web.core.models import Node, Person, PersonProfile, Position, Staffing
from bailiwick_web.core.organisation import queries, services
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page, tag
from bailiwick_web.core.roles import Right

router = Router(tags=["organisation"])


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


@router.get("/nodes", response=NodesOut)
def list_nodes(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """The nodes within your scope, flat."""
    return one_page(queries.nodes(_reader(request)), _node, after=after, limit=limit)


@router.post("/nodes", response={201: NodeOut})
def post_node(request: HttpRequest, response: HttpResponse, new: NodeIn) -> Any:
    """Add a node."""
    actor = _organiser(request)
    above = queries.node(actor, new.parent) if new.parent else None
    return Status(201, _tagged(response, services.add_node(actor, name=new.name, kind=new.kind, parent=above), _node))


@router.patch("/nodes/{uuid:node_id}", response=NodeOut, openapi_extra=VERSIONED)
def patch_node(request: HttpRequest, response: HttpResponse, node_id: UUID, patch: NodePatch) -> Any:
    """Rename a node, or hang it elsewhere; needs ``If-Match``."""
    actor, version = _organiser(request), if_match(request)
    above = queries.node(actor, patch.parent) if patch.parent else None
    found = queries.node(actor, node_id)
    return _tagged(response, services.change_node(actor, found, version=version, name=patch.name, kind=patch.kind, parent=above), _node)


@router.delete("/nodes/{uuid:node_id}", response={204: None}, openapi_extra=VERSIONED)
def delete_node(request: HttpRequest, node_id: UUID) -> Any:
    """Take an empty node away; needs ``If-Match``."""
    actor = _organiser(request)
    services.remove_node(actor, queries.node(actor, node_id), version=if_match(request))
    return Status(204, None)


@router.get("/positions", response=PositionsOut)
def list_positions(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """The jobs within your scope, with who has them today."""
    actor = actor_of(request)
    actor.need(Right.LOOK)
    page = one_page(queries.positions(actor), lambda position: position, after=after, limit=limit)
    return page | {"items": _positions(page["items"], actor)}


@router.get("/positions/{uuid:position_id}", response=PositionOut)
def get_position(request: HttpRequest, response: HttpResponse, position_id: UUID) -> Any:
    """One job; the ``ETag`` is its version."""
    actor = actor_of(request)
    actor.need(Right.LOOK)
    return _tagged(response, queries.position(actor, position_id), lambda p: _positions([p], actor)[0])


@router.post("/positions", response={201: PositionOut})
def post_position(request: HttpRequest, response: HttpResponse, new: PositionIn) -> Any:
    """Add a job."""
    actor = _organiser(request)
    made = services.add_position(actor, queries.node(actor, new.node), **new.dict(exclude={"node"}))
    return Status(201, _tagged(response, made, lambda p: _positions([p], actor)[0]))


@router.patch("/positions/{uuid:position_id}", response=PositionOut, openapi_extra=VERSIONED)
def patch_position(request: HttpRequest, response: HttpResponse, position_id: UUID, patch: PositionPatch) -> Any:
    """Change a job; needs ``If-Match``."""
    actor, version, given = _organiser(request), if_match(request), _given(patch)
    if "node" in given:
        given["node"] = queries.node(actor, given["node"])
    changed = services.change_position(actor, queries.position(actor, position_id), version=version, **given)
    return _tagged(response, changed, lambda p: _positions([p], actor)[0])


@router.get("/people", response=PeopleOut)
def list_people(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """Reps and managers whose jobs are within your scope."""
    return one_page(queries.people(_reader(request)), _person, after=after, limit=limit)


@router.post("/people", response={201: PersonOut})
def post_person(request: HttpRequest, response: HttpResponse, new: PersonIn) -> Any:
    """Add a rep or manager."""
    return Status(201, _tagged(response, services.add_person(_organiser(request), **new.dict()), _person))


@router.patch("/people/{uuid:person_id}", response=PersonOut, openapi_extra=VERSIONED)
def patch_person(request: HttpRequest, response: HttpResponse, person_id: UUID, patch: PersonPatch) -> Any:
    """Change a rep or manager; needs ``If-Match``."""
    actor, version = _organiser(request), if_match(request)
    found = queries.person(actor, person_id)
    return _tagged(response, services.change_person(actor, found, version=version, **_given(patch)), _person)


@router.get("/staffings", response=StaffingsOut)
def list_staffings(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """Who fills what within your scope, from when to when."""
    return one_page(queries.staffings(_reader(request)), _staffing, after=after, limit=limit)


@router.post("/staffings", response={201: StaffingOut})
def post_staffing(request: HttpRequest, response: HttpResponse, new: StaffingIn) -> Any:
    """Let somebody fill a position, or lead a node."""
    actor = _organiser(request)
    made = services.staff(
        actor,
        queries.person(actor, new.person),
        position=queries.position(actor, new.position) if new.position else None,
        node=queries.node(actor, new.node) if new.node else None,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
    )
    return Status(201, _tagged(response, made, _staffing))


@router.patch("/staffings/{uuid:staffing_id}", response={200: StaffingOut, 204: None}, openapi_extra=VERSIONED)
def patch_staffing(request: HttpRequest, response: HttpResponse, staffing_id: UUID, end: StaffingEnd) -> Any:
    """End a staffing; needs ``If-Match``. One that ends before it began is taken away, without an answer (204)."""
    actor, version = _organiser(request), if_match(request)
    ended = services.end_staffing(actor, queries.staffing(actor, staffing_id), on=end.valid_until, version=version)
    return Status(204, None) if ended is None else Status(200, _tagged(response, ended, _staffing))


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need(Right.REVIEW)
    return actor


def _organiser(request: HttpRequest) -> Actor:
    """The right comes first: who may not change anything learns nothing of what there is."""
    actor = actor_of(request)
    actor.need(Right.ORGANISE)
    return actor


def _given(patch: Schema) -> dict[str, Any]:
    """What a patch holds; only a home can be taken away by ``null``."""
    return {name: value for name, value in patch.dict(exclude_unset=True).items() if value is not None or name.startswith("home")}


def _tagged(response: HttpResponse, record: Any, show: Any) -> dict[str, Any]:
    tag(response, record.version)
    shown: dict[str, Any] = show(record)
    return shown


def _node(node: Node) -> dict[str, Any]:
    parent = node.parent.public_id if node.parent else None
    return {"id": node.public_id, "name": node.name, "kind": node.kind, "version": node.version, "parent": parent}


def _positions(found: list[Position], actor: Actor) -> list[dict[str, Any]]:
    plain = ("code", "name", "capacity", "home_lon", "home_lat", "version")
    return [
        {name: getattr(seat.position, name) for name in plain}
        | {
            "id": seat.position.public_id,
            "node": seat.position.node.public_id,
            "holder": seat.staffing.person.public_id if seat.staffing else None,
            "holder_name": seat.staffing.person.name if seat.staffing else None,
        }
        for seat in queries.seats(found, actor.now.date())
    ]


def _person(person: Person) -> dict[str, Any]:
    profile = getattr(person, "profile", None) or PersonProfile(person=person)
    own = {name: getattr(profile, name) for name in ("skills", "languages", "home_lon", "home_lat")}
    return own | {"id": person.public_id, "name": person.name, "email": person.email, "version": person.version}


def _staffing(found: Staffing) -> dict[str, Any]:
    ends = {name: getattr(found, name) for name in ("version", "valid_from", "valid_until")}
    jobs = {name: getattr(found, name).public_id if getattr(found, name) else None for name in ("person", "position", "node")}
    return ends | jobs | {"id": found.public_id}
