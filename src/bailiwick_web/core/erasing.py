"""What becomes of the words that tell of a person when they are erased: each app says it of every column of its tables that holds text.

A column either goes with the person, by what the app registers with :func:`forgets`; or it may name them anywhere, so that their words are
taken out of it; or it tells of nobody. A test finds columns of which nobody said anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, JSONField, Max, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry

ERASED = "–"
TEXTS = frozenset(("CharField", "TextField", "JSONField", "BinaryField", "EmailField", "URLField", "SlugField"))
"""Kinds of columns that can name somebody."""
CHUNK = 500
_ALL = Q()


@dataclass(frozen=True)
class Told:
    """How somebody is found elsewhere.

    Attributes
    ----------
    texts
        Their names, also short ones, and how to reach them.
    words
        What tells of them and hardly of anybody else.
    """

    texts: tuple[str, ...]
    words: tuple[str, ...]


Forget = Callable[[Actor, Any, Told], None]
FORGETS: list[Forget] = []


@dataclass(frozen=True)
class Columns:
    """What becomes of the texts of a table.

    Attributes
    ----------
    goes
        Gone or emptied with the person.
    names
        May name them: their words are taken out.
    same
        Names of companies and the like: taken out only where nothing else stands there.
    nobody
        Tells of nobody, or of a colleague.
    follow
        Sets again what is made of the others.
    is_log
        Whether rows are added and never changed but here.
    """

    goes: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    same: frozenset[str] = frozenset()
    nobody: frozenset[str] = frozenset()
    follow: Callable[[Any], Any] | None = None
    made: frozenset[str] = frozenset()
    is_log: bool = False

    @property
    def all(self) -> frozenset[str]:
        """Every column that something is said of."""
        return self.goes | self.names | self.same | self.nobody | self.made


DECLARED: dict[type[Model], Columns] = {}


def declare(
    model: type[Model],
    *,
    goes: Iterable[str] = (),
    names: Iterable[str] = (),
    same: Iterable[str] = (),
    nobody: Iterable[str] = (),
    made: Iterable[str] = (),
    follow: Callable[[Any], Any] | None = None,
    is_log: bool = False,
) -> None:
    """Say what becomes of the texts of a table; ``made`` are set again by ``follow`` when others lost words."""
    DECLARED[model] = Columns(frozenset(goes), frozenset(names), frozenset(same), frozenset(nobody), follow, frozenset(made), is_log)


def forgets(function: Forget) -> Forget:
    """Register what an app does when somebody is erased: it gets who, and how they are found."""
    FORGETS.append(function)
    return function


def texts_of(model: type[Model]) -> frozenset[str]:
    """Columns of a table that can name somebody: those whose values nobody chose from a list."""
    return frozenset(f.name for f in model._meta.concrete_fields if f.get_internal_type() in TEXTS and not f.choices)


@dataclass(frozen=True)
class Found:
    """Where words stood before the transaction that takes them out.

    Attributes
    ----------
    keys
        Rows that held one of them, by table.
    last
        The last row that there was of each table.
    since
        What was changed since then may hold one by now.
    """

    keys: Mapping[type[Model], Sequence[int]]
    last: Mapping[type[Model], int]
    since: datetime


LONGEST_WRITE = timedelta(hours=1)
"""So long ago somebody may have begun what was written after the look: rows say when it began."""


def look_ahead(words: Sequence[str], now: datetime) -> Found | None:
    """Find the rows that hold words without keeping anybody from writing, so that the transaction of :func:`sweep` is short.

    SQLite lets nobody write while a transaction lasts; elsewhere there is nothing to be gained.
    """
    wanted = [word for word in dict.fromkeys(words) if word]
    if connection.vendor != "sqlite" or not wanted:
        return None
    tables = [(model, columns) for model, columns in DECLARED.items() if columns.names or columns.same]
    last = {model: model._base_manager.aggregate(last=Max("pk"))["last"] or 0 for model, _columns in tables}
    keys = {model: list(_holding(model, columns, wanted).values_list("pk", flat=True)) for model, columns in tables}
    return Found(keys, last, now - LONGEST_WRITE)


def unname(public_id: UUID) -> None:
    """Take the name of a record out of its entries in the history, where that name told of somebody."""
    AuditEntry.objects.filter(record_id=str(public_id)).exclude(record_name="").update(record_name=ERASED)


def sweep(words: Sequence[str], found: Found | None = None) -> int:
    """Take words out of every column that may name somebody; the number of rows that held them.

    To be called in the transaction that erases. History is never changed but here: entries stay, without the words.

    Parameters
    ----------
    found
        What :func:`look_ahead` found of the same words: only what was written since is looked through then.
    """
    wanted = [word for word in dict.fromkeys(words) if word]
    if not wanted:
        return 0
    pattern = re.compile("|".join(map(re.escape, sorted(wanted, key=len, reverse=True))), re.IGNORECASE)
    tables = [(model, columns) for model, columns in DECLARED.items() if columns.names or columns.same]
    return sum(_sweep(row, columns, pattern) for model, columns in tables for row in _rows(model, columns, wanted, found))


def _rows(model: type[Model], columns: Columns, words: Sequence[str], found: Found | None) -> Iterator[Any]:
    """Rows that may hold a word, each once: those that were found, and those that came since."""
    if found is None:
        yield from _holding(model, columns, words).order_by("pk").iterator(chunk_size=CHUNK)
        return
    keys = found.keys[model]
    for start in range(0, len(keys), CHUNK):
        yield from model._base_manager.filter(pk__in=keys[start : start + CHUNK]).order_by("pk")
    late = Q(pk__gt=found.last[model])
    if any(field.name == "changed_at" for field in model._meta.concrete_fields):
        late |= Q(changed_at__gte=found.since)
    elif not columns.is_log:
        late = _ALL  # nothing says when a row was changed: these tables are short
    seen = frozenset(keys)
    rows = _holding(model, columns, words, late).order_by("pk")
    yield from (row for row in rows.iterator(chunk_size=CHUNK) if row.pk not in seen)


def _sweep(row: Any, columns: Columns, pattern: re.Pattern[str]) -> bool:
    """Take the words out of a row; whether it held one."""
    changed = dict(_without(row, columns, pattern))
    if not changed:
        return False
    for name, value in changed.items():
        setattr(row, name, value)
    if columns.follow is not None:
        columns.follow(row)
        changed |= {name: getattr(row, name) for name in columns.made}
    if any(field.name == "version" for field in row._meta.concrete_fields):
        changed["version"] = F("version") + 1  # who has the record open must not bring the words back
    type(row)._base_manager.filter(pk=row.pk).update(**changed)
    return True


def _holding(model: type[Model], columns: Columns, words: Sequence[str], of: Q = _ALL) -> QuerySet[Any]:
    """Those of some rows that may hold one of the words; databases fold letters differently, so that some are found for nothing."""
    rows, fits = model._base_manager.filter(of), Q()  # in this order, so that SQLite looks into few texts only
    for name in (*columns.names, *columns.same):
        column = name
        if isinstance(model._meta.get_field(name), JSONField):
            column = f"{name}_as_text"
            rows = rows.annotate(**{column: Cast(name, TextField())})
        for word in _spellings(words, is_json=column != name):
            fits |= Q(**{f"{column}__icontains": word})
    return rows.filter(fits)


def _spellings(words: Sequence[str], *, is_json: bool) -> Iterator[str]:
    """Words as a database may keep them: SQLite folds no letters but those of ASCII, and JSON escapes others."""
    for word in words:
        spelled = [word] if word.isascii() else dict.fromkeys((word, word.lower(), word.upper(), word.title()))
        for text in spelled:
            yield text
            if is_json and (escaped := json.dumps(text)[1:-1]) != text:
                yield escaped


def _without(row: Any, columns: Columns, pattern: re.Pattern[str]) -> Iterator[tuple[str, Any]]:
    for name in (*columns.names, *columns.same):
        value = getattr(row, name)
        if name in columns.same and not (isinstance(value, str) and pattern.fullmatch(value.strip())):
            continue
        cleaned = without(value, pattern)
        if cleaned != value:
            yield name, cleaned


def without(value: Any, pattern: re.Pattern[str]) -> Any:
    """A value of JSON with a dash for what a pattern finds."""
    if isinstance(value, str):
        return pattern.sub(ERASED, value)
    if isinstance(value, Mapping):
        return {without(key, pattern): without(inner, pattern) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without(inner, pattern) for inner in value]
    return value
