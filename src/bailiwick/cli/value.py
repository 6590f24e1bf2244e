"""``bailiwick value``: what customers will still bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bailiwick.cli import market_options as mo
from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors, print_json
from bailiwick.cli.values import number, percent, whole_number

if TYPE_CHECKING:
    from bailiwick.api import CustomerValue

_N_ROWS = 8


def value(
    orders: mo.Orders,
    out: mo.Out = None,
    by: mo.By = None,
    months: Annotated[int, typer.Option(metavar="N", parser=whole_number(1), help="Horizon in months.")] = 12,
    discount: Annotated[float, typer.Option(metavar="PCT", parser=percent(0), help="Discount rate a year in percent.")] = 10.0,
    margin: Annotated[
        float, typer.Option(metavar="PCT", parser=percent(0), help="Share of an amount that is contribution; 100 counts revenue.")
    ] = 100.0,
    until: mo.Until = None,
    hold_out: Annotated[
        float | None, typer.Option("--hold-out", metavar="WEEKS", parser=number(0), help="Test the model on the last weeks, too.")
    ] = None,
    alignment: mo.Alignment = None,
    map: o.Map = None,
    dates: mo.Dates = None,
    simulations: Annotated[
        int, typer.Option(metavar="N", parser=whole_number(100), help="Futures drawn for the intervals.", rich_help_panel="Run")
    ] = 400,
    seed: o.Seed = 0,
    as_json: o.Json = False,
) -> None:
    """Tell what customers without a contract are worth: who is still one, what they will buy, and its value with intervals.

    From orders alone: BG/NBD for when they buy and whether they left, Gamma-Gamma for how much.

    The folder then holds customers.csv, groups.csv, value.json, value.svg, value.vl.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        found = api.customer_value(
            orders,
            months=months,
            discount=discount / 100,
            margin=margin / 100,
            by=by or (),
            alignment=alignment,
            until=until,
            hold_out_weeks=hold_out,
            **mo.reading(map, dates),
            n_simulations=simulations,
            seed=seed,
        )
        files = () if out is None else found.to_files(out)
        if as_json:
            print_json({**found.document(), "files": [str(file) for file in files]})
            return
        title, head, rows = _table(found)
        mo.show_lines(found.lines(), title=title, head=head, rows=rows, notices=found.notices, files=files)


def _table(found: CustomerValue) -> tuple[str, list[str], list[list[str]]]:
    """The most valuable groups of the first column, else the most valuable customers."""
    name = next((name for name in found.values.groups if name), None)
    if name is not None:
        g = found.values.groups[name]
        first = range(min(_N_ROWS, len(g.names)))
        rows = [[str(g.names[i]), f"{g.n_customers[i]:,}", *_money(g.value[i], g.low[i], g.high[i])] for i in first]
        return f"Most valuable by {name}", [name, "customers", "value", "from", "to"], rows
    top = found.customers.head(_N_ROWS)
    rows = [
        [row.customer, f"{row.p_alive:.2f}", f"{row.expected_purchases:.1f}", *_money(row.value, row.value_low, row.value_high)]
        for row in top.itertuples()
    ]
    return "Most valuable customers", ["customer", "P(alive)", "purchases", "value", "from", "to"], rows


def _money(*values: float) -> list[str]:
    return [f"{value:,.0f}" for value in values]
