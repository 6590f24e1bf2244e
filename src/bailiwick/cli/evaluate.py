"""``bailiwick evaluate``: judge any alignment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors, print_json


def evaluate(
    units: o.Units,
    alignment: Annotated[Path, typer.Option(metavar="FILE", help="Table with unit_id and territory_id, made here or elsewhere.")],
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
    as_json: o.Json = False,
) -> None:
    """Judge an alignment, made here or elsewhere.

    Says how balanced, connected and compact it is, and which units have no territory.

    Exit code 0 whatever the verdict; it stands in the table, and with --json under the keys of plan.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        judged = api.evaluate(
            units,
            alignment,
            reps=reps,
            territories=territories,
            balance=balance,
            adjacency=o.adjacency(adjacency, contiguity),
            barriers=barriers,
            links=links,
            shapes=shapes,
            objective=objective.value,
            travel=travel,
            roads=roads,
            profile=profile.value,
            max_minutes=max_minutes,
            circuity=circuity,
            speed_kmh=speed,
            is_planar=planar,
            lock=lock,
            group=group,
            column_map=parse_column_map(map or []),
        )
        if as_json:
            print_json(judged.document())
            return
        from bailiwick.cli.screen import show_judgement

        show_judgement(judged)
