"""``bailiwick duplicates``: which accounts or contacts stand twice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli import market_options as mo
from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors
from bailiwick.cli.market_report import finish


def duplicates(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Accounts or contacts, a row each.")],
    out: mo.Out = None,
    kind: Annotated[str | None, typer.Option(metavar="accounts|contacts", help="What the rows are. Default: as the columns tell.")] = None,
    threshold: Annotated[float, typer.Option(metavar="SHARE", help="Least probability of a pair that is suggested.")] = 0.5,
    map: o.Map = None,
    dates: mo.Dates = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Find records that are probably the same account or person, with the evidence in words.

    Nothing is merged and nothing is changed: these are suggestions.

    The folder then holds pairs.csv, clusters.csv, branches.csv, weights.csv, evidence.csv, duplicates.json, and the picture.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        found = api.find_duplicates(
            file,
            column_map=parse_column_map(map or []),
            kind=kind,
            threshold=threshold,
            date_order=None if dates is None else dates.value,
            seed=seed,
        )
        finish(found, out, as_json=as_json, columns=("id_a", "id_b", "name_a", "name_b", "probability"), title="Pairs")
