"""``bailiwick layers``: named accounts, specialists, geography; overlays for further roles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bailiwick.cli import options as o
from bailiwick.cli.handling import INFEASIBLE, friendly_errors, print_json
from bailiwick.cli.interrupt import interruptible
from bailiwick.cli.values import number
from bailiwick.errors import InputError

if TYPE_CHECKING:
    from bailiwick.api import LayeredPlan


def layers(
    units: o.Units,
    plan: Annotated[Path, typer.Option(metavar="FILE", help="The layers as TOML: named accounts, rules, the rest, overlays.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the layers: new, empty, or older layers, which are replaced.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what every rule takes; design and write nothing.")] = False,
    shapes: o.Shapes = None,
    planar: o.Planar = False,
    map: o.Map = None,
    seed: o.Seed = 0,
    time_limit: Annotated[
        float | None,
        typer.Option(
            metavar="S",
            parser=number(0),
            help="End the search after S seconds for all steps together; so does Ctrl-C.",
            rich_help_panel="Run",
        ),
    ] = None,
    no_map: Annotated[bool, typer.Option("--no-map", help="Do not draw the maps.", rich_help_panel="Run")] = False,
    as_json: o.Json = False,
) -> None:
    """Assign every account once per layer: named accounts first, then rules in their order, geography for the rest.

    The folder then holds assignments.csv, territories.csv, gaps.csv, layers.json, rejected.csv, and a plan per step under plans.

    Exit code 3 if a step cannot keep its rules or an account is left without a territory; everything is written all the same.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.cli.progress import progress_line
        from bailiwick.formats import parse_column_map

        settings: dict[str, Any] = {"is_planar": planar, "column_map": parse_column_map(map or [])}
        if dry_run:
            _show_counts(api.preview_layers(units, plan, **settings), as_json=as_json)
            return
        if out is None:
            raise InputError("name a folder to write to with --out, or look first with --dry-run", code="unwritable", field="out")
        api.check_layers_folder(out)
        with interruptible() as interrupt:
            with progress_line(time_limit=time_limit) as show:
                found = api.design_layers(
                    units, plan, shapes=shapes, seed=seed, time_limit=time_limit, stop=interrupt.stop, on_progress=show, **settings
                )
            files = found.to_files(out, map=not no_map)
        _report(found, files, as_json=as_json)
        if not found.keeps_every_rule:
            raise typer.Exit(INFEASIBLE)


def _report(found: LayeredPlan, files: tuple[Path, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({**found.document(), "files": [str(file) for file in files]})
        return
    _show_counts(found.document()["layers"], as_json=False)
    for notice in found.notices:
        typer.echo(f"• {notice.message}")
    for message in found.broken_rules():
        typer.echo(f"• {message}")
    typer.echo(f"Written to {files[0].parent}: {', '.join(file.name for file in files)}")


def _show_counts(layers: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json({"layers": layers})
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from bailiwick.cli.console import Screen
    from bailiwick.domain.wording import percent

    console = Screen()
    for layer in layers:
        measures = list(layer["steps"][0]["measures"]) if layer["steps"] else []
        totals = {name: sum(step["measures"][name] for step in layer["steps"]) for name in measures}
        title = Text(f"Layer {layer['layer']}: {layer['n_units']:,} accounts")
        table = Table("step", "accounts", *measures, "territories", title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        for column in table.columns[1:]:
            column.justify = "right"
        for step in layer["steps"]:
            sums = [f"{value:,.0f} ({percent(value / totals[name]) if totals[name] else '–'})" for name, value in step["measures"].items()]
            table.add_row(Text(step["step"]), f"{step['n_units']:,}", *sums, _territories(step))
        console.print(table)
        for warning in layer.get("warnings", []):
            console.print(Text(f"• {warning}"), soft_wrap=True)


def _territories(step: dict[str, Any]) -> str:
    plan = step.get("plan")
    if plan is None:
        return ""
    return f"{plan['n_territories']}" + ("" if plan["keeps_every_rule"] else ", not every rule kept")
