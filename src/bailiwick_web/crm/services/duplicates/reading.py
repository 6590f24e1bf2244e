"""Accounts and contacts as the library compares them: role → text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Account, Contact, ContactPoint, DuplicatePair, Location
from bailiwick_web.crm.visibility import visible

KINDS = {"account": "accounts", "contact": "contacts"}
"""Record type → what the library calls it."""
MODELS: dict[str, type[Any]] = {"account": Account, "contact": Contact}
ROLES = {
    "account": ("name", "email", "phone", "website", "street", "postcode", "place", "state"),
    "contact": ("given", "family", "company", "email", "phone"),
}
NUMBERS = ("phone", "mobile")
CHUNK = 5_000


def pairs(actor: Actor, kind: str | None = None) -> QuerySet[DuplicatePair]:
    """Pairs whose records somebody sees both; of one type, or of all."""
    seen = Q(pk__in=[])
    for name in MODELS if kind is None else (kind,):
        keys = visible(actor, MODELS[name]).values("pk")
        seen |= Q(record_type=name, one_key__in=keys, other_key__in=keys)
    return DuplicatePair.objects.filter(seen)


def in_chunks(found: QuerySet[Any]) -> Iterator[list[Any]]:
    """Records in the order of their keys, some thousand at a time."""
    last = 0
    while part := list(found.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield part
        last = part[-1].pk


def texts_of(kind: str, records: Sequence[Any]) -> list[dict[str, str]]:
    """Role → text of each record, in two queries."""
    return _accounts(records) if kind == "account" else _contacts(records)


def _accounts(accounts: Sequence[Account]) -> list[dict[str, str]]:
    keys = [account.pk for account in accounts]
    places = {place.account_id: place for place in Location.objects.filter(account__in=keys, is_main=True, deleted_at=None)}
    found = []
    for account in accounts:
        place = places.get(account.pk)
        where = (place.street, place.postal_code, place.city, place.region) if place else ("", "", "", "")
        values = (account.name, account.email, account.phone, account.website, *where)
        found.append(dict(zip(ROLES["account"], values, strict=True)))
    return found


def _contacts(contacts: Sequence[Contact]) -> list[dict[str, str]]:
    ways: dict[tuple[int, str], str] = {}
    for point in ContactPoint.objects.filter(contact__in=[c.pk for c in contacts], channel__in=("email", *NUMBERS)):
        ways.setdefault((point.contact_id, "phone" if point.channel in NUMBERS else "email"), point.value)
    names = dict(Account.objects.filter(pk__in={c.account_id for c in contacts if c.account_id}).values_list("pk", "name"))
    found = []
    for contact in contacts:
        given, family = _names(contact)
        values = (
            given,
            family,
            names.get(contact.account_id or 0, ""),
            ways.get((contact.pk, "email"), ""),
            ways.get((contact.pk, "phone"), ""),
        )
        found.append(dict(zip(ROLES["contact"], values, strict=True)))
    return found


def _names(contact: Contact) -> Iterable[str]:
    if contact.first_name or contact.last_name:
        return contact.first_name, contact.last_name
    first, _blank, last = contact.name.rpartition(" ")
    return first, last
