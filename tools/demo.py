"""`make demo`: territories for a generated coffee-bean supplier on a map, then the planning application with the same supplier.

The application stays until Ctrl-C; its address is printed, and opened where somebody sits in front of a screen.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import webbrowser
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path("demo")
BAILIWICK = Path(sys.executable).with_name("bailiwick")


def main() -> int:
    run("sample", "coffee", "--out", FOLDER / "data")
    done = run(
        *("design", FOLDER / "data" / "customers.csv", "--reps", FOLDER / "data" / "reps.csv"),
        *("--balance", "workload_hours:5", "--balance", "revenue_potential:10", "--out", FOLDER / "plan"),
        allowed=(0, 3),
    )
    page = (FOLDER / "plan" / "map.html").resolve()
    if not (has_display() and webbrowser.open(page.as_uri())):
        print(f"The map: {page}")
    return serve() if done in (0, 3) else done


def run(*args: object, allowed: tuple[int, ...] = (0,)) -> int:
    """Run a command and show it."""
    code = subprocess.run(shown(args), check=False).returncode
    if code not in allowed:
        sys.exit(code)
    return code


def serve() -> int:
    """The planning application on a database in the folder of the demonstration, until it is ended."""
    command = shown(["serve", "--demo", "--port", free_port(), *([] if has_display() else ["--no-browser"])])
    with subprocess.Popen(command, env={**os.environ, "BAILIWICK_DATA": str((FOLDER / "application").resolve())}) as server:
        while server.poll() is None:
            try:
                server.wait()
            except KeyboardInterrupt:  # the server has it, too, and ends by itself
                continue
    return 0 if server.returncode in (0, -signal.SIGTERM) else server.returncode


def free_port() -> int:
    """The usual port, or any other where something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", 8000))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def shown(args: Iterable[object]) -> list[str]:
    """The words of a command, after showing it."""
    words = [str(a) for a in args]
    print(f"$ bailiwick {' '.join(words)}", flush=True)
    return [str(BAILIWICK), *words]


def has_display() -> bool:
    """Whether somebody sits in front of this machine who could see a browser."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
