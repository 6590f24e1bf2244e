"""Read sales reps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bailiwick.domain import FloatArray, Notice, RepTable, TextArray
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.numbers import parse_numbers
from bailiwick.formats.place import Positions, find_positions
from bailiwick.formats.reading import read_table
from bailiwick.formats.recognise import Choice, choose_columns
from bailiwick.formats.synonyms import FIELD_SYNONYMS, REP_SYNONYMS
from bailiwick.formats.table import Table, to_objects
from bailiwick.formats.wording import in_rows

_SYNONYMS = {**FIELD_SYNONYMS, **REP_SYNONYMS}


def read_reps(source: Any, *, column_map: Mapping[str, str] | None = None, is_planar: bool = False) -> RepTable:
    """Read reps from a file or a table in memory.

    Homes come from coordinate columns, or else from postcode or place. A rep without any is kept: its territory gets a free centre.

    Parameters
    ----------
    source
        Whatever `read_table` takes.
    column_map
        Field → column; the fields of `read_units`, and ``capacity``.
    is_planar
        True if homes are ``x, y`` in km.

    Raises
    ------
    InputError
        If the file cannot be read or has no rows, an id repeats, or a capacity is not a positive number.

    Examples
    --------
    >>> import pandas as pd
    >>> reps = read_reps(pd.DataFrame({"Sales Rep": ["Ann", "Bo"], "Home city": ["Memphis", ""], "State": ["TN", ""], "FTE": ["1", "0,5"]}))
    >>> reps.labels.tolist(), reps.capacity.tolist(), reps.has_home.tolist()
    (['Ann', 'Bo'], [1.0, 0.5], [True, False])
    """
    table = read_table(source, is_planar=is_planar)
    if not len(table):
        raise InputError(say("%(source)s has a header but no reps below it", source=table.source), code="no_rows", field="reps")
    choice = choose_columns(
        table, column_map=column_map, extra_fields=("capacity",), synonyms=_SYNONYMS, needs_measures=False, is_planar=is_planar
    )
    notices = list(table.notices)
    ids, names = _names(table, choice, notices)
    positions = _homes(table, choice, ids, is_planar)
    notices += positions.notices
    _tell_homeless(positions, ids, notices)
    capacity = _capacity(table, choice)
    used = {choice.column(field) for field in ("id", "name", "lon", "lat", "x", "y", "capacity")}
    return RepTable(
        ids=ids,
        coordinates=positions.coordinates,
        capacity=capacity,
        is_planar=is_planar,
        names=names,
        attributes={name: to_objects(table.text(name)) for name in table.names if name not in used},
        placed_by=positions.placed_by,
        notices=tuple(notices),
    )


def _names(table: Table, choice: Choice, notices: list[Notice]) -> tuple[TextArray, TextArray | None]:
    """Ids and names; each stands in for the other, and row numbers for both."""
    numbers = np.array([str(row) for row in table.row_numbers], dtype=object)
    name_column, id_column = choice.column("name"), choice.column("id")
    names = None if name_column is None else to_objects(table.text(name_column))
    if id_column is not None:
        ids = to_objects(table.text(id_column))
    elif names is not None and len(set(names.tolist())) == len(names):
        ids = names
    else:
        notices.append(Notice("no_id", say("no column was recognised as id of the reps; the row number in the file became the id")))
        ids = numbers
    empty = np.array([not text.strip() for text in ids], bool)
    if empty.any():
        row = int(table.row_numbers[empty][0])
        raise InputError(
            say("the id of the rep in row %(row)s of %(source)s is empty", row=str(row), source=table.source),
            code="missing_id",
            field=id_column or "name",
            row=row,
        )
    repeated = np.flatnonzero(~np.isin(np.arange(len(ids)), np.unique(ids.astype(str), return_index=True)[1]))
    if len(repeated):
        row, first = int(table.row_numbers[repeated[0]]), int(table.row_numbers[ids == ids[repeated[0]]][0])
        raise InputError(
            say(
                "the id %(ids)s stands in row %(first)s and again in row %(row)s of %(source)s; give each rep an id of its own",
                ids=repr(ids[repeated[0]]),
                first=str(first),
                row=str(row),
                source=table.source,
            ),
            code="duplicate_id",
            field=id_column or "name",
            row=row,
        )
    return ids, None if names is None else np.where(names == "", ids, names)


def _homes(table: Table, choice: Choice, ids: TextArray, is_planar: bool) -> Positions:
    """Positions as for units; reps may have none at all."""
    fields = choice.fields.keys()
    if table.geometry is None and not fields & {"lon", "x", "location", "postcode", "place"}:
        return Positions(np.full((len(table), 2), np.nan), np.full(len(table), "", object))
    return find_positions(table, choice, ids=ids, is_planar=is_planar)


def _tell_homeless(positions: Positions, ids: TextArray, notices: list[Notice]) -> None:
    homeless = positions.is_open
    count = int(homeless.sum())
    if count:
        words = say("%(rows)s of reps have no known home; their territories get a free centre", rows=in_rows(count))
        notices.append(Notice("no_home", words, count, tuple(ids[homeless][:3])))


def _capacity(table: Table, choice: Choice) -> FloatArray:
    column = choice.column("capacity")
    if column is None:
        return np.ones(len(table))
    numbers = parse_numbers(table.data.column(column), decimal=table.decimal)
    bad = numbers.is_bad | numbers.is_missing | ~(np.nan_to_num(numbers.values) > 0)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        row = int(table.row_numbers[first])
        raise InputError(
            say(
                "the capacity of a rep must be a positive number; %(rows)s of %(source)s are not, the first is row %(row)s with %(column)s",
                rows=in_rows(int(bad.sum())),
                source=table.source,
                row=str(row),
                column=repr(table.column(column)[first]),
            ),
            code="capacity",
            field=column,
            row=row,
        )
    return numbers.values
