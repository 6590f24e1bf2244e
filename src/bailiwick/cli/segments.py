"""``bailiwick segments`` and ``bailiwick density``: accounts treated alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli import market_options as mo
from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors
from bailiwick.cli.market_report import finish


def segments(
    accounts: Annotated[
        Path | None, typer.Argument(metavar="[ACCOUNTS]", help="Accounts with an id. May be left out with --orders.")
    ] = None,
    out: mo.Out = None,
    orders: mo.OrdersFile = None,
    rules: Annotated[
        Path | None, typer.Option(metavar="TOML", help="[[segment]] tables with name, where, colour; the first that holds.")
    ] = None,
    template: Annotated[str | None, typer.Option(metavar="coffee|luxury-cars", help="A worked example in place of rules.")] = None,
    clusters: Annotated[
        str | None, typer.Option(metavar="K|auto", help="Clusters of accounts that are alike; auto: as many as are stable.")
    ] = None,
    feature: mo.Features = None,
    deals: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Deals with account, outcome and reason.", rich_help_panel="Files")
    ] = None,
    new: Annotated[Path | None, typer.Option(metavar="FILE", help="New accounts to assign at once.", rich_help_panel="Files")] = None,
    map: o.Map = None,
    dates: mo.Dates = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Group accounts that are treated alike, and tell who they are, what they bought, what they may bring.

    By rules, by a template, by clusters; else by recency, frequency and money of the orders.

    The folder then holds segments.csv, members.csv, products.csv, reasons.csv, clusters.csv, segments.json, and the picture.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.errors import InputError

        if clusters is not None and clusters != "auto" and not clusters.isdigit():
            raise InputError(f"expected a number or auto for --clusters, found {clusters!r}", code="option", field="clusters")
        found = api.segment_accounts(
            accounts,
            orders=orders,
            rules=rules,
            template=template,
            clusters=clusters if clusters in (None, "auto") else int(clusters),
            features=feature or None,
            deals=deals,
            new=new,
            **mo.reading(map, dates),
            seed=seed,
        )
        columns = ("segment", "accounts", "estimated_revenue_potential", "potential_low", "potential_high", "about")
        finish(found, out, as_json=as_json, columns=columns, title="Segments")


def density(
    units: o.Units,
    out: mo.Out = None,
    people: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="People per km². Default: the density of the places themselves.")
    ] = None,
    planar: o.Planar = False,
    map: o.Map = None,
    as_json: o.Json = False,
) -> None:
    """Classify units as urban, intermediate or rural, with the minutes of travel between calls in each class.

    The folder then holds units.csv, classes.csv, density.json, classes.svg, classes.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        found = api.classify_density(units, people_per_km2=people, is_planar=planar, column_map=parse_column_map(map or []))
        finish(found, out, as_json=as_json, table="classes", title="Classes")
