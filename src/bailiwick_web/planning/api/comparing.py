"""Scenarios side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import comparing
from bailiwick_web.planning.ground import packed

router = Router(tags=["comparing"])


class SideOut(Schema):
    """One scenario; measures in the order of ``measures``. What moves is counted against the first scenario."""

    id: UUID
    name: str
    state: str
    n_moved: int
    n_accounts: int
    n_unassigned: int
    n_outside: int
    n_in_pieces: int
    worst: list[float | None]
    spread: list[float | None]
    moved: list[float]
    moved_share: list[float]


class MovedUnitOut(Schema):
    """A unit that changes hands in one of the scenarios: where it is in each, why it is there, and its measures."""

    unit: str
    name: str
    unit_idx: int
    territories: list[str | None]
    causes: list[str]
    values: list[float]


class CompareOut(Schema):
    """Scenarios of one plan side by side; the first is what the others are compared with.

    ``accounts`` are single accounts that move against their areas; their ``unit_idx`` is the area that they lie in.
    """

    measures: list[str]
    scenarios: list[SideOut]
    n_moved: int
    moved: list[MovedUnitOut]
    accounts: list[MovedUnitOut]
    next: int | None
    difference: list[str]


@router.get("/compare", response=CompareOut)
def get_compare(request: HttpRequest, id: Query[list[UUID]], after: int = 0, limit: int = 100) -> Any:
    """Two to six scenarios of one plan; ``difference`` has a u1 column (base64) for each: 1 where a unit is elsewhere than in the first."""
    actor = actor_of(request)
    actor.need(Right.REVIEW)
    found = comparing.side_by_side(comparing.chosen(actor, id))
    rows = comparing.moved_units(found, start=max(after, 0), limit=min(max(limit, 1), 500))
    end = max(after, 0) + len(rows)
    return {
        "measures": found.measures,
        "scenarios": found.sides,
        "n_moved": len(found.moved),
        "moved": rows,
        "accounts": comparing.account_rows(found, limit=500),
        "next": end if end < len(found.moved) else None,
        "difference": [packed(mask, "<u1") for mask in found.differs],
    }
