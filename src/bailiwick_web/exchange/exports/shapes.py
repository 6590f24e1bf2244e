"""What tables of records are made of: columns under names that the importer knows again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from bailiwick_web.crm import models as m
from bailiwick_web.exchange.record_kinds import OWN_ID

Column = tuple[str, Callable[[Any], Any]]
AT_ONCE = 1_000


def of(name: str) -> Callable[[Any], Any]:
    """A field, or one of a record that it names."""
    first, _dot, rest = name.partition(".")
    if not rest:
        return lambda record: getattr(record, first)
    inner = of(rest)
    return lambda record: None if getattr(record, first) is None else inner(getattr(record, first))


def fields(*pairs: tuple[str, str]) -> tuple[Column, ...]:
    """Fields under their headers."""
    return tuple((header, of(name)) for header, name in pairs)


def point(channel: str) -> Callable[[Any], Any]:
    """How a contact is reached on a channel."""
    return lambda contact: next((p.value for p in contact.points.all() if p.channel == channel), "")


def main(name: str) -> Callable[[Any], Any]:
    """A part of the main address of an account."""

    def get(account: m.Account) -> Any:
        place = next((p for p in account.locations.all() if p.is_main and p.deleted_at is None), None)
        return None if place is None else getattr(place, name)

    return get


def words_of(name: str) -> Callable[[Any], Any]:
    """A list of words in one cell."""
    return lambda record: ", ".join(getattr(record, name))


def price(name: str) -> Callable[[Any], Any]:
    """A part of the list price of a product."""
    return lambda product: next((getattr(p, name) for p in product.prices.all() if p.book == "standard"), None)


STAMPS = fields(("Created", "created_at"), ("Changed", "changed_at"))
ID = fields((OWN_ID, "public_id"))
PLACE = ("street", "city", "region", "postal_code", "country")
BILLING = ("Billing Street", "Billing City", "Billing State/Province", "Billing Zip/Postal Code", "Billing Country")
PLAIN = ("Street", "City", "State/Region", "Postal Code", "Country")


@dataclass(frozen=True)
class Table:
    """One kind of record as a table.

    Attributes
    ----------
    label
        What it is called, where it cannot be imported.
    related
        What is read with the rows.
    filters
        What a list may be narrowed by, as on its page and over the interface.
    """

    kind: str
    model: type[Model]
    columns: tuple[Column, ...]
    related: tuple[str, ...] = ()
    filters: tuple[str, ...] = ("q", "changed_since")
    label: Any = ""
