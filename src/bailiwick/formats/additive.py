"""Which columns hold numbers that add up: measures, as far as name and content tell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bailiwick.formats.numbers import looks_numeric, parse_numbers
from bailiwick.formats.synonyms import MEASURE_WORDS, NOT_A_MEASURE_WORDS, name_words
from bailiwick.formats.table import Table

_COUNT_WORDS = {"number", "no", "nr", "n"}
_SAMPLE = 5000
_FEW = 20
FIRST_YEAR, LAST_YEAR = 1800, 2100
"""A column of whole numbers that all lie in between is taken for years."""


def is_code(name: str) -> bool:
    """Whether a column is called like a code or a number of something, not like an amount."""
    words = name_words(name)
    return not words or bool(set(words) & (set(NOT_A_MEASURE_WORDS) - _COUNT_WORDS)) or words[-1] in _COUNT_WORDS


def is_quantity(table: Table, name: str) -> bool:
    """Whether a column holds numbers that can be added up: no text, nothing negative, no years and no running numbers."""
    if looks_numeric(table.data.column(name), sample=500)[0] <= 0.95 or has_negative(table, name):
        return False
    values = parse_numbers(table.data.column(name)[:_SAMPLE], decimal=table.decimal).values
    values = values[np.isfinite(values)]
    if not len(values) or (values != np.floor(values)).any():
        return bool(len(values))
    is_year = bool(((values >= FIRST_YEAR) & (values <= LAST_YEAR)).all())
    is_running = len(values) > _FEW and bool(len(np.unique(values)) == len(values) == np.ptp(values) + 1)
    return not is_year and not is_running


def likely_measures(table: Table, usable: Sequence[str], taken: set[str]) -> list[str]:
    """Numeric columns that are called like measures, the best known names first."""
    found = []
    for position, name in enumerate(usable):
        hits = [MEASURE_WORDS.index(word) for word in name_words(name) if word in MEASURE_WORDS]
        if name in taken or not hits or is_code(name):
            continue
        share, filled = looks_numeric(table.data.column(name), decimal=table.decimal)
        if share >= 0.95 and filled >= 0.9 and not has_negative(table, name):
            found.append((hits[0], position, name))
    return [name for _, _, name in sorted(found)]


def has_negative(table: Table, name: str) -> bool:
    """Whether a number below zero stands among the first rows."""
    numbers = parse_numbers(table.data.column(name)[:_SAMPLE], decimal=table.decimal)
    return bool((np.nan_to_num(numbers.values) < 0).any())
