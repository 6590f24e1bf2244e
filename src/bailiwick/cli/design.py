"""``bailiwick design``: from a file to a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bailiwick.cli import options as o
from bailiwick.cli.handling import INFEASIBLE, friendly_errors, print_json
from bailiwick.cli.interrupt import interruptible
from bailiwick.cli.progress import progress_line

if TYPE_CHECKING:
    from bailiwick.api import Plan


def design(
    units: o.Units,
    out: o.Out,
    reps: o.Reps = None,
    territories: o.Territories = None,
    level: o.Level = None,
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
    uncertain: o.Uncertain = None,
    confidence: o.Confidence = 90.0,
    correlation: o.Correlation = 0.3,
    uncertain_region: o.UncertainRegion = None,
    planar: o.Planar = False,
    lock: o.Lock = None,
    group: o.Group = None,
    map: o.Map = None,
    prove: o.Prove = False,
    seed: o.Seed = 0,
    time_limit: o.TimeLimit = None,
    no_map: o.NoMap = False,
    no_report: o.NoReport = False,
    as_json: o.Json = False,
) -> None:
    """Design territories and write the plan to a folder.

    The folder then holds alignment.csv, territories.csv, territories.geojson, plan.json, plan.parquet, map.html, report.pdf, rejected.csv;
    with levels above the territories also hierarchy.csv.

    Exit code 3 if a rule cannot be met; the plan that comes nearest is written all the same.
    """
    settings: dict[str, Any] = {
        "reps": reps,
        "territories": territories,
        "levels": level or None,
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
        "uncertain": uncertain or None,
        "confidence": confidence / 100,
        "correlation": correlation,
        "uncertain_region": uncertain_region,
        "is_planar": planar,
        "lock": lock,
        "group": group,
        "prove": prove,
        "seed": seed,
        "time_limit": time_limit,
    }
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        settings |= {"adjacency": o.adjacency(adjacency, contiguity), "column_map": parse_column_map(map or [])}
        api.check_folder(out)
        with interruptible() as interrupt, progress_line(time_limit=time_limit) as show:
            plan = api.design(units, on_progress=show, stop=interrupt.stop, **settings)
            interrupt.is_searching = False
        files = plan.to_files(out, map=not no_map, report=not no_report)
        report_plan(plan, files, as_json=as_json)
        if not plan.keeps_every_rule:
            raise typer.Exit(INFEASIBLE)


def report_plan(plan: Plan, files: tuple[Path, ...], *, as_json: bool) -> None:
    """The summary of a new plan, or its facts as JSON."""
    if as_json:
        document = json.loads((files[0].parent / "plan.json").read_text(encoding="utf-8"))
        print_json({**document, "files": [str(file) for file in files]})
        return
    from bailiwick.cli.screen import show_plan

    show_plan(plan, files)
