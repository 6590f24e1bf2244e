"""A server of the planning application for the stories: real database, real worker, a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    """Where it answers, the address that it printed, and its folder."""

    base: str
    entrance: str
    folder: Path


@contextmanager
def running(folder: Path, *options: str, **environ: str) -> Iterator[Server]:
    """Start the application as a user would, without a browser; end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, **environ, "BAILIWICK_DATA": str(folder), "PYTHONPATH": str(ROOT / "src"), "OMP_WAIT_POLICY": "PASSIVE"}
    for name in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "BAILIWICK_DEMO_KEY", "BAILIWICK_SETUP_KEY"):
        env.pop(name, None)
    code = "from bailiwick.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--no-browser", "--port", str(port), *options]
    server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert server.stdout is not None
        line = next((text for text in server.stdout if "ready" in text), "")
        address = re.search(r"http://\S+", line)
        assert address is not None, "the server did not start"
        yield Server(f"http://127.0.0.1:{port}", address[0], folder)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
