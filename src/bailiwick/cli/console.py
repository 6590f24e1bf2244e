"""Standard output: as wide as the terminal, and nobody's defect if its reader has gone."""

from __future__ import annotations

import os
import sys

from rich.console import Console


class Screen(Console):
    """A console whose reader may leave early (``| head``): the command goes on and keeps its exit code."""

    def __init__(self) -> None:
        super().__init__(highlight=False)

    def on_broken_pipe(self) -> None:
        """Say nothing more."""
        self.quiet = True
        close_output()


def close_output() -> None:
    """Let what is still to be printed vanish, also what Python flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
