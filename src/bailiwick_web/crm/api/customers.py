"""Accounts, addresses, files: over the interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.api.common import Resource, add_routes, external_ids, plain
from bailiwick_web.crm.models import Account, Location
from bailiwick_web.crm.queries import whose
from bailiwick_web.crm.services import customers

router = Router(tags=["customers"])


class PlaceIn(Schema):
    """An address; without a position it is placed by postal code or city."""

    kind: str = "site"
    label: str = ""
    street: str = ""
    more: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    lon: float | None = None
    lat: float | None = None
    time_zone: str = ""


class LocationIn(PlaceIn):
    """An address of an account; its main one says which territory it is in."""

    account: UUID
    is_main: bool = False


class LocationPatch(Schema):
    """What shall be different; what is left out stays."""

    kind: str | None = None
    label: str | None = None
    is_main: bool | None = None
    street: str | None = None
    more: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    lon: float | None = None
    lat: float | None = None
    time_zone: str | None = None


class LocationOut(PlaceIn):
    """An address; ``placed_by`` is the quality of its position."""

    id: UUID
    version: int
    account: UUID
    is_main: bool
    placed_by: str


class WhoseOut(Schema):
    """Whose an account is in one layer; ``cause`` is for programs."""

    layer: str
    territory: str | None
    territory_name: str | None
    position: str | None
    position_name: str | None
    holder: str | None
    cause: str
    relation: str
    valid_from: datetime
    valid_until: datetime | None


class WhyOut(WhoseOut):
    """The same with its reason in words, and who does the work: ``detours`` say why it is not the holder."""

    why: str
    unit: str | None
    distance_km: float | None
    scenario: UUID
    on_duty: str | None
    detours: list[str]


class AccountFields(Schema):
    """What an account may hold."""

    name: str | None = None
    code: str | None = None
    state: str | None = None
    parent: UUID | None = None
    owner: UUID | None = None
    segment: str | None = None
    tier: str | None = None
    industry_code: str | None = None
    industry: str | None = None
    employees: int | None = None
    annual_revenue: Decimal | None = None
    currency: str | None = None
    website: str | None = None
    phone: str | None = None
    email: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    needs: list[str] | None = None
    fields: dict[str, Any] | None = None
    health: int | None = None
    health_reason: str | None = None
    external_ids: dict[str, str] | None = None


class AccountIn(AccountFields):
    """An account, with its main address."""

    name: str
    location: PlaceIn | None = None


class AccountPatch(AccountFields):
    """What shall be different; what is left out stays."""


class AccountOut(AccountFields):
    """An account, its main address, and whose it is in every layer."""

    id: UUID
    version: int
    name: str
    family: UUID | None
    domain: str
    origin: str
    last_activity_at: datetime | None
    location: LocationOut | None
    territories: list[WhoseOut]
    created_at: datetime
    changed_at: datetime


class AccountFilter(Schema):
    """What a list of accounts can be asked."""

    q: str | None = None
    state: str | None = None
    segment: str | None = None
    tier: str | None = None
    code: str | None = None
    domain: str | None = None
    tag: str | None = None
    need: str | None = None
    territory: str | None = None
    position: str | None = None
    in_gap: bool | None = None
    owner: UUID | None = None
    parent: UUID | None = None
    family: UUID | None = None
    external_id: str | None = None
    changed_since: datetime | None = None


ACCOUNT = tuple(name for name in AccountFields.model_fields if name != "external_ids")
LOCATION = ("version", "account", *(name for name in LocationPatch.model_fields), "placed_by")


def shown_accounts(actor: Actor, accounts: Sequence[Account]) -> list[dict[str, Any]]:
    """Accounts as the interface shows them, with a fixed number of queries."""
    ids = external_ids(Account, accounts)
    places = {p.account_id: p for p in Location.objects.filter(account__in=[a.pk for a in accounts], is_main=True, deleted_at=None)}
    held = whose.now(actor, accounts)
    names = (*ACCOUNT, "version", "family", "domain", "origin", "last_activity_at", "created_at", "changed_at")
    shown = []
    for account in accounts:
        place = places.get(account.pk)
        if place is not None:
            place.account = account
        shown.append(
            plain(
                account,
                *names,
                external_ids=ids.get(account.pk, {}),
                location=plain(place, *LOCATION) if place else None,
                territories=[shown_whose(w.row, str(w.holder or "") or None) for w in held.get(account.pk, [])],
            )
        )
    return shown


def shown_whose(row: Any, holder: str | None) -> dict[str, Any]:
    """Whose an account is, in one layer."""
    territory, position = row.territory, row.position
    return {
        "layer": row.layer,
        "territory": territory.code if territory else None,
        "territory_name": territory.name if territory else None,
        "position": position.code if position else None,
        "position_name": position.name if position else None,
        "holder": holder,
        "cause": row.cause,
        "relation": row.relation,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
    }


add_routes(
    router,
    Resource(
        path="accounts",
        one="An account",
        many="Accounts",
        model=Account,
        new=AccountIn,
        patch=AccountPatch,
        out=AccountOut,
        filters=AccountFilter,
        show=shown_accounts,
        create=customers.create_account,
        change=customers.change_account,
        archive=customers.archive_account,
        restore=customers.restore_account,
    ),
)


class LocationFilter(Schema):
    """What a list of addresses can be asked."""

    account: UUID | None = None
    q: str | None = None
    postal_code: str | None = None
    changed_since: datetime | None = None


def _locations(actor: Actor, found: Sequence[Location]) -> list[dict[str, Any]]:
    return [plain(location, *LOCATION) for location in found]


add_routes(
    router,
    Resource(
        path="locations",
        one="An address of an account",
        many="Addresses of accounts",
        model=Location,
        new=LocationIn,
        patch=LocationPatch,
        out=LocationOut,
        filters=LocationFilter,
        show=_locations,
        create=customers.add_location,
        change=customers.change_location,
        archive=customers.archive_location,
    ),
)
