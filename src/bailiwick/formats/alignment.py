"""Read who has what: an alignment, ours or made elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.domain import Notice, TextArray
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.export import FORMULA_START
from bailiwick.formats.reading import read_table
from bailiwick.formats.recognise import resolve_column
from bailiwick.formats.synonyms import ALIGNMENT_SYNONYMS, name_key
from bailiwick.formats.table import Table, object_array, to_objects
from bailiwick.formats.wording import in_rows, quoted

ALIGNMENT_FILE = "alignment.csv"


@dataclass(frozen=True, eq=False)
class AlignmentTable(Mapping[str, str]):
    """A mapping from unit id to territory id, with its columns.

    Attributes
    ----------
    unit_ids, territory_ids
        Text, shape (n,), in the order of the file. Units without a territory are left out.
    notices
        What was left out or looks odd.
    source
        Name of the file.
    columns
        Names of the unit and the territory column; empty if it was not read from a table.
    row_idx
        Row of each unit in that table, counted from 0 without the header, shape (n,); empty likewise.
    """

    unit_ids: TextArray
    territory_ids: TextArray
    notices: tuple[Notice, ...] = ()
    source: str = "the alignment"
    columns: tuple[str, ...] = ()
    row_idx: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_unit", dict(zip(self.unit_ids.tolist(), self.territory_ids.tolist(), strict=True)))

    def __getitem__(self, unit_id: str) -> str:
        by_unit: dict[str, str] = self.__dict__["_by_unit"]
        return by_unit[unit_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.unit_ids.tolist())

    def __len__(self) -> int:
        return len(self.unit_ids)


def read_alignment(source: str | os.PathLike[str] | Any, *, column_map: Mapping[str, str] | None = None) -> AlignmentTable:
    """Read an alignment from any table with a unit and a territory column, or from the folder of a plan.

    Parameters
    ----------
    source
        Whatever `read_table` takes, or a folder with ``alignment.csv``.
    column_map
        ``unit_id``, ``territory_id`` → column, where the names are not known.

    Raises
    ------
    InputError
        If it cannot be read, a column is not found, or a unit stands with two territories.

    Examples
    --------
    >>> import pandas as pd
    >>> alignment = read_alignment(pd.DataFrame({"Account ID": ["007", "008"], "Territory": ["north", "south"]}))
    >>> alignment["007"], dict(alignment)
    ('north', {'007': 'north', '008': 'south'})
    """
    if isinstance(source, (str, os.PathLike)) and Path(source).is_dir():
        folder = Path(source)
        source = folder / ALIGNMENT_FILE
        if not source.is_file():
            raise InputError(
                say(
                    "the folder %(folder)s holds no %(alignment_file)s; expected the folder of a plan",
                    folder=str(folder),
                    alignment_file=str(ALIGNMENT_FILE),
                ),
                code="no_such_file",
                field=str(folder),
            )
    table = read_table(source)
    return _check(table, *_columns(table, column_map or {}, field="alignment"))


def read_pairs(source: str | os.PathLike[str] | Any) -> list[tuple[str, str]]:
    """Read pairs of a unit and a territory, any number per unit: those that are forbidden.

    Parameters
    ----------
    source
        Whatever `read_table` takes, with columns ``unit_id`` and ``territory_id`` or names of the kind.

    Raises
    ------
    InputError
        If it cannot be read, a column is not found, or a row lacks one of the two.

    Examples
    --------
    >>> import pandas as pd
    >>> read_pairs(pd.DataFrame({"unit_id": ["007", "007"], "territory_id": ["north", "south"]}))
    [('007', 'north'), ('007', 'south')]
    """
    table = read_table(source)
    columns = _columns(table, {}, field="forbidden")
    units, territories = (_unguarded(table.text(column)).tolist() for column in columns)
    for row, unit, territory in zip(table.row_numbers.tolist(), units, territories, strict=True):
        if not unit.strip() or not territory.strip():
            missing = columns[0] if not unit.strip() else columns[1]
            raise InputError(
                say(
                    "row %(row)s of %(source)s has no %(missing)s; every row of forbidden pairs needs a unit and a territory",
                    row=str(row),
                    source=table.source,
                    missing=str(missing),
                ),
                code="forbidden",
                field="forbidden",
                row=row,
            )
    return list(zip(units, territories, strict=True))


def _columns(table: Table, column_map: Mapping[str, str], *, field: str) -> tuple[str, str]:
    """The columns with the unit and the territory."""
    if not len(table):
        raise InputError(say("%(source)s has a header but no rows below it", source=table.source), code="no_rows", field=field)
    mapped = {_role(name): column for name, column in column_map.items()}
    unit_column = _find(table, "unit_id", mapped)
    return unit_column, _find(table, "territory_id", mapped, taken=unit_column)


def _unguarded(column: Any) -> TextArray:
    """Text without the apostrophe that `write_csv` sets before what a spreadsheet program would take for a formula."""
    return to_objects(pc.replace_substring_regex(column, f"^'({FORMULA_START.removeprefix('^')})", r"\1"))


def _role(field: str) -> str:
    role = {"id": "unit_id", "unit": "unit_id", "territory": "territory_id"}.get(field, field)
    if role not in ALIGNMENT_SYNONYMS:
        raise InputError(
            say("there is no field %(field)s to map; known: %(names)s", field=repr(field), names=quoted(ALIGNMENT_SYNONYMS)),
            code="unknown_field",
            field=field,
        )
    return role


def _find(table: Table, role: str, mapped: Mapping[str, str], *, taken: str = "") -> str:
    if role in mapped:
        return resolve_column(table, mapped[role], role=role)
    by_key: dict[str, str] = {}
    for name in table.names:
        if name != taken:
            by_key.setdefault(name_key(name), name)
    found = next((by_key[name_key(s)] for s in ALIGNMENT_SYNONYMS[role] if name_key(s) in by_key), None)
    if found is None:
        raise InputError(
            say(
                "no column of %(source)s was recognised as %(role)s; columns: %(names)s. Expected unit_id and territory_id",
                source=table.source,
                role=role,
                names=quoted(table.names),
            ),
            code="unknown_column",
            field=role,
        )
    return found


def _check(table: Table, unit_column: str, territory_column: str) -> AlignmentTable:
    unit_ids, territory_ids = _unguarded(table.text(unit_column)), _unguarded(table.text(territory_column))
    notices = list(table.notices)
    has_both = np.array([bool(u.strip()) and bool(t.strip()) for u, t in zip(unit_ids, territory_ids, strict=True)], bool)
    left_out = int((~has_both).sum()) + len(table.malformed)
    if left_out:
        examples = tuple(f"row {row}" for row in table.row_numbers[~has_both][:3])
        notices.append(
            Notice(
                "alignment_incomplete", say("%(rows)s without unit or territory were left out", rows=in_rows(left_out)), left_out, examples
            )
        )
    first: dict[str, int] = {}
    for at in np.flatnonzero(has_both).tolist():
        before = first.setdefault(unit_ids[at], at)
        if territory_ids[before] != territory_ids[at]:
            raise _two_territories(table, unit_ids[at], territory_ids, before, at)
    if not first:
        raise InputError(
            say("no row of %(source)s has both a unit and a territory", source=table.source), code="no_usable_rows", field="alignment"
        )
    repeats = int(has_both.sum()) - len(first)
    if repeats:
        notices.append(Notice("alignment_repeats", say("%(rows)s say again what a row above said", rows=in_rows(repeats)), repeats))
    row_idx = np.fromiter(first.values(), np.int64, len(first))
    columns = (unit_column, territory_column)
    return AlignmentTable(object_array(first), territory_ids[row_idx], tuple(notices), table.source, columns, row_idx)


def _two_territories(table: Table, unit: str, territory_ids: TextArray, before: int, at: int) -> InputError:
    rows = table.row_numbers[[before, at]].tolist()
    return InputError(
        say(
            "unit %(unit)s has two territories in %(source)s: %(territory_ids)s in row %(rows)s and %(territory_ids2)s in row %(rows2)s",
            unit=repr(unit),
            source=table.source,
            territory_ids=repr(territory_ids[before]),
            rows=rows[0],
            territory_ids2=repr(territory_ids[at]),
            rows2=rows[1],
        ),
        code="two_territories",
        field="unit_id",
        row=rows[1],
    )
