"""The command line: arguments, files, progress and exit codes; nothing else."""

from __future__ import annotations

import os


def main() -> None:
    """Run the command ``bailiwick``."""
    # Idle threads that spin instead of sleeping make small machines many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from bailiwick.cli.app import app

    app()
