"""Our plans beside those of the peers: same inputs, one run, one judge. `make bench`, or `python benchmarks/run.py --help`.

Inputs, judge, calibration and peers come from a folder outside the project (`--bench`); the peers get an environment of
their own, `.venv-bench`. Every measurement is a process of its own. A complete run with a date is kept in
`benchmarks/results/latest.json` and in the table of `docs/benchmarks.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cases import CASES, PEER_TITLES, PEERS, TITLES
from numpy._core._multiarray_umath import __cpu_dispatch__
from table import render

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS = HERE / "results" / "latest.json"
PAGE = ROOT / "docs" / "benchmarks.md"
PEERS_ENVIRONMENT = ROOT / ".venv-bench"
TERRITORIES = {"counties": 50, "zips": 300, "zips_shifted": 300, "million": 1000, "random500": 10}
NOTHING: Mapping[str, str] = MappingProxyType({})
NARROW = {"NPY_DISABLE_CPU_FEATURES": " ".join(__cpu_dispatch__)}
"""NumPy sorts six times as fast where the processor has wide vectors: without them ratios of unlike machines compare."""
START, END = "<!-- results: made by benchmarks/run.py -->", "<!-- end of results -->"


def main() -> int:
    options = read_options()
    if not (options.bench / "common.py").is_file():
        print(f"{options.bench} holds no common.py; say with --bench where inputs, judge and peers are", file=sys.stderr)
        return 2
    if not options.no_peers:
        prepare_peers()
    run_job([sys.executable, str(HERE / "job.py"), str(options.bench), "warm"], None)
    results = measure(options)
    print(render(results))
    is_complete = not (options.only or options.no_peers)
    if options.date and is_complete:
        keep(results)
    return 0


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=ROOT.parent / "shared" / "bench", help="folder with common.py, peers.py and inputs/")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds for one process, reading and judging included")
    parser.add_argument("--only", action="append", default=[], choices=sorted(TITLES), help="this input only; may be given several times")
    parser.add_argument("--no-peers", action="store_true", help="only our own plans")
    parser.add_argument("--date", default="", help="day of the run, YYYY-MM-DD; without it nothing is kept")
    options = parser.parse_args()
    options.bench = options.bench.resolve()
    return options


def prepare_peers() -> None:
    """Make the peers' environment, or bring it up to date."""
    uv = Path(sys.executable).with_name("uv")
    if not PEERS_ENVIRONMENT.is_dir():
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, PEERS_ENVIRONMENT], check=True)
    environment = {**os.environ, "VIRTUAL_ENV": str(PEERS_ENVIRONMENT)}
    subprocess.run([uv, "pip", "install", "--quiet", "-r", HERE / "peers.in"], check=True, env=environment)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Everything that was asked for, with a calibration before each measurement."""
    rows, calibrations = [], []
    for key, title, is_ours, command in jobs(options):
        calibrations.append(run_job([sys.executable, str(HERE / "job.py"), str(options.bench), "calibrate"], None, NARROW))
        print(f"{key}: {title} …", file=sys.stderr, flush=True)
        found = run_job(command, options.timeout)
        asked = TERRITORIES[key]
        rows.append({**found, "input": key, "title": title, "is_ours": is_ours, "territories_asked": asked})
    seconds = [found["seconds"] for found in calibrations]
    machine = {name: calibrations[0][name] for name in ("bailiwick", "python", "numpy")}
    return {
        "date": options.date,
        "machine": {**machine, "cores": os.cpu_count()},
        "timeout_seconds": options.timeout,
        "calibration_seconds": {
            "median": statistics.median(seconds),
            "least": min(seconds),
            "most": max(seconds),
            "count": len(seconds),
        },
        "rows": rows,
    }


def jobs(options: argparse.Namespace) -> Iterator[tuple[str, str, bool, list[str]]]:
    """Input, title, whether it is ours, and the command."""
    for key in options.only or TITLES:
        for name, case in CASES.items():
            if case.input_key == key:
                yield key, case.title, True, [sys.executable, str(HERE / "job.py"), str(options.bench), "case", name]
        for method in () if options.no_peers else PEERS[key]:
            python = str(PEERS_ENVIRONMENT / "bin" / "python")
            yield key, PEER_TITLES[method], False, [python, str(HERE / "peer.py"), str(options.bench), key, method]


def run_job(command: list[str], timeout: float | None, settings: Mapping[str, str] = NOTHING) -> dict[str, Any]:
    """What a process with these settings in its environment printed as its last JSON line, or ``{"failure": why}``."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **settings}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return {"failure": f"no plan within {timeout:g} s"}
    lines = [line for line in out.splitlines() if line.startswith("{")]
    if process.returncode == 0:
        return dict(json.loads(lines[-1])) if lines else {}
    return {"failure": "fails: " + (err.strip().splitlines() or ["without a word"])[-1][:100].replace("|", "/")}


def keep(results: dict[str, Any]) -> None:
    """Write the results beside this script and into the documentation."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    fresh = re.sub(f"{re.escape(START)}.*{re.escape(END)}", lambda _: f"{START}\n\n{render(results)}\n{END}", page, flags=re.DOTALL)
    PAGE.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
