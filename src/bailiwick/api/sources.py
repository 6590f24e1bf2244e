"""Where the input comes from: files and tables by way of ``formats``, or ready values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bailiwick import formats
from bailiwick.api.balance import Balance, parse_balance
from bailiwick.domain import Notice, RepTable, UnitTable
from bailiwick.errors import InputError


@dataclass(frozen=True, eq=False)
class Source:
    """Units and how they were read.

    Attributes
    ----------
    units
        The rows that can be used.
    n_rows_read
        Rows below the header.
    rejected
        The rows that cannot be used, with reasons.
    notices
        What was guessed, repaired or looks odd.
    title
        Name of the file without its ending; empty for tables in memory.
    """

    units: UnitTable
    n_rows_read: int
    rejected: formats.RejectedRows = field(default_factory=formats.RejectedRows)
    notices: tuple[Notice, ...] = ()
    title: str = ""

    @property
    def rows(self) -> dict[str, int]:
        """Rows ``read``, ``used`` and ``rejected``."""
        return {"read": self.n_rows_read, "used": self.units.n_units, "rejected": len(self.rejected)}


def read_source(
    units: Any,
    *,
    shapes: Any = None,
    is_planar: bool = False,
    column_map: Mapping[str, str] | None = None,
    balance: Balance | None = None,
    text_columns: tuple[str, ...] = (),
) -> Source:
    """Read units from a path, a table or a mapping of columns; a ``UnitTable`` is taken as it is.

    Parameters
    ----------
    balance
        Measures that must be there.
    text_columns
        Columns that must be there as text.

    Raises
    ------
    InputError
        If they cannot be read, a column is missing, or a ``UnitTable`` comes with options for reading.
    """
    if isinstance(units, UnitTable):
        _check_ready(units, {"shapes": shapes, "column_map": column_map}, is_planar=is_planar)
        return Source(units, units.n_units)
    table = formats.read_table(tabular(units), is_planar=is_planar)
    read = formats.read_units(
        table,
        column_map=column_map,
        is_planar=is_planar,
        shapes=shapes,
        measure_names=[m.name for m in parse_balance(balance, table.names)],
        text_columns=text_columns,
    )
    return Source(read.units, read.n_rows_read, read.rejected, read.notices, title_of(table.source))


def _check_ready(units: UnitTable, options: Mapping[str, Any], *, is_planar: bool) -> None:
    """A ready table is not read again, so options for reading would do nothing."""
    given = next((name for name, value in options.items() if value is not None), None)
    if given is not None:
        raise InputError(
            f"{given} is for files and tables that are still to be read, but the units are a UnitTable; leave it out",
            code="source",
            field=given,
        )
    if is_planar and not units.is_planar:
        raise InputError(
            "is_planar=True, but the coordinates of this UnitTable are longitude and latitude; make it with is_planar=True if they are km",
            code="source",
            field="is_planar",
        )


def title_of(file_name: str) -> str:
    """Name of a file without its endings; empty for a table in memory.

    Examples
    --------
    >>> title_of("customers.csv.gz"), title_of("the table")
    ('customers', '')
    """
    return file_name.split(".")[0] if "." in file_name else ""


def tabular(source: Any) -> Any:
    """A mapping of columns as an Arrow table; everything else as it is."""
    if not isinstance(source, Mapping):
        return source
    import pyarrow as pa

    return pa.table({str(name): pa.array(np.asarray(values)) for name, values in source.items()})


def read_roster(reps: Any, *, is_planar: bool) -> RepTable:
    """Read reps from a path, a table or a mapping of columns; a ``RepTable`` is taken as it is.

    Parameters
    ----------
    is_planar
        Whether the units are in a plane; the homes must be, too.

    Raises
    ------
    InputError
        If they cannot be read, or homes and units have different kinds of coordinates.
    """
    roster = reps if isinstance(reps, RepTable) else formats.read_reps(tabular(reps), is_planar=is_planar)
    if roster.is_planar != is_planar:
        kinds = ("longitude and latitude", "x and y in km")
        raise InputError(
            f"the homes of the reps are {kinds[roster.is_planar]}, but the units are {kinds[is_planar]}; give both in one kind",
            code="source",
            field="reps",
        )
    return roster


def read_assignment(alignment: Any) -> formats.AlignmentTable:
    """Read an alignment from a path, a plan folder, a table, or a mapping of unit id → territory id.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if isinstance(alignment, formats.AlignmentTable):
        return alignment
    if isinstance(alignment, Mapping):
        pairs = [(str(unit), str(territory)) for unit, territory in alignment.items() if territory is not None and str(territory)]
        columns = np.array([*pairs, ("", "")], dtype=object)[:-1]
        return formats.AlignmentTable(columns[:, 0], columns[:, 1])
    return formats.read_alignment(alignment)
