"""What stands in each column: its type, how much of it is filled, how many values, from where to where, and a few of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow.compute as pc

from bailiwick.formats.numbers import parse_numbers
from bailiwick.formats.table import is_blank

SAMPLES, LONGEST = 3, 60
_DATE = r"^\d{4}-\d{2}-\d{2}([T ].*)?$|^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}( .*)?$"
_MOST = 0.95
_FIRST = 2_000
_LEADING_ZERO = r"^0\d+$"


def profile(table: Any) -> list[dict[str, Any]]:
    """One entry per column, in the order of the file."""
    return [_column(table, name) for name in table.names]


def _column(table: Any, name: str) -> dict[str, Any]:
    text = table.text(name)
    filled = text.filter(pc.invert(is_blank(text)))
    facts: dict[str, Any] = {"name": name, "filled": len(filled), "distinct": pc.count_distinct(filled).as_py()}
    facts["samples"] = [_short(value) for value in pc.unique(filled.slice(0, 500)).to_pylist()[:SAMPLES]]
    if not len(filled):
        return facts | {"type": "empty", "least": "", "most": ""}
    known = _numbers(filled, table.decimal)
    if len(known) >= _MOST * len(filled) and not _has_leading_zeros(filled):
        kind = "whole number" if bool((known == np.floor(known)).all()) else "number"
        return facts | {"type": kind, "least": float(known.min()), "most": float(known.max())}
    ends = pc.min_max(filled)
    kind = "date" if _share(filled, _DATE) >= _MOST else "text"
    return facts | {"type": kind, "least": _short(ends["min"].as_py()), "most": _short(ends["max"].as_py())}


def _numbers(filled: Any, decimal: str | None) -> Any:
    """The numbers of a column; none where its first thousands are text, which spares reading the rest as numbers."""
    first = parse_numbers(filled.slice(0, _FIRST), decimal=decimal).values
    if np.isfinite(first).sum() * 2 < len(first):
        return np.empty(0)
    values = parse_numbers(filled, decimal=decimal).values
    return values[np.isfinite(values)]


def _has_leading_zeros(text: Any) -> bool:
    return bool(pc.any(pc.match_substring_regex(text, _LEADING_ZERO)).as_py())


def _share(text: Any, pattern: str) -> float:
    return pc.sum(pc.match_substring_regex(text, pattern)).as_py() / max(len(text), 1)


def _short(value: str) -> str:
    value = re.sub(r"\s+", " ", value).strip()
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
