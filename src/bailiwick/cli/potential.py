"""``bailiwick potential``, ``concentration``, ``hotspots`` and ``retention``: what accounts and areas could bring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli import market_options as mo
from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors
from bailiwick.cli.market_report import finish
from bailiwick.cli.values import number, percent, whole_number

Accounts = Annotated[Path, typer.Argument(metavar="ACCOUNTS", help="One row per account.")]


def potential(
    accounts: Annotated[Path, typer.Argument(metavar="ACCOUNTS", help="Accounts and prospects; those with sales are learned from.")],
    out: mo.Out = None,
    sales: Annotated[str | None, typer.Option(metavar="COLUMN", help="Sales a year.")] = None,
    driver: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="What explains sales. Default: all numbers and words that repeat. Several are allowed."),
    ] = None,
    by: mo.By = None,
    effort: Annotated[str | None, typer.Option(metavar="COLUMN", help="Hours or calls spent, for white space.")] = None,
    growth: Annotated[str | None, typer.Option(metavar="COLUMN", help="Growth a year as a fraction.")] = None,
    context: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Units with demographics or indicators, joined by --key.", rich_help_panel="Files")
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of both tables for --context.", rich_help_panel="Files")] = None,
    quantile: Annotated[
        float, typer.Option(metavar="PCT", parser=percent(50, 95), help="Share of similar accounts that stay below their potential.")
    ] = 75.0,
    keep_suspects: Annotated[
        bool, typer.Option("--keep-suspects", help="Use drivers that seem to be made of the sales all the same.")
    ] = False,
    map: o.Map = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Estimate what every account could buy from what similar accounts buy, with intervals tested on accounts held back.

    The folder then holds accounts.csv, groups.csv, drivers.csv, test.csv, potential.json, and the pictures.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        found = api.estimate_potential(
            accounts,
            sales=sales,
            drivers=driver or None,
            by=by or (),
            effort=effort,
            growth=growth,
            context=context,
            context_key=key,
            quantile=quantile / 100,
            keep_suspects=keep_suspects,
            column_map=parse_column_map(map or []),
            seed=seed,
        )
        if by:
            columns = ("group", "accounts", "sales", "potential", "potential_low", "potential_high", "penetration", "share_gap")
            finish(found, out, as_json=as_json, table="groups", columns=columns, title="Where most is open")
            return
        shown = ("account", "sales", "potential", "potential_low", "potential_high", "is_extrapolated", "abc")
        finish(found, out, as_json=as_json, columns=shown, title="Most open potential")


def concentration(
    accounts: Accounts,
    measure: Annotated[str, typer.Option(metavar="COLUMN", help="Amounts, such as sales.")],
    out: mo.Out = None,
    by: Annotated[str | None, typer.Option(metavar="COLUMN", help="Territories or segments, each with figures of its own.")] = None,
    map: o.Map = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Tell how unevenly a measure is spread: 80/20 curve, ABC classes, Gini index.

    The folder then holds groups.csv, classes.csv, concentration.json, pareto.svg, pareto.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        found = api.measure_concentration(accounts, measure, by=by, column_map=parse_column_map(map or []), seed=seed)
        finish(found, out, as_json=as_json, title="Spread")


def hotspots(
    units: o.Units,
    measure: Annotated[str, typer.Option(metavar="NAME", help="Measure to look at.")],
    out: mo.Out = None,
    per: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Measure to divide by, such as people, so that large units are not hot for their size."),
    ] = None,
    planar: o.Planar = False,
    map: o.Map = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Find where high and low values stand together, with significance by permutation.

    The folder then holds units.csv, hot_spots.json, spots.svg, spots.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        found = api.find_hot_spots(units, measure, per=per, is_planar=planar, column_map=parse_column_map(map or []), seed=seed)
        finish(found, out, as_json=as_json, title="Hottest units")


def retention(
    contracts: Annotated[
        Path, typer.Argument(metavar="CONTRACTS", help="One row per customer: periods and lost, or start and end; value a period.")
    ],
    out: mo.Out = None,
    by: mo.By = None,
    horizon: Annotated[int, typer.Option(metavar="N", parser=whole_number(1), help="Periods that count.")] = 5,
    period: Annotated[float, typer.Option(metavar="DAYS", parser=number(1), help="Length of a period where there are dates.")] = 365.25,
    discount: Annotated[float, typer.Option(metavar="PCT", parser=percent(0), help="Discount rate a period in percent.")] = 10.0,
    margin: Annotated[
        float, typer.Option(metavar="PCT", parser=percent(0), help="Share of an amount that is contribution; 100 counts revenue.")
    ] = 100.0,
    until: mo.Until = None,
    map: o.Map = None,
    dates: mo.Dates = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Tell how long customers with a contract stay and what they will bring, by segment and territory.

    The folder then holds groups.csv, survival.csv, retention.json, survival.svg, survival.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        found = api.contract_value(
            contracts,
            period_days=period,
            horizon=horizon,
            discount=discount / 100,
            margin=margin / 100,
            by=by or (),
            until=until,
            **mo.reading(map, dates),
            seed=seed,
        )
        columns = ("group", "customers", "left", "retention", "retention_low", "retention_high", "value", "value_low", "value_high")
        finish(found, out, as_json=as_json, columns=columns, title="Groups")
