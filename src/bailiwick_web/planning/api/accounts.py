"""Accounts over the areas of a plan: looked at on the map, listed, moved one by one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.rest.requests import VERSIONED, if_match
from bailiwick_web.planning import accounts, services
from bailiwick_web.planning.api.requests import Index, MovedOut, moved, wholly_visible
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.ground import CONTENT_TYPE
from bailiwick_web.planning.named import account_set

router = Router(tags=["accounts of areas"])
PAGE = 100
MOST = 500


class AccountRowOut(Schema):
    """An account: the area that it lies in, its territory (its area's, or the one that it is named for), its own measures."""

    account_idx: int
    id: str
    name: str
    unit_idx: int
    area: str
    territory: str | None
    is_named: bool
    reason: str
    measures: dict[str, float]


class AccountRowsOut(Schema):
    """A page of accounts; ``n`` counts all that fit, ``next`` is the cursor of the next page."""

    n: int
    items: list[AccountRowOut]
    next: int | None


class AccountMoveIn(Schema):
    """Accounts, by their places, that shall go to a territory against their areas; an empty code gives them back."""

    account_idx: list[Index]
    to: str
    reason: str = ""
    id: UUID | None = None


@router.get("/scenarios/{uuid:scenario_id}/accounts")
def get_accounts(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Accounts over the areas of a plan as gzipped columns: places, index of the area, number of the account; 204 if there are none."""
    areas = wholly_visible(request, scenario_id).plan.unit_set
    points = account_set(areas)
    if points is None:
        return HttpResponse(status=204)
    response = HttpResponse(accounts.accounts(areas, points), content_type=CONTENT_TYPE)
    response.headers["Content-Encoding"] = "gzip"
    return response


@router.get("/scenarios/{uuid:scenario_id}/accounts/rows", response=AccountRowsOut)
def list_account_rows(
    request: HttpRequest,
    scenario_id: UUID,
    idx: Query[list[Index]] = [],  # noqa: B006 - ninja copies it
    text: str = "",
    territory: str = "",
    named: bool = False,
    after: Index = 0,
    limit: Index = PAGE,
) -> Any:
    """Accounts in a table: a part of the name or id, those of a territory, those that are named only, or some by their numbers."""
    scenario = wholly_visible(request, scenario_id)
    areas = scenario.plan.unit_set
    points = account_set(areas)
    if points is None:
        return {"n": 0, "items": [], "next": None}
    arrays = scenario_arrays(scenario)
    found = accounts.find_accounts(arrays, areas, points, accounts.AccountFilter(text.strip(), territory, named, tuple(idx)))
    start, end = max(after, 0), max(after, 0) + min(max(limit, 1), MOST)
    rows = accounts.account_rows(arrays, areas, points, found[start:end])
    return {"n": len(found), "items": rows, "next": end if end < len(found) else None}


@router.post("/scenarios/{uuid:scenario_id}/accounts/moves", response=MovedOut, openapi_extra=VERSIONED)
def post_account_move(request: HttpRequest, response: HttpResponse, scenario_id: UUID, move: AccountMoveIn) -> Any:
    """Give single accounts to a territory against their areas, or back; needs ``If-Match``. The same ``id`` twice does nothing again."""
    actor, version = actor_of(request), if_match(request)
    done = services.move_accounts(actor, scenario_id, move.account_idx, move.to, version=version, reason=move.reason, move_id=move.id)
    return moved(response, done)
