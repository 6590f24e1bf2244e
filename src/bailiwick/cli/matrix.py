"""``bailiwick matrix``: travel times between places."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors, print_json
from bailiwick.cli.values import number


def matrix(
    units: o.Units,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Matrix to write, .parquet or .csv: from, to, minutes, km.")],
    roads: o.Roads = None,
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="Goals, e.g. reps with homes. Default: the units themselves.")] = None,
    profile: o.ProfileOption = o.ProfileName.car,
    circuity: Annotated[
        float | None,
        typer.Option(
            metavar="F", parser=number(0), help="Without --roads: the road as a multiple of the straight line.", rich_help_panel="Model"
        ),
    ] = None,
    speed: Annotated[
        float | None, typer.Option(metavar="KMH", parser=number(0), help="Without --roads: speed in km/h.", rich_help_panel="Model")
    ] = None,
    planar: o.Planar = False,
    map: o.Map = None,
    as_json: o.Json = False,
) -> None:
    """Compute travel minutes and kilometres between places.

    From the road network of an OpenStreetMap extract, or estimated from the straight line.

    Says how the road compares with the straight line (circuity) and which places are far from any road.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map
        from bailiwick.formats.matrix import check_matrix_file

        check_matrix_file(out, read=(units, to, roads))
        api.check_travel(roads=roads, profile=profile.value, circuity=circuity, speed_kmh=speed)
        pace = {"circuity": circuity, "speed_kmh": speed}
        found = api.travel_matrix(
            units,
            to=to,
            roads=roads,
            profile=profile.value,
            is_planar=planar,
            column_map=parse_column_map(map or []),
            **{name: value for name, value in pace.items() if value is not None},
        )
        found.to_file(out)
        if as_json:
            print_json({**found.document(), "file": str(out)})
            return
        from bailiwick.cli.screen import show_matrix

        show_matrix(found, out)
