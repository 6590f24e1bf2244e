"""Key figures and segments of 100,000,000 order lines in Parquet, beside a plain scan of the same columns: time and peak of memory.

    python benchmarks/large.py --rows 100000000 --folder /tmp/lines --out benchmarks/results/large-100m.json

Lines are generated from a seed, not real: 25 lines a customer and year on average, four to a day of purchase, 40 territories, one in
fifty a return. Each measurement runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CHUNK, LINES_PER_DAY, DAYS, TERRITORIES = 5_000_000, 4, 1_095, 40
PERIOD = {"start": "2025-01-01", "end": "2025-12-31"}
MEMORY_GB = 6.0


def generate(folder: Path, rows: int) -> None:
    """Files of at most five million lines, ordered by nothing; those that are there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    n_customers = max(rows // 50, 1_000)
    for part, start in enumerate(range(0, rows, CHUNK)):
        path = folder / f"part-{part:03d}.parquet"
        if path.exists():
            continue
        rng = np.random.default_rng(part)
        n = min(CHUNK, rows - start)
        n_days = -(-n // LINES_PER_DAY)
        customer = np.repeat(rng.integers(0, n_customers, n_days, dtype=np.int32), LINES_PER_DAY)[:n]
        day = np.repeat(rng.integers(0, DAYS, n_days, dtype=np.int32), LINES_PER_DAY)[:n]
        amount = np.round(rng.gamma(2.0, 30.0, n), 2) * np.where(rng.random(n) < 0.02, -1, 1)
        names = pa.array([f"T{i:02d}" for i in range(TERRITORIES)])
        columns = {
            "customer": customer,
            "date": pa.array((np.datetime64("2023-01-01") + day).astype("datetime64[D]")),
            "amount": amount,
            "territory": pa.DictionaryArray.from_arrays(pa.array(customer % TERRITORIES), names),
        }
        pq.write_table(pa.table(columns), path, compression="zstd", row_group_size=500_000)


def scan(folder: Path) -> dict[str, Any]:
    """Read every value of the four columns once."""
    from bailiwick.insight.large.engines import engine, read_lines

    columns = {"customer": "customer", "date": "date", "amount": "amount", "group": "territory"}
    with engine(memory_gb=MEMORY_GB) as connection:
        lines = read_lines(connection, folder, columns)
        found = lines.aggregate(n=lines.count(), a=lines.amount.sum(), c=lines.customer.max(), d=lines.date.max(), g=lines.group.max())
        return {"rows": int(found.to_pandas()["n"][0])}


def figures(folder: Path) -> dict[str, Any]:
    """Key figures by territory and segments by recency, frequency and money."""
    from bailiwick import api

    found = api.large_market(folder, **PERIOD, memory_gb=MEMORY_GB)
    return {"groups": len(found["waterfall"]), "segments": len(found["segments"]), "customers": int(found["segments"]["accounts"].sum())}


WORK = {"scan": scan, "figures": figures}


def measured(name: str, folder: Path) -> dict[str, Any]:
    """Do one of the two in this process and say how long it took and how much memory it held at most."""
    start, before = time.perf_counter(), time.process_time()
    found = WORK[name](folder)
    times = {"seconds": round(time.perf_counter() - start, 2), "cpu_seconds": round(time.process_time() - before, 2)}
    return {**found, **times, "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)}


def in_child(name: str, folder: Path) -> dict[str, Any]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--do", name, "--folder", str(folder)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def main() -> None:
    """Generate, measure each twice, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--do", choices=WORK)
    given = parser.parse_args()
    if given.do:
        print(json.dumps(measured(given.do, given.folder)))
        return
    generate(given.folder, given.rows)
    runs: dict[str, list[dict[str, Any]]] = {name: [in_child(name, given.folder) for _ in range(given.times)] for name in WORK}
    best = {name: min(found, key=lambda run: run["seconds"]) for name, found in runs.items()}
    result = {
        "rows": given.rows,
        "bytes": sum(path.stat().st_size for path in given.folder.glob("*.parquet")),
        "cores": os.cpu_count(),
        "load_at_end": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "runs": runs,
        "times_the_scan": round(best["figures"]["seconds"] / best["scan"]["seconds"], 2),
        "times_the_scan_in_cpu": round(best["figures"]["cpu_seconds"] / best["scan"]["cpu_seconds"], 2),
    }
    text = json.dumps(result, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
