"""``bailiwick sample``: write a generated example."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bailiwick.cli.handling import friendly_errors
from bailiwick.cli.options import Seed
from bailiwick.cli.values import whole_number


def sample(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which example: coffee (a coffee-bean supplier with 25 reps).")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to; files of the same name are replaced.")],
    customers: Annotated[
        int | None, typer.Option(metavar="N", parser=whole_number(25), help="How many customers. Default: as many as the example has.")
    ] = None,
    reps: Annotated[
        int | None, typer.Option(metavar="N", parser=whole_number(1), help="How many reps. Default: as many as the example has.")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Write a generated example to try things on.

    Customers and reps that do not exist, at real places; every row says so.
    """
    with friendly_errors():
        from bailiwick import samples

        written = samples.make(name, seed=seed, n_customers=customers, n_reps=reps)
        write_texts(out, written.files())
        typer.echo(f"{written.title} (generated data): {', '.join(str(out / file) for file in written.files())}")


def write_texts(folder: Path, texts: dict[str, str]) -> None:
    """Write small text files into a folder that is made if need be."""
    from bailiwick.errors import InputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written: {error.strerror or error}; name another folder", code="unwritable", field="out"
        ) from None
