"""``bailiwick realign``: change today's alignment as little as its imbalance needs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bailiwick.cli import options as o
from bailiwick.cli.design import report_plan
from bailiwick.cli.handling import INFEASIBLE, friendly_errors
from bailiwick.cli.interrupt import interruptible
from bailiwick.cli.progress import progress_line
from bailiwick.cli.values import number


def realign(
    units: o.Units,
    current: o.Current,
    out: o.Out,
    disruption: o.Disruption = None,
    max_moved: Annotated[
        float | None,
        typer.Option(
            metavar="PCT",
            parser=number(0, 100),
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
    reps: o.Reps = None,
    territories: o.Territories = None,
    balance: o.Balance = None,
    adjacency: o.AdjacencyFile = None,
    contiguity: o.ContiguityOption = None,
    barriers: o.Barriers = None,
    links: o.Links = None,
    shapes: o.Shapes = None,
    objective: o.Objective = o.ObjectiveName.distance,
    travel: o.Travel = None,
    roads: o.Roads = None,
    profile: o.ProfileOption = o.ProfileName.car,
    max_minutes: o.MaxMinutes = None,
    circuity: o.Circuity = None,
    speed: o.Speed = None,
    planar: o.Planar = False,
    lock: o.Lock = None,
    group: o.Group = None,
    map: o.Map = None,
    seed: o.Seed = 0,
    time_limit: o.TimeLimit = None,
    no_map: o.NoMap = False,
    no_report: o.NoReport = False,
    as_json: o.Json = False,
) -> None:
    """Change today's alignment so that it keeps the rules, while little changes hands.

    The folder then holds all that design writes, and moves.csv: every change with its reason, its gain and the cost of refusing it.

    Exit code 3 if a rule cannot be met, also because too little may change hands; the best plan is written all the same.
    """
    settings: dict[str, Any] = {
        "disruption": disruption,
        "max_moved": None if max_moved is None else max_moved / 100,
        "price": price,
        "reps": reps,
        "territories": territories,
        "balance": balance,
        "barriers": barriers,
        "links": links,
        "shapes": shapes,
        "objective": objective.value,
        "travel": travel,
        "roads": roads,
        "profile": profile.value,
        "max_minutes": max_minutes,
        "circuity": circuity,
        "speed_kmh": speed,
        "is_planar": planar,
        "lock": lock,
        "group": group,
        "seed": seed,
        "time_limit": time_limit,
    }
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        settings |= {"adjacency": o.adjacency(adjacency, contiguity), "column_map": parse_column_map(map or [])}
        api.check_folder(out)
        with interruptible() as interrupt, progress_line(time_limit=time_limit) as show:
            plan = api.realign(units, current=current, on_progress=show, stop=interrupt.stop, **settings)
            interrupt.is_searching = False
        files = plan.to_files(out, map=not no_map, report=not no_report)
        report_plan(plan, files, as_json=as_json)
        if not plan.keeps_every_rule:
            raise typer.Exit(INFEASIBLE)
