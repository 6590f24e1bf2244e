"""``bailiwick approaches``: the same base designed three ways, compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors, print_json
from bailiwick.cli.interrupt import interruptible
from bailiwick.cli.values import number, whole_number

if TYPE_CHECKING:
    from bailiwick.api import ApproachComparison


def approaches(
    units: o.Units,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the comparison: new, empty, or an older one, which is replaced.")],
    territories: Annotated[
        int,
        typer.Option(metavar="K", parser=whole_number(1), help="Number of territories, the same for all three.", rich_help_panel="Model"),
    ],
    balance: o.Balance = None,
    potential: Annotated[
        str | None, typer.Option(metavar="NAME", help="Measure that says what an account is worth.", rich_help_panel="Model")
    ] = None,
    segment: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Segments of the demographic approach. Default: the first column with 2 to 12 texts, else clusters of the measures.",
            rich_help_panel="Model",
        ),
    ] = None,
    reach: Annotated[
        float,
        typer.Option(
            metavar="KM", parser=number(0), help="How far from its centre a territory serves small accounts well.", rich_help_panel="Model"
        ),
    ] = 100.0,
    planar: o.Planar = False,
    map: o.Map = None,
    seed: o.Seed = 0,
    time_limit: Annotated[
        float | None,
        typer.Option(metavar="S", parser=number(0), help="End the search after S seconds for all three together.", rich_help_panel="Run"),
    ] = None,
    as_json: o.Json = False,
) -> None:
    """Design one base geographically, by segments, and by accounts; compare, and recommend.

    The folder then holds approaches.md, approaches.csv, approaches.svg, approaches.json, assignments.csv, rejected.csv, and the plans.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.cli.progress import progress_line
        from bailiwick.formats import parse_column_map

        api.check_approaches_folder(out)
        with interruptible() as interrupt:
            with progress_line(time_limit=time_limit) as show:
                found = api.compare_approaches(
                    units,
                    territories=territories,
                    balance=balance,
                    potential=potential,
                    segment=segment,
                    reach_km=reach,
                    is_planar=planar,
                    column_map=parse_column_map(map or []),
                    seed=seed,
                    time_limit=time_limit,
                    stop=interrupt.stop,
                    on_progress=show,
                )
            _report(found, found.to_files(out), as_json=as_json)


def _report(found: ApproachComparison, files: tuple[Path, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({**found.document(), "files": [str(file) for file in files]})
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from bailiwick.api.approaches.files import table_rows
    from bailiwick.cli.console import Screen

    console = Screen()
    head, *rows = table_rows(found)
    table = Table(*head, box=SIMPLE_HEAD, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for sentence in found.reasons():
        console.print(Text(sentence), soft_wrap=True)
    console.print(Text(f"Written to {files[0].parent}: {', '.join(file.name for file in files)}", style="bold"), soft_wrap=True)
