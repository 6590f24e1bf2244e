"""The commands and where they live."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

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
        except TyperException as error:
            if wants_json:
                parameter = getattr(error, "param", None)
                tell_as_json(InputError(error.format_message(), code="option", field=parameter and parameter.name))
            raise

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands by what they are for, with their first sentence whole."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command: Any = self.get_command(ctx, name)
            sections.setdefault(command.rich_help_panel, []).append((f"{name:<{_NAME_WIDTH}}", command.get_short_help_str(_SENTENCE)))
        for title in _SECTIONS:
            with formatter.section(title):
                formatter.write_dl(sections[title])


_NAME_WIDTH, _SENTENCE = 13, 200
_SECTIONS = _TERRITORIES, _MARKET, _TIME, _FIGURES, _START = (
    "Territories",
    "The market before them",
    "What comes next",
    "Key figures",
    "To start with",
)
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
app.command(rich_help_panel=_TERRITORIES)(design)
app.command(rich_help_panel=_TERRITORIES)(realign)
app.command(rich_help_panel=_TERRITORIES)(front)
app.command(rich_help_panel=_TERRITORIES)(evaluate)
app.command(rich_help_panel=_TERRITORIES)(compare)
app.command(rich_help_panel=_TERRITORIES)(explain)
app.command(rich_help_panel=_TERRITORIES)(approaches)
app.command(rich_help_panel=_TERRITORIES)(layers)
app.command(rich_help_panel=_TERRITORIES)(matrix)
app.command(rich_help_panel=_MARKET)(segments)
app.command(rich_help_panel=_MARKET)(density)
app.command(rich_help_panel=_MARKET)(duplicates)
app.add_typer(score, rich_help_panel=_MARKET)
app.add_typer(market, rich_help_panel=_MARKET)
app.command(rich_help_panel=_MARKET)(potential)
app.command(rich_help_panel=_MARKET)(concentration)
app.command(rich_help_panel=_MARKET)(hotspots)
app.command(rich_help_panel=_TIME)(value)
app.command(rich_help_panel=_TIME)(retention)
app.command(rich_help_panel=_TIME)(forecast)
app.command("next-orders", rich_help_panel=_TIME)(next_orders)
app.command(rich_help_panel=_TIME)(pipeline)
app.command(rich_help_panel=_FIGURES)(kpi)
app.command(rich_help_panel=_FIGURES)(attainment)
app.command(rich_help_panel=_FIGURES)(funnel)
app.command(rich_help_panel=_FIGURES)(allocate)
app.command(rich_help_panel=_FIGURES)(effect)
app.command(rich_help_panel=_START)(sample)
app.command(rich_help_panel=_START)(serve)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bailiwick {bailiwick.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")] = False,
) -> None:
    """Sales territory management: from a file of accounts or areas to balanced, contiguous territories on a map."""
