"""Hundreds of thousands of customers in a minute: a few are made as the application makes them, and the database copies them.

Every copied row is a real one with another key, name and place in time, so that indexes, constraints and scope see what they would see
of imported data; no statement depends on how many rows there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Model

NUMBERS = "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {most})"


def copy(model: type[Model], seeds: str, copies: int, changed: Mapping[str, str]) -> None:
    """Add ``copies`` of every seed row.

    Parameters
    ----------
    seeds
        Condition on ``t``, the table of the model.
    changed
        Column → SQL for its value in a copy; ``i`` counts the copies from 1, ``t`` is the seed.
    """
    if copies < 1:
        return
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id" or "id" in changed]
    values = ", ".join(changed.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        numbers = NUMBERS.format(most=copies)
        if connection.vendor == "sqlite":
            cursor.execute(f'INSERT INTO "{table}" ({names}) {numbers} SELECT {values} FROM numbers, "{table}" t WHERE {seeds}')
        else:
            cursor.execute(f'{numbers} INSERT INTO "{table}" ({names}) SELECT {values} FROM numbers, "{table}" t WHERE {seeds}')
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))")


def identifier(text: str) -> str:
    """SQL of a public identifier from a number: as unlike each other as those of the application."""
    if connection.vendor == "sqlite":
        return f"lower(printf('%08x', ({text}) % 4294967296) || hex(randomblob(12)))"
    return "gen_random_uuid()"


def minutes_before(column: str, minutes: str) -> str:
    """SQL of an instant some minutes before the one in a column."""
    if connection.vendor == "sqlite":
        return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-' || ({minutes}) || ' minutes')"
    return f"{column} - ({minutes}) * interval '1 minute'"


def days_before(column: str, days: str) -> str:
    """SQL of a day some days before the one in a column."""
    if connection.vendor == "sqlite":
        return f"date({column}, '-' || ({days}) || ' days')"
    return f"({column} - ({days})::int)"


def settled() -> None:
    """Let the database look at what it has, as it does of itself at night."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def first_key(model: Any) -> int:
    """Key of the first row."""
    found = model.objects.order_by("pk").values_list("pk", flat=True)[0]
    return int(found)
