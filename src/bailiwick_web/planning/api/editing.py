"""Moves of units, undo, redo, locks and forbidden pairs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page
from bailiwick_web.core.retelling import retold
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import queries, services
from bailiwick_web.planning.api.requests import Index, MovedOut, moved
from bailiwick_web.planning.models import Move

router = Router(tags=["editing"])


class MoveIn(Schema):
    """Units, by index, that shall go to a territory; an empty code stands for none."""

    unit_idx: list[Index]
    to: str
    reason: str = ""
    id: UUID | None = None


class LockIn(Schema):
    """Units, by index, or one territory, by code."""

    is_locked: bool
    unit_idx: list[Index] = []
    territory: str | None = None


class GapIn(Schema):
    """The unit whose area takes the gaps beside it."""

    unit_idx: Index


class ForbidIn(Schema):
    """Units, by index, that must not be (or may be again) in a territory."""

    unit_idx: list[Index]
    territory: str
    is_forbidden: bool = True
    reason: str = ""


class MoveOut(Schema):
    """One entry of the journal."""

    id: UUID
    seq: int
    version: int
    kind: str
    act: str
    at: datetime
    by: str
    summary: str
    reason: str
    undoes: UUID | None
    changes: dict[str, Any] | None


class MovesOut(Schema):
    """A page of the journal; ``next`` is the cursor of the next page."""

    items: list[MoveOut]
    next: int | None


@router.get("/scenarios/{uuid:scenario_id}/moves", response=MovesOut)
def list_moves(request: HttpRequest, scenario_id: UUID, after: int | None = None, limit: int | None = None, full: bool = False) -> Any:
    """The journal, newest first; ``full`` adds what each entry changed, so that it can be replayed."""
    actor = actor_of(request)
    actor.need(Right.PLAN)
    moves = queries.scenario(actor, scenario_id).moves.select_related("by", "undoes")
    return one_page(moves if full else moves.defer("changes"), lambda m: _move_out(m, full=full), after=after, limit=limit)


@router.post("/scenarios/{uuid:scenario_id}/moves", response=MovedOut, openapi_extra=VERSIONED)
def post_move(request: HttpRequest, response: HttpResponse, scenario_id: UUID, move: MoveIn) -> Any:
    """Move units; needs ``If-Match``. The same ``id`` twice does nothing the second time."""
    actor, version = actor_of(request), if_match(request)
    done = services.move_units(actor, scenario_id, move.unit_idx, move.to, version=version, reason=move.reason, move_id=move.id)
    return moved(response, done)


@router.post("/scenarios/{uuid:scenario_id}/undo", response=MovedOut, openapi_extra=VERSIONED)
def post_undo(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """Take back the latest entry of the journal; needs ``If-Match``."""
    return moved(response, services.undo(actor_of(request), scenario_id, version=if_match(request)))


@router.post("/scenarios/{uuid:scenario_id}/redo", response=MovedOut, openapi_extra=VERSIONED)
def post_redo(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """Do what was taken back again; needs ``If-Match``."""
    return moved(response, services.redo(actor_of(request), scenario_id, version=if_match(request)))


@router.post("/scenarios/{uuid:scenario_id}/locks", response=MovedOut, openapi_extra=VERSIONED)
def post_lock(request: HttpRequest, response: HttpResponse, scenario_id: UUID, lock: LockIn) -> Any:
    """Lock or unlock units or a territory; needs ``If-Match``."""
    actor, version = actor_of(request), if_match(request)
    if lock.territory is not None:
        done = services.lock_territory(actor, scenario_id, lock.territory, is_locked=lock.is_locked, version=version)
    else:
        done = services.lock_units(actor, scenario_id, lock.unit_idx, is_locked=lock.is_locked, version=version)
    return moved(response, done)


@router.post("/scenarios/{uuid:scenario_id}/forbids", response=MovedOut, openapi_extra=VERSIONED)
def post_forbid(request: HttpRequest, response: HttpResponse, scenario_id: UUID, forbid: ForbidIn) -> Any:
    """Forbid units in a territory, or allow them again; needs ``If-Match``."""
    actor, version = actor_of(request), if_match(request)
    done = services.forbid_units(
        actor, scenario_id, forbid.unit_idx, forbid.territory, is_forbidden=forbid.is_forbidden, version=version, reason=forbid.reason
    )
    return moved(response, done)


@router.post("/scenarios/{uuid:scenario_id}/gaps", response=MovedOut, openapi_extra=VERSIONED)
def post_gap(request: HttpRequest, response: HttpResponse, scenario_id: UUID, gap: GapIn) -> Any:
    """Add the gaps beside a unit to its area, in every plan of these units; needs ``If-Match``. No step of the journal."""
    return moved(response, services.close_gap(actor_of(request), scenario_id, gap.unit_idx, version=if_match(request)))


def _move_out(move: Move, *, full: bool) -> dict[str, Any]:
    plain = {name: getattr(move, name) for name in ("seq", "version", "kind", "act", "at", "reason")}
    plain["summary"] = retold(move.made_of, move.summary)
    undoes = move.undoes.public_id if move.undoes else None
    return plain | {"id": move.public_id, "by": str(move.by or ""), "undoes": undoes, "changes": move.changes if full else None}
