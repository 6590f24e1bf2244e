"""Read which units touch."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.errors import InputError
from bailiwick.formats.matching import match_ids_leniently, text_array
from bailiwick.formats.numbers import parse_numbers
from bailiwick.formats.reading import read_table
from bailiwick.formats.recognise import resolve_column
from bailiwick.formats.synonyms import ADJACENCY_SYNONYMS, name_key
from bailiwick.formats.table import Table
from bailiwick.formats.wording import in_rows, quoted


@dataclass(frozen=True, eq=False)
class AdjacencyImport:
    """Neighbour pairs as they were read; `numpy.asarray` of it gives the pairs.

    Attributes
    ----------
    pairs
        Unit indices, shape (m, 2).
    border_km
        Length of the common border, shape (m,), or None if the file has none.
    notices
        What was left out.
    n_rows_read
        Rows of the file.
    """

    pairs: NDArray[np.int32]
    border_km: FloatArray | None
    notices: tuple[Notice, ...]
    n_rows_read: int

    def __len__(self) -> int:
        return len(self.pairs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        array = self.pairs if dtype is None else self.pairs.astype(dtype)
        return array.copy() if copy else array


def read_adjacency(
    source: str | os.PathLike[str] | Any, unit_ids: Sequence[str] | TextArray, *, column_map: Mapping[str, str] | None = None
) -> AdjacencyImport:
    """Read neighbour pairs: a table with ``unit_a, unit_b`` and optionally ``border_km``, or the Census county adjacency file.

    Parameters
    ----------
    source
        Whatever `read_table` takes. Without known column names the first two columns are taken. In the Census file (four columns
        without header: name, code, neighbour's name, neighbour's code) blanks mean "same as above".
    unit_ids
        Ids of the units, shape (n,); pairs come back as indices into them.
    column_map
        ``unit_a``, ``unit_b``, ``border_km`` → column.

    Raises
    ------
    InputError
        If the file cannot be read, has fewer than two columns, or names none of the units.

    Examples
    --------
    >>> import pandas as pd
    >>> read_adjacency(pd.DataFrame({"unit_a": ["x", "x"], "unit_b": ["y", "z"]}), ["y", "x"]).pairs.tolist()
    [[1, 0]]
    """
    table = read_table(source)
    a, b, border_column = _columns(table, column_map or {})
    units = text_array(unit_ids)
    both = pa.chunked_array([a, b]).combine_chunks()
    index, zeros_ignored = match_ids_leniently(both, units)
    index_a, index_b = index[: len(a)], index[len(a) :]
    known = (index_a >= 0) & (index_b >= 0)
    notices = [*(n for n in table.notices if n.code != "no_header"), *_tell(table, both, index, known, zeros_ignored, unit_ids)]
    apart = known & (index_a != index_b)
    pairs = np.column_stack([index_a[apart], index_b[apart]]).astype(np.int32)
    border = None
    if border_column is not None:
        numbers = parse_numbers(table.data.column(border_column), decimal=table.decimal)
        border = np.maximum(np.nan_to_num(numbers.values), 0.0)[apart]
    return AdjacencyImport(pairs, border, tuple(notices), len(table) + len(table.malformed))


def _columns(table: Table, column_map: Mapping[str, str]) -> tuple[Any, Any, str | None]:
    by_key: dict[str, str] = {}
    for name in table.names:
        by_key.setdefault(name_key(name), name)
    found: dict[str, str] = {}
    for role, synonyms in ADJACENCY_SYNONYMS.items():
        if role in column_map:
            found[role] = resolve_column(table, column_map[role], role=role)
        else:
            found[role] = next((by_key[name_key(s)] for s in synonyms if name_key(s) in by_key), "")
    unknown = [role for role in column_map if role not in ADJACENCY_SYNONYMS]
    if unknown:
        raise InputError(
            f"there is no field {unknown[0]!r} to map; known: {quoted(ADJACENCY_SYNONYMS)}", code="unknown_field", field=unknown[0]
        )
    if not (found["unit_a"] and found["unit_b"]):
        if len(table.names) == 4 and _is_census(table):
            return _filled_down(table.text(table.names[1])), table.text(table.names[3]), None
        if len(table.names) < 2:
            raise InputError(
                f"{table.source} has one column; expected unit_a and unit_b, one pair of neighbours per row",
                code="adjacency",
                field="adjacency",
            )
        found["unit_a"], found["unit_b"] = table.names[:2]
    return table.text(found["unit_a"]), table.text(found["unit_b"]), found["border_km"] or None


def _is_census(table: Table) -> bool:
    """Blanks in the first two columns under a filled row."""
    name, code = table.text(table.names[0]), table.text(table.names[1])
    empty = pc.and_(pc.equal(name, ""), pc.equal(code, ""))
    return len(table) > 0 and not empty[0].as_py() and bool(pc.any(empty).as_py())


def _filled_down(column: Any) -> Any:
    """Blanks replaced by the last value above."""
    filled = pc.not_equal(column, "").to_numpy(zero_copy_only=False)
    last = np.maximum.accumulate(np.where(filled, np.arange(len(filled)), 0))
    return column.take(pa.array(last))


def _tell(
    table: Table, both: Any, index: NDArray[np.int64], known: NDArray[np.bool_], zeros_ignored: bool, unit_ids: Sequence[str] | TextArray
) -> list[Notice]:
    if not len(known):
        raise InputError(f"{table.source} has a header but no pairs of neighbours below it", code="no_rows", field="adjacency")
    if not known.any():
        raise InputError(
            f"{table.source} names no pair of the units: its ids look like {quoted(both[:3].to_pylist())}, the units' like "
            f"{quoted(map(str, list(unit_ids[:3])))}",
            code="adjacency_ids",
            field="adjacency",
        )
    notices = []
    if zeros_ignored:
        notices.append(Notice("adjacency_zeros", "neighbour pairs were matched without leading zeros of the ids"))
    left_out = int((~known).sum())
    if left_out:
        strangers = pc.unique(both.filter(pa.array(index < 0)))
        words = f"{in_rows(left_out)} of {len(known):,} name ids that are not among the units ({len(strangers):,} such ids); left out"
        notices.append(Notice("adjacency_unknown_ids", words, left_out, tuple(strangers[:3].to_pylist())))
    return notices
