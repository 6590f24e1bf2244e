"""How long an explanation takes with the plan in memory: `python benchmarks/explain.py BENCH_FOLDER`.

Designs counties → 50 and ZIP codes → 300 in a few seconds (how good the plans are does not matter here), writes and loads them, and
explains some hundred units and every tenth territory. Prints one line per input; nothing is kept.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import bailiwick as bw

LIMIT_SECONDS = 0.1
N_UNITS = 300


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", help="folder with the benchmark inputs")
    parser.add_argument("--time-limit", type=float, default=5.0, help="seconds for each design")
    options = parser.parse_args()
    sys.path.insert(0, options.bench)
    is_quick = True
    for key, n_territories in (("counties", 50), ("zips", 300)):
        found = measure(key, n_territories, options.time_limit)
        print(f"{key} → {n_territories}: " + ", ".join(f"{name} {value:,.1f} ms" for name, value in found.items()))
        is_quick &= found["slowest unit"] < 1e3 * LIMIT_SECONDS
    return 0 if is_quick else 1


def measure(key: str, n_territories: int, time_limit: float) -> dict[str, float]:
    """Milliseconds of loading, of the first answer, and of the others."""
    plan = designed(key, n_territories, time_limit)
    with tempfile.TemporaryDirectory() as folder:
        plan.to_files(Path(folder) / "plan", map=False, report=False)
        loading, again = timed(lambda: bw.load(Path(folder) / "plan"))
    units = np.random.default_rng(0).choice(again.problem.units.ids, N_UNITS, replace=False)
    first, _ = timed(lambda: again.explain(units[0]))
    of_units = [timed(lambda unit=unit: again.explain(unit))[0] for unit in units]
    of_territories = [timed(lambda j=j: again.explain_territory(j))[0] for j in again.problem.territory_ids[::10]]
    return {
        "load": loading,
        "first answer": first,
        "median unit": float(np.median(of_units)),
        "slowest unit": max(of_units),
        "median territory": float(np.median(of_territories)),
        "slowest territory": max(of_territories),
    }


def designed(key: str, n_territories: int, time_limit: float) -> bw.Plan:
    from common import load

    data = load(key)
    ids = np.array([f"u{i}" for i in range(len(data["xy"]))], dtype=object)
    units = {"id": ids, "x": data["xy"][:, 0], "y": data["xy"][:, 1], "population": data["w"][:, 0]}
    pairs = np.column_stack([ids[data["edges"][:, 0]], ids[data["edges"][:, 1]]])
    return bw.design(units, territories=n_territories, balance={"population": 0.05}, adjacency=pairs, is_planar=True, time_limit=time_limit)


def timed(call: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    found = call()
    return 1e3 * (time.perf_counter() - started), found


if __name__ == "__main__":
    sys.exit(main())
