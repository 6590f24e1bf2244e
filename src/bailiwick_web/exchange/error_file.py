"""The error file: row, column, reason in the language of the reader, and the cells as they stood; it can be mended and imported again."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bailiwick.formats.export import formula_safe_array
from bailiwick_web.core.retelling import retold
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import rejected_of

SAFE_HEAD, RAW_HEAD = ("row", "column", "reason_code", "reason"), ("row", "column", "code", "reason")
"""The first columns tell an importer that this is an error file, and whether its cells are guarded."""
_FACTS = ("row", "column", "code", "reason")
"""What is told of a row; the reason stands last."""
_CELL = "cell:"
_LOOKS_GUARDED = "^'+[=+\\-@\t\r]"


def error_file(batch: ImportBatch, *, is_raw: bool) -> bytes | None:
    """The rejected rows as CSV; None if there are none.

    Text that a spreadsheet program would take for a formula gets an apostrophe in front, which the importer takes away again;
    ``is_raw`` leaves every cell as it was, for other programs.
    """
    table = rejected_of(batch)
    if table is None or not table.num_rows:
        return None
    names = [name.removeprefix(_CELL) for name in table.column_names if name.startswith(_CELL)]
    cells = [table.column(f"{_CELL}{name}").combine_chunks() for name in names]
    facts = [*(table.column(name).combine_chunks() for name in _FACTS[:-1]), pa.array(_reasons(table), pa.string())]
    head = RAW_HEAD if is_raw else SAFE_HEAD
    if not is_raw:
        cells = [_guarded(column) for column in cells]
        facts = [facts[0], *(formula_safe_array(column) for column in facts[1:])]
        names = _guarded(pa.array(names, pa.string())).to_pylist()
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*head, *names])
    writer.writerows(zip(*(column.to_pylist() for column in [*facts, *cells]), strict=True))
    return text.getvalue().encode("utf-8")


def _guarded(column: Any) -> Any:
    """A cell that starts as if it were guarded gets a guard of its own, so that taking guards away gives every cell back as it was."""
    doubled = pc.if_else(pc.match_substring_regex(column, _LOOKS_GUARDED), pc.binary_join_element_wise("'", column, ""), column)
    return formula_safe_array(doubled)


def examples(batch: ImportBatch, most: int) -> list[dict[str, Any]]:
    """The first rejected rows: row, column, code, reason, and the cell at fault."""
    table = rejected_of(batch)
    if table is None:
        return []
    part = table.slice(0, most)
    found = zip(part.to_pylist(), _reasons(part), strict=True)
    return [{**{name: row[name] for name in _FACTS}, "reason": reason, "cell": _cell(row)} for row, reason in found]


def columns_at_fault(batch: ImportBatch) -> set[str]:
    """Names of the columns for which rows were rejected."""
    table = rejected_of(batch)
    named = [] if table is None else table.column("column").unique().to_pylist()
    return {name for names in named if names for name in names.split(", ")}


def _reasons(table: pa.Table) -> list[str]:
    """Why each row was rejected, in the present language; files of before say it in English."""
    texts: list[str] = table.column("reason").to_pylist()
    if "made_of" not in table.column_names:
        return texts
    return [retold(json.loads(made) if made else None, text) for text, made in zip(texts, table.column("made_of").to_pylist(), strict=True)]


def _cell(row: dict[str, Any]) -> str:
    cells = [row.get(f"{_CELL}{name}") for name in row["column"].split(", ")] if row["column"] else []
    return " · ".join(str(cell)[:60] for cell in cells if cell)
