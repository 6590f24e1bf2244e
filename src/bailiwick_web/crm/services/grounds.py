"""What decides whose accounts are: publications that count, names, and what rules may ask about an account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from bailiwick_web.crm.deriving import Facts
from bailiwick_web.crm.models import Account, AccountNaming, ExternalId, FieldDefinition, Location
from bailiwick_web.planning.models import Publication
from bailiwick_web.planning.ruling import asks_customers

ASKED = ("name", "code", "state", "segment", "tier", "industry", "industry_code", "employees", "annual_revenue", "website", "origin")
OF_PLACE = ("city", "region", "postal_code", "country")


def counting(now: datetime) -> list[Publication]:
    """The publications that count now or will."""
    rows = Publication.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now))
    return list(rows.select_related("plan", "scenario__plan__unit_set").order_by("valid_from", "pk"))


@asks_customers
def known_fields() -> frozenset[str]:
    """Fields of accounts that rules may ask about."""
    free = FieldDefinition.objects.filter(record_type="account").values_list("key", flat=True)
    return frozenset({*ASKED, *OF_PLACE, "tags", *free})


def facts_of(keys: Sequence[int]) -> list[Facts]:
    """What decides whose accounts are, in three queries."""
    ids: dict[int, list[str]] = {}
    for key, code in (
        ExternalId.objects.filter(record_type="account", record_key__in=keys).order_by("pk").values_list("record_key", "external_id")
    ):
        ids.setdefault(key, []).append(code)
    places = {place.account_id: place for place in Location.objects.filter(account__in=keys, is_main=True, deleted_at=None)}
    return [
        _facts(account, ids.get(account.pk, []), places.get(account.pk)) for account in Account.objects.filter(pk__in=keys).order_by("pk")
    ]


def _facts(account: Account, ids: Iterable[str], place: Location | None) -> Facts:
    values = {name: _text(getattr(account, name)) for name in ASKED}
    values |= {"tags": ", ".join(account.tags)} | {key: _text(value) for key, value in account.fields.items()}
    if place is None:
        return Facts(account.pk, _codes(account, ids), values=values)
    values |= {name: getattr(place, name) for name in OF_PLACE}
    return Facts(account.pk, _codes(account, ids), place.lon, place.lat, place.postal_code, values)


def _codes(account: Account, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, (account.code, *ids)))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def named_by(accounts: Sequence[int], now: datetime) -> dict[str, dict[int, tuple[int, str]]]:
    """Layer → account → the position that it is given to by name, and by which naming."""
    found: dict[str, dict[int, tuple[int, str]]] = {}
    holding = Q(valid_until__isnull=True) | Q(valid_until__gt=now)
    for row in AccountNaming.objects.filter(holding, account__in=accounts, valid_from__lte=now):
        found.setdefault(row.layer, {})[row.account_id] = (row.position_id, str(row.public_id))
    return found
