"""What takes long with many customers, and how long others wait for it: new records, another plan, somebody who is erased.

``python benchmarks/crm_paths.py --folder FOLDER`` takes the databases of ``crm.py --folder`` and measures, at their size: how long it takes
until a new lead, account and address have territory and rep; how long accounts take to follow a plan that moves every unit, and one
that moves one of fifty; how long it takes to erase a person. Meanwhile another process writes again and again: its longest wait is
printed beside. With ``--date`` the figures go to benchmarks/results/customer_paths.json and into docs/benchmarks-customers.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import crm_page as page
from crm import kept
from crm_case import N_POSITIONS, SIDE, Case

PARTS = ("new", "erase", "few", "all")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--part", choices=PARTS, action="append", help="by default all of them")
    parser.add_argument("--folder", type=Path, help="where the databases stay")
    parser.add_argument("--date", help="day of the measurement, if it is to be kept")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--writer", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.writer:
        write()
    elif asked.inside:
        measure(asked)
    else:
        for name in asked.database or ["sqlite", "postgresql"]:
            options = [option for option in sys.argv[1:] if option not in {"--database", "sqlite", "postgresql"}]
            with kept(name, asked.folder) as environment:
                subprocess.run([sys.executable, __file__, *options, "--database", name, "--inside"], env=environment, check=True)


def measure(asked: argparse.Namespace) -> None:
    """Measure the parts that are asked for, and keep what was found."""
    prepare()
    case = Case(asked.accounts, asked.activities)
    works: dict[str, Callable[[Case], dict[str, Any]]] = {
        "new": new_records,
        "erase": erase,
        "few": lambda case: another_plan(case, 50),
        "all": lambda case: another_plan(case, 1),
    }
    found: dict[str, Any] = {}
    for name in asked.part or PARTS:
        found[name] = works[name](case)
        print(f"{asked.database[0]:10} {name:6} {json.dumps(found[name])}", flush=True)
    if asked.date:
        page.keep_paths(asked.database[0], asked.date, found)


def prepare() -> None:
    """Let Django be there, with all of its tables."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def new_records(case: Case, n: int = 100) -> dict[str, Any]:
    """Milliseconds until something new has its territory and its rep."""
    from bailiwick_web.crm.models import Account, AccountTerritory
    from bailiwick_web.crm.services import customers
    from bailiwick_web.crm.services.leads import create_lead

    def where(i: int) -> dict[str, float]:
        return {"lon": 0.03 * (i % 100), "lat": 0.02 * (i % 100)}

    def lead(i: int) -> None:
        assert create_lead(case.act(), company=f"Lead {i}", **where(i)).person is not None

    def account(i: int) -> None:
        made.append(customers.create_account(case.act(), name=f"New {i}", location=where(i)))

    def address(i: int) -> None:
        place = made[i].locations.get()
        customers.change_location(case.act(), place.public_id, version=place.version, **where(i + 50))

    made: list[Account] = []
    found = {work.__name__: timed(work, n) for work in (lead, account, address)}
    held = AccountTerritory.objects.filter(account__in=[a.pk for a in made], valid_until=None, position__isnull=False)
    assert held.count() == n
    return found


def timed(work: Callable[[int], None], n: int) -> dict[str, float]:
    """Milliseconds of the first time, the median, and what 99 of a hundred do not exceed."""
    took = []
    for i in range(n):
        began = time.perf_counter()
        work(i)
        took.append(1000 * (time.perf_counter() - began))
    cuts = statistics.quantiles(took[1:], n=100, method="inclusive")
    return {"first_ms": round(took[0], 1), "p50_ms": round(cuts[49], 1), "p99_ms": round(cuts[98], 1)}


def another_plan(case: Case, one_of: int) -> dict[str, Any]:
    """Publish a plan that moves one of so many units to the next position; accounts follow by the job that a worker does."""
    from bailiwick_web.core import jobs
    from bailiwick_web.core.models import Job
    from bailiwick_web.crm.models import Account
    from bailiwick_web.planning import services
    from bailiwick_web.planning.models import Publication, TerritoryDefinition, UnitAssignment

    now = Publication.objects.filter(valid_until=None).latest("pk").scenario
    draft = services.branch(case.act(), now, name=f"Next {time.time():.0f}")
    keys = list(TerritoryDefinition.objects.filter(scenario=draft).order_by("code").values_list("pk", flat=True))
    following = dict(zip(keys, [*keys[1:], keys[0]], strict=True))
    rows = list(UnitAssignment.objects.filter(scenario=draft).order_by("pk"))[::one_of]
    for row in rows:
        row.territory_id = following[row.territory_id]
    UnitAssignment.objects.bulk_update(rows, ["territory_id"], batch_size=500)
    version = services.propose(case.act(), draft.public_id, version=draft.version).version
    version = services.decide(case.act(), draft.public_id, version=version, is_approved=True).version
    with waiting() as waits:
        began = time.perf_counter()
        services.publish(case.act(), draft.public_id, version=version)
        published = time.perf_counter() - began
        jobs.perform(Job.objects.filter(kind="crm.realign", state=Job.State.QUEUED).latest("pk").pk)
        seconds = time.perf_counter() - began
    job = Job.objects.filter(kind="crm.realign").latest("pk")
    assert job.state == Job.State.DONE, job.error
    moved = {"accounts": Account.objects.count(), "units_moved": len(rows), "of_units": SIDE * SIDE, "positions": N_POSITIONS, **job.result}
    return {**moved, "publish_seconds": round(published, 2), "seconds": round(seconds, 1), **waits}


def erase(case: Case) -> dict[str, Any]:
    """Erase somebody of whom colleagues wrote in the text of a task."""
    from bailiwick_web.crm.models import Account, Activity
    from bailiwick_web.crm.services import people, privacy, work

    account = Account.objects.get(public_id=case.account)
    mail = f"zq{time.time():.0f}@example.org"
    points = [{"channel": "email", "value": mail}, {"channel": "phone", "value": "+49 89 7654321"}]
    contact = people.create_contact(case.act(), account=account, first_name="Zerlinde", last_name="Quastenberg", points=points)
    work.create_activity(case.act(), account=account, kind="call", subject="Call Zerlinde Quastenberg", text=f"or write to {mail}")
    with waiting() as waits:
        began = time.perf_counter()
        privacy.erase(case.act(), contact.public_id, version=contact.version, reason="asked for it")
        seconds = time.perf_counter() - began
    assert not Activity.objects.filter(account=account, text__contains=mail).exists()
    return {"seconds": round(seconds, 1), **waits}


@contextmanager
def waiting() -> Iterator[dict[str, float]]:
    """What another process waits, in milliseconds, that writes all the time."""
    found: dict[str, float] = {}
    command = [sys.executable, __file__, "--writer"]
    writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert writer.stdout is not None
    writer.stdout.readline()
    try:
        yield found
    finally:
        answer, _errors = writer.communicate("stop\n")
        found |= json.loads(answer.splitlines()[-1])


def write() -> None:
    """Note what was done on accounts, one after the other, until told to stop; how long that took."""
    prepare()
    import selectors

    from django.utils import timezone

    from bailiwick_web.core.access import Actor
    from bailiwick_web.core.models import User
    from bailiwick_web.crm.models import Account
    from bailiwick_web.crm.services import work

    boss = User.objects.get(email="boss@example.org")
    accounts = list(Account.objects.order_by("-pk")[:20])
    took: list[float] = []
    n_refused = 0
    stop = selectors.DefaultSelector()
    stop.register(sys.stdin, selectors.EVENT_READ)
    print("ready", flush=True)
    while not stop.select(0.02):
        began = time.perf_counter()
        try:
            work.create_activity(Actor(boss, timezone.now(), "writer"), account=accounts[len(took) % 20], kind="note", subject="Noted")
        except Exception as error:  # a database that is locked for too long: that is what is measured
            n_refused += 1
            print(error, file=sys.stderr)
        took.append(1000 * (time.perf_counter() - began))
    found = {"n_writes": len(took), "n_refused": n_refused, "longest_ms": round(max(took)), "median_ms": round(statistics.median(took), 1)}
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
