"""How a word is found within the text that customers are searched by."""

from __future__ import annotations

from typing import Any

from django.db.models import TextField
from django.db.models.lookups import Contains

LEAST = 3
"""Letters that PostgreSQL keeps together in its index, see the migration ``0003_search``."""


class Holds(Contains):
    """As ``contains``; PostgreSQL is told of the letters of the word, too, so that it can ask its index."""

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The word, and its letters three by three."""
        sql, params = self.as_sql(compiler, connection)
        word = str(self.rhs)
        if len(word) < LEAST:
            return sql, [*params]
        column, of_column = compiler.compile(self.lhs)
        grams = sorted({word[at : at + LEAST] for at in range(len(word) - LEAST + 1)})
        return f"({sql} AND bailiwick_grams({column}) @> %s::text[])", [*params, *of_column, grams]


TextField.register_lookup(Holds, "holds")
