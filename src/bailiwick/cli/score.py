"""``bailiwick score``: leads, fit to the ideal customer, qualification, quality of territories."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli import market_options as mo
from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors
from bailiwick.cli.market_report import finish
from bailiwick.cli.values import number

score = typer.Typer(
    name="score",
    help="Score leads, prospects and territories: calibrated, with reasons.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@score.command()
def leads(
    history: Annotated[Path, typer.Argument(metavar="HISTORY", help="Finished leads or deals: an outcome, and what was known before it.")],
    out: mo.Out = None,
    open: Annotated[
        Path | None,
        typer.Option("--open", metavar="FILE", help="Leads to score. Default: the rows of HISTORY without an outcome, else all."),
    ] = None,
    outcome: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the outcome.")] = None,
    won: Annotated[str | None, typer.Option(metavar="TEXT", help="Its text for a win. Default: won, yes, 1 and the like.")] = None,
    feature: mo.Features = None,
    keep_suspects: Annotated[bool, typer.Option("--keep-suspects", help="Use columns that seem to know the outcome all the same.")] = False,
    map: o.Map = None,
    dates: mo.Dates = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Probability that each open lead is won, calibrated and tested on rows held back, with the reasons for each.

    The folder then holds leads.csv, reliability.csv, importance.csv, drift.csv, suspects.csv, lead_scores.json, and the pictures.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        found = api.score_leads(
            history,
            open,
            outcome=outcome,
            won=won,
            features=feature or None,
            keep_suspects=keep_suspects,
            **mo.reading(map, dates),
            seed=seed,
        )
        finish(found, out, as_json=as_json, title="Best leads")


@score.command()
def fit(
    accounts: Annotated[Path, typer.Argument(metavar="ACCOUNTS", help="Customers and prospects in one table.")],
    out: mo.Out = None,
    customer: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column that tells customers from all others.")] = None,
    won: Annotated[str | None, typer.Option(metavar="TEXT", help="Its text for a customer.")] = None,
    best: Annotated[str | None, typer.Option(metavar="COLUMN", help="Sales: the upper quarter of the customers are the best ones.")] = None,
    feature: mo.Features = None,
    keep_suspects: Annotated[bool, typer.Option("--keep-suspects", help="Use columns that seem to know the outcome all the same.")] = False,
    map: o.Map = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Ideal-customer profile from won customers, fit 0 to 100 of every prospect with reasons, look-alikes of the best.

    The folder then holds prospects.csv, profile.csv, lookalikes.csv, fit_scores.json, profile.svg, profile.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        found = api.score_fit(
            accounts,
            customer=customer,
            won=won,
            best=best,
            features=feature or None,
            keep_suspects=keep_suspects,
            column_map=parse_column_map(map or []),
            seed=seed,
        )
        finish(found, out, as_json=as_json, columns=("account", "fit", "reasons"), title="Best fit")


@score.command()
def bant(
    leads: Annotated[
        Path, typer.Argument(metavar="LEADS", help="Columns budget, authority, need, timeline: grades 0 to 3, or yes, likely, weak, no.")
    ],
    out: mo.Out = None,
    least: Annotated[float, typer.Option(metavar="GRADE", parser=number(0, 3), help="Grade that each needs.")] = 2.0,
    fresh: Annotated[float, typer.Option(metavar="DAYS", parser=number(1), help="Older answers count half.")] = 90.0,
    today: Annotated[str | None, typer.Option(metavar="DATE", help="Day from which age counts, where answers have dates.")] = None,
    map: o.Map = None,
    dates: mo.Dates = None,
    as_json: o.Json = False,
) -> None:
    """Qualify leads by budget, authority, need and timeline; say what fails and what to ask next.

    The folder then holds leads.csv, missing.csv, bant.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        found = api.score_bant(
            leads,
            least=least,
            fresh_days=fresh,
            today=today,
            **mo.reading(map, dates),
        )
        finish(found, out, as_json=as_json, title="Leads")


@score.command()
def territories(
    table: Annotated[Path, typer.Argument(metavar="TERRITORIES", help="One row per territory with the factors as columns.")],
    out: mo.Out = None,
    factor: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN[:W][:low]",
            help="A sub-score, its weight, and low where less is better. Default: potential, concentration, travel:low, competition:low.",
        ),
    ] = None,
    map: o.Map = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Quality of territories from sub-scores: high, medium or low, and how far the class hangs on the weights.

    The folder then holds territories.csv, stability.csv, territory_quality.json, quality.svg, quality.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api
        from bailiwick.formats import parse_column_map

        more = {"factors": factor} if factor else {}
        found = api.score_territories(table, **more, column_map=parse_column_map(map or []), seed=seed)
        finish(found, out, as_json=as_json, title="Territories")
