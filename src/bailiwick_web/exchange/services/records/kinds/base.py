"""What a kind of record says of itself, so that it can be compared, written and taken back; and how most of them do it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Model, Q

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import PersonalValue
from bailiwick_web.crm.services import many, writing
from bailiwick_web.crm.services.many import archive_all
from bailiwick_web.crm.services.many.writing import parts
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.record_fields import BAILIWICK
from bailiwick_web.exchange.services.records.known import Keys, Known, by_keys
from bailiwick_web.exchange.services.records.lookups import LOADERS
from bailiwick_web.exchange.services.records.reading import Cells, Reader, Row

AT_ONCE = 1_000
Changed = tuple[Row, Any, Mapping[str, Any]]
"""A row, the record that it changes, and what is new of it."""
Before = tuple[Any, Mapping[str, Any]]
"""A record, and what stood there before."""


class Kind(ABC):
    """Most kinds of records: fields, references, one service to change them."""

    key: ClassVar[str]
    spec: ClassVar[writing.Spec[Any]]
    own: ClassVar[tuple[str, ...]] = ()
    """Fields that are taken as they are."""
    related: ClassVar[tuple[str, ...]] = ()
    """What is read with records that are compared."""
    its_own: ClassVar[frozenset[str]] = frozenset(("timelineevent", "stagechange", "handover"))
    """Names of models that go along with a record and stand on nothing."""
    free: ClassVar[Mapping[str, Q]] = {}
    """Name of a model → which of its records do not keep a record from being taken back."""
    parts_of: ClassVar[Mapping[str, str]] = {}
    """Name of a model in ``free`` → its field for the record that it is a part of."""
    is_personal: ClassVar[bool] = False
    """Whether what stood there before tells of a person."""
    parent: ClassVar[str] = ""
    """Field that names another record of the kind, which may stand further down in the file."""

    hangs: ClassVar[Mapping[str, str]] = {}
    """Name of a change (``+…``) → the relation with what it replaces."""

    def __init__(self) -> None:
        self.cache: dict[str, Any] = {}

    @property
    def model(self) -> type[Any]:
        """Of the records."""
        model: type[Any] = self.spec.model
        return model

    def given(self, cells: Cells) -> dict[str, Any]:
        """Own fields; an empty cell says nothing, so that it changes nothing."""
        return {name: cells[name] for name in self.own if cells.get(name)}

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:  # noqa: B027  most kinds need nothing here
        """Look up what a row names, and take what is not a field as it stands; refused by ``Invalid``."""

    def keys(self, row: Row, cells: Cells) -> Keys:
        """What a row is known by beside its identifier, the surest first."""
        return []

    def know(self, actor: Actor, known: Known, records: Any) -> None:  # noqa: B027  most kinds need nothing here
        """Let the records that are here be known by the same."""

    def names(self, row: Row) -> list[tuple[str, str]]:
        """By what other records may name this one, beside its identifier."""
        return []

    def changes(self, row: Row, record: Any) -> dict[str, Any]:
        """What a row would change: fields, and under ``+…`` what hangs on the record."""
        found = {name: value for name, value in row.values.items() if not same(getattr(record, name), value)}
        return found | {f"+{name}": key for name, (_, key) in row.refs.items() if getattr(record, f"{name}_id") != key}

    def stands(self, record: Any, name: str) -> Any:
        """What stands there of something that a row changes, as JSON keeps it: it tells whether somebody else changed it meanwhile."""
        if name in self.hangs:
            return sorted([kept.pk, getattr(kept, "version", 0)] for kept in getattr(record, self.hangs[name]).all())
        name = name.removeprefix("+")
        return plain(getattr(record, f"{name}_id" if hasattr(record, f"{name}_id") else name))

    @abstractmethod
    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Any]:
        """Make the records of some rows."""

    @abstractmethod
    def update(self, actor: Actor, changes: Sequence[Any]) -> Any:
        """Change records: the service of the kind."""

    def change(self, writer: Writer, changed: Sequence[Changed]) -> list[dict[str, Any]]:
        """Change records; gives back what stood there before of each."""
        befores, changes = [], []
        for row, record, new in changed:
            before, values = self.before(writer, row, record, new)
            befores.append(before)
            changes.append(many.Change(record.public_id, record.version, values, writer.ids(row)))
        self.update(writer.actor, changes)
        return befores

    def before(self, writer: Writer, row: Row, record: Any, new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """What stands there of what changes, and what takes its place."""
        values = {name: value for name, value in new.items() if not name.startswith("+")}
        kept = {name: plain(getattr(record, name)) for name in values}
        for name in row.refs:
            if f"+{name}" in new:
                kept[f"+{name}"] = getattr(record, f"{name}_id")
                values[name] = writer.record(row, name)
        return kept, values

    def archive(self, actor: Actor, records: Sequence[Any]) -> None:
        """Put what an import made into the bin."""
        archive_all(actor, self.spec, records)

    def restore(self, actor: Actor, pairs: Sequence[Before]) -> None:
        """Let records be as they were."""
        given = values_before(pairs)
        self.update(
            actor, [many.Change(record.public_id, record.version, values) for (record, _before), values in zip(pairs, given, strict=True)]
        )


def values_before(pairs: Sequence[Before]) -> list[dict[str, Any]]:
    """Fields and references as they were; what hangs on the records is left out."""
    there: dict[str, dict[int, Any]] = {}
    for name, model in REFERRED.items():
        keys = {before[f"+{name}"] for _record, before in pairs if before.get(f"+{name}")}
        there[name] = by_keys(model(), keys)
    found = []
    for _record, before in pairs:
        values = {name: value for name, value in before.items() if not name.startswith("+")}
        found.append(values | {name: there[name].get(before[f"+{name}"] or 0) for name in REFERRED if f"+{name}" in before})
    return found


def _model(kind: str) -> Callable[[], type[Model]]:
    return lambda: LOADERS[kind][0]


REFERRED: dict[str, Callable[[], type[Model]]] = {
    "account": _model("accounts"),
    "parent": _model("accounts"),
    "contact": _model("contacts"),
    "opportunity": _model("deals"),
    "lead": _model("leads"),
    "case": _model("cases"),
    "line": _model("categories"),
    "person": _model("people"),
    "owner": _model("people"),
}
"""References that are restored: field → model."""
RELATED: dict[str, tuple[str, ...]] = {
    "accounts": ("owner",),
    "contacts": ("account__owner",),
    "deals": ("account__owner",),
    "leads": ("account__owner",),
    "cases": ("account__owner",),
}
"""What services ask of records that others name."""


class Writer:
    """What is needed while the rows of a file are written; the caller holds the transaction."""

    def __init__(self, actor: Actor, batch: ImportBatch, source: str) -> None:
        self.actor, self.batch, self.source = actor, batch, source
        self.origin = f"import:{batch.public_id}"
        self.records: dict[tuple[str, int], Any] = {}
        self.cache: dict[str, Any] = {}
        self.made_along: list[tuple[str, str, str]] = []
        """What was made so that a row could be: kind, identifier, outcome."""

    def ids(self, row: Row) -> dict[str, str]:
        """Identifiers of a row in other systems; what is here knows its own."""
        is_own = self.source == BAILIWICK and row.key > 0
        return {self.source: row.external_id} if row.external_id and not is_own else {}

    def load(self, rows: Sequence[Row]) -> None:
        """Read what rows name, many at once."""
        wanted: dict[str, set[int]] = {}
        for row in rows:
            for kind, key in row.refs.values():
                if (kind, key) not in self.records and key > 0:
                    wanted.setdefault(kind, set()).add(key)
        for kind, keys in wanted.items():
            found = by_keys(LOADERS[kind][0], keys, *RELATED.get(kind, ()))
            self.records |= {(kind, key): record for key, record in found.items()}

    def record(self, row: Row, name: str) -> Any:
        """The record that a row names."""
        return self.records[row.refs[name]]

    def values(self, row: Row) -> dict[str, Any]:
        """Fields and references of a row; one to a record of the same file comes later."""
        return row.values | {name: self.records[ref] for name, ref in row.refs.items() if ref in self.records}


def same(stored: Any, value: Any) -> bool:
    """Whether a stored value is the one of the file."""
    if isinstance(stored, datetime) and isinstance(value, datetime):
        return abs((stored - value).total_seconds()) < 1
    return bool(stored == value)


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return str(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value


def keep_people(pairs: Sequence[Before]) -> list[dict[str, Any]]:
    """What stood there of people, by reference, so that erasure reaches it."""
    kept = [PersonalValue(subject=writing.subject_of(record), value=json.dumps(before)) for record, before in pairs]
    PersonalValue.objects.bulk_create(kept, batch_size=AT_ONCE)
    return [{"personal": str(value.public_id)} for value in kept]


__all__ = ["AT_ONCE", "Kind", "Writer", "by_keys", "keep_people", "parts", "plain", "same"]
