"""``bailiwick explain``: why a unit or a territory is as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli.handling import friendly_errors, print_json
from bailiwick.cli.options import Json
from bailiwick.errors import InputError


def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that design wrote; it may have been moved.")],
    unit: Annotated[str | None, typer.Option(metavar="ID", help="Unit to explain, by id or by a name that no other has.")] = None,
    territory: Annotated[str | None, typer.Option(metavar="ID", help="Territory to explain, by id or by name.")] = None,
    instead: Annotated[str | None, typer.Option(metavar="ID", help="With --unit: why is it not in this territory?")] = None,
    as_json: Json = False,
) -> None:
    """Say why a unit is in its territory, or what limits a territory.

    For a unit: the next best territory, what the move would do to distance, balance and connection, and what would have to
    change. For a territory: what its room is worth, which neighbours press, its least and most certain units.

    Every figure is what judging the plan with that move would give.
    """
    with friendly_errors(as_json=as_json):
        _check(unit, territory, instead)
        from bailiwick import api

        plan = api.load(folder)
        explanation = plan.explain(unit, instead=instead) if unit is not None else plan.explain_territory(str(territory))
        if as_json:
            print_json(explanation.document())
            return
        from bailiwick.cli.screen import show_explanation

        show_explanation(explanation)


def _check(unit: str | None, territory: str | None, instead: str | None) -> None:
    if (unit is None) == (territory is None):
        raise InputError("name either a unit with --unit or a territory with --territory", code="explain_what", field="unit")
    if instead is not None and unit is None:
        raise InputError("--instead goes with --unit: why is this unit not in that territory?", code="explain_what", field="instead")
