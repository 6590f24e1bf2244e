"""``bailiwick kpi``, ``attainment``, ``funnel``, ``allocate`` and ``effect``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli import market_options as mo
from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors
from bailiwick.cli.market_report import finish
from bailiwick.cli.values import number, one_of

_Group = Annotated[str | None, typer.Option("--by", metavar="COLUMN", help="Territories, segments or reps.")]
_Start = Annotated[str | None, typer.Option("--start", metavar="DATE", help="First day of the period. Default: the middle of the orders.")]
_End = Annotated[str | None, typer.Option("--end", metavar="DATE", help="Last day of the period. Default: the day of the last order.")]


def kpi(
    orders: mo.Orders,
    out: mo.Out = None,
    by: _Group = None,
    start: _Start = None,
    end: _End = None,
    before: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day of the period before. Default: as long as the period.")
    ] = None,
    measures: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A row per group: hours, potential, goal, open_value, won, lost …", rich_help_panel="Files"),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Account, territory, valid_from, valid_until: who had whom when.", rich_help_panel="Files"),
    ] = None,
    crediting: Annotated[
        mo.CreditingName,
        typer.Option(
            metavar="as-was|as-is", parser=one_of(mo.CreditingName), help="Count a sale to the territory of its day, or of today."
        ),
    ] = mo.CreditingName.as_was,
    formula: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FORMULA", help="Own key figure over the measures, e.g. per_hour=revenue/hours. Several are allowed."),
    ] = None,
    map: o.Map = None,
    dates: mo.Dates = None,
    as_json: o.Json = False,
) -> None:
    """Key figures of a period against the one before, waterfall of revenue, acquisition against retention.

    The folder then holds figures.csv, waterfall.csv, quadrant.csv, key_figures.json, and the pictures.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        found = api.key_figures(
            orders,
            by=by,
            start=start,
            end=end,
            before=before,
            measures=measures,
            history=history,
            crediting=crediting.value,
            formulas=formula or (),
            **mo.reading(map, dates),
        )
        finish(found, out, as_json=as_json, columns=("group", "title", "value", "low", "high", "unit"), title="Key figures")


def attainment(
    orders: mo.Orders,
    goals: Annotated[Path, typer.Option(metavar="FILE", help="A row per group with a column goal.")],
    start: Annotated[str, typer.Option(metavar="DATE", help="First day of the period of the goals.")],
    end: Annotated[str, typer.Option(metavar="DATE", help="Last day of it.")],
    out: mo.Out = None,
    by: _Group = None,
    grain: Annotated[
        mo.GrainName, typer.Option(metavar="day|week|month", parser=one_of(mo.GrainName), help="A row per day, week or month.")
    ] = mo.GrainName.month,
    today: Annotated[str | None, typer.Option(metavar="DATE", help="Up to when. Default: the last order in the period.")] = None,
    map: o.Map = None,
    dates: mo.Dates = None,
    as_json: o.Json = False,
) -> None:
    """Attainment of goals by day, week or month, against what the season expects by then.

    The folder then holds attainment.csv, attainment.json, attainment.svg, attainment.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        found = api.goal_attainment(
            orders,
            goals,
            start=start,
            end=end,
            by=by,
            grain=grain.value,
            today=today,
            **mo.reading(map, dates),
        )
        finish(found, out, as_json=as_json, title="Attainment", most=40)


def funnel(
    deals: Annotated[Path, typer.Argument(metavar="DEALS", help="One row per deal: stage (won, lost, or an open one), value.")],
    stage: Annotated[list[str], typer.Option(metavar="NAME", help="An open stage, in their order. Several are needed, one by one.")],
    out: mo.Out = None,
    reached: Annotated[str | None, typer.Option(metavar="COLUMN", help="Furthest open stage of closed deals.")] = None,
    by: _Group = None,
    map: o.Map = None,
    as_json: o.Json = False,
) -> None:
    """Conversion of each stage, the stage where most value is lost, each group against all.

    The folder then holds funnel.csv, groups.csv, index.csv, funnel.json, funnel.svg, funnel.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        found = api.deal_funnel(deals, stages=stage, reached=reached, by=by, column_map=parse_column_map(map or []))
        finish(found, out, as_json=as_json, title="Funnel")


def allocate(
    groups: Annotated[Path, typer.Argument(metavar="GROUPS", help="A row per territory or segment: sales, potential, growth, workload.")],
    pool: Annotated[float, typer.Option(metavar="AMOUNT", parser=number(0), help="Hours, money or people to divide.")],
    out: mo.Out = None,
    method: Annotated[str, typer.Option(metavar="NAME", help="sales, potential, growth or workload: the one to propose.")] = "potential",
    floor: Annotated[str | None, typer.Option(metavar="AMOUNT|COLUMN", help="Least amount for each group.")] = None,
    step: Annotated[float, typer.Option(metavar="N", parser=number(0), help="Whole steps, such as 1 for people; 0: any amount.")] = 0.0,
    map: o.Map = None,
    as_json: o.Json = False,
) -> None:
    """Divide a pool by four methods side by side: past sales, potential, growth, workload.

    The folder then holds allocation.csv, methods.csv, allocation.json, allocation.svg, allocation.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        least = mo.number_or_text(floor)
        found = api.allocate_pool(groups, pool, floor=least, step=step, method=method, column_map=parse_column_map(map or []))
        finish(found, out, as_json=as_json, title="Allocation")


def effect(
    panel: Annotated[Path, typer.Argument(metavar="PANEL", help="Rows of unit, period and value.")],
    treated: Annotated[str, typer.Option(metavar="COLUMN", help="Which units had the change: yes or no.")],
    since: Annotated[str, typer.Option(metavar="DATE", help="First day of the time after.")],
    out: mo.Out = None,
    unit: Annotated[str, typer.Option(metavar="COLUMN", help="Column of units.")] = "unit",
    period: Annotated[str, typer.Option(metavar="COLUMN", help="Column of periods: dates.")] = "period",
    value: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the figure, above 0.")] = "value",
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Tell whether a change helped: against matched units that had none, with an interval and placebos.

    The folder then holds effect.csv, path.csv, pairs.csv, blend.csv, effect.json, path.svg, path.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        found = api.measure_effect(panel, treated=treated, since=since, unit=unit, period=period, value=value, seed=seed)
        finish(found, out, as_json=as_json, title="Effect")
