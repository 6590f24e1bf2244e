"""``bailiwick market``: the market of a plan, who leaves, who stays, why a group brings less, pilots, and figures of very many rows."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bailiwick.cli import market_options as mo
from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors
from bailiwick.cli.market_report import finish
from bailiwick.cli.values import number, one_of, percent

market = typer.Typer(
    name="market",
    help="The market of a plan, who leaves, who stays, why a group brings less, pilots, and figures of more rows than memory holds.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
_Today = Annotated[str | None, typer.Option(metavar="DATE", help="Day from which to look. Default: the day of the last order.")]


class EngineName(StrEnum):
    """Where expressions run."""

    duckdb = "duckdb"
    spark = "spark"


def _file(help: str) -> typer.models.OptionInfo:
    return typer.Option(metavar="FILE", help=help, rich_help_panel="Files")


def _measure(help: str) -> typer.models.OptionInfo:
    return typer.Option(metavar="MEASURE", help=help, rich_help_panel="Measures")


@market.command()
def survey(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="Folder of a plan; or the units, with --alignment.")],
    measure: Annotated[str, typer.Option(metavar="MEASURE", help="What the market is measured by: potential, else sales or accounts.")],
    out: mo.Out = None,
    alignment: Annotated[Path | None, _file("Table with unit_id and territory_id. Default: that of the plan folder.")] = None,
    sales: Annotated[str | None, _measure("What is sold, for penetration and white space.")] = None,
    potential: Annotated[str | None, _measure("What could be sold, for penetration and white space.")] = None,
    effort: Annotated[str | None, _measure("Hours or calls, for who is served too little.")] = None,
    competition: Annotated[str | None, _measure("How strong others are, the fourth sub-score.")] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(metavar="SCORE=W", help="Weight of potential, concentration, travel, competition. Default: 1 each."),
    ] = None,
    planar: o.Planar = False,
    map: o.Map = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Tell the market of a plan: how good each territory is, where it clusters, what is still to be won, how few hold how much.

    The folder then holds territories.csv, units.csv, market.json, and the pictures: map, pareto, white_space, quality.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        roles = {"sales": sales, "potential": potential, "effort": effort, "competition": competition}
        weights = mo.amounts(weight or [], "weight") or None
        columns = parse_column_map(map or [])
        found = api.survey_plan(plan, alignment, measure=measure, **roles, weights=weights, column_map=columns, is_planar=planar, seed=seed)
        shown = ("territory", "score", "class", "class_stability", measure, "units", "penetration", "open_potential", "share_gap")
        finish(found, out, as_json=as_json, columns=shown, title="Territories")


@market.command()
def pilot(
    panel: Annotated[Path, typer.Argument(metavar="PANEL", help="Rows of unit, period and value of a time without the change.")],
    out: mo.Out = None,
    find: Annotated[
        float, typer.Option("--find", metavar="PCT", parser=percent(-99, 500), help="Effect that shall be found, in percent.")
    ] = 5.0,
    size: Annotated[list[int] | None, typer.Option("--units", metavar="N", help="Units with the change.")] = None,
    length: Annotated[list[int] | None, typer.Option("--periods", metavar="N", help="Periods after it.")] = None,
    may: Annotated[str | None, typer.Option(metavar="COLUMN", help="Which units may have the change: yes or no. Default: all.")] = None,
    unit: Annotated[str, typer.Option(metavar="COLUMN", help="Column of units.")] = "unit",
    period: Annotated[str, typer.Option(metavar="COLUMN", help="Column of periods: dates.")] = "period",
    value: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the figure, above 0.")] = "value",
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Plan a pilot: how many units for how long, so that an effect would be found, and which units; judged on pilots drawn from the past.

    The folder then holds designs.csv, pilot.csv, pilot.json, power.svg, power.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        named: dict[str, Any] = {"unit": unit, "period": period, "value": value, "may": may}
        found = api.plan_pilot(panel, effect=find / 100, sizes=size, lengths=length, seed=seed, **named)
        finish(found, out, as_json=as_json, title="Pilots")


@market.command()
def health(
    orders: mo.Orders,
    out: mo.Out = None,
    contacts: Annotated[Path | None, _file("Calls, visits and messages: customer, date.")] = None,
    cases: Annotated[Path | None, _file("Questions and complaints: customer, opened, solved.")] = None,
    visits: Annotated[Path | None, _file("Visits to the website: customer, date.")] = None,
    today: _Today = None,
    map: o.Map = None,
    dates: mo.Dates = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Who is about to leave: health of every account with its reasons, and the day of its next order.

    The folder then holds accounts.csv, reliability.csv, health.json, and the pictures.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        read = mo.reading(map, dates)
        found = api.score_health(orders, contacts=contacts, cases=cases, visits=visits, today=today, seed=seed, **read)
        columns = ("account", "health", "risk", "risk_low", "risk_high", "level", "next_order", "reasons")
        finish(found, out, as_json=as_json, columns=columns, title="Most in danger")


@market.command()
def cohorts(
    orders: mo.Orders,
    out: mo.Out = None,
    by: Annotated[str | None, typer.Option("--by", metavar="COLUMN", help="Territories, segments or reps.")] = None,
    today: _Today = None,
    map: o.Map = None,
    dates: mo.Dates = None,
    as_json: o.Json = False,
) -> None:
    """Who stays and who comes back: repeat buying and retention by group, cohorts by the quarter of the first order.

    The folder then holds repeat.csv, cohorts.csv, cohorts.json, cohorts.svg, cohorts.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        found = api.cohort_tables(orders, by=by, today=today, **mo.reading(map, dates))
        columns = ("group", "repeat_rate", "repeat_low", "repeat_high", "repeat_of", "retention_rate", "retention_of")
        finish(found, out, as_json=as_json, columns=columns, title="Who comes back")


@market.command()
def gap(
    deals: Annotated[Path, typer.Argument(metavar="DEALS", help="A row per deal: stage, value, and a column of territories or reps.")],
    by: Annotated[str, typer.Option("--by", metavar="COLUMN", help="What is compared: territories or reps.")],
    out: mo.Out = None,
    worked: Annotated[str | None, typer.Option(metavar="COLUMN", help="Filled once somebody works on the deal.")] = None,
    map: o.Map = None,
    as_json: o.Json = False,
) -> None:
    """Why a group brings less than the mean: potential, coverage, conversion and deal size, which add up to the gap.

    The folder then holds groups.csv, gap.json, gap.svg, gap.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        found = api.explain_gap(deals, by=by, worked=worked, column_map=parse_column_map(map or []))
        finish(found, out, as_json=as_json, title="What explains the gap")


@market.command()
def large(
    orders: Annotated[Path, typer.Argument(metavar="PARQUET", help="A Parquet file, or a folder of them: customer, date, amount.")],
    start: Annotated[str, typer.Option(metavar="DATE", help="First day of the period.")],
    end: Annotated[str, typer.Option(metavar="DATE", help="Last day of the period.")],
    out: mo.Out = None,
    by: Annotated[str, typer.Option("--by", metavar="COLUMN", help="Territories, segments or reps.")] = "territory",
    before: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day of the period before. Default: as long as the period.")
    ] = None,
    engine: Annotated[
        EngineName, typer.Option(metavar="duckdb|spark", parser=one_of(EngineName), help="Where it is computed.")
    ] = EngineName.duckdb,
    memory: Annotated[float, typer.Option(metavar="GIB", parser=number(0), help="Memory that DuckDB keeps within.")] = 8.0,
    master: Annotated[str, typer.Option(metavar="ADDRESS", help="Of the Spark cluster.")] = "local[2]",
    map: o.Map = None,
    as_json: o.Json = False,
) -> None:
    """Key figures and segments of more order lines than memory holds, on DuckDB or a Spark cluster.

    The folder then holds figures.csv, waterfall.csv, quadrant.csv, segments.csv, large_market.json, and the pictures.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        columns = parse_column_map(map or [])
        where: dict[str, Any] = {"engine": engine.value, "memory_gb": memory, "master": master}
        found = api.large_market(orders, by=by, start=start, end=end, before=before, column_map=columns, **where)
        finish(found, out, as_json=as_json, columns=("group", "title", "value", "low", "high", "unit"), title="Key figures")
