"""One core against two, in one run and by turns: `python benchmarks/threads.py --bench FOLDER`.

Every measurement is a process of its own with that many threads; the pair of a round runs back to back, and the median of
the rounds is kept, so that a machine that is busy with other things spoils both alike. Beside the seconds stand those of
the processor: two threads are worth what the clock saves, and cost what the processor works more. The plans of one and of two
threads must be the same to the last byte.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from run import HERE, ROOT

CASES = ("zips_5", "zips_1", "million_1", "million_5")
VARIABLES = ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=ROOT.parent / "shared" / "bench", help="folder with common.py and inputs/")
    parser.add_argument("--rounds", type=int, default=3, help="pairs of runs per case")
    parser.add_argument("--threads", type=int, default=2, help="threads of the second of a pair")
    parser.add_argument("--only", action="append", default=[], choices=CASES, help="this case only; may be given several times")
    options = parser.parse_args()
    for case in options.only or CASES:
        pairs = [[measure(options.bench, case, n) for n in (1, options.threads)] for _ in range(options.rounds)]
        print(words_of(case, pairs, options.threads), flush=True)
    return 0


def measure(folder: Path, case: str, n_threads: int) -> dict[str, Any]:
    """One run of a case with so many threads."""
    environment = {**os.environ, **dict.fromkeys(VARIABLES, str(n_threads))}
    command = [sys.executable, str(HERE / "job.py"), str(folder.resolve()), "timed", case]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def words_of(case: str, pairs: list[list[dict[str, Any]]], n_threads: int) -> str:
    """What the pairs say, in one line."""
    one, many = ([pair[at] for pair in pairs] for at in (0, 1))
    speed_up = statistics.median(a["seconds"] / b["seconds"] for a, b in pairs)
    seconds = [statistics.median(run["seconds"] for run in runs) for runs in (one, many)]
    work = [statistics.median(run["cpu_seconds"] for run in runs) for runs in (one, many)]
    same = len({run["plan"] for runs in (one, many) for run in runs}) == 1
    return (
        f"{case}: {seconds[0]:.2f} s with one thread, {seconds[1]:.2f} s with {n_threads}: {speed_up:.2f} times as fast "
        f"(processor {work[0]:.2f} and {work[1]:.2f} s); plans {'the same' if same else 'DIFFER'}"
    )


if __name__ == "__main__":
    sys.exit(main())
