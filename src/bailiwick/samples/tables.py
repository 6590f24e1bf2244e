"""Generated tables, and how they become text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

GENERATED = "generated"
"""Column that every generated table has, and what stands in it."""


@dataclass(frozen=True)
class Table:
    """Columns of equal length; every value is already the text or number that shall stand in the file."""

    columns: Mapping[str, Sequence[object]]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values())))

    def to_csv(self) -> str:
        r"""Comma-separated text with a header, lines ended by ``\n``.

        Examples
        --------
        >>> Table({"id": ["a", "b"], "name": ["Beans, Ltd", "Cup"]}).to_csv()
        'id,name\na,"Beans, Ltd"\nb,Cup\n'
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(zip(*self.columns.values(), strict=True))
        return text.getvalue()


@dataclass(frozen=True)
class Sample:
    """A worked example.

    Attributes
    ----------
    name, title
        For commands and for people.
    tables
        File name → table.
    readme
        What it is, and that it is generated; stands beside the tables as ``README.txt``.
    """

    name: str
    title: str
    tables: Mapping[str, Table]
    readme: str

    def files(self) -> dict[str, str]:
        """File name → text of everything that belongs to the example."""
        return {"README.txt": self.readme, **{name: table.to_csv() for name, table in self.tables.items()}}
