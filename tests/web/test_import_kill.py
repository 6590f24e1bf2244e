"""A worker that is killed in the middle of an import: nothing is half there, another one does it, once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
N_ROWS = 40_000

PREPARE = f"""
from bailiwick_web.serving import prepare
prepare(with_demo=False)
from django.utils import timezone
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.exchange import services
actor = Actor(User.objects.create_user("p@example.org", "P", role="planner"), timezone.now(), "test")
rows = "".join(f"u{{i}},Shop {{i}},{{i % 300 / 10}},{{40 + i % 70 / 10}},{{1 + i % 7}},note {{i}}\\n" for i in range({N_ROWS}))
batch = services.upload(actor, "units", "u.csv", [("id,name,lon,lat,sales,note\\n" + rows).encode()])
services.start(actor, batch.public_id, services.RUN)
"""


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")


def test_a_killed_worker_leaves_nothing_half_done(tmp_path: Path) -> None:
    env = {**os.environ, "BAILIWICK_DATA": str(tmp_path), "PYTHONPATH": str(ROOT / "src"), "BAILIWICK_JOB_STALE_SECONDS": "4"}
    env = {name: value for name, value in env.items() if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}}
    subprocess.run([sys.executable, "-c", PREPARE], env=env, check=True, capture_output=True)

    def ask(query: str) -> Any:
        with sqlite3.connect(tmp_path / "bailiwick.sqlite3", timeout=20) as database:
            return database.execute(query).fetchone()

    def job() -> tuple[str, int, str]:
        found: tuple[str, int, str] = ask("SELECT state, attempts, progress FROM core_job")
        return found

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "bailiwick_web", "worker"], env=env, stderr=subprocess.DEVNULL)

    for attempt, phase, moment in ((1, "comparing", 0.05), (2, "writing", 0.3)):
        worker = start()
        try:
            wait_for(lambda n=attempt, p=phase: job()[1] == n and p in job()[2], 240, f"attempt {attempt} to reach {phase}")  # type: ignore[misc]
            time.sleep(moment)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        n_units, state = ask("SELECT count(*) FROM territories_unit")[0], ask("SELECT state FROM exchange_importbatch")[0]
        assert (n_units, state) in {(0, "checked"), (N_ROWS, "imported")}
        assert ask("SELECT count(*) FROM exchange_importrow")[0] in {0, N_ROWS + 1}
    last = start()
    try:
        wait_for(lambda: job()[0] == "done", 300, "the last worker to do the job")
    finally:
        last.terminate()
        last.wait(60)
    assert ask("SELECT count(*), count(DISTINCT code), min(idx), max(idx) FROM territories_unit") == (N_ROWS, N_ROWS, 0, N_ROWS - 1)
    assert ask("SELECT count(*) FROM territories_measurevalue") == (N_ROWS,)
    assert ask("SELECT count(*) FROM territories_unitset") == (1,)
    assert ask("SELECT count(*) FROM core_auditentry WHERE action = 'import.done'") == (1,)
    assert ask("SELECT count(*) FROM core_outboxevent WHERE kind = 'import.done'") == (1,)
    assert ask("PRAGMA integrity_check") == ("ok",)
