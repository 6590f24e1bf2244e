"""What the results about markets and customers have in common: tables, a document and pictures in one folder."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bailiwick.api.document import to_text
from bailiwick.api.folder import whole_folder
from bailiwick.errors import InputError
from bailiwick.formats.export import write_csv
from bailiwick.pictures.charts import Spec


def write_results(
    folder: str | os.PathLike[str],
    *,
    tables: Mapping[str, Mapping[str, Any]],
    document: tuple[str, Mapping[str, Any]],
    charts: Mapping[str, Spec],
    known: tuple[str, ...],
) -> tuple[Path, ...]:
    """Write tables as ``.csv``, the document as JSON and every chart as ``.svg`` and ``.vl.json``, whole or not at all.

    Parameters
    ----------
    known
        Names that an older result of this kind may have in the folder.
    """
    from bailiwick.pictures.market_charts import write_svg

    target = Path(folder)
    with whole_folder(target, known) as fresh:
        for name, columns in tables.items():
            write_csv(fresh / name, columns)
        (fresh / document[0]).write_text(to_text(document[1]), encoding="utf-8", newline="\n")
        for name, spec in charts.items():
            write_svg(fresh / f"{name}.svg", spec)
            (fresh / f"{name}.vl.json").write_text(to_text(spec), encoding="utf-8", newline="\n")
        written = [name for name in known if (fresh / name).exists()]
    return tuple(target / name for name in written)


def day_number(text: str | dt.date | None, field: str) -> int | None:
    """Days since 1970-01-01 of a date such as ``2026-03-31``.

    Raises
    ------
    InputError
        If it is no date.

    Examples
    --------
    >>> day_number("1970-02-01", "until")
    31
    """
    if text is None:
        return None
    try:
        day = text if isinstance(text, dt.date) else dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"expected a date such as 2026-03-31, found {text!r}", code="date", field=field) from None
    return day.toordinal() - dt.date(1970, 1, 1).toordinal()


def day_text(day: int) -> str:
    """The day as ``2026-03-31``."""
    return str(np.datetime64(day, "D"))


def rounded(value: float, digits: int = 6) -> float | None:
    """A number for a document: so many significant digits, None for what is no number."""
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None
