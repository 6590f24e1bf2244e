"""``bailiwick front``: about ten plans to choose from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors, print_json
from bailiwick.cli.interrupt import interruptible
from bailiwick.cli.model import Model, flat
from bailiwick.cli.progress import progress_line

if TYPE_CHECKING:
    from bailiwick.api import Front


@flat
def front(
    units: o.Units,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the front: new, empty, or an older front, which is replaced.")],
    current: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Column with today's territory of each unit; or a plan folder, or a table. Without it nothing counts as disruption.",
        ),
    ] = None,
    disruption: o.Disruption = None,
    seed: o.Seed = 0,
    time_limit: o.TimeLimit = None,
    *,
    model: Model,
    as_json: o.Json = False,
) -> None:
    """Show the trade between balance, compactness and what changes hands, as about ten plans.

    The folder then holds front.csv, front.json, a picture (front.svg, front.png), and plan-01.csv … with the alignment of each plan,
    which evaluate, compare and realign --current take; plan-00.csv is today's.
    """
    settings: dict[str, Any] = {"current": current, "disruption": disruption, "seed": seed, "time_limit": time_limit}
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        settings |= model.keywords()
        api.check_front_folder(out)
        with interruptible() as interrupt:
            with progress_line(time_limit=time_limit) as show:
                found = api.front(units, on_progress=show, stop=interrupt.stop, **settings)
            files = found.to_files(out)
        _report(found, files, as_json=as_json)


def _report(found: Front, files: tuple[Path, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({**found.document(), "files": [str(file) for file in files]})
        return
    from bailiwick.cli.screen import show_front

    show_front(found, files)
