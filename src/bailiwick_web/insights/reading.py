"""The rows of a table: from a stranger's file by way of the child process, kept as an Arrow file of ours."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
from django.conf import settings

from bailiwick_web.core.refusals import Missing
from bailiwick_web.insights.models import DataTable

_ROWS = "rows.arrow"


def folder_of(table: DataTable) -> Path:
    """Where the rows are kept; the name is ours, never the user's."""
    return Path(settings.UPLOAD_FOLDER) / "tables" / str(table.public_id)


def rows_file(table: DataTable) -> Path:
    """The file of the rows."""
    return folder_of(table) / _ROWS


def rows_of(table: DataTable) -> pa.Table:
    """All rows, as text.

    Raises
    ------
    Missing
        If the file is gone.
    """
    path = rows_file(table)
    if not path.exists():
        raise Missing(f"The rows of “{table}” are gone; bring the table in again.")
    return feather.read_table(path, memory_map=False)


def first_rows(table: DataTable, n: int) -> list[list[str]]:
    """The first rows, for looking at."""
    rows = rows_of(table).slice(0, n)
    columns = [["" if value is None else str(value) for value in column.to_pylist()] for column in rows.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def forget(table: DataTable) -> None:
    """Take the rows away."""
    shutil.rmtree(folder_of(table), ignore_errors=True)
