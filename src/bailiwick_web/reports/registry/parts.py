"""Fields that several types of records have: of their account, of who looks after them, of time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Person, Position
from bailiwick_web.crm import models as m
from bailiwick_web.crm.services.routing import BASE
from bailiwick_web.crm.visibility import present
from bailiwick_web.reports.registry.kinds import Epoch, Field, Ground, Kind, Make, Text, path

ACCOUNT, WHO, WHEN = _("Account"), _("Who and where"), _("When")


def choices_of(choices: Any) -> tuple[tuple[str, Text], ...]:
    """The values of an enumeration and what they are called."""
    return tuple((str(value), label) for value, label in choices)


def account_fields(prefix: str) -> tuple[Field, ...]:
    """Fields of the account that a record belongs to; empty prefix: of an account itself.

    Its name is told as everywhere; all else only to those who see the account.
    """
    to = f"{prefix}__" if prefix else ""

    def of(name: str) -> Make:
        return lambda ground: ground.seen(prefix, F(f"{to}{name}"))

    def at(name: str) -> Make:
        return lambda ground: ground.seen(prefix, _main_location(f"{to}pk", name))

    plain = Kind.TEXT
    found = (
        Field("account_state", _("State of the account"), Kind.CHOICE, of("state"), choices=choices_of(m.Account.State.choices)),
        Field("account_segment", _("Segment"), plain, of("segment")),
        Field("account_tier", _("Class"), plain, of("tier")),
        Field("account_industry", _("Industry"), plain, of("industry")),
        Field("account_city", _("City"), plain, at("city")),
        Field("account_region", _("State or province"), plain, at("region")),
        Field("account_country", _("Country"), plain, at("country")),
    )
    record = Field(
        "account", _("Account"), Kind.RECORD, path(f"{to}public_id"), name=path(f"{to}name"), model=m.Account, order=(f"{to}name",)
    )
    return tuple(_under(field, ACCOUNT) for field in (record, *found, territory_field(prefix)))


def _main_location(account: str, name: str) -> Subquery:
    rows = m.Location.objects.filter(account=OuterRef(account), is_main=True, deleted_at__isnull=True)
    return Subquery(rows.values(name)[:1])


def territory_field(prefix: str) -> Field:
    """The territory that the account is in today, by the published plan."""
    account = f"{prefix}__pk" if prefix else "pk"

    def make(ground: Ground) -> Any:
        rows = m.AccountTerritory.objects.filter(present(ground.now), account=OuterRef(account), layer=BASE)
        return ground.seen(prefix, Subquery(rows.values("territory__code")[:1]))

    return Field("territory", _("Territory"), Kind.TERRITORY, make, heading=WHO, about=_("That the account is in today."))


def credited_field(name: str = "territory") -> Field:
    """The territory that a result counts for, as it was on its day."""
    about = _("As it was on the day of the result.")
    return Field("credited_territory", _("Territory credited"), Kind.TERRITORY, path(f"{name}__code"), heading=WHO, about=about)


def rep_fields(prefix: str = "", *, person: bool = True) -> tuple[Field, ...]:
    """Who works on it, for which position, in which part of the organisation."""
    to = f"{prefix}__" if prefix else ""
    found = [
        _record("position", _("Position"), f"{to}position", Position),
        _record("node", _("Part of the organisation"), f"{to}position__node", None),
    ]
    if person:
        found.insert(0, _record("rep", _("Rep"), f"{to}person", Person))
    return tuple(found)


def _record(key: str, label: Text, to: str, model: Any) -> Field:
    return Field(
        key, label, Kind.RECORD, path(f"{to}__public_id"), name=path(f"{to}__name"), order=(f"{to}__name",), model=model, heading=WHO
    )


def holder_field() -> Field:
    """Who looks after an account: its owner, else whoever fills the position that has it today."""

    def holder(ground: Ground, name: str) -> Subquery:
        rows = m.AccountTerritory.objects.filter(present(ground.now), account=OuterRef("pk"), layer=BASE)
        staffed = "position__staffings__"
        until = Q(**{f"{staffed}valid_until__isnull": True}) | Q(**{f"{staffed}valid_until__gt": ground.today})
        rows = rows.filter(until, **{f"{staffed}valid_from__lte": ground.today}).order_by(f"-{staffed}pk")
        return Subquery(rows.values(f"{staffed}person__{name}")[:1])

    return Field(
        "rep",
        _("Rep"),
        Kind.RECORD,
        lambda ground: Coalesce(F("owner__public_id"), holder(ground, "public_id"), output_field=UUIDField()),
        name=lambda ground: Coalesce(F("owner__name"), holder(ground, "name")),
        model=Person,
        heading=WHO,
        about=_("Its owner, else who fills the position that has it today."),
    )


def instant(key: str, label: Text, name: str) -> Field:
    """A moment."""
    return Field(key, label, Kind.INSTANT, path(name), heading=WHEN)


def day(key: str, label: Text, name: str) -> Field:
    """A day, the same in every time zone."""
    return Field(key, label, Kind.DAY, path(name), heading=WHEN)


def text(key: str, label: Text) -> Field:
    """A text as it is kept."""
    return Field(key, label, Kind.TEXT, path(key))


def choice(key: str, label: Text, choices: Any, name: str = "") -> Field:
    """One of a few values."""
    return Field(key, label, Kind.CHOICE, path(name or key), choices=choices_of(choices))


def number(key: str, label: Text, make: Make, unit: str = "") -> Field:
    """Something that is counted or measured."""
    return Field(key, label, Kind.NUMBER, make, unit=unit)


def hours_between(start: str, end: str) -> Make:
    """Hours from one instant to another."""
    return lambda ground: ExpressionWrapper((Epoch(F(end)) - Epoch(F(start))) / 3600.0, output_field=FloatField())


def days_since(start: str, end: str | None = None) -> Make:
    """Days from an instant to another, or until now."""

    def make(ground: Ground) -> Any:
        last = F(end) if end else Value(ground.now, output_field=DateTimeField())
        return ExpressionWrapper((Epoch(last) - Epoch(F(start))) / 86_400.0, output_field=FloatField())

    return make


def whether(condition: Q | Exists, unknown: Q | None = None) -> Any:
    """Yes or no; neither where it is unknown."""
    cases = [When(condition, then=Value(True))]
    if unknown is not None:
        cases.insert(0, When(unknown, then=Value(None)))
    return Case(*cases, default=Value(False), output_field=BooleanField(null=True))


def _under(field: Field, heading: Text) -> Field:
    return field if field.heading else replace(field, heading=heading)
