"""Territories of a scenario: make, change, delete, merge, split."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.rest.requests import VERSIONED, if_match
from bailiwick_web.planning import services
from bailiwick_web.planning.api.requests import Index, MovedOut, moved

router = Router(tags=["territories"])


class TerritoryIn(Schema):
    """A new territory, with the units, by index, that it begins with."""

    name: str
    colour: str = ""
    unit_idx: list[Index] = []


class TerritoryPatch(Schema):
    """What shall be different; what is left out stays."""

    name: str | None = None
    colour: str | None = None
    capacity: float | None = None
    position: str | None = None


class MergeIn(Schema):
    """Code of the territory that takes everything."""

    into: str


class SplitIn(Schema):
    """Into how many parts; names for the new ones, if they shall not be numbered."""

    parts: int = 2
    names: list[str] = []


@router.post("/scenarios/{uuid:scenario_id}/territories", response=MovedOut, openapi_extra=VERSIONED)
def post_territory(request: HttpRequest, response: HttpResponse, scenario_id: UUID, new: TerritoryIn) -> Any:
    """Make a territory, and move units to it; needs ``If-Match``. ``code`` is that of the new one."""
    actor, version = actor_of(request), if_match(request)
    done = services.create_territory(actor, scenario_id, name=new.name, colour=new.colour, unit_idx=new.unit_idx, version=version)
    return moved(response, done)


@router.patch("/scenarios/{uuid:scenario_id}/territories/{code}", response=MovedOut, openapi_extra=VERSIONED)
def patch_territory(request: HttpRequest, response: HttpResponse, scenario_id: UUID, code: str, patch: TerritoryPatch) -> Any:
    """Give a territory another name, colour, capacity or position; needs ``If-Match``."""
    actor, version = actor_of(request), if_match(request)
    return moved(response, services.change_territory(actor, scenario_id, code, version=version, **patch.dict(exclude_unset=True)))


@router.delete("/scenarios/{uuid:scenario_id}/territories/{code}", response=MovedOut, openapi_extra=VERSIONED)
def delete_territory(request: HttpRequest, response: HttpResponse, scenario_id: UUID, code: str) -> Any:
    """Take a territory away; its units have none afterwards. Needs ``If-Match``."""
    return moved(response, services.delete_territory(actor_of(request), scenario_id, code, version=if_match(request)))


@router.post("/scenarios/{uuid:scenario_id}/territories/{code}/merge", response=MovedOut, openapi_extra=VERSIONED)
def post_merge(request: HttpRequest, response: HttpResponse, scenario_id: UUID, code: str, merge: MergeIn) -> Any:
    """Give everything of a territory to another and take it away; needs ``If-Match``."""
    return moved(response, services.merge_territory(actor_of(request), scenario_id, code, into=merge.into, version=if_match(request)))


@router.post("/scenarios/{uuid:scenario_id}/territories/{code}/split", response=MovedOut, openapi_extra=VERSIONED)
def post_split(request: HttpRequest, response: HttpResponse, scenario_id: UUID, code: str, split: SplitIn) -> Any:
    """Let the engine divide a territory into balanced parts; needs ``If-Match``. ``codes`` are those of all parts, the old one first."""
    actor, version = actor_of(request), if_match(request)
    return moved(response, services.split_territory(actor, scenario_id, code, parts=split.parts, names=split.names, version=version))
