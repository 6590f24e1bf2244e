"""What the user says when asking: numbers, dates, columns and choices, checked against what a question takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid
from bailiwick_web.insights.kinds import Field, Kind
from bailiwick_web.insights.own import is_own

_MOST_TEXT, _MOST_LINES = 300, 40


@dataclass(frozen=True)
class Asked:
    """What was said."""

    options: dict[str, Any]
    tables: dict[str, UUID | str]
    scenario: UUID | None


def asked(kind: Kind, data: QueryDict) -> Asked:
    """Read the form of a question.

    Raises
    ------
    Invalid
        If something is missing that is needed, or is no number, date or choice.
    """
    options = {field.name: value for field in kind.fields if (value := _value(field, data)) not in ("", None, [])}
    tables = {wanted.name: found for wanted in kind.inputs if (found := _table(data.get(f"table:{wanted.name}")))}
    return Asked(options, tables, identifier(data.get("scenario")) if kind.needs_scenario else None)


def _table(text: str | None) -> UUID | str | None:
    """A table that was brought in, or records of our customers."""
    return text if is_own(text) else identifier(text)


def identifier(text: str | None) -> UUID | None:
    """An identifier, or None for nothing or nonsense."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _value(field: Field, data: Mapping[str, Any]) -> Any:
    text = str(data.get(field.name, "")).strip()
    if not text:
        if field.is_needed:
            raise Invalid(_("“%(label)s” is needed.") % {"label": field.label}, code="needed", field=field.name)
        return field.default if field.kind == "choice" else ""
    return _READERS[field.kind](field, text)


def _number(field: Field, text: str) -> float | int:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not field.least <= value <= field.most or (field.is_whole and value != int(value)):
        words = {"label": field.label, "least": f"{field.least:g}", "most": f"{field.most:g}"}
        raise Invalid(_("“%(label)s” is a number from %(least)s to %(most)s.") % words, code="number", field=field.name)
    return int(value) if field.is_whole else value


def _date(field: Field, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Invalid(_("“%(label)s” is a date such as 2026-01-31.") % {"label": field.label}, code="date", field=field.name) from error


def _choice(field: Field, text: str) -> str:
    if text not in {value for value, _label in field.choices}:
        raise Invalid(_("“%(label)s” has no choice “%(text)s”.") % {"label": field.label, "text": text}, code="choice", field=field.name)
    return text


def _plan(field: Field, text: str) -> str:
    found = identifier(text)
    if found is None:
        raise Invalid(_("“%(label)s” has no choice “%(text)s”.") % {"label": field.label, "text": text}, code="choice", field=field.name)
    return str(found)


def _lines(field: Field, text: str) -> list[str]:
    return [line.strip()[:_MOST_TEXT] for line in text.splitlines() if line.strip()][:_MOST_LINES]


def _text(field: Field, text: str) -> str:
    return text[:_MOST_TEXT]


def _flag(field: Field, text: str) -> bool:
    return True


_READERS: dict[str, Any] = {
    "number": _number,
    "date": _date,
    "choice": _choice,
    "lines": _lines,
    "flag": _flag,
    "text": _text,
    "column": _text,
    "measure": _text,
    "plan": _plan,
}
