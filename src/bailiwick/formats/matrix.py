"""Read and write matrices of travel: long (``from, to, minutes[, km]``) or wide (one column per goal)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError
from bailiwick.formats.export import write_csv
from bailiwick.formats.matching import match_ids_leniently, text_array
from bailiwick.formats.numbers import parse_numbers
from bailiwick.formats.reading import read_table
from bailiwick.formats.synonyms import MATRIX_SYNONYMS, name_key
from bailiwick.formats.table import Table
from bailiwick.formats.wording import quoted


@dataclass(frozen=True, eq=False)
class MatrixImport:
    """Travel between ids as it was read.

    Attributes
    ----------
    ids
        Every id that the file names, shape (k,).
    minutes, km
        From row to column, shape (k, k), float32; NaN where the file has nothing, ``km`` None if it has none at all.
    source
        Name of the file.
    notices
        What was left out.
    """

    ids: TextArray
    minutes: NDArray[np.float32]
    km: NDArray[np.float32] | None
    source: str
    notices: tuple[Notice, ...] = ()


def read_matrix(source: str | os.PathLike[str] | Any, known_ids: Sequence[str] | TextArray) -> MatrixImport:
    """Read travel times between units, or between units and reps.

    Parameters
    ----------
    source
        Whatever `read_table` takes: columns ``from``, ``to``, ``minutes`` (or ``seconds``) and optionally ``km``, in any
        order; or the ids of the starts in the first column and one column of minutes for each goal.
    known_ids
        Ids that matter, shape (k,), each once; rows and columns of the result stand in this order.

    Raises
    ------
    InputError
        If the file cannot be read, is neither of the two, names none of the ids, or holds a time that is negative or no
        number.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"from": ["a", "b"], "to": ["b", "a"], "minutes": [12.5, 14.0]})
    >>> read_matrix(rows, ["a", "b"]).minutes.tolist()
    [[nan, 12.5], [14.0, nan]]
    """
    table = read_table(source)
    ids = np.asarray(known_ids, dtype=object)
    column = _columns(table)
    time = column["minutes"] or column["seconds"]
    if column["from"] and column["to"] and time:
        read = _read_long(table, ids, (column["from"], column["to"]), time, column["km"], in_seconds=not column["minutes"])
    else:
        read = _read_wide(table, ids)
    return MatrixImport(ids, *read[:2], table.source, (*table.notices, *read[2]))


def _columns(table: Table) -> dict[str, str]:
    """Column of each role, or empty text."""
    by_key: dict[str, str] = {}
    for name in table.names:
        by_key.setdefault(name_key(name), name)
    return {role: next((by_key[key] for key in map(name_key, names) if key in by_key), "") for role, names in MATRIX_SYNONYMS.items()}


_Read = tuple[NDArray[np.float32], NDArray[np.float32] | None, tuple[Notice, ...]]


def _read_long(table: Table, ids: TextArray, ends: tuple[str, str], time: str, km: str, *, in_seconds: bool) -> _Read:
    both = pa.chunked_array([table.text(end) for end in ends]).combine_chunks()
    index, zeros_ignored = match_ids_leniently(both, text_array(ids))
    start, end = index[: len(table)], index[len(table) :]
    known = (start >= 0) & (end >= 0)
    notices = _tell(table, both.to_pylist() if not known.all() else [], index, int((~known).sum()), bool(known.any()), ids, zeros_ignored)
    values = _checked(table, time)[known] / (60.0 if in_seconds else 1.0)
    minutes = np.full((len(ids), len(ids)), np.nan, np.float32)
    minutes[start[known], end[known]] = values
    length = None
    if km:
        length = np.full_like(minutes, np.nan)
        length[start[known], end[known]] = _checked(table, km)[known]
    return minutes, length, notices


def _read_wide(table: Table, ids: TextArray) -> _Read:
    starts = text_array(table.column(table.names[0])) if len(table.names) else text_array([])
    names = text_array(list(table.names[1:]))
    if len(names):
        row, zeros_in_rows = match_ids_leniently(starts, text_array(ids))
        column, zeros_in_names = match_ids_leniently(names, text_array(ids))
    if not len(names) or not (column >= 0).any():
        raise InputError(
            f"{table.source} is no matrix of travel: expected columns from, to and minutes, or the ids of the starts in the first column "
            f"and one column per goal named by its id such as {str(ids[0])!r}; found the columns {quoted(table.names)}",
            code="matrix_columns",
            field="travel",
        )
    strangers = [*starts.to_pylist(), *names.to_pylist()]
    index = np.concatenate([row, column])
    notices = _tell(table, strangers, index, int((index < 0).sum()), bool((row >= 0).any()), ids, zeros_in_rows or zeros_in_names)
    minutes = np.full((len(ids), len(ids)), np.nan, np.float32)
    for name, goal in zip(table.names[1:], column, strict=True):
        if goal >= 0:
            minutes[row[row >= 0], goal] = _checked(table, name)[row >= 0]
    return minutes, None, notices


def _checked(table: Table, name: str) -> FloatArray:
    """Numbers of a column, NaN where a cell is empty."""
    numbers = parse_numbers(table.data.column(name), decimal=table.decimal)
    bad = np.flatnonzero(numbers.is_bad | (numbers.values < 0))
    if len(bad):
        row = int(table.row_numbers[bad[0]])
        raise InputError(
            f"{table.source}, column {name!r}, row {row}: expected a number, zero or more, "
            f"found {table.column(name)[bad[0]]!r}; correct it",
            code="travel_value",
            field=name,
            row=row,
        )
    return numbers.values


def _tell(
    table: Table, names: list[str], index: NDArray[np.int64], left_out: int, is_any_known: bool, ids: TextArray, zeros_ignored: bool
) -> tuple[Notice, ...]:
    if not is_any_known:
        found = quoted(names[:3])
        raise InputError(
            f"{table.source} names none of the places: its ids look like {found}, the units' like {quoted(map(str, ids[:3]))}",
            code="travel_ids",
            field="travel",
        )
    notices = []
    if zeros_ignored:
        notices.append(Notice("travel_zeros", "ids of the matrix of travel were matched without leading zeros"))
    if left_out:
        strangers = list(dict.fromkeys(name for name, i in zip(names, index.tolist(), strict=True) if i < 0))
        others = counted(len(strangers), "id that is", "ids that are")
        message = f"{table.source} names {others} not among the places, such as {strangers[0]!r}; left out"
        notices.append(Notice("travel_unknown_ids", message, len(strangers), tuple(strangers[:10])))
    return tuple(notices)


def write_matrix(
    path: str | os.PathLike[str],
    from_ids: TextArray,
    to_ids: TextArray,
    minutes: NDArray[np.floating],
    km: NDArray[np.floating] | None,
) -> None:
    """Write a matrix in long form: ``from, to, minutes[, km]``, as CSV or, by the ending of the name, Parquet.

    Parameters
    ----------
    from_ids, to_ids
        Shape (n,) and (m,).
    minutes, km
        Shape (n, m); written with three and four decimals. Pairs of an id with itself are left out.

    Raises
    ------
    InputError
        If the name ends in neither ``.csv`` nor ``.parquet``, or the file cannot be written.
    """
    path = Path(path)
    check_matrix_file(path)
    columns = long_columns(from_ids, to_ids, minutes, km)
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_rows(fresh, columns, is_csv=path.suffix.lower() == ".csv")
        fresh.replace(path)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}; name another file"
        raise InputError(message, code="unwritable", field="out") from None
    finally:
        with suppress(OSError):
            fresh.unlink()


def _write_rows(path: Path, columns: dict[str, NDArray[Any]], *, is_csv: bool) -> None:
    if is_csv:
        write_csv(path, columns)
        return
    import pyarrow.parquet as pq

    pq.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), path)


def check_matrix_file(path: str | os.PathLike[str], read: Iterable[str | os.PathLike[str] | None] = ()) -> None:
    """Make sure that a matrix may be written to a file; worth knowing before it is computed.

    Parameters
    ----------
    read
        Files that are read to compute it, which must not be replaced.

    Raises
    ------
    InputError
        If the name ends in neither ``.csv`` nor ``.parquet``, or is that of a file that is read.
    """
    path = Path(path)
    if path.suffix.lower() not in {".csv", ".parquet"}:
        raise InputError(f"{path} should end in .csv or .parquet; choose one of them", code="unknown_format", field="out")
    if path.exists() and any(Path(file).exists() and path.samefile(file) for file in read if file is not None):
        raise InputError(
            f"{path} is read to compute the matrix and would be replaced by it; name another file", code="own_input", field="out"
        )


def long_columns(
    from_ids: TextArray, to_ids: TextArray, minutes: NDArray[np.floating], km: NDArray[np.floating] | None
) -> dict[str, NDArray[Any]]:
    """One row per pair of different ids.

    Examples
    --------
    >>> columns = long_columns(np.array(["a", "b"]), np.array(["b"]), np.array([[2.0], [0.0]]), None)
    >>> {name: values.tolist() for name, values in columns.items()}
    {'from': ['a'], 'to': ['b'], 'minutes': [2.0]}
    """
    start, end = np.asarray(from_ids, dtype=object), np.asarray(to_ids, dtype=object)
    is_other = start[:, None] != end[None, :]
    row, column = np.nonzero(is_other)
    columns: dict[str, NDArray[Any]] = {"from": start[row], "to": end[column], "minutes": _rounded(minutes[is_other], 3)}
    if km is not None:
        columns["km"] = _rounded(km[is_other], 4)
    return columns


def _rounded(values: NDArray[np.floating], digits: int) -> FloatArray:
    return np.asarray(np.round(values.astype(np.float64), digits), np.float64)
