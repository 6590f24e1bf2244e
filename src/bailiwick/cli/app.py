"""The commands and where they live."""

from __future__ import annotations

from typing import Annotated

import typer

import bailiwick
from bailiwick.cli.compare import compare
from bailiwick.cli.design import design
from bailiwick.cli.evaluate import evaluate
from bailiwick.cli.explain import explain
from bailiwick.cli.matrix import matrix
from bailiwick.cli.sample import sample

EPILOG = "Exit codes: 0 done · 1 a defect of Bailiwick · 2 the input cannot be used · 3 the rules cannot all be met · 4 a service failed"

app = typer.Typer(
    name="bailiwick",
    help="Sales territory management: from a file of accounts or areas to balanced, contiguous territories on a map.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the plain help text comes up three times faster
)
app.command()(design)
app.command()(evaluate)
app.command()(compare)
app.command()(explain)
app.command()(matrix)
app.command()(sample)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bailiwick {bailiwick.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")] = False,
) -> None:
    """Sales territory management: from a file of accounts or areas to balanced, contiguous territories on a map."""
