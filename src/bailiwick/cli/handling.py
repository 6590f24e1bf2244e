"""Errors as a short block on standard error and an exit code; no traceback."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from bailiwick.cli import INTERRUPTED
from bailiwick.errors import BailiwickError, ConnectorError, InfeasibleError, InputError

OK, INTERNAL, INPUT, INFEASIBLE, OUTSIDE = 0, 1, 2, 3, 4


@contextmanager
def friendly_errors(*, as_json: bool = False) -> Iterator[None]:
    """Turn exceptions into a message and the exit code that belongs to them."""
    try:
        yield
    except BailiwickError as error:
        _tell(_headline(error), *_details(error))
        if as_json:
            tell_as_json(error)
        raise typer.Exit(_exit_code(error)) from None
    except KeyboardInterrupt:
        _tell("stopped; nothing was written")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        from bailiwick.cli.console import close_output

        close_output()
        raise typer.Exit(OK) from None
    except MemoryError:
        _tell("not enough memory for this many units", "Try --no-map --no-report, or a machine with more memory.")
        raise typer.Exit(INTERNAL) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        _tell(
            f"a defect of Bailiwick, not of your data: {type(error).__name__}: {error}",
            f"It happened in {_place(error)}. Please report it with this message and the command.",
        )
        raise typer.Exit(INTERNAL) from None


def _place(error: Exception) -> str:
    """Where in Bailiwick an exception came up."""
    frames = [(f.filename.replace("\\", "/").rpartition("/bailiwick/"), f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    ours = [f"{name[2]}, line {line}" for name, line in frames if name[1]]
    return ours[-1] if ours else "an unknown place"


def print_json(document: object) -> None:
    """Print one JSON document to standard output."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        from bailiwick.cli.console import close_output

        close_output()


def tell_as_json(error: BailiwickError) -> None:
    """Print an error as one JSON document to standard output."""
    print_json({"error": _facts(error)})


def _exit_code(error: BailiwickError) -> int:
    if isinstance(error, InputError):
        return INPUT
    if isinstance(error, InfeasibleError):
        return INFEASIBLE
    return OUTSIDE if isinstance(error, ConnectorError) else INTERNAL


def _headline(error: BailiwickError) -> str:
    where = (
        f" (row {error.row})" if isinstance(error, InputError) and error.row is not None and f"row {error.row}" not in str(error) else ""
    )
    return f"{error}{where}"


def _details(error: BailiwickError) -> list[str]:
    if not isinstance(error, InfeasibleError):
        return []
    lines = [f"In conflict: {', '.join(error.conflicts)}"] if error.conflicts else []
    return lines + ([f"What would help: {error.relaxation}"] if error.relaxation else [])


def _facts(error: BailiwickError) -> dict[str, object]:
    facts: dict[str, object] = {"kind": type(error).__name__, "message": str(error)}
    if isinstance(error, InputError):
        facts |= {"code": error.code, "field": error.field, "row": error.row}
    if isinstance(error, InfeasibleError):
        facts |= {"conflicts": list(error.conflicts), "relaxation": error.relaxation}
    return facts


def _tell(headline: str, *more: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(Text.assemble(("Error: ", "bold red"), headline))
    for line in more:
        console.print(Text(line))
