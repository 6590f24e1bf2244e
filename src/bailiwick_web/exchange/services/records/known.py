"""What is here already, to be found by the identifiers of other systems, by e-mail or domain, by name and address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from django.db.models import Model

from bailiwick.formats.synonyms import name_key
from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Account, Contact, ContactPoint, ExternalId, Location, Opportunity
from bailiwick_web.crm.models.people import Channel
from bailiwick_web.crm.services.customers import domain_of
from bailiwick_web.crm.services.people import normal
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.record_fields import ACCOUNTS, CONTACTS

BY_ID, BY_EMAIL, BY_DOMAIN, BY_NAME = "id", "e-mail address", "domain", "name and address"
FREE_MAIL = frozenset(
    (
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "yahoo.com",
        "icloud.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
    )
)
"""Providers of mailboxes, whose domain says nothing about a company."""
Keys = list[tuple[str, str]]


@dataclass
class Known:
    """Records of one kind by what they are known by; what two of them share finds neither.

    Attributes
    ----------
    by
        How → key → primary key of the record, None if several share it.
    has_id
        Records that have an identifier of the source of the file already: another identifier there means another record.
    """

    by: dict[str, dict[str, int | None]] = field(default_factory=dict)
    has_id: set[int] = field(default_factory=set)

    def add(self, how: str, key: str, record: int) -> None:
        """Let a record be known by something."""
        if key:
            keys = self.by.setdefault(how, {})
            keys[key] = record if keys.get(key, record) == record else None

    def find(self, keys: Keys) -> tuple[int | None, str]:
        """The record that is meant, and by what it is known; the surest first."""
        is_identified = any(how == BY_ID for how, _ in keys)
        for how, key in keys:
            found = self.by.get(how, {}).get(key)
            if found is not None and not (how != BY_ID and is_identified and found in self.has_id):
                return found, how
        return None, ""


def folded(*parts: str) -> str:
    """Texts as they are compared: letters and digits.

    Examples
    --------
    >>> folded("Åse & Co.", "02138")
    'aseco|02138'
    """
    return "|".join(map(name_key, parts))


def keys_of(kind: str, row: Mapping[str, str]) -> Keys:
    """What a row of a file is known by, the surest first."""
    found: Keys = [(BY_ID, row.get("external_id", ""))]
    if kind == ACCOUNTS:
        domain = _domain(row.get("website", ""), row.get("email", ""))
        found += [(BY_DOMAIN, domain), (BY_NAME, folded(row.get("name", ""), row.get("postal_code", ""), row.get("city", "")))]
    elif kind == CONTACTS:
        found += [(BY_EMAIL, normal(Channel.EMAIL, row.get("email", ""))), (BY_NAME, folded(full_name(row), row.get("account_key", "")))]
    else:
        found.append((BY_NAME, folded(row.get("name", ""), row.get("account_key", ""))))
    return [(how, key) for how, key in found if key.strip("|")]


def full_name(row: Mapping[str, str]) -> str:
    """Name of a person, of its parts or as it stands."""
    return " ".join(filter(None, (row.get("first_name", ""), row.get("last_name", "")))) or row.get("name", "")


def _domain(website: str, email: str) -> str:
    try:
        domain = domain_of(website, email)
    except ValueError:
        return ""
    return "" if domain in FREE_MAIL else domain


MODELS: dict[str, type[Model]] = {ACCOUNTS: Account, CONTACTS: Contact, "deals": Opportunity}


def known_records(actor: Actor, kind: str, source: str) -> Known:
    """Everything of a kind that the user sees."""
    known = Known()
    records = visible(actor, MODELS[kind])
    if kind == ACCOUNTS:
        _know_accounts(actor, known, records)
    elif kind == CONTACTS:
        for pk, name, account in records.values_list("pk", "name", "account"):
            known.add(BY_NAME, folded(name, str(account or "")), pk)
        points = ContactPoint.objects.filter(contact__in=records.values("pk"), channel=Channel.EMAIL)
        for pk, address in points.values_list("contact", "normal"):
            known.add(BY_EMAIL, address, pk)
    else:
        for pk, name, account in records.values_list("pk", "name", "account"):
            known.add(BY_NAME, folded(name, str(account)), pk)
    _know_ids(known, kind, source, set(records.values_list("pk", flat=True)))
    return known


def _know_accounts(actor: Actor, known: Known, records: Any) -> None:
    mains = visible(actor, Location).filter(is_main=True).values_list("account", "postal_code", "city")
    where = {account: (postal, city) for account, postal, city in mains}
    for pk, name, website, email in records.values_list("pk", "name", "website", "email"):
        known.add(BY_DOMAIN, _domain(website, email), pk)
        known.add(BY_NAME, folded(name, *where.get(pk, ("", ""))), pk)


def _know_ids(known: Known, kind: str, source: str, there: set[int]) -> None:
    rows = ExternalId.objects.filter(source=source, record_type=MODELS[kind]._meta.model_name)
    for external, pk in rows.values_list("external_id", "record_key"):
        if pk in there:
            known.add(BY_ID, external, pk)
            known.has_id.add(pk)


class Names:
    """Accounts as other records name them: by an identifier of the source, or by a name that only one has."""

    def __init__(self, actor: Actor, source: str) -> None:
        accounts = visible(actor, Account)
        self.known = Known()
        self.names: dict[str, str] = {}
        for pk, name in accounts.values_list("pk", "name"):
            self.add(pk, name)
        _know_ids(self.known, ACCOUNTS, source, set(accounts.values_list("pk", flat=True)))

    def add(self, record: int, name: str, external_id: str = "") -> None:
        """Let an account be named."""
        self.known.add(BY_NAME, name_key(name), record)
        self.known.add(BY_ID, external_id, record)
        self.names[name_key(name)] = name

    def find(self, text: str, long_text: str) -> int | None:
        """The account that a cell names."""
        if not text:
            return None
        ids, names = self.known.by.get(BY_ID, {}), self.known.by.get(BY_NAME, {})
        return ids.get(long_text) or ids.get(text) or names.get(name_key(text))

    def nearest(self, text: str) -> str:
        """A name that may have been meant; empty text if none is near."""
        found = get_close_matches(name_key(text), self.names, n=1, cutoff=0.8)
        return self.names[found[0]] if found else ""


def by_keys(model: type[Model], keys: Iterable[int], chunk: int = 500, *related: str) -> dict[int, Any]:
    """Records by primary key."""
    listed: Sequence[int] = sorted(set(keys))
    found: dict[int, Any] = {}
    for at in range(0, len(listed), chunk):
        rows = model._default_manager.filter(pk__in=listed[at : at + chunk])
        found |= {row.pk: row for row in (rows.select_related(*related) if related else rows)}
    return found
