"""How the commands about markets end: files, a JSON document, or sentences with a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bailiwick.cli import market_options as mo
from bailiwick.cli.handling import print_json

if TYPE_CHECKING:
    from bailiwick.api.markets import Findings

_N_ROWS = 12
_MILLION = 1_000_000


def finish(
    found: Findings, out: Path | None, *, as_json: bool, table: str = "", columns: Sequence[str] = (), title: str = "", most: int = _N_ROWS
) -> None:
    """Write the files if a folder was named, then print.

    Parameters
    ----------
    table, columns
        What to show of it; by default the first table and its first columns.
    """
    files = () if out is None else found.to_files(out)
    if as_json:
        print_json({**found.document(), "files": [str(file) for file in files]})
        return
    frame = found.tables[table or next(iter(found.tables))]
    shown = frame[[c for c in (columns or list(frame.columns)[:7]) if c in frame.columns]].head(most)
    rows = [[cell_text(value) for value in row] for row in zip(*(shown[c].tolist() for c in shown.columns), strict=True)]
    head = [str(c).replace("_", " ") for c in shown.columns]
    mo.show_lines(found.lines(), title=title, head=head, rows=rows, notices=found.notices, files=files)


def cell_text(value: Any) -> str:
    """A value for the screen.

    Examples
    --------
    >>> cell_text(1.5e6), cell_text(1234.5), cell_text(0.1234), cell_text(float("nan")), cell_text(True)
    ('1.50 M', '1,234', '0.123', '–', 'yes')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float) and abs(value) >= _MILLION:
        return f"{value / _MILLION:,.2f} M"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value)
