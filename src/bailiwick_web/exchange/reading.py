"""Start the process that reads a file, follow it, end it if need be, and take what it found."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
from django.conf import settings

from bailiwick.domain.said import say
from bailiwick_web.core.retelling import made_of
from bailiwick_web.exchange.models import ImportBatch

Tell = Callable[[str, float], None]
FILE = "file"
LOOK_SECONDS = 30
_PROGRAM = "bailiwick_web.exchange.child"
_READS = frozenset({"units", "reps", "alignment", "table"})
_FACTS = "facts.json"
_RESULTS = (_FACTS, "rows.arrow", "rejected.arrow")
_BEYOND = say(
    "The file could not be read within the limits of memory and time; it may be damaged, or far larger inside than outside. "
    "Save it as CSV and try again."
)
_ASK_EVERY_SECONDS = 0.2
_SECRETS = ("DATABASE_URL", "BAILIWICK_SECRET_KEY", "BAILIWICK_DEMO_KEY", "BAILIWICK_SETUP_KEY")
_LIMITED = f"""
import resource, runpy, sys
memory, seconds = int(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.argv = sys.argv[2:]
runpy.run_module("{_PROGRAM}", run_name="__main__", alter_sys=True)
"""


class Stopped(Exception):  # noqa: N818  an answer, not an accident
    """Somebody pressed Stop."""


def no_tell(phase: str, fraction: float) -> None:
    """Nobody wants to know how far it is."""


def never() -> bool:
    """Nobody stops it."""
    return False


def folder_of(batch: ImportBatch) -> Path:
    """Where the file of a batch and what was found in it are kept; the name is ours, never the user's."""
    return Path(settings.UPLOAD_FOLDER) / str(batch.public_id)


def file_of(batch: ImportBatch) -> Path:
    """The file, under a name with the ending of the user's: some formats are known by it. The rest of the name is ours."""
    return folder_of(batch) / (FILE + ending_of(batch.filename))


def ending_of(filename: str) -> str:
    """Ending of a file name, of letters and digits only.

    Examples
    --------
    >>> ending_of("Customers.CSV"), ending_of("no ending"), ending_of("../../etc/passwd"), ending_of("x.cs/v")
    ('.csv', '', '', '')
    """
    base = filename.replace("\\", "/").rpartition("/")[2]
    ending = base.rpartition(".")[2].lower() if "." in base else ""
    return f".{ending}" if ending.isascii() and ending.isalnum() and len(ending) <= 12 else ""


def read_file(
    path: Path, task: str, out: Path, options: Mapping[str, Any], *, tell: Tell = no_tell, should_stop: Callable[[], bool] = never
) -> dict[str, Any]:
    """Read a file within the limits of memory and time.

    Returns
    -------
    The facts; with an entry ``error`` if the file cannot be used.

    Raises
    ------
    Stopped
        If it was told to stop; the process is ended.
    """
    fresh = out / "fresh" if task in _READS else out
    fresh.mkdir(mode=0o700, exist_ok=True)
    (fresh / _FACTS).unlink(missing_ok=True)
    seconds = min(LOOK_SECONDS, settings.IMPORT_TIMEOUT_SECONDS) if task == "look" else settings.IMPORT_TIMEOUT_SECONDS
    try:
        with _process([*_limits(), task, str(path), str(fresh), json.dumps(dict(options))]) as process:
            is_late = _follow(process, seconds, tell, should_stop)
        if is_late:
            return refusal(say("Reading took longer than %(n)s seconds. Split the file, or save it as CSV.", n=seconds), "too_slow")
        if process.returncode != 0 or not (fresh / _FACTS).exists():
            return refusal(_BEYOND, "too_large")
        found: dict[str, Any] = json.loads((fresh / _FACTS).read_text(encoding="utf-8"))
        if fresh != out:
            _take_over(fresh, out)
        return found
    finally:
        if fresh != out:
            shutil.rmtree(fresh, ignore_errors=True)


def _take_over(fresh: Path, out: Path) -> None:
    """What was read takes the place of what was read before, now that it is complete."""
    for name in _RESULTS:
        if (fresh / name).exists():
            (fresh / name).replace(out / name)
        else:
            (out / name).unlink(missing_ok=True)


@contextmanager
def _process(arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The process, without our secrets; it never outlives the block."""
    environ = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    environ["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    for secret in _SECRETS:
        environ.pop(secret, None)
    process = subprocess.Popen([sys.executable, *arguments], env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _follow(process: subprocess.Popen[bytes], seconds: float, tell: Tell, should_stop: Callable[[], bool]) -> bool:
    """Pass on what the process says until it ends; True if it took too long."""
    assert process.stdout is not None
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < end:
            if should_stop():
                raise Stopped
            if not selector.select(_ASK_EVERY_SECONDS):
                continue
            line = process.stdout.readline(1_000)
            if not line:
                return not _has_ended(process, max(1.0, end - time.monotonic()))
            _pass_on(line, tell)
    return True


def _has_ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _pass_on(line: bytes, tell: Tell) -> None:
    try:
        said = json.loads(line)
        tell(str(said["phase"])[:40], float(said["fraction"]))
    except (ValueError, KeyError, TypeError):  # what a library prints is no progress
        return


def _limits() -> list[str]:
    if sys.platform.startswith("win"):
        return ["-m", _PROGRAM]
    return ["-c", _LIMITED, str(settings.IMPORT_MEMORY_BYTES), str(settings.IMPORT_TIMEOUT_SECONDS)]


def refusal(message: str, code: str) -> dict[str, Any]:
    """Facts of a file that cannot be used."""
    return {"error": {"message": message, "made_of": made_of(message=message).get("message"), "code": code, "field": None}}


def rows_of(batch: ImportBatch) -> pa.Table:
    """The usable rows of a checked file."""
    return feather.read_table(folder_of(batch) / "rows.arrow", memory_map=False)


def rejected_of(batch: ImportBatch) -> pa.Table | None:
    """The rows that cannot be used, or None if there was no check."""
    path = folder_of(batch) / "rejected.arrow"
    return feather.read_table(path, memory_map=False) if path.exists() else None


def forget_file(batch: ImportBatch) -> None:
    """Take the file itself away; the account of its rows stays."""
    shutil.rmtree(folder_of(batch), ignore_errors=True)
