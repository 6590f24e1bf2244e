"""How long it takes from nothing to the sign-in page, as somebody who tries Bailiwick out.

    python benchmarks/first_sign_in.py [--started-only]

Builds the wheel of this checkout, makes a fresh virtual environment, installs the wheel with what it needs from the configured package
index, starts ``bailiwick serve`` on an empty folder, and waits for the page. Prints the seconds of each step, and how long processors
worked for it, which tells more on a busy machine; ours is the bar of ten minutes. ``--started-only`` leaves building and installing
out and starts what is installed already.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BAR_SECONDS = 600


@contextmanager
def step(name: str, told: dict[str, float]) -> Iterator[None]:
    """Note the seconds of a step."""
    start, worked = time.perf_counter(), _worked()
    yield
    told[name] = time.perf_counter() - start
    print(f"{name:<28}{told[name]:>8.1f} s, {_worked() - worked:.1f} s of a processor", flush=True)


def _worked() -> float:
    """Seconds that processors worked for what was started here and has ended: what a busy machine does not change."""
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def installed(folder: Path, told: dict[str, float]) -> Path:
    """Build, make an environment, install; the program in it."""
    with step("build the wheel", told):
        subprocess.run([sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "-w", str(folder), str(ROOT)], check=True)
    with step("virtual environment", told):
        venv.create(folder / "venv", with_pip=True)
    wheel = next(folder.glob("bailiwick-*.whl"))
    with step("install with dependencies", told):
        subprocess.run([str(folder / "venv" / "bin" / "pip"), "install", "--quiet", f"{wheel}[web]"], check=True)
    return folder / "venv" / "bin" / "bailiwick"


def to_the_page(program: list[str], folder: Path) -> None:
    """Start the application on an empty folder, wait until its first page answers, end it."""
    environ = {"BAILIWICK_DATA": str(folder / "data"), "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    if program[0] == sys.executable:
        environ["PYTHONPATH"] = str(ROOT / "src")
    server = subprocess.Popen([*program, "serve", "--no-browser", "--port", "8977"], env=environ, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        line = next(text for text in server.stdout if "ready" in text)
        address = re.search(r"http://\S+", line)
        assert address is not None, line
        with urllib.request.urlopen(address[0]) as answer:
            assert answer.status == 200
    finally:
        server.terminate()
        server.wait(30)


def main() -> int:
    """Measure, print, and say whether the bar was passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--started-only", action="store_true")
    options = parser.parse_args()
    told: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = [sys.executable, "-c", "from bailiwick.cli import main; main()"]
        program = started if options.started_only else [str(installed(folder, told))]
        with step("start to the first page", told):
            to_the_page(program, folder)
    total = sum(told.values())
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'together':<28}{total:>8.1f} s; the bar is {BAR_SECONDS} s")
    return int(total > BAR_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
