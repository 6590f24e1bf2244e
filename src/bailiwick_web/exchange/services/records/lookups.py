"""Records as other records name them: by an identifier, a number, an e-mail address, a domain, or a name that only one has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

from django.db.models import Model

from bailiwick.formats.synonyms import name_key
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.crm.models import (
    Account,
    Case,
    Contact,
    ContactPoint,
    ExternalId,
    Lead,
    NeedQuestion,
    Opportunity,
    Order,
    Product,
    ProductLine,
)
from bailiwick_web.crm.models.people import Channel
from bailiwick_web.crm.services.customers import domain_of
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.record_fields import BAILIWICK, FILE, long_id
from bailiwick_web.exchange.record_kinds import (
    ACCOUNTS,
    CASES,
    CATEGORIES,
    CONTACTS,
    LEADS,
    OPPORTUNITIES,
    ORDERS,
    PRODUCTS,
    QUESTIONS,
    SURVEYS,
)
from bailiwick_web.listening.models import Survey

PEOPLE = "people"
BY_ID, BY_CODE, BY_EMAIL, BY_DOMAIN, BY_NAME = "id", "number", "e-mail address", "domain", "name"
FREE_MAIL = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com aol.com gmx.de gmx.net web.de
    """.split()  # noqa: SIM905  reads better
)
"""Providers of mailboxes, whose domain says nothing about a company."""
_ROWS_OF_A_PART = 10**10
_MOST_NAMES, _MOST_ASKED = 20_000, 200
"""Names that are searched for what is nearly one, and how often."""
Named = Iterable[tuple[str, str, int]]


class Lookup:
    """Records of one type; what two of them share finds neither.

    Attributes
    ----------
    by
        (How, key) → key of the record, or None if several share it. Keys below zero are records that come with the same import.
    """

    def __init__(self, named: Named = ()) -> None:
        self.by: dict[tuple[str, str], int | None] = {}
        self.shown: dict[str, str] = {}
        self._nearest: dict[str, str] = {}
        for how, key, record in named:
            self.add(how, key, record)

    def add(self, how: str, key: str, record: int) -> None:
        """Let a record be named by something."""
        text = key
        if how != BY_ID and not how.startswith(f"{BY_ID}:"):
            key = name_key(key) if how == BY_NAME else key.strip().casefold()
        if not key:
            return
        known = self.by.get((how, key), record)
        self.by[how, key] = record if known == record else None
        if how == BY_NAME:
            self.shown[key] = text

    def find(self, text: str, sources: Iterable[str]) -> tuple[int | None, str]:
        """The record that a cell means, and how it is known; the surest first."""
        if not text:
            return None, ""
        for source in sources:
            found = self.by.get((f"{BY_ID}:{source}", long_id(text))) or self.by.get((f"{BY_ID}:{source}", text))
            if found is not None:
                return found, BY_ID
        plain = text.strip().casefold()
        for how, key in ((BY_CODE, plain), (BY_EMAIL, plain), (BY_NAME, name_key(text)), (BY_DOMAIN, plain.removeprefix("www."))):
            found = self.by.get((how, key))
            if found is not None:
                return found, how
        return None, ""

    def nearest(self, text: str) -> str:
        """A name that may have been meant; empty text if none is near, or there are too many to search."""
        if text in self._nearest:
            return self._nearest[text]
        if len(self.shown) > _MOST_NAMES or len(self._nearest) >= _MOST_ASKED:
            return ""
        found = get_close_matches(name_key(text), self.shown, n=1, cutoff=0.8)
        self._nearest[text] = self.shown[found[0]] if found else ""
        return self._nearest[text]


def domain(website: str, email: str) -> str:
    """The domain that tells a company; empty for providers of mailboxes."""
    try:
        found = domain_of(website, email)
    except ValueError:
        return ""
    return "" if found in FREE_MAIL else found


def _accounts(rows: Any) -> Named:
    for pk, name, code, website, email in rows.values_list("pk", "name", "code", "website", "email"):
        yield from ((BY_NAME, name, pk), (BY_CODE, code, pk), (BY_DOMAIN, domain(website, email), pk))


def _contacts(rows: Any) -> Named:
    for pk, name in rows.values_list("pk", "name"):
        yield BY_NAME, name, pk
    points = ContactPoint.objects.filter(contact__in=rows.values("pk"), channel=Channel.EMAIL)
    for pk, address in points.values_list("contact", "normal"):
        yield BY_EMAIL, address, pk


def _leads(rows: Any) -> Named:
    for pk, name, email in rows.values_list("pk", "name", "email"):
        yield from ((BY_NAME, name, pk), (BY_EMAIL, email, pk))


def _coded(rows: Any) -> Named:
    for pk, name, code in rows.values_list("pk", "name", "code"):
        yield from ((BY_NAME, name, pk), (BY_CODE, code, pk))


def _people(rows: Any) -> Named:
    for pk, name, email in rows.values_list("pk", "name", "user__email"):
        yield from ((BY_NAME, name, pk), (BY_EMAIL, email or "", pk))


def _by(field: str, how: str) -> Callable[[Any], Named]:
    return lambda rows: ((how, text, pk) for pk, text in rows.values_list("pk", field))


def _questions(rows: Any) -> Named:
    for pk, text, template in rows.values_list("pk", "text", "template__name"):
        yield from ((BY_NAME, text, pk), (BY_NAME, in_template(template, text), pk))


def in_template(template: str, question: str) -> str:
    """A question as it is named where another template asks the same."""
    return f"{template}: {question}"


LOADERS: dict[str, tuple[type[Model], Callable[[Any], Named]]] = {
    ACCOUNTS: (Account, _accounts),
    CONTACTS: (Contact, _contacts),
    LEADS: (Lead, _leads),
    OPPORTUNITIES: (Opportunity, _by("name", BY_NAME)),
    PRODUCTS: (Product, _coded),
    CATEGORIES: (ProductLine, _coded),
    ORDERS: (Order, _by("number", BY_CODE)),
    CASES: (Case, lambda rows: ()),
    PEOPLE: (Person, _people),
    SURVEYS: (Survey, _by("name", BY_NAME)),
    QUESTIONS: (NeedQuestion, _questions),
}


class Lookups:
    """Lookups of all types, loaded when first asked for.

    Attributes
    ----------
    is_shared
        Whether the parts of one import share them, so that one may name what another one brings.
    """

    def __init__(self, actor: Actor, *, is_shared: bool = False) -> None:
        self.actor, self.is_shared = actor, is_shared
        self.loaded: dict[str, Lookup] = {}
        self.how: Counter[tuple[str, str]] = Counter()
        self.facts: dict[int, Any] = {}
        self._first = -_ROWS_OF_A_PART

    def of(self, kind: str) -> Lookup:
        """Records of a kind that the user sees, and those that come with the import."""
        if kind not in self.loaded:
            model, load = LOADERS[kind]
            rows = visible(self.actor, model)
            lookup = self.loaded[kind] = Lookup(load(rows))
            there = set()
            for pk, public_id in rows.values_list("pk", "public_id"):
                there.add(pk)
                lookup.add(f"{BY_ID}:{BAILIWICK}", str(public_id), pk)
            ids = ExternalId.objects.filter(record_type=model._meta.model_name).values_list("source", "external_id", "record_key")
            for source, external, pk in ids.iterator():
                if pk in there:
                    lookup.add(f"{BY_ID}:{source}", external, pk)
        return self.loaded[kind]

    def next_part(self) -> None:
        """Let rows of another file have keys of their own."""
        self._first += _ROWS_OF_A_PART

    def coming(self, row: int) -> int:
        """A key for a record that comes with the import: of the first or only file, the number of its row below zero."""
        return -(self._first + row)


def sources_for(source: str) -> tuple[str, ...]:
    """Whose identifiers a cell may hold: those of its system, or of files with such a column, or of any file."""
    return (source, FILE) if source.startswith(f"{FILE}:") else (source,)
