"""Accounts and their addresses: add, change, put away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.crm import checking as c
from bailiwick_web.crm import placing
from bailiwick_web.crm.models import Account, AccountTerritory, Location
from bailiwick_web.crm.services import belonging, writing
from bailiwick_web.crm.services.families import Tops, move_families
from bailiwick_web.crm.services.fields import free_fields
from bailiwick_web.crm.visibility import present

WHERE = ("city", "region", "postal_code", "country")
BELONGS_BY = frozenset(
    ("name", "code", "state", "segment", "tier", "industry", "industry_code", "employees", "annual_revenue", "website", "tags", "fields")
)
"""Fields of an account that rules may ask about, so that a change may move it to another territory."""


def domain_of(website: str, email: str = "") -> str:
    """The part of a website, or of an e-mail address, that tells one company from another.

    >>> domain_of("https://www.Example.com/shop"), domain_of("", "jo@mail.example.com"), domain_of("example.org")
    ('example.com', 'mail.example.com', 'example.org')
    """
    found = urlsplit(website if "//" in website else f"//{website}").hostname or "" if website else email.rpartition("@")[2]
    return found.lower().removeprefix("www.")[:200]


def _derive_account(actor: Actor, account: Account) -> Iterable[str]:
    set_domain(account)
    account.family_id = Tops([account]).of(account) if account.parent_id is not None else None
    return ("domain", "family")


def set_domain(account: Account) -> None:
    """Let the domain of an account be that of its website, else of its e-mail address."""
    try:
        account.domain = domain_of(account.website, account.email)
    except ValueError:  # brackets that are no address of a machine
        account.domain = ""


ACCOUNT = writing.Spec(
    Account,
    {
        "name": c.needed(300),
        "code": c.text(80),
        "state": c.choice(Account.State.values),
        "parent": c.reference,
        "owner": c.reference,
        "segment": c.text(120),
        "tier": c.text(10),
        "industry_code": c.text(20),
        "industry": c.text(200),
        "employees": c.whole(),
        "annual_revenue": c.money,
        "currency": c.currency,
        "website": c.text(300),
        "phone": c.text(60),
        "email": c.text(254),
        "description": c.text(20_000),
        "tags": c.tags,
        "needs": c.tags,
        "fields": free_fields("account"),
        "health": c.whole(0, 100),
        "health_reason": c.text(300),
    },
    needs=("name",),
    search=("name", "code", "domain", "industry", "segment", "phone", "email"),
    derive=_derive_account,
)


def _derive_location(actor: Actor, location: Location) -> Iterable[str]:
    if location.lon is not None and location.lat is not None and location.placed_by in {"", placing.GIVEN}:
        location.placed_by = placing.GIVEN
    else:
        spot = placing.place(placing.Address(*(getattr(location, part) for part in WHERE)))
        location.lon, location.lat, location.placed_by = spot.lon, spot.lat, spot.placed_by
    return ("lon", "lat", "placed_by")


LOCATION = writing.Spec(
    Location,
    {
        "account": c.reference,
        "kind": c.choice(Location.Kind.values),
        "label": c.text(120),
        "is_main": c.yes_no,
        "street": c.text(300),
        "more": c.text(300),
        "city": c.text(200),
        "region": c.text(120),
        "postal_code": c.text(20),
        "country": c.text(80),
        "lon": c.degrees(180),
        "lat": c.degrees(90),
        "time_zone": c.zone,
    },
    needs=("account",),
    derive=_derive_location,
)


@transaction.atomic
def create_account(
    actor: Actor,
    *,
    location: Mapping[str, Any] | None = None,
    external_ids: Mapping[str, str] | None = None,
    origin: str = "",
    **given: Any,
) -> Account:
    """Add an account, with its main address if given; it gets its territory at once. Sellers may. Recorded, told.

    If nobody has it then, it is its creator's own.
    """
    account = writing.create(actor, ACCOUNT, given, origin=origin)
    writing.identify(account, external_ids or {})
    if location:
        writing.create(actor, LOCATION, {**location, "account": account, "is_main": True}, origin=origin)
    belonging.settle(actor, [account.pk])
    _give_to_creator(actor, account)
    return account


@transaction.atomic
def change_account(
    actor: Actor, public_id: UUID, *, version: int | None, external_ids: Mapping[str, str] | None = None, **given: Any
) -> Account:
    """Change what is given of an account within the scope; its territory follows. Sellers may. Recorded field by field, told."""
    account = writing.locked(actor, ACCOUNT, public_id, version)
    changed = writing.change(actor, ACCOUNT, account, given)
    writing.identify(account, external_ids or {})
    if "parent" in changed:
        move_families([account])
    if changed & BELONGS_BY or external_ids:
        belonging.settle(actor, [account.pk])
    return account


def archive_account(actor: Actor, public_id: UUID, *, version: int | None) -> Account:
    """Put an account into the bin; what hangs on it is not shown either. Sellers may. Recorded, told."""
    return writing.archive(actor, ACCOUNT, public_id, version=version)


@transaction.atomic
def restore_account(actor: Actor, public_id: UUID, *, version: int | None) -> Account:
    """Take an account out of the bin; its territory is found anew. Sellers may. Recorded, told."""
    account = writing.restore(actor, ACCOUNT, public_id, version=version)
    belonging.settle(actor, [account.pk])
    return account


@transaction.atomic
def add_location(actor: Actor, account: Account, **given: Any) -> Location:
    """Add an address to an account; the first one is the main one. Sellers may. Recorded, told."""
    is_first = not account.locations.filter(is_main=True, deleted_at=None).exists()
    if given.get("is_main") and not is_first:
        _no_main(actor, account)
    location = writing.create(actor, LOCATION, {**given, "account": account, "is_main": bool(given.get("is_main") or is_first)})
    if location.is_main:
        belonging.settle(actor, [account.pk])
    return location


@transaction.atomic
def change_location(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> Location:
    """Change an address; if it is the main one, the territory of its account follows. Sellers may. Recorded, told.

    A new address without a position is placed anew.
    """
    location = writing.locked(actor, LOCATION, public_id, version)
    if given.get("is_main") is False and location.is_main:
        raise Conflict(_("Make another address the main one instead."), code="main_location")
    if given.get("is_main") and not location.is_main:
        _no_main(actor, location.account)
    changed = writing.change(actor, LOCATION, location, placed_anew(location, {n: v for n, v in given.items() if n != "account"}))
    if location.is_main and changed:
        belonging.settle(actor, [location.account_id])
    return location


def placed_anew(record: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of a record with an address: its position counts as given, or goes, if the address is another one."""
    values = dict(given)
    if "lon" in values or "lat" in values:
        record.placed_by = ""
    elif any(values[part] != getattr(record, part) for part in WHERE if part in values):
        values |= {"lon": None, "lat": None}
    return values


@transaction.atomic
def archive_location(actor: Actor, public_id: UUID, *, version: int | None) -> Location:
    """Put an address into the bin; another one becomes the main one if it was. Sellers may. Recorded, told."""
    location = writing.archive(actor, LOCATION, public_id, version=version)
    if location.is_main:
        writing.change(actor, LOCATION, location, {"is_main": False})
        following = location.account.locations.filter(deleted_at=None).order_by("pk").first()
        if following is not None:
            writing.change(actor, LOCATION, following, {"is_main": True})
        belonging.settle(actor, [location.account_id])
    return location


def _no_main(actor: Actor, account: Account) -> None:
    for before in account.locations.select_for_update().filter(is_main=True, deleted_at=None):
        writing.change(actor, LOCATION, before, {"is_main": False})


def _give_to_creator(actor: Actor, account: Account) -> None:
    """An account that no position has is looked after by whoever added it, if they have a person."""
    if account.owner_id is not None or actor.user is None:
        return
    if AccountTerritory.objects.filter(present(actor.now), account=account, position__isnull=False).exists():
        return
    account.owner = Person.objects.filter(user=actor.user).first()
    account.save(update_fields=["owner"])
