"""Unit sets over the JSON interface."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.rest.requests import one_page
from bailiwick_web.core.roles import Right
from bailiwick_web.territories import services
from bailiwick_web.territories.models import UnitSet

router = Router(tags=["units"])


class UnitSetOut(Schema):
    """Units that plans can be made for."""

    id: UUID
    name: str
    version: int
    n_units: int
    digest: str
    measures: list[str]
    currencies: dict[str, str]
    changed_at: datetime


class UnitSetsOut(Schema):
    """A page of them; ``next`` is the cursor of the next page."""

    items: list[UnitSetOut]
    next: int | None


@router.get("/unit-sets", response=UnitSetsOut)
def list_unit_sets(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """Units that plans can be made for."""
    actor_of(request).need(Right.PLAN)
    return one_page(UnitSet.objects.prefetch_related("measures"), _unit_set, after=after, limit=limit)


class MoneyIn(Schema):
    """A measure and its currency: three letters, XXX if nobody knows; empty: it is no money."""

    measure: str
    currency: str


@router.post("/unit-sets/{uuid:unit_set_id}/money", response=UnitSetOut)
def post_money(request: HttpRequest, unit_set_id: UUID, money: MoneyIn) -> Any:
    """Say which measure is money, and in which currency."""
    done = services.mark_money(actor_of(request), unit_set_id, money.measure, currency=money.currency)
    return _unit_set(UnitSet.objects.prefetch_related("measures").get(pk=done.unit_set_id))


def _unit_set(found: UnitSet) -> dict[str, Any]:
    plain = {name: getattr(found, name) for name in ("name", "version", "n_units", "digest", "changed_at")}
    return (
        plain
        | {"id": found.public_id, "measures": [m.key for m in found.measures.all()]}
        | {"currencies": {m.key: m.currency for m in found.measures.all() if m.is_money}}
    )
