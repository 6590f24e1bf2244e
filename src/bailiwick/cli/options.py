"""Options that several commands share, and how their words are read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bailiwick.cli.values import number, one_of, percent, whole_number
from bailiwick.errors import InputError


class Contiguity(StrEnum):
    """Where neighbours come from without a file of them."""

    auto = "auto"
    none = "none"


class ObjectiveName(StrEnum):
    """What is minimised."""

    distance = "distance"
    inertia = "inertia"
    diameter = "diameter"


class ProfileName(StrEnum):
    """Who travels on roads."""

    car = "car"
    bicycle = "bicycle"
    foot = "foot"


_MODEL, _FILES, _RUN, _ROBUST = "Model", "Files", "Run", "Uncertain measures"

Units = Annotated[
    Path,
    typer.Argument(
        metavar="UNITS",
        help="Accounts or areas: CSV, TSV, XLSX, Parquet, Arrow, GeoJSON, GeoPackage, shapefile (.shp or .zip) or TopoJSON.",
    ),
]
Reps = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Reps with homes and capacity, one territory each.", rich_help_panel=_FILES)
]
Shapes = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Polygons for units that have none, joined by id.", rich_help_panel=_FILES)
]
AdjacencyFile = Annotated[
    Path | None, typer.Option("--adjacency", metavar="FILE", help="Neighbours as a CSV with columns unit_a,unit_b.", rich_help_panel=_FILES)
]
Barriers = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Lines or areas (river, border) that cut links between neighbours.", rich_help_panel=_FILES),
]
Links = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Links to add (bridge, ferry) or remove: unit_a,unit_b,action.", rich_help_panel=_FILES),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="FIELD=COLUMN", help="Say which column holds a field, e.g. id=Store, location=Address.", rich_help_panel=_FILES
    ),
]
Roads = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="OpenStreetMap extract (.osm.pbf or .osm) for road minutes.", rich_help_panel=_FILES),
]
Travel = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Matrix of minutes that are the distance: from,to,minutes, or wide.", rich_help_panel=_FILES),
]
MaxMinutes = Annotated[
    float | None,
    typer.Option(
        "--max-minutes", metavar="M", parser=number(0), help="Largest allowed travel of a unit to its centre.", rich_help_panel=_MODEL
    ),
]
Circuity = Annotated[
    float | None,
    typer.Option(
        metavar="F", parser=number(0), help="Tell minutes: the road as a multiple of the straight line (1).", rich_help_panel=_MODEL
    ),
]
Speed = Annotated[
    float | None, typer.Option(metavar="KMH", parser=number(0), help="Tell minutes: speed on the road (50).", rich_help_panel=_MODEL)
]
ProfileOption = Annotated[
    ProfileName,
    typer.Option(
        "--profile", metavar="car|bicycle|foot", parser=one_of(ProfileName), help="Who travels on the roads.", rich_help_panel=_MODEL
    ),
]
Territories = Annotated[
    int | None,
    typer.Option(
        metavar="K",
        parser=whole_number(1),
        help="Number of territories. Default: one per rep, else from hours of work.",
        rich_help_panel=_MODEL,
    ),
]
Level = Annotated[
    list[str] | None,
    typer.Option(
        "--level",
        metavar="NAME:COUNT[:TOL%]",
        help="A level above the territories, designed together with them: region:4, district:15:3%. Several are allowed, the coarsest "
        "first. NAME=COLUMN takes the groups from a column of the reps (their managers), or without reps of the units.",
        rich_help_panel=_MODEL,
    ),
]
Uncertain = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME:±PCT%|LOW,HIGH",
        help="A measure that is not known exactly: sales:±15%, or two columns of an interval that holds 90 % of the cases, or three or "
        "more columns of samples. Territories then leave room for what may come.",
        rich_help_panel=_ROBUST,
    ),
]
Confidence = Annotated[
    float,
    typer.Option(
        metavar="PCT",
        parser=percent(0),
        help="Probability that each territory shall have to stay within its tolerances.",
        rich_help_panel=_ROBUST,
    ),
]
Correlation = Annotated[
    float,
    typer.Option(
        metavar="R", parser=number(0), help="Share of a unit's variance that its region has in common, 0 to 1.", rich_help_panel=_ROBUST
    ),
]
UncertainRegion = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Column with these regions. Default: sixteen compact ones.", rich_help_panel=_ROBUST),
]
Balance = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME[:TOL%]",
        help="Measure to balance and its tolerance in percent (5). Several are allowed; the first weighs distance. "
        "'units' counts every unit as one.",
        rich_help_panel=_MODEL,
    ),
]
ContiguityOption = Annotated[
    Contiguity | None,
    typer.Option(
        "--contiguity",
        metavar="auto|none",
        parser=one_of(Contiguity),
        help="auto: territories are connected, by polygons or else by nearest points. none: they need not be.",
        rich_help_panel=_MODEL,
    ),
]
Objective = Annotated[
    ObjectiveName,
    typer.Option(
        metavar="distance|inertia|diameter",
        parser=one_of(ObjectiveName),
        help="Σ weight · distance, Σ weight · distance², or the largest diameter of a territory.",
        rich_help_panel=_MODEL,
    ),
]
Planar = Annotated[bool, typer.Option("--planar", help="Columns x,y are projected already, in km.", rich_help_panel=_MODEL)]
Lock = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Column with the territory a unit must keep, or blank. Without --reps, territories are named after it.",
        rich_help_panel=_MODEL,
    ),
]
Forbid = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Pairs that must not be: unit_id,territory_id (id of a rep, or T1 …).", rich_help_panel=_MODEL),
]
MaxKm = Annotated[
    float | None,
    typer.Option(
        "--max-km", metavar="KM", parser=number(0), help="Largest straight distance of a unit to its centre.", rich_help_panel=_MODEL
    ),
]
Group = Annotated[str | None, typer.Option(metavar="COLUMN", help="Units with the same text there stay together.", rich_help_panel=_MODEL)]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder for the plan: new, empty, or an older plan, which is replaced.")]
Current = Annotated[
    str,
    typer.Option(
        metavar="COLUMN",
        help="Column with today's territory of each unit, blank if it is new; or a plan folder, or a table with unit_id and territory_id.",
    ),
]
Disruption = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="What is at stake when a unit changes hands: a measure or money. Default: the first measure.",
        rich_help_panel=_MODEL,
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        metavar="S",
        parser=number(0),
        help="End the search after S seconds with the best plan so far; so does Ctrl-C.",
        rich_help_panel=_RUN,
    ),
]
NoMap = Annotated[bool, typer.Option("--no-map", help="Do not draw map.html.", rich_help_panel=_RUN)]
NoReport = Annotated[bool, typer.Option("--no-report", help="Do not write report.pdf.", rich_help_panel=_RUN)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output and nothing else.", rich_help_panel=_RUN)]
Prove = Annotated[
    bool,
    typer.Option(
        "--prove",
        help="Also bound what any other places of free centres could give; up to 2,500 units, some seconds more.",
        rich_help_panel=_RUN,
    ),
]

Seed = Annotated[
    int, typer.Option(metavar="N", parser=whole_number(0), help="Same input, seed and version: same plan.", rich_help_panel=_RUN)
]


def adjacency(file: Path | None, contiguity: Contiguity | None) -> Any:
    """What the façade takes as ``adjacency``.

    Raises
    ------
    InputError
        If both a file and a rule are given.
    """
    if file is not None and contiguity is not None:
        raise InputError(
            "--adjacency and --contiguity were both given; the file says which units touch, so leave --contiguity out",
            code="adjacency_twice",
            field="contiguity",
        )
    return file if file is not None else (contiguity or Contiguity.auto).value
