"""The company profile and grids of strengths and weaknesses over the JSON interface."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from bailiwick_web.core.access import Actor
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.api.common import plain, reader, writer
from bailiwick_web.market.models import CompanyProfile, Swot, SwotEntry
from bailiwick_web.market.services import swots
from bailiwick_web.market.services.profile import say_profile, the_profile
from bailiwick_web.market.visibility import seen_others, subjects_seen, swot_of, text_for, told_fact, visible_swots

router = Router(tags=["market"])


class ProfileIn(Schema):
    """What is said of the company; what is left out stays."""

    core_value: str | None = None
    strengths: list[str] | None = None
    markets: list[str] | None = None


class ProfileOut(Schema):
    """The company profile; version 0: nobody has said anything yet."""

    version: int
    core_value: str
    strengths: list[str]
    markets: list[str]


def _profile(response: HttpResponse, found: CompanyProfile | None) -> dict[str, Any]:
    version = found.version if found is not None else 0
    tag(response, version)
    empty = CompanyProfile()
    return {"version": version} | {name: getattr(found or empty, name) for name in ("core_value", "strengths", "markets")}


@router.get("/company-profile", response=ProfileOut)
def get_company_profile(request: HttpRequest, response: HttpResponse) -> Any:
    """What the company is."""
    reader(request)
    return _profile(response, the_profile())


@router.put("/company-profile", response=ProfileOut, openapi_extra=VERSIONED)
def put_company_profile(request: HttpRequest, response: HttpResponse, profile: ProfileIn) -> Any:
    """Say what the company is; planners may. Needs ``If-Match``, of the first time with version 0."""
    actor = writer(request, Right.PLAN)
    return _profile(response, say_profile(actor, version=if_match(request), **profile.dict(exclude_none=True)))


class SwotIn(Schema):
    """Whose grid: ``of`` is the identifier of the node of a team or the position of a territory; the company has none."""

    subject: Literal["company", "team", "territory"]
    of: UUID | None = None


class EntryIn(Schema):
    """A line to write."""

    quadrant: Literal["strength", "weakness", "opportunity", "threat"]
    text: str


class EntryOut(Schema):
    """A line; ``fact`` holds the number, its interval, what it is compared with and its period, of what was drafted."""

    id: UUID
    version: int
    quadrant: str
    text: str
    origin: str
    fact: dict[str, Any]
    task: UUID | None


class SwotOut(Schema):
    """A grid; ``kept_at`` is null while it is worked on."""

    id: UUID
    version: int
    subject: str
    of: UUID | None
    name: str
    number: int
    kept_at: datetime | None
    note: str
    drafted_at: datetime | None


class SwotsOut(Schema):
    """A page of grids; ``next`` is the cursor of the next page."""

    items: list[SwotOut]
    next: int | None


class WholeSwotOut(SwotOut):
    """A grid with its lines."""

    entries: list[EntryOut]


class KeepIn(Schema):
    """A note on the version."""

    note: str = ""


def _grid(swot: Swot) -> dict[str, Any]:
    of = swot.node or swot.position
    return plain(swot, "version", "subject", "name", "number", "kept_at", "note", "drafted_at", of=of.public_id if of else None)


def _entry(entry: SwotEntry, seen: Collection[str] | None) -> dict[str, Any]:
    fact = {name: value for name, value in told_fact(entry.fact, seen).items() if name not in {"sentence", "others", "is_partly_told"}}
    if others := seen_others(entry.fact, seen):
        fact["others"] = others
    return plain(entry, "version", "quadrant", "origin", "task", text=text_for(entry, seen), fact=fact)


def _whole(actor: Actor, response: HttpResponse, swot: Swot) -> dict[str, Any]:
    tag(response, swot.version)
    seen = subjects_seen(actor)
    return _grid(swot) | {"entries": [_entry(entry, seen) for entry in swot.entries.select_related("task")]}


@router.get("/swots", response=SwotsOut)
def list_swots(request: HttpRequest, subject: str = "", of: UUID | None = None, after: int | None = None, limit: int | None = None) -> Any:
    """Grids within the scope, newest first; those that were kept have ``kept_at``."""
    rows = visible_swots(reader(request))
    if subject:
        rows = rows.filter(subject=subject)
    if of is not None:
        rows = rows.filter(node__public_id=of) | rows.filter(position__public_id=of)
    return one_page(rows, _grid, after=after, limit=limit)


@router.post("/swots", response={201: WholeSwotOut})
def post_swot(request: HttpRequest, response: HttpResponse, new: SwotIn) -> Any:
    """The grid of a subject that is worked on; a new one, empty, if there is none."""
    actor = writer(request, Right.AIM)
    return Status(201, _whole(actor, response, swots.begin(actor, new.subject, new.of)))


@router.get("/swots/{uuid:swot_id}", response=WholeSwotOut)
def get_swot(request: HttpRequest, response: HttpResponse, swot_id: UUID) -> Any:
    """A grid with its lines; the ``ETag`` is its version."""
    actor = reader(request)
    return _whole(actor, response, swot_of(actor, swot_id))


@router.post("/swots/{uuid:swot_id}/draft", response=WholeSwotOut, openapi_extra=VERSIONED)
def post_swot_draft(request: HttpRequest, response: HttpResponse, swot_id: UUID) -> Any:
    """Draft lines from data, evidence and the profile; what people wrote, and what has a task, stays. Needs ``If-Match``."""
    actor = writer(request, Right.AIM)
    return _whole(actor, response, swots.draft(actor, swot_id, version=if_match(request)))


@router.post("/swots/{uuid:swot_id}/keep", response=WholeSwotOut, openapi_extra=VERSIONED)
def post_swot_kept(request: HttpRequest, response: HttpResponse, swot_id: UUID, note: KeepIn) -> Any:
    """Keep the grid as a version that never changes, and go on with a copy. Needs ``If-Match``."""
    actor = writer(request, Right.AIM)
    return _whole(actor, response, swots.keep(actor, swot_id, version=if_match(request), note=note.note))


@router.post("/swots/{uuid:swot_id}/entries", response={201: EntryOut})
def post_swot_entry(request: HttpRequest, swot_id: UUID, new: EntryIn) -> Any:
    """Write a line."""
    actor = writer(request, Right.AIM)
    return Status(201, _entry(swots.add_entry(actor, swot_id, quadrant=new.quadrant, text=new.text), subjects_seen(actor)))


@router.delete("/swot-entries/{uuid:entry_id}", response={204: None}, openapi_extra=VERSIONED)
def delete_swot_entry(request: HttpRequest, entry_id: UUID) -> Any:
    """Take a line out; versions that were kept still have it. Needs ``If-Match``."""
    swots.remove_entry(writer(request, Right.AIM), entry_id, version=if_match(request))
    return Status(204, None)


@router.post("/swot-entries/{uuid:entry_id}/task", response=EntryOut)
def post_swot_task(request: HttpRequest, entry_id: UUID) -> Any:
    """Make a task of a line; the one that is there stays."""
    actor = writer(request, Right.AIM)
    swots.make_task(actor, entry_id)
    return _entry(swots.entry_of(actor, entry_id), subjects_seen(actor))
