"""Filters of SCIM lists (RFC 7644, 3.4.2.2): comparisons joined by ``and`` and ``or``; nothing of them is ever run as a program."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from bailiwick_web.core.refusals import Invalid
from bailiwick_web.exchange.scim.refusing import invalid

LONGEST = 1_000
_PART = re.compile(r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[A-Za-z_][\w.:$-]*))')
LOOKUPS = {"eq": "iexact", "co": "icontains", "sw": "istartswith", "ew": "iendswith"}


@dataclass(frozen=True)
class Column:
    """What an attribute is in the database.

    Attributes
    ----------
    field
        Of the model.
    read
        Makes a value of the database of a text; by default texts are compared without regard to case.
    """

    field: str
    read: Callable[[str], Any] | None = None


def condition(text: str, columns: Mapping[str, Column]) -> Q:
    """A filter as a condition on rows.

    Parameters
    ----------
    columns
        Attribute in small letters → column.

    Raises
    ------
    Invalid
        With ``invalidFilter`` if it cannot be read.
    """
    words = _words(text)
    either, together = Q(), Q()
    is_first = True
    while words:
        if not is_first:
            joint = words.pop(0).lower()
            if joint not in {"and", "or"} or not words:
                raise _bad(text)
            if joint == "or":
                either, together = either | together, Q()
        together &= _comparison(words, columns, text)
        is_first = False
    if is_first:
        raise _bad(text)
    return either | together if either else together


def _words(text: str) -> list[str]:
    found, place = [], 0
    text = text.strip()
    while place < len(text):
        part = _PART.match(text, place)
        if part is None or len(text) > LONGEST:
            raise _bad(text)
        found.append(part[0].strip())
        place = part.end()
    return found


def _comparison(words: list[str], columns: Mapping[str, Column], text: str) -> Q:
    if len(words) < 2:
        raise _bad(text)
    column, operator = columns.get(words.pop(0).lower().rpartition(":user:")[2]), words.pop(0).lower()
    if column is None:
        raise _bad(text)
    if operator == "pr":
        return ~Q(**{f"{column.field}__isnull": True})
    if not words or operator not in {*LOOKUPS, "ne"}:
        raise _bad(text)
    value = _value(words.pop(0), text)
    if column.read is not None:
        try:
            fits = Q(**{column.field: column.read(value)})
        except ValueError:
            fits = Q(pk__in=[])
        if operator not in {"eq", "ne"}:
            raise _bad(text)
        return ~fits if operator == "ne" else fits
    fits = Q(**{f"{column.field}__{LOOKUPS.get(operator, 'iexact')}": value})
    return ~fits if operator == "ne" else fits


def _value(word: str, text: str) -> str:
    if not word.startswith('"'):
        return word
    try:
        return str(json.loads(word))
    except ValueError:
        raise _bad(text) from None


def _bad(text: str) -> Invalid:
    return invalid(f"This filter cannot be read: {text[:120]}", code="invalidFilter")
