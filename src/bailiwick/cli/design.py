"""``bailiwick design``: from a file to a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bailiwick.cli import options as o
from bailiwick.cli.handling import INFEASIBLE, friendly_errors, print_json
from bailiwick.cli.interrupt import interruptible
from bailiwick.cli.model import Model, Writing, flat
from bailiwick.cli.progress import progress_line

if TYPE_CHECKING:
    from bailiwick.api import Plan


@flat
def design(
    units: o.Units,
    out: o.Out,
    model: Model,
    level: o.Level = None,
    uncertain: o.Uncertain = None,
    confidence: o.Confidence = 90.0,
    correlation: o.Correlation = 0.3,
    uncertain_region: o.UncertainRegion = None,
    prove: o.Prove = False,
    seed: o.Seed = 0,
    time_limit: o.TimeLimit = None,
    *,
    writing: Writing,
) -> None:
    """Design territories and write the plan to a folder.

    The folder then holds alignment.csv, territories.csv, territories.geojson, plan.json, plan.parquet, map.html, report.pdf, rejected.csv;
    with levels above the territories also hierarchy.csv.

    Exit code 3 if a rule cannot be met; the plan that comes nearest is written all the same.
    """
    settings: dict[str, Any] = {
        "levels": level or None,
        "uncertain": uncertain or None,
        "confidence": confidence / 100,
        "correlation": correlation,
        "uncertain_region": uncertain_region,
        "prove": prove,
        "seed": seed,
        "time_limit": time_limit,
    }
    with friendly_errors(as_json=writing.as_json):
        from bailiwick import api

        settings |= model.keywords()
        api.check_folder(out)
        with interruptible() as interrupt:
            with progress_line(time_limit=time_limit) as show:
                plan = api.design(units, on_progress=show, stop=interrupt.stop, **settings)
            write_plan(plan, out, writing)


def write_plan(plan: Plan, out: Path, writing: Writing) -> None:
    """Write a plan to its folder and tell about it; exit code 3 if it breaks a rule."""
    files = plan.to_files(out, map=not writing.no_map, report=not writing.no_report)
    report_plan(plan, files, as_json=writing.as_json)
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
