"""What a field of a report is: how it is computed, what it may be asked, who may see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, F, FloatField, Func, Model, Q, QuerySet, When
from django.utils.functional import Promise

from bailiwick_web.core.access import Actor
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import visible

Text = str | Promise


class Kind(StrEnum):
    """What values are, and so what can be asked of them."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    INSTANT = "instant"
    YES_NO = "yes-no"
    RECORD = "record"
    TERRITORY = "territory"


MEASURED = frozenset({Kind.NUMBER, Kind.MONEY})
DATED = frozenset({Kind.DAY, Kind.INSTANT})


@dataclass(frozen=True)
class Ground:
    """For whom, when and in which time zone something is computed."""

    actor: Actor
    zone: ZoneInfo

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.actor.now

    @property
    def today(self) -> date:
        """The present day in the zone."""
        return self.actor.now.astimezone(self.zone).date()

    @cached_property
    def sees_all(self) -> bool:
        """Whether nothing is hidden from them."""
        return self.actor.scope().kind == "all"

    def seen(self, account: str, expression: Any) -> Any:
        """What is told of an account over a record that belongs to it: nothing, if the account itself is not seen.

        Somebody may see a deal because it is theirs, and its account all the same not.
        """
        if self.sees_all or not account:
            return expression
        seen = visible(self.actor, m.Account).values("pk")
        return Case(When(Q(**{f"{account}__in": seen}), then=expression), default=None)


Make = Callable[[Ground], Any]


@dataclass(frozen=True)
class Field:
    """One thing that can be asked of a record.

    Attributes
    ----------
    key, label
        Its name for programs and for people.
    make
        Gives the expression; of a record it is the public identifier, of a territory its code.
    name, order
        Of a record: what it is called, and by what records stand in order.
    currency
        Key of the field that holds the currency of an amount; empty for the currency of the house.
    unpriced
        Of an amount in house currency: rows that have an amount but none in house currency, as no rate was known.
    right
        Who may ask for it, beside being allowed to look.
    is_many
        Whether a record may have several.
    """

    key: str
    label: Text
    kind: Kind
    make: Make
    name: Make | None = None
    order: tuple[str, ...] = ()
    model: type[Model] | None = None
    choices: tuple[tuple[str, Text], ...] = ()
    currency: str = ""
    unpriced: Q | None = None
    right: Right = Right.LOOK
    heading: Text = ""
    unit: str = ""
    is_many: bool = False
    about: Text = ""

    @property
    def is_measured(self) -> bool:
        """Whether it can be added up."""
        return self.kind in MEASURED

    @property
    def is_dated(self) -> bool:
        """Whether it lies in time."""
        return self.kind in DATED


@dataclass(frozen=True)
class Subject:
    """A type of records that reports are made of.

    Attributes
    ----------
    rows
        The records that somebody sees: the one scope.
    page, page_of
        Address of a page, and the path to the identifier that it takes.
    columns
        What a list of records shows unless somebody says otherwise.
    """

    key: str
    label: Text
    model: type[Model]
    rows: Callable[[Actor], QuerySet[Any]]
    fields: tuple[Field, ...]
    columns: tuple[str, ...]
    page: str
    page_of: str = "public_id"
    free: str = ""
    """Type of records whose free fields it has."""
    picked: dict[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "picked", {found.key: found for found in self.fields})


class Epoch(Func):
    """Seconds since 1970 of an instant, on every database."""

    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """By the Julian day."""
        return self.as_sql(compiler, connection, template="((julianday(%(expressions)s) - 2440587.5) * 86400.0)", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """By the calendar of the database."""
        return self.as_sql(compiler, connection, template="EXTRACT(EPOCH FROM %(expressions)s)::double precision", **more)


def path(name: str) -> Make:
    """A field as it is kept."""
    return lambda ground: F(name)
