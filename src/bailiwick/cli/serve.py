"""``bailiwick serve``: start the planning application, which is a package of its own."""

from __future__ import annotations

import runpy
import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from bailiwick.cli.handling import friendly_errors
from bailiwick.cli.values import whole_number


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty installation with a generated example and sign a planner in.")
    ] = False,
    port: Annotated[int, typer.Option(metavar="N", parser=whole_number(1, 65535), help="Port of this machine to answer on.")] = 8000,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Start the planning application in the browser.

    Its files live in $BAILIWICK_DATA, by default the data folder of the user; with DATABASE_URL it runs on PostgreSQL. Ctrl-C ends it.
    """
    with friendly_errors():
        _check_installed()
        sys.argv = ["bailiwick_web", "serve", "--port", str(port), *(["--demo"] * demo), *(["--no-browser"] * no_browser)]
        runpy.run_module("bailiwick_web", run_name="__main__", alter_sys=True)


def _check_installed() -> None:
    from bailiwick.errors import InputError

    missing = next((name for name in ("bailiwick_web", "django", "granian", "huey") if find_spec(name) is None), None)
    if missing is not None:
        raise InputError(
            f"the planning application needs {missing!r}, which is not installed; install it with: pip install 'bailiwick[web]'",
            code="web_missing",
        )
