"""Many rows at once: as fast as the database takes them, in the transaction of the caller; and what long works owe to others."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Model

CHUNK = 20_000
_PAUSE_SECONDS = 0.12
"""Whoever waits for the lock of SQLite looks every tenth of a second whether it is free."""
_ENCODER = json.JSONEncoder(ensure_ascii=False)


def reserve_keys(model: type[Model], n: int) -> list[int]:
    """Primary keys that nobody else gets."""
    if not n:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, n])
            return [key for (key,) in cursor.fetchall()]
        # SQLite: whoever writes holds the lock of the database until the transaction ends.
        cursor.execute(
            f"SELECT max(coalesce((SELECT max(id) FROM {table}), 0), coalesce((SELECT seq FROM sqlite_sequence WHERE name = %s), 0))",
            [table],
        )
        (last,) = cursor.fetchone()
    return list(range(last + 1, last + n + 1))


def insert(model: type[Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows; values as the database has them: keys for relations, text for JSON (see :func:`json_text`)."""
    columns = ", ".join(f'"{_column(model, field)}"' for field in fields)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(fields))
        for chunk in chunks(rows, CHUNK):
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({places})', chunk)


def update(model: type[Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Change rows; each is the new values and, last, the primary key."""
    names = [_column(model, field) for field in fields]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _update_from_copy(cursor, table, names, rows)
            return
        places = ", ".join(f'"{name}" = %s' for name in names)
        for chunk in chunks(rows, CHUNK):
            cursor.executemany(f'UPDATE "{table}" SET {places} WHERE id = %s', chunk)


def save_all(records: Sequence[Model], fields: Iterable[str]) -> None:
    """Save some fields of records that are there; all of one model, each once."""
    if not records:
        return
    model, names = type(records[0]), sorted(set(fields))
    kept: list[Any] = [model._meta.get_field(name) for name in names]
    values = ([*(f.get_db_prep_save(getattr(record, f.attname), connection) for f in kept), record.pk] for record in records)
    update(model, names, values)


def _update_from_copy(cursor: Any, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One statement for all rows: a hundred thousand single ones would take a hundred thousand round trips."""
    columns = ", ".join(f'"{name}"' for name in (*names, "id"))
    cursor.execute(f'CREATE TEMP TABLE changing ON COMMIT DROP AS SELECT {columns} FROM "{table}" WITH NO DATA')
    with cursor.copy(f"COPY changing ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    places = ", ".join(f'"{name}" = changing."{name}"' for name in names)
    cursor.execute(f'UPDATE "{table}" SET {places} FROM changing WHERE "{table}".id = changing.id')
    cursor.execute("DROP TABLE changing")


def json_text(value: Any) -> str:
    """JSON as it is stored."""
    return _ENCODER.encode(value)


def chunks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Rows in pieces.

    Examples
    --------
    >>> list(chunks(range(5), 2))
    [[0, 1], [2, 3], [4]]
    """
    rest = iter(rows)
    while chunk := list(islice(rest, size)):
        yield chunk


def _column(model: type[Model], field: str) -> str:
    return str(getattr(model._meta.get_field(field), "column"))  # noqa: B009  relations have none, and none is asked for


def let_others_write() -> None:
    """Between the transactions of a long work: SQLite has one lock, and who takes it again at once keeps it to themselves."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(_PAUSE_SECONDS)
