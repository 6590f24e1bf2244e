"""Rows that cannot be used: counted, explained and written down."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bailiwick.domain import TextArray
from bailiwick.domain.said import say
from bailiwick.formats.table import Table, object_array, to_objects
from bailiwick.formats.wording import in_rows

_HEAD = ("row", "reason_code", "reason")
REASON_WORDS = {
    "missing_id": "without an id",
    "duplicate_id": "with an id that stands above",
    "missing_measure": "with an empty measure",
    "bad_measure": "with a measure that is not a number",
    "negative_measure": "with a negative measure",
    "impossible_coordinates": "with coordinates that are not on Earth",
    "zero_coordinates": "with a coordinate of exactly 0",
    "bad_coordinates": "with a coordinate that is not a number",
    "no_position": "without a position",
    "too_many_cells": "with more cells than the header",
}
"""Reason codes as words after "12 rows"."""


@dataclass(frozen=True, eq=False)
class RejectedRows:
    """Rows that were read but not used.

    Attributes
    ----------
    columns
        The original columns, shape (r,) each.
    rows
        Row of each in the file as a person counts it, shape (r,), ascending.
    reason_codes
        Stable short names, shape (r,).
    reasons
        In words, shape (r,).
    """

    columns: Mapping[str, TextArray] = field(default_factory=dict)
    rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    reason_codes: TextArray = field(default_factory=lambda: np.empty(0, object))
    reasons: TextArray = field(default_factory=lambda: np.empty(0, object))

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by reason code, most frequent first."""
        return dict(Counter(self.reason_codes.tolist()).most_common())

    def summary(self, most: int = 4) -> str:
        """The most frequent reasons with their numbers, in one line."""
        parts = []
        for code, count in list(self.counts.items())[:most]:
            first = int(np.flatnonzero(self.reason_codes == code)[0])
            parts.append(f"{in_rows(count)} {REASON_WORDS[code]} (first in row {self.rows[first]}: {self.reasons[first]})")
        return "; ".join(parts)

    @classmethod
    def read_csv(cls, path: str | os.PathLike[str]) -> RejectedRows:
        """Read what :meth:`write_csv` wrote."""
        with Path(path).open(encoding="utf-8", newline="") as stream:
            header, *records = list(csv.reader(stream))
        columns = [object_array(_unguarded(cells)) for cells in zip(*records, strict=True)] or [object_array([])] * len(header)
        names = [_unguarded([name])[0] for name in header[3:]]
        originals = {name.removesuffix(" (original)") if name.removesuffix(" (original)") in _HEAD else name: name for name in names}
        return cls(dict(zip(originals, columns[3:], strict=True)), columns[0].astype(np.int64), columns[1], columns[2])

    def write_csv(self, path: str | os.PathLike[str]) -> None:
        """Write row, reason and the original columns as UTF-8 CSV that is safe to open in a spreadsheet program."""
        from bailiwick.formats.export import write_csv  # it loads GDAL, which reading a table does not need

        head = dict(zip(_HEAD, (self.rows, self.reason_codes, self.reasons), strict=True))
        write_csv(path, {**head, **{f"{name} (original)" if name in head else name: cells for name, cells in self.columns.items()}})


def _unguarded(cells: Iterable[str]) -> list[str]:
    """Text without the apostrophe that ``write_csv`` sets before what a spreadsheet program would take for a formula."""
    return [cell[1:] if re.match("'" + "[=+\\-@\t\r]", cell) else cell for cell in cells]


class Verdicts:
    """Which rows are out, and why; the first reason stands."""

    def __init__(self, n_rows: int) -> None:
        self.is_rejected = np.zeros(n_rows, bool)
        self._reasons: list[tuple[NDArray[np.int64], str, list[str]]] = []

    def reject(self, mask: NDArray[np.bool_], code: str, reason: str | Callable[[int], str]) -> int:
        """Reject rows for one reason, in words or as a function of the row index.

        Returns
        -------
        How many rows were not out before.
        """
        rows = np.flatnonzero(mask & ~self.is_rejected)
        if len(rows):
            self.is_rejected[rows] = True
            texts = [reason] * len(rows) if isinstance(reason, str) else [reason(int(row)) for row in rows]
            self._reasons.append((rows, code, texts))
        return len(rows)

    def rejected_rows(self, table: Table) -> RejectedRows:
        """The rejected rows of a table, and its malformed records."""
        rows = np.concatenate([r for r, _, _ in self._reasons] or [np.empty(0, np.int64)])
        codes = [code for r, code, _ in self._reasons for _ in r]
        texts = [text for _, _, reasons in self._reasons for text in reasons]
        numbers = table.row_numbers[rows].tolist() + [m.row for m in table.malformed]
        codes += ["too_many_cells"] * len(table.malformed)
        width = len(table.names)
        texts += [
            say(
                "the row has %(cells)s cells, the header %(columns)s; put text that holds the separator in quotes",
                cells=len(m.cells),
                columns=width,
            )
            for m in table.malformed
        ]
        order = np.argsort(np.array(numbers, np.int64), kind="stable")
        columns = {}
        taken = table.data.take(pa.array(rows))
        for position, name in enumerate(table.names):
            cells = to_objects(Table(taken, rows).text(name)).tolist()
            columns[name] = object_array([*cells, *(m.cells[position] for m in table.malformed)])[order]
        return RejectedRows(columns, np.array(numbers, np.int64)[order], object_array(codes)[order], object_array(texts)[order])
