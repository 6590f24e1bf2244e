"""What an import of records will write, slice by slice, kept beside its file: who goes on after a broken end finds the same slices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from bailiwick_web.exchange.services.records.lines import Group, Line
from bailiwick_web.exchange.services.records.reading import Row

SLICE = 1_000
"""Rows of one transaction: others wait for it, on SQLite with every write."""
CREATE, CHANGE, PARENTS, NEW_ORDERS, LINES = "create", "change", "parents", "new_orders", "lines"
STEPS = (CREATE, CHANGE, PARENTS, NEW_ORDERS, LINES)
"""In the order in which they are written: what is named comes first."""
_FILE, _BYTES_IN_MEMORY = "plan.jsonl", 4_000_000
_VALUE, _TUPLE, _MODEL = "$value", "$tuple", "$model"


class Draft:
    """Slices as a comparison finds them; nothing is there before :meth:`finish`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.n_slices = 0
        self._stack = ExitStack()
        self._files = {step: self._stack.enter_context(_spool()) for step in STEPS}
        self._waiting: dict[str, list[str]] = {step: [] for step in STEPS}
        self._weight = dict.fromkeys(STEPS, 0)

    def add(self, step: str, item: Any, *, n_rows: int = 1) -> None:
        """Put something into the present slice of a step."""
        self._waiting[step].append(encoded(item))
        self._weight[step] += n_rows
        if self._weight[step] >= SLICE:
            self._close(step)

    def _close(self, step: str) -> None:
        if self._waiting[step]:
            self._files[step].write(f'["{step}", [{", ".join(self._waiting[step])}]]\n')
            self.n_slices += 1
        self._waiting[step], self._weight[step] = [], 0

    def finish(self) -> int:
        """Keep the slices, all or none; returns how many there are."""
        fresh = self.folder / f"{_FILE}.fresh"
        with self._stack, fresh.open("w", encoding="utf-8") as stream:
            for step in STEPS:
                self._close(step)
                self._files[step].seek(0)
                stream.writelines(self._files[step])
        fresh.replace(self.folder / _FILE)
        return self.n_slices


def slices(folder: Path, first: int) -> Iterator[tuple[str, list[Any]]]:
    """The kept slices from one on: step and items.

    Raises
    ------
    FileNotFoundError
        If they are gone, as when somebody was erased who stood in them.
    """
    read = _Reading()
    with (folder / _FILE).open(encoding="utf-8") as stream:
        for number, line in enumerate(stream):
            if number >= first:
                step, items = json.loads(line, object_hook=read.value)
                yield step, items


def forget_plan(folder: Path) -> None:
    """Take the slices away: all are written, or taken back."""
    (folder / _FILE).unlink(missing_ok=True)


class Held:
    """Rows that wait until all are read, on disk if there are many."""

    def __init__(self) -> None:
        self._file = _spool()

    def add(self, row: Row) -> None:
        """Let a row wait."""
        self._file.write(encoded(row_kept(row)) + "\n")

    def all(self) -> Iterator[Row]:
        """The rows in their order; they are forgotten then."""
        read = _Reading()
        with self._file as stream:
            stream.seek(0)
            for line in stream:
                yield row_of(json.loads(line, object_hook=read.value))


def _spool() -> SpooledTemporaryFile[str]:
    """In memory as long as it is small; whoever asks for it closes it."""
    return SpooledTemporaryFile(_BYTES_IN_MEMORY, "w+", encoding="utf-8")


def row_kept(row: Row) -> list[Any]:
    """A row as JSON keeps it."""
    more = {name: {_TUPLE: value} if isinstance(value, tuple) else value for name, value in row.more.items()}
    return [row.row, row.external_id, row.values, row.refs, more, row.key]


def row_of(kept: list[Any]) -> Row:
    """The same as a row."""
    number, external_id, values, refs, more, key = kept
    return Row(number, external_id, values, {name: (kind, ref) for name, (kind, ref) in refs.items()}, more, key)


def group_kept(group: Group) -> list[Any]:
    """Lines of an order as JSON keeps them, with the version of the order that is here."""
    lines = [[line.row, line.values, line.product, line.outcome, line.is_listed] for line in group.lines]
    return [group.key, group.text, row_kept(group.head), lines, group.version]


def group_of(kept: list[Any]) -> Group:
    """The same as lines of an order."""
    key, text, head, lines, version = kept
    return Group(key, text, row_of(head), [Line(*line) for line in lines], version=version)


def encoded(value: Any) -> str:
    """JSON with what it does not know: numbers of exact size, days, instants, records that are named."""
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return {_MODEL: [value._meta.label, value.pk]}
    if isinstance(value, datetime):
        return {_VALUE: ["instant", value.isoformat()]}
    if isinstance(value, date):
        return {_VALUE: ["day", value.isoformat()]}
    if isinstance(value, Decimal | UUID):
        return {_VALUE: [type(value).__name__, str(value)]}
    return str(value)  # sentences that are translated late


_MEANT: dict[str, Any] = {"instant": datetime.fromisoformat, "day": date.fromisoformat, "Decimal": Decimal, "UUID": UUID}


class _Reading:
    """Takes what :func:`encoded` made apart again; a record that many rows name is asked for once."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, int], Model] = {}

    def value(self, found: dict[str, Any]) -> Any:
        """An object of JSON as what it stands for."""
        if len(found) == 1:
            ((name, value),) = found.items()
            if name == _VALUE:
                return _MEANT[value[0]](value[1])
            if name == _TUPLE:
                return tuple(value)
            if name == _MODEL:
                return self._record(*value)
        return found

    def _record(self, label: str, key: int) -> Model:
        if (label, key) not in self._records:
            self._records[label, key] = apps.get_model(label)._default_manager.get(pk=key)
        return self._records[label, key]
