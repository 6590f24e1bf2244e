"""The commands and where they live."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import bailiwick
from bailiwick.cli.approaches import approaches
from bailiwick.cli.compare import compare
from bailiwick.cli.design import design
from bailiwick.cli.duplicates import duplicates
from bailiwick.cli.evaluate import evaluate
from bailiwick.cli.explain import explain
from bailiwick.cli.figures import allocate, attainment, effect, funnel, kpi
from bailiwick.cli.forecast import forecast, next_orders, pipeline
from bailiwick.cli.front import front
from bailiwick.cli.handling import tell_as_json
from bailiwick.cli.layers import layers
from bailiwick.cli.market import market
from bailiwick.cli.matrix import matrix
from bailiwick.cli.potential import concentration, hotspots, potential, retention
from bailiwick.cli.realign import realign
from bailiwick.cli.sample import sample
from bailiwick.cli.score import score
from bailiwick.cli.segments import density, segments
from bailiwick.cli.serve import serve
from bailiwick.cli.value import value
from bailiwick.errors import InputError


class Commands(TyperGroup):
    """The commands; options that cannot be used are told as JSON, too, where JSON was asked for."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        wants_json = "--json" in [*ctx._protected_args, *ctx.args]
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            if wants_json:
                field = None if error.param is None else error.param.name
                tell_as_json(InputError(error.format_message(), code="option", field=field))
            raise


EPILOG = "Exit codes: 0 done · 1 a defect of Bailiwick · 2 the input cannot be used · 3 the rules cannot all be met · 4 a service failed"

app = typer.Typer(
    name="bailiwick",
    cls=Commands,
    help="Sales territory management: from a file of accounts or areas to balanced, contiguous territories on a map.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the plain help text comes up three times faster
)
app.command()(design)
app.command()(realign)
app.command()(front)
app.command()(evaluate)
app.command()(compare)
app.command()(explain)
app.command()(approaches)
app.command()(layers)
app.command()(matrix)
app.command()(segments)
app.command()(density)
app.command()(duplicates)
app.add_typer(score)
app.add_typer(market)
app.command()(potential)
app.command()(concentration)
app.command()(hotspots)
app.command()(value)
app.command()(retention)
app.command()(forecast)
app.command("next-orders")(next_orders)
app.command()(pipeline)
app.command()(kpi)
app.command()(attainment)
app.command()(funnel)
app.command()(allocate)
app.command()(effect)
app.command()(sample)
app.command()(serve)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bailiwick {bailiwick.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")] = False,
) -> None:
    """Sales territory management: from a file of accounts or areas to balanced, contiguous territories on a map."""
