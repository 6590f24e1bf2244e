"""``bailiwick compare``: what differs between two plans."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli.handling import friendly_errors, print_json
from bailiwick.cli.options import Json


def compare(
    before: Annotated[Path, typer.Argument(metavar="DIR_OR_FILE", help="A plan folder, or a table with unit_id and territory_id.")],
    after: Annotated[Path, typer.Argument(metavar="DIR_OR_FILE", help="What it is compared with.")],
    as_json: Json = False,
) -> None:
    """Show what differs between two plans.

    Which units move, the share of each measure that changes hands, and the figures side by side.

    Labels carry no meaning: territories are matched so that as much as possible stays.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        comparison = api.compare(before, after)
        if as_json:
            print_json(comparison.document())
            return
        from bailiwick.cli.screen import show_comparison

        show_comparison(comparison)
