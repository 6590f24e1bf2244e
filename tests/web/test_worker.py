"""A worker that is killed in the middle of a job: another one does the job, once."""

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

PREPARE = """
from bailiwick_web.serving import prepare
prepare(with_demo=False)
import numpy as np
from django.utils import timezone
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.exchange.services import run_import, upload
from bailiwick_web.planning import services
from bailiwick_web.planning.services.scenarios import numbered
actor = Actor(User.objects.create_user("p@example.org", "P", role="planner"), timezone.now(), "test")
at = np.random.default_rng(0).uniform(0, 9, (1500, 2)).round(4)
text = "id,lon,lat,sales\\n" + "".join(f"u{i},{x},{y},{1 + i % 7}\\n" for i, (x, y) in enumerate(at.tolist()))
batch = run_import(actor, upload(actor, "units", "u.csv", [text.encode()]).public_id)
plan = services.create_plan(actor, batch.unit_set, name="Plan", balance={"sales": 0.02})
scenario = services.create_scenario(actor, plan, name="Empty", territories=numbered(12))
services.start_run(actor, scenario, time_limit_seconds=20)
"""


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s for {what}")


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    env = {**os.environ, "BAILIWICK_DATA": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}
    env = {name: value for name, value in env.items() if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}}
    subprocess.run([sys.executable, "-c", PREPARE], env=env, check=True, capture_output=True)

    def job() -> tuple[str, int, str]:
        with sqlite3.connect(tmp_path / "bailiwick.sqlite3", timeout=20) as database:
            found: tuple[str, int, str] = database.execute("SELECT state, attempts, progress FROM core_job").fetchone()
            return found

    def start(*options: str, silence: str) -> subprocess.Popen[bytes]:
        asked = {**env, "BAILIWICK_JOB_STALE_SECONDS": silence}
        return subprocess.Popen([sys.executable, "-m", "bailiwick_web", "worker", *options], env=asked, stderr=subprocess.DEVNULL)

    def kill_at_work(worker: subprocess.Popen[bytes], attempts: int) -> None:
        wait_for(lambda: job()[:2] == ("running", attempts) and "phase" in job()[2], 240, "the engine to work")
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert job()[0] == "running"

    first = start(silence="4")
    kill_at_work(first, 1)
    by_silence = start(silence="4")
    kill_at_work(by_silence, 2)
    in_its_place = start("--after", str(by_silence.pid), silence="100000")
    try:
        wait_for(lambda: job()[1] == 3, 120, "the worker in its place to take the job")
        wait_for(lambda: job()[0] == "done", 400, "the job to be done")
    finally:
        in_its_place.terminate()
        in_its_place.wait(60)
    with sqlite3.connect(tmp_path / "bailiwick.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM planning_scenario").fetchone() == (2,)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
