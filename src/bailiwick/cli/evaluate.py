"""``bailiwick evaluate``: judge any alignment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli import options as o
from bailiwick.cli.handling import friendly_errors, print_json
from bailiwick.cli.model import Model, flat


@flat
def evaluate(
    units: o.Units,
    alignment: Annotated[Path, typer.Option(metavar="FILE", help="Table with unit_id and territory_id, made here or elsewhere.")],
    model: Model,
    as_json: o.Json = False,
) -> None:
    """Judge an alignment, made here or elsewhere.

    Says how balanced, connected and compact it is, and which units have no territory.

    Exit code 0 whatever the verdict; it stands in the table, and with --json under the keys of plan.json.
    """
    with friendly_errors(as_json=as_json):
        from bailiwick import api

        judged = api.evaluate(units, alignment, **model.keywords())
        if as_json:
            print_json(judged.document())
            return
        from bailiwick.cli.screen import show_judgement

        show_judgement(judged)
