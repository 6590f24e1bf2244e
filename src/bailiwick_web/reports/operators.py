"""What a field can be asked, by its kind, and the condition that it makes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.core.refusals import Invalid
from bailiwick_web.reports import periods
from bailiwick_web.reports.registry import Field, Ground, Kind

MOST_VALUES = 200
ME = "me"
LABELS = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "contains": gettext_lazy("contains"),
    "lacks": gettext_lazy("does not contain"),
    "equals": gettext_lazy("equals"),
    "least": gettext_lazy("at least"),
    "most": gettext_lazy("at most"),
    "between": gettext_lazy("between"),
    "last": gettext_lazy("in the last"),
    "not_last": gettext_lazy("not in the last, or never"),
    "next": gettext_lazy("in the next"),
    "this": gettext_lazy("in this"),
    "previous": gettext_lazy("in the previous"),
    "past": gettext_lazy("is past"),
    "yes": gettext_lazy("is so"),
    "no": gettext_lazy("is not so"),
    "empty": gettext_lazy("is empty"),
    "known": gettext_lazy("is not empty"),
}
_EITHER = ("empty", "known")
_NUMBERS = ("least", "most", "between", "equals", *_EITHER)
_TIMES = ("last", "this", "previous", "next", "not_last", "between", "past", *_EITHER)
OPERATORS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("is", "is_not", "contains", "lacks", *_EITHER),
    Kind.CHOICE: ("is", "is_not", *_EITHER),
    Kind.RECORD: ("is", "is_not", "contains", *_EITHER),
    Kind.TERRITORY: ("is", "is_not", *_EITHER),
    Kind.NUMBER: _NUMBERS,
    Kind.MONEY: _NUMBERS,
    Kind.DAY: _TIMES,
    Kind.INSTANT: _TIMES,
    Kind.YES_NO: ("yes", "no", *_EITHER),
}
NEEDS = {
    **dict.fromkeys(("is", "is_not"), "many"),
    **dict.fromkeys(("contains", "lacks"), "text"),
    **dict.fromkeys(("equals", "least", "most"), "number"),
    "between": "two",
    **dict.fromkeys(("last", "not_last", "next"), "span"),
    **dict.fromkeys(("this", "previous"), "unit"),
}
"""Operator → what it is compared with; the others need nothing."""


def checked_values(field: Field, op: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """What a field is compared with, if it fits its kind.

    Raises
    ------
    Invalid
        If something is missing, too much or of another kind: it names the field.
    """
    need = NEEDS.get(op)
    if need is None:
        return ()
    if not values or len(values) > MOST_VALUES or ((need == "two") != (len(values) == 2) and need != "many"):
        said = {"field": field.label, "op": LABELS[op]}
        raise Invalid(_("“%(field)s” %(op)s … what? Say what it is compared with.") % said, code="report", field=field.key)
    for value in values:
        _check(field, need, value)
    return values


def _check(field: Field, need: str, value: str) -> None:
    if len(value) > 300:
        raise Invalid(_("A text to compare with has at most 300 characters."), code="report", field=field.key)
    if need == "span":
        periods.span(value)
    elif need == "unit":
        periods.whole(value, date(2026, 1, 1))
    elif need in {"number", "two"}:
        _day_of(field, value) if field.is_dated else _number_of(field, value)
    elif field.kind is Kind.RECORD and need == "many" and value != ME:
        _key_of(field, value)
    elif field.kind is Kind.CHOICE and value not in dict(field.choices):
        said = {"field": field.label, "found": value[:40], "known": ", ".join(dict(field.choices))}
        raise Invalid(_("“%(field)s” has no value “%(found)s”; there are: %(known)s.") % said, code="report", field=field.key)


def _key_of(field: Field, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        said = {"field": field.label, "found": value[:40]}
        raise Invalid(_("“%(field)s” is compared with identifiers of records, found “%(found)s”.") % said, code="report") from None


def _number_of(field: Field, value: str) -> Decimal:
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        said = {"field": field.label, "found": value[:40]}
        raise Invalid(_("“%(field)s” is compared with a number such as 1000.50, found “%(found)s”.") % said, code="report", field=field.key)
    return number


def _day_of(field: Field, value: str) -> date:
    try:
        found = parse_date(value)
    except ValueError:
        found = None
    if found is None or not 1 < found.year < 9998:
        said = {"field": field.label, "found": value[:40]}
        raise Invalid(_("“%(field)s” is compared with a day such as 2026-03-31, found “%(found)s”.") % said, code="report", field=field.key)
    return found


def condition(ground: Ground, field: Field, name: str, op: str, values: tuple[str, ...], called: str) -> Q:
    """The condition on an expression called ``name``; ``called`` is the one with the name of a record."""
    if op in _EITHER:
        is_empty = Q(**{f"{name}__isnull": True})
        if field.kind in {Kind.TEXT, Kind.CHOICE}:
            is_empty |= Q(**{name: ""})
        return is_empty if op == "empty" else ~is_empty
    if field.is_dated:
        return _in_time(ground, field, name, op, values)
    if field.is_measured:
        return _in_numbers(field, name, op, values)
    if field.kind is Kind.YES_NO:
        return Q(**{name: op == "yes"})
    if op in {"contains", "lacks"}:
        has = Q(**{f"{called}__icontains": values[0]})
        return has if op == "contains" else ~has | Q(**{f"{called}__isnull": True})
    wanted: list[Any] = [_mine(ground, v) for v in values] if field.kind is Kind.RECORD else list(values)
    one = Q(**{f"{name}__in": [value for value in wanted if value is not None]})
    return one if op == "is" else ~one | Q(**{f"{name}__isnull": True})


def _mine(ground: Ground, value: str) -> UUID | None:
    """An identifier; ``me`` stands for the person of whoever looks."""
    if value != ME:
        return UUID(value)
    person = getattr(ground.actor.user, "person", None) if ground.actor.user is not None else None
    return person.public_id if person is not None else None


def _in_numbers(field: Field, name: str, op: str, values: tuple[str, ...]) -> Q:
    numbers = [_number_of(field, value) for value in values]
    if op == "between":
        return Q(**{f"{name}__gte": min(numbers), f"{name}__lte": max(numbers)})
    return Q(**{f"{name}{ {'least': '__gte', 'most': '__lte', 'equals': ''}[op] }": numbers[0]})


def _in_time(ground: Ground, field: Field, name: str, op: str, values: tuple[str, ...]) -> Q:
    if op == "past":
        return Q(**{f"{name}__lt": ground.now if field.kind is Kind.INSTANT else ground.today})
    period = period_of(ground, field, op, values)
    if op == "not_last":
        return Q(**{f"{name}__lt": _start(ground, field, period.start)}) | Q(**{f"{name}__isnull": True})
    return within(ground, field, name, period)


def within(ground: Ground, field: Field, name: str, period: periods.Period) -> Q:
    """In the days of a period, as they are in the zone."""
    return Q(**{f"{name}__gte": _start(ground, field, period.start), f"{name}__lt": _start(ground, field, period.end)})


def period_of(ground: Ground, field: Field, op: str, values: tuple[str, ...]) -> periods.Period:
    """The days that a condition on time means today."""
    if op in {"last", "not_last"}:
        return periods.last(values[0], ground.today)
    if op == "next":
        return periods.coming(values[0], ground.today)
    if op == "between":
        days = sorted(_day_of(field, value) for value in values)
        return periods.Period(days[0], days[1] + timedelta(days=1))
    return periods.whole(values[0], ground.today, 0 if op == "this" else -1)


def _start(ground: Ground, field: Field, on: date | None) -> date | datetime | None:
    return periods.instant_of(on, ground.zone) if field.kind is Kind.INSTANT and on is not None else on
