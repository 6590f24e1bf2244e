"""Write docs/reference/cli.md from the commands themselves: `python tools/cli_reference.py`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from bailiwick.cli.app import EPILOG, app

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"

HEAD = """# Command line

Made from the program by `python tools/cli_reference.py`; a test keeps it current.

Results go to standard output, progress and errors to standard error. With `--json` standard output holds one JSON document and nothing
else, also after an error (`{"error": {"kind", "message", "code", "field", "row"}}`). Ctrl-C during the search ends it with the best
plan so far; a second Ctrl-C ends everything, and nothing is written (exit code 130).

"""


def render() -> str:
    """The whole page."""
    group = typer.main.get_command(app)
    parts = [HEAD, EPILOG + ".\n"]
    for name, command in _commands(group):
        parts += [f"\n## bailiwick {name}\n", f"\n{inspect.cleandoc(command.help or '')}\n"]
        parts.append("\n| argument or option | meaning |\n|---|---|\n")
        parts += [_row(parameter) for parameter in command.params if "--help" not in parameter.opts]
    return "".join(parts)


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Commands with their names, those of groups in their place."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def _row(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in parameter.opts if name.startswith("-"))
    value = f"`{parameter.metavar}`" if parameter.metavar else ""
    word = f"{names} {value}".strip().replace("|", "\\|")
    text = parameter.help + (" May be given several times." if parameter.multiple else "") + (" Needed." if parameter.required else "")
    return f"| {word} | {text} |\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(render(), encoding="utf-8")
