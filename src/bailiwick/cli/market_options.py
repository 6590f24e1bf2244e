"""Options that the commands about markets and customers share, and how they end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bailiwick.cli.values import one_of
from bailiwick.errors import InputError

if TYPE_CHECKING:
    from bailiwick.domain import Notice


class DatesFirst(StrEnum):
    """What stands first in dates such as 3/4/2026."""

    dmy = "dmy"
    mdy = "mdy"


class CreditingName(StrEnum):
    """To which territory a sale counts."""

    as_was = "as-was"
    as_is = "as-is"


class GrainName(StrEnum):
    """Length of the steps of a report."""

    day = "day"
    week = "week"
    month = "month"


Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for the result: new, empty, or an older one, which is replaced.")]
Orders = Annotated[
    Path, typer.Argument(metavar="ORDERS", help="Orders or order lines: customer, date, amount (or quantity and price); returns negative.")
]
OrdersFile = Annotated[
    Path | None,
    typer.Option(
        "--orders", metavar="FILE", help="Orders or order lines: customer, date, amount; returns negative.", rich_help_panel="Files"
    ),
]
By = Annotated[
    list[str] | None, typer.Option(metavar="COLUMN", help="Add up by this column, e.g. a segment. Several are allowed, one by one.")
]
Features = Annotated[
    list[str] | None,
    typer.Option(
        "--feature", metavar="COLUMN", help="Column to learn from. Default: all numbers and words that repeat. Several are allowed."
    ),
]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="Last day of the observation. Default: the day of the last order.")]
Alignment = Annotated[
    Path | None, typer.Option("--alignment", metavar="FILE", help="Who has which customer; adds up by territory.", rich_help_panel="Files")
]
Dates = Annotated[
    DatesFirst | None,
    typer.Option(
        "--dates",
        metavar="dmy|mdy",
        parser=one_of(DatesFirst),
        help="Whether day or month stands first where the dates do not tell.",
        rich_help_panel="Files",
    ),
]


def reading(map: list[str] | None, dates: DatesFirst | None) -> dict[str, Any]:
    """How a table is read, as the functions of the library take it."""
    from bailiwick.formats import parse_column_map

    return {"column_map": parse_column_map(map or []), "date_order": None if dates is None else dates.value}


def amounts(pairs: Sequence[str], option: str) -> dict[str, float]:
    """Read ``NAME=AMOUNT`` texts.

    Examples
    --------
    >>> amounts(["(all)=5e5"], "goal")
    {'(all)': 500000.0}
    """
    found = {}
    for pair in pairs:
        name, _, text = pair.rpartition("=")
        try:
            found[name.strip()] = float(text)
        except ValueError:
            name = ""
        if not name.strip():
            raise InputError(f"expected NAME=AMOUNT for --{option}, found {pair!r}", code="option", field=option)
    return found


def number_or_text(text: str | None) -> str | float | None:
    """A number where it is one, else the text.

    Examples
    --------
    >>> number_or_text("2.5"), number_or_text("least")
    (2.5, 'least')
    """
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def show_lines(
    lines: Iterable[str],
    *,
    title: str = "",
    head: Sequence[str] = (),
    rows: Sequence[Sequence[str]] = (),
    notices: Sequence[Notice] = (),
    files: Sequence[Path] = (),
) -> None:
    """Sentences, a table whose first column is text, notices, and where the files are."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from bailiwick.cli.console import Screen

    console = Screen()
    for number, line in enumerate(lines):
        console.print(Text(line, style="bold" if not number else ""), soft_wrap=True)
    if rows:
        table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
        for column, name in enumerate(head):
            table.add_column(name, justify="right" if column else "left")
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
    for notice in notices:
        console.print(Text(f"• {notice.message}"), soft_wrap=True)
    if files:
        console.print(Text(f"Written to {files[0].parent}: {', '.join(file.name for file in files)}", style="bold"), soft_wrap=True)
