"""A table as it was read: columns by name, the row of each record in the file, and what was noticed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.domain import Notice, TextArray
from bailiwick.errors import InputError

NO_COLUMNS = "(no columns)"
"""Name of the empty column that stands in a table of shapes without any."""


@dataclass(frozen=True, slots=True)
class MalformedRow:
    """A record that does not fit the header.

    Attributes
    ----------
    row
        As a person counts it in the file.
    cells
        Its cells, as many as it has.
    """

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of text or numbers, as read, before anybody judges what they mean.

    Attributes
    ----------
    data
        Arrow table with n rows; text columns hold no nulls.
    row_numbers
        Row of each record as a spreadsheet program counts it, header and title lines included, shape (n,); tables in
        memory and map files count from 1.
    source
        Name of the file for messages.
    geometry
        Shapely geometries in WGS 84 (or as they stand if planar) or None, shape (n,); None if the table has none.
    notices
        What was guessed or repaired while reading.
    malformed
        Records with more cells than the header.
    decimal
        ``","`` if numbers are written with a decimal comma, else None.

    Examples
    --------
    >>> table = Table.from_columns({"id": ["01", "02"], "sales": ["5", ""]})
    >>> table.records()
    [{'id': '01', 'sales': '5'}, {'id': '02', 'sales': ''}]
    """

    data: Any
    row_numbers: NDArray[np.int64]
    source: str = "the table"
    geometry: NDArray[np.object_] | None = None
    notices: tuple[Notice, ...] = ()
    malformed: tuple[MalformedRow, ...] = ()
    decimal: str | None = None

    @classmethod
    def from_columns(cls, columns: dict[str, Sequence[str]]) -> Table:
        """Build from text columns of one length."""
        data = pa.table({name: pa.array([str(v) for v in values], pa.string()) for name, values in columns.items()})
        return cls(data, np.arange(1, data.num_rows + 1))

    def __len__(self) -> int:
        return int(self.data.num_rows)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(self.data.column_names)

    def text(self, name: str) -> Any:
        """A column as an Arrow array of text, shape (n,); empty text where nothing stands."""
        return as_text(self.data.column(name))

    def column(self, name: str) -> TextArray:
        """A column as numpy array of text, shape (n,); empty text where nothing stands.

        Raises
        ------
        InputError
            If there is no such column.
        """
        if name not in self.names:
            raise InputError(f"{self.source} has no column {name!r}; it has: {', '.join(self.names)}", code="unknown_column", field=name)
        return to_objects(self.text(name))

    def records(self) -> list[dict[str, str]]:
        """Rows as dictionaries of text."""
        columns = [self.text(name).to_pylist() for name in self.names]
        return [dict(zip(self.names, row, strict=True)) for row in zip(*columns, strict=True)]


def object_array(values: Iterable[Any]) -> NDArray[np.object_]:
    """Values of any kind as numpy array of Python objects, one per value."""
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def to_objects(array: Any) -> TextArray:
    """Arrow text as numpy array of Python text."""
    return array.to_numpy(zero_copy_only=False).astype(object, copy=False)


def one_array(column: Any) -> Any:
    """A chunked column as one Arrow array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def as_text(column: Any) -> Any:
    """Any Arrow column as text without nulls; whole numbers without a decimal point."""
    array = one_array(column)
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.cast(kind.value_type)
        kind = array.type
    if pa.types.is_string(kind):
        return array if array.null_count == 0 else pc.fill_null(array, "")
    if pa.types.is_floating(kind):
        return _float_text(array)
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        values = ["" if v is None else v if isinstance(v, str) else json.dumps(v, default=str) for v in array.to_pylist()]
        return pa.array(values, pa.string())
    try:
        return pc.fill_null(array.cast(pa.string()), "")
    except pa.ArrowException:
        return pa.array(["" if v is None else str(v) for v in array.to_pylist()], pa.string())


def _float_text(array: Any) -> Any:
    values = array.cast(pa.float64())
    known = pc.and_(values.is_valid(), pc.invert(pc.fill_null(pc.is_nan(values), True)))
    values = pc.if_else(known, values, None)
    small = pc.all(pc.less(pc.abs(values), 2.0**53)).as_py()
    if small is not False and pc.all(pc.equal(pc.floor(values), values)).as_py() is not False:
        values = values.cast(pa.int64())
    return pc.fill_null(values.cast(pa.string()), "")


def is_blank(array: Any) -> Any:
    """Mask of empty texts; blanks alone count as empty."""
    return pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(array)), 0)


def blank_rows(data: Any) -> NDArray[np.bool_]:
    """Mask of the rows in which nothing stands, shape (n,)."""
    blank = np.ones(data.num_rows, bool)
    for column in data.columns:
        if not blank.any():
            break
        array = one_array(column)
        empty = is_blank(array) if pa.types.is_string(array.type) else pc.is_null(array, nan_is_null=True)
        blank &= pc.fill_null(empty, True).to_numpy(zero_copy_only=False)
    return blank


def clean_names(raw: Sequence[str]) -> tuple[list[str], tuple[Notice, ...]]:
    """Make header cells unique and non-empty.

    Returns
    -------
    The names, and a notice where names were empty or stood twice.
    """
    names: list[str] = []
    taken: set[str] = set()
    repeated: list[str] = []
    for position, cell in enumerate(raw, start=1):
        base = " ".join(cell.split()) or f"column_{position}"
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base}_{count}"
        if name != base:
            repeated.append(name)
        taken.add(name)
        names.append(name)
    if not repeated:
        return names, ()
    text = f"{len(repeated)} column names stand more than once in the header; the later ones were renamed: {', '.join(repeated[:5])}"
    return names, (Notice("duplicate_headers", text, len(repeated), tuple(repeated[:5])),)
