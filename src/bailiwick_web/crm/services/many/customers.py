"""Accounts and addresses, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.crm.models import Account, AccountTerritory, Location
from bailiwick_web.crm.services import belonging
from bailiwick_web.crm.services.customers import ACCOUNT, BELONGS_BY, LOCATION, placed_anew, set_domain
from bailiwick_web.crm.services.families import Tops, move_families
from bailiwick_web.crm.services.many.changing import Change, change_all, locked_all
from bailiwick_web.crm.services.many.writing import New, create_all, identify_all, parts, place_all
from bailiwick_web.crm.visibility import present


@dataclass(frozen=True)
class NewAccount(New):
    """An account to be made, with its main address if there is one."""

    location: Mapping[str, Any] | None = None


@transaction.atomic
def create_accounts(actor: Actor, news: Sequence[NewAccount], *, origin: str = "") -> list[Account]:
    """Add accounts; each gets its territory at once, or is its creator's own. Sellers may. Recorded, told."""
    accounts = create_all(actor, ACCOUNT, [new.values for new in news], origin=origin)
    pairs = list(zip(accounts, news, strict=True))
    identify_all(Account, [(account, new.ids) for account, new in pairs])
    _locations(actor, [{**new.location, "account": account, "is_main": True} for account, new in pairs if new.location], origin)
    belonging.settle(actor, [account.pk for account in accounts])
    _give_to_creator(actor, accounts)
    return accounts


@transaction.atomic
def add_locations(actor: Actor, news: Sequence[New], *, origin: str = "") -> list[Location]:
    """Add addresses to accounts; the first one of an account is its main one. Sellers may. Recorded, told."""
    keys = sorted({new.values["account"].pk for new in news})
    with_main: set[int] = set()
    for part in parts(keys):
        mains = Location.objects.filter(account__in=part, is_main=True, deleted_at=None)
        with_main |= set(mains.values_list("account_id", flat=True))
    given = []
    for new in news:
        account = new.values["account"].pk
        given.append({**new.values, "is_main": account not in with_main})
        with_main.add(account)
    locations = _locations(actor, given, origin)
    identify_all(Location, [(location, new.ids) for location, new in zip(locations, news, strict=True)])
    belonging.settle(actor, [location.account_id for location in locations if location.is_main])
    return locations


@transaction.atomic
def change_accounts(actor: Actor, changes: Sequence[Change]) -> list[Account]:
    """Change what is given of accounts; their territories follow. Sellers may. Recorded field by field, told."""
    accounts = locked_all(actor, ACCOUNT, changes)
    changed = change_all(actor, ACCOUNT, accounts, [change.values for change in changes], follow=_follow)
    pairs = list(zip(accounts, changes, strict=True))
    identify_all(Account, [(account, change.ids) for account, change in pairs])
    move_families([account for account, names in zip(accounts, changed, strict=True) if "parent" in names])
    moved = [bool(names & BELONGS_BY or change.ids) for names, change in zip(changed, changes, strict=True)]
    belonging.settle(actor, [account.pk for account, is_moved in zip(accounts, moved, strict=True) if is_moved])
    return accounts


def _follow(actor: Actor, accounts: Sequence[Account]) -> tuple[str, ...]:
    """Domain and top, with a question for a generation instead of one for an account."""
    tops = Tops(accounts)
    for account in accounts:
        set_domain(account)
        account.family_id = tops.of(account)
    return ("domain", "family")


@transaction.atomic
def change_locations(actor: Actor, changes: Sequence[Change]) -> list[Location]:
    """Change addresses; which one is the main one stays. Territories follow. Sellers may. Recorded, told."""
    locations = locked_all(actor, LOCATION, changes, "account")
    given = [{n: v for n, v in change.values.items() if n not in {"account", "is_main"}} for change in changes]
    anew = [placed_anew(location, values) for location, values in zip(locations, given, strict=True)]
    changed = change_all(actor, LOCATION, locations, anew, follow=_place)
    identify_all(Location, [(location, change.ids) for location, change in zip(locations, changes, strict=True)])
    pairs = zip(locations, changed, strict=True)
    belonging.settle(actor, [location.account_id for location, names in pairs if location.is_main and names])
    return locations


def _place(actor: Actor, locations: Sequence[Location]) -> tuple[str, ...]:
    place_all(locations)
    return ("lon", "lat", "placed_by")


def _locations(actor: Actor, given: Sequence[Mapping[str, Any]], origin: str) -> list[Location]:
    """Addresses; where they are is asked for all at once."""
    planned = [Location(**{name: values.get(name) or "" for name in ("city", "region", "postal_code", "country")}) for values in given]
    for location, values in zip(planned, given, strict=True):
        location.lon, location.lat = values.get("lon"), values.get("lat")
    place_all(planned)
    spots = iter(planned)

    def derive(_actor: Actor, location: Location) -> None:
        spot = next(spots)
        location.lon, location.lat, location.placed_by = spot.lon, spot.lat, spot.placed_by

    return create_all(actor, LOCATION, given, origin=origin, derive=derive)


def _give_to_creator(actor: Actor, accounts: Sequence[Account]) -> None:
    """What no position has is looked after by whoever added it, if they have a person."""
    person = Person.objects.filter(user=actor.user).first() if actor.user is not None else None
    if person is None:
        return
    for part in parts([account for account in accounts if account.owner_id is None]):
        keys = [account.pk for account in part]
        held = AccountTerritory.objects.filter(present(actor.now), account__in=keys, position__isnull=False)
        others = set(keys) - set(held.values_list("account_id", flat=True))
        Account.objects.filter(pk__in=others).update(owner=person)
        for account in part:
            if account.pk in others:
                account.owner = person
