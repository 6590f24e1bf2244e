"""``bailiwick realign``: change today's alignment as little as its imbalance needs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bailiwick.cli import options as o
from bailiwick.cli.design import write_plan
from bailiwick.cli.handling import friendly_errors
from bailiwick.cli.interrupt import interruptible
from bailiwick.cli.model import Model, Writing, flat
from bailiwick.cli.progress import progress_line
from bailiwick.cli.values import number, percent


@flat
def realign(
    units: o.Units,
    current: o.Current,
    out: o.Out,
    disruption: o.Disruption = None,
    max_moved: Annotated[
        float | None,
        typer.Option(
            metavar="PCT",
            parser=percent(0, 100),
            help="Largest share of the disruption that may change hands, in percent.",
            rich_help_panel="Model",
        ),
    ] = None,
    price: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            parser=number(0),
            help="What one of disruption counts in the objective. Default: few changes come before short ways.",
            rich_help_panel="Model",
        ),
    ] = None,
    seed: o.Seed = 0,
    time_limit: o.TimeLimit = None,
    *,
    model: Model,
    writing: Writing,
) -> None:
    """Change today's alignment so that it keeps the rules, while little changes hands.

    The folder then holds all that design writes, and moves.csv: every change with its reason, its gain and the cost of refusing it.

    Exit code 3 if a rule cannot be met, also because too little may change hands; the best plan is written all the same.
    """
    settings: dict[str, Any] = {
        "disruption": disruption,
        "max_moved": None if max_moved is None else max_moved / 100,
        "price": price,
        "seed": seed,
        "time_limit": time_limit,
    }
    with friendly_errors(as_json=writing.as_json):
        from bailiwick import api

        settings |= model.keywords()
        api.check_folder(out)
        with interruptible() as interrupt:
            with progress_line(time_limit=time_limit) as show:
                plan = api.realign(units, current=current, on_progress=show, stop=interrupt.stop, **settings)
            write_plan(plan, out, writing)
