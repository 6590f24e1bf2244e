"""The account of the rows that cannot be used: row, column, reason, and the cells as they stood.

A reason is kept as its English text and as what it was made of, so that everybody reads it in their language.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather

from bailiwick.domain.said import Said, document, say
from bailiwick_web.exchange.child.mapping import Columns
from bailiwick_web.exchange.child.tables import KEPT, original_names

SHOWN = 1_000
"""Rejected rows that are listed on the page; the file holds them all."""
_MEASURE = re.compile(r"measure '((?:[^'\\]|\\.)*)'|measure \"((?:[^\"\\]|\\.)*)\"")
_PLACES = {
    "no_position": ("lon", "location", "postcode", "place"),
    "impossible_coordinates": ("lon", "lat", "location"),
    "zero_coordinates": ("lon", "lat", "location"),
    "bad_coordinates": ("lon", "lat", "location"),
}


class Account:
    """Rejected rows in the order of the file."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self.rows: list[int] = []
        self.columns: list[str] = []
        self.codes: list[str] = []
        self.reasons: list[str] = []
        self.made_of: list[str] = []
        self.cells: list[Sequence[str]] = []

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, row: int, column: str, code: str, reason: str, cells: Sequence[str]) -> None:
        """Put one row down; cells beyond the header are kept in the last column."""
        width = len(self.names)
        shown = list(cells[:width]) + [""] * (width - len(cells))
        if len(cells) > width:
            shown[-1] = " | ".join(cells[width - 1 :])
        self.rows.append(row)
        self.columns.append(column)
        self.codes.append(code)
        self.reasons.append(reason.replace(KEPT, ""))
        self.made_of.append(origin(reason))
        self.cells.append(shown)

    def add_long(self, row: int, cells: Sequence[str]) -> None:
        """Put down a row that has more cells than the header."""
        said = say("the row has %(cells)s cells, the header %(columns)s", cells=len(cells), columns=len(self.names))
        self.add(row, "", "too_many_cells", said, cells)

    def add_rejected(self, rejected: Any, columns: Columns) -> None:
        """Put down what a reader of the library rejected."""
        names = original_names(rejected.columns)[: len(self.names)]
        cells = list(zip(*(rejected.columns[name].tolist() for name in names), strict=True)) or [()] * len(rejected)
        rows, codes, reasons = rejected.rows.tolist(), rejected.reason_codes.tolist(), rejected.reasons.tolist()
        for row, code, reason, line in zip(rows, codes, reasons, cells, strict=True):
            self.add(row, at_fault(code, reason, columns), code, reason, line)

    def read(self, out: Path) -> None:
        """Take up what was written before."""
        table = feather.read_table(out / "rejected.arrow", memory_map=False)
        columns = {name: table.column(name).to_pylist() for name in table.column_names}
        self.rows, self.columns, self.codes, self.reasons = (columns[name] for name in ("row", "column", "code", "reason"))
        self.made_of = columns.get("made_of") or [""] * len(self.rows)
        self.cells = list(zip(*(columns[f"cell:{name}"] for name in self.names), strict=True))

    def counts(self) -> dict[str, int]:
        """Rows by reason, most frequent first."""
        return dict(Counter(self.codes).most_common())

    def write(self, out: Path) -> dict[str, Any]:
        """Write ``rejected.arrow`` and tell the facts about it."""
        order = sorted(range(len(self)), key=self.rows.__getitem__)
        data: dict[str, Any] = {"row": pa.array([self.rows[i] for i in order], pa.int64())}
        for name, values in (("column", self.columns), ("code", self.codes), ("reason", self.reasons), ("made_of", self.made_of)):
            data[name] = pa.array([values[i] for i in order], pa.string())
        for position, name in enumerate(self.names):
            data[f"cell:{name}"] = pa.array([self.cells[i][position] for i in order], pa.string())
        feather.write_feather(pa.table(data), out / "rejected.arrow")
        return {"n_rejected": len(self), "rejected": self.counts()}


def origin(reason: str) -> str:
    """What a sentence was made of, as text; empty where that is not known."""
    return json.dumps(document(reason), ensure_ascii=False).replace(KEPT, "") if isinstance(reason, Said) and reason.made_of else ""


def told(reason: str, made_of: str) -> str:
    """A sentence again, from its text and what it was made of."""
    return Said(reason, json.loads(made_of)) if made_of else reason


def at_fault(code: str, reason: str, columns: Columns) -> str:
    """The column that a reason is about; empty text if it is the whole row."""
    if code in {"missing_id", "duplicate_id"}:
        return columns.fields.get("id", "")
    if code in _PLACES:
        found = [columns.fields[f] for f in _PLACES[code] if f in columns.fields]
        return ", ".join(dict.fromkeys(found))
    named = _MEASURE.search(reason)
    return (named[1] or named[2] or "").replace("\\'", "'") if named else ""
