"""The command line: arguments, files, progress and exit codes; nothing else."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def main() -> None:
    """Run the command ``bailiwick``."""
    # Idle threads that spin instead of sleeping make small machines many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        from bailiwick.cli.app import app

        app()
    except KeyboardInterrupt:  # while the program loads; a command answers for itself
        sys.exit(INTERRUPTED)
