"""Find separator, header row and decimal sign of a delimited text from its first lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bailiwick.formats.synonyms import (
    ADJACENCY_SYNONYMS,
    ALIGNMENT_SYNONYMS,
    FIELD_SYNONYMS,
    MATRIX_SYNONYMS,
    MEASURE_GROUPS,
    REP_SYNONYMS,
    name_key,
)

SEPARATORS = "\t;|,"
RARE_SEPARATORS = "^~\x1f\x01!"
_NO_SEPARATOR = "\x1f"  # a table of one column: a character that no text holds
_SAMPLE_ROWS = 200
_HEADER_WITHIN = 30
_NUMBER = re.compile(r"[-+]?[$€£¥]?\d[\d.,' ]*([eE][-+]?\d+)?%?")
_YEAR = re.compile(r"(19|20)\d\d")
_SHORT_KEYS = {"id", "x", "y", "lat", "lon", "lng", "zip", "plz", "fte", "pop"}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a delimited text is laid out.

    Attributes
    ----------
    separator
        One character.
    header_row
        Records before the first row of data are ``header_row + 1``; −1 if there is no header.
    cells
        Header cells as they stand, padded to the number of columns; empty if there is no header.
    n_columns
        Number of columns.
    decimal
        ``","`` if numbers are written with a decimal comma, else None.
    """

    separator: str
    header_row: int
    cells: tuple[str, ...]
    n_columns: int
    decimal: str | None


def find_layout(sample: str, *, separator: str | None = None, header_row: int | None = None) -> Layout:
    """Judge the first lines of a delimited text.

    Parameters
    ----------
    sample
        Whole lines from the start of the text.
    separator, header_row
        If known; the header row counts from 1, and 0 means that there is none.
    """
    hint = re.match(r"sep=(.)\r?\n", sample)
    separator = separator or (hint[1] if hint else None) or _find_separator(sample)
    rows = _parse(sample, separator)
    found = find_header(rows, start=1 if hint else 0) if header_row is None else header_row - 1
    body = [row for row in rows[found + 1 :] if any(row)]
    n_columns = Counter(map(len, body)).most_common(1)[0][0] if body else 0
    header = rows[found] if 0 <= found < len(rows) else []
    while len(header) > n_columns and body and not header[-1].strip():
        header = header[:-1]
    n_columns = max(n_columns, len(header))
    cells = tuple(header) + ("",) * (n_columns - len(header)) if header else ()
    return Layout(separator, found, cells, n_columns, _find_decimal(body))


def find_header(rows: Sequence[Sequence[str]], *, start: int = 0) -> int:
    """Index of the header among the first rows; −1 (or ``start - 1``) if the first row is data already.

    Title lines above the header are narrower than the table; a header names things where the rows below have numbers.
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in rows[:_HEADER_WITHIN]]
    usual = Counter(len(row) for row in rows if any(row)).most_common(1)
    width = usual[0][0] if usual else 0
    wide = [i for i in range(start, len(filled)) if filled[i] >= min(2, width) and filled[i] * 2 >= width]
    if not wide:
        return start - 1 if not any(filled[start:]) else next(i for i in range(start, len(filled)) if filled[i])
    first = wide[0]
    known = {i: count_known(rows[i]) for i in wide[:5]}
    for i in wide[1:5]:
        if known[i] > known[first] and filled[i] >= filled[first]:
            first = i
    if known[first] or not _looks_like_data(rows, first):
        return first
    return first - 1


def count_known(cells: Sequence[str]) -> int:
    """Number of cells that are names of columns as people use them."""
    return sum(1 for cell in cells if name_key(cell) in _known_keys())


@cache
def _known_keys() -> frozenset[str]:
    keys: set[str] = set()
    for table in (FIELD_SYNONYMS, REP_SYNONYMS, ALIGNMENT_SYNONYMS, ADJACENCY_SYNONYMS, MATRIX_SYNONYMS):
        for names in table.values():
            keys.update(map(name_key, names))
    for group in MEASURE_GROUPS:
        keys.update(map(name_key, group))
    return frozenset(key for key in keys if len(key) > 3 or key in _SHORT_KEYS)


def _looks_like_data(rows: Sequence[Sequence[str]], index: int) -> bool:
    below = [row for row in rows[index + 1 : index + 30] if any(row)]
    if not below:
        return False
    for position, cell in enumerate(rows[index]):
        if _is_number(cell) and not _YEAR.fullmatch(cell.strip()):
            same = [row[position] for row in below if position < len(row) and row[position].strip()]
            if same and sum(map(_is_number, same)) * 2 >= len(same):
                return True
    return False


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell.strip()) is not None


def _parse(sample: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(sample.splitlines(keepends=True), delimiter=separator):
            rows.append(row)
            if len(rows) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows


def _find_separator(sample: str) -> str:
    first = next((line for line in sample.splitlines() if line.strip()), "")
    if count_known([first]):
        return _NO_SEPARATOR
    best, best_score = _NO_SEPARATOR, 0.0
    for candidates in (SEPARATORS, RARE_SEPARATORS):
        for separator in candidates:
            score = _score(_parse(sample, separator))
            if score > best_score:
                best, best_score = separator, score
        if best_score > 0:
            break
    return best


def _score(rows: list[list[str]]) -> float:
    """Share of rows with the usual number of cells, and a little for known column names."""
    widths = [len(row) for row in rows if any(row)]
    if not widths:
        return 0.0
    usual, count = Counter(widths).most_common(1)[0]
    if usual < 2:
        return 0.0
    known = max((count_known(row) / len(row) for row in rows[:_HEADER_WITHIN] if len(row) >= 2), default=0.0)
    return count / len(widths) + 0.5 * known


def _find_decimal(body: Sequence[Sequence[str]]) -> str | None:
    commas = points = 0
    for row in body:
        for cell in row:
            cell = cell.strip()
            commas += re.fullmatch(r"[-+]?\d+,\d{1,2}|[-+]?\d+,\d{4,}|[-+]?\d{1,3}(\.\d{3})+,\d+", cell) is not None
            points += re.fullmatch(r"[-+]?\d+\.\d{1,2}|[-+]?\d+\.\d{4,}|[-+]?\d{1,3}(,\d{3})+\.\d+", cell) is not None
    return "," if commas > points else None
