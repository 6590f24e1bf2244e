"""``bailiwick forecast``, ``next-orders`` and ``pipeline``: what will be sold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli import market_options as mo
from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors
from bailiwick.cli.market_report import finish
from bailiwick.cli.values import number, whole_number


def forecast(
    orders: mo.Orders,
    out: mo.Out = None,
    months: Annotated[int, typer.Option(metavar="N", parser=whole_number(1), help="How far ahead; a third of the history at most.")] = 6,
    by: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Forecast by this column, and by a second one within it; all add up.")
    ] = None,
    quantity: Annotated[bool, typer.Option("--quantity", help="Forecast the quantity in place of the amount.")] = False,
    keep_last: Annotated[bool, typer.Option("--keep-last", help="Count the last month although the orders end before it does.")] = False,
    map: o.Map = None,
    dates: mo.Dates = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Forecast revenue or demand by month and group, with intervals, by the method that did best on the past.

    Tells where repeating the year before is as good. Territories add up to the whole.

    The folder then holds forecast.csv, methods.csv, seasonality.csv, forecast.json, and the pictures.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        found = api.forecast_sales(
            orders,
            months=months,
            by=by or (),
            quantity=quantity,
            keep_last=keep_last,
            **mo.reading(map, dates),
            seed=seed,
        )
        finish(found, out, as_json=as_json, columns=("series", "month", "forecast", "low", "high"), title="Forecast")


def next_orders(
    orders: mo.Orders,
    out: mo.Out = None,
    by: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column to keep, such as territory or rep.")] = None,
    today: Annotated[str | None, typer.Option(metavar="DATE", help="Day from which to look. Default: the day of the last order.")] = None,
    map: o.Map = None,
    dates: mo.Dates = None,
    as_json: o.Json = False,
) -> None:
    """Tell when each account will order next, and who is overdue.

    The folder then holds accounts.csv, next_orders.json, overdue.svg, overdue.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        found = api.expect_orders(orders, by=by, today=today, **mo.reading(map, dates))
        columns = ("account", "last_order", "expected", "from", "to", "is_overdue", "usual_amount")
        finish(found, out, as_json=as_json, columns=columns, title="Overdue first")


def pipeline(
    deals: Annotated[Path, typer.Argument(metavar="DEALS", help="Closed and open deals: stage, value, start and end dates.")],
    out: mo.Out = None,
    days: Annotated[float, typer.Option(metavar="N", parser=number(1), help="Horizon in days.")] = 90.0,
    by: Annotated[str | None, typer.Option(metavar="COLUMN", help="Add up by this column: territory, rep.")] = None,
    rate_by: Annotated[str | None, typer.Option("--rate-by", metavar="COLUMN", help="Column by which rates of winning differ.")] = None,
    goal: Annotated[
        list[str] | None, typer.Option(metavar="GROUP=AMOUNT", help="What is still to reach, e.g. '(all)=500000'. Several are allowed.")
    ] = None,
    today: Annotated[
        str | None, typer.Option(metavar="DATE", help="Day from which to look. Default: the latest date of the deals.")
    ] = None,
    map: o.Map = None,
    dates: mo.Dates = None,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Simulate what the open deals will bring, from the deals that were closed; tell the chance to reach a goal.

    The folder then holds groups.csv, deals.csv, rates.csv, pipeline.json, pipeline.svg, pipeline.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        found = api.forecast_pipeline(
            deals,
            days=days,
            by=by,
            rate_by=rate_by,
            goals=mo.amounts(goal or [], "goal"),
            today=today,
            **mo.reading(map, dates),
            seed=seed,
        )
        finish(found, out, as_json=as_json, title="Pipeline")
