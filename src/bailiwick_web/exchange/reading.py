"""Start the process that reads a file, and take what it found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
from django.conf import settings

from bailiwick_web.exchange.models import ImportBatch

_LIMITED = """
import resource, runpy, sys
memory, seconds = int(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.argv = sys.argv[2:]
runpy.run_module("bailiwick_web.exchange.child", run_name="__main__", alter_sys=True)
"""


def folder_of(batch: ImportBatch) -> Path:
    """Where the file of a batch and what was found in it are kept; the name is ours, never the user's."""
    return Path(settings.UPLOAD_FOLDER) / str(batch.public_id)


def read_file(path: Path, kind: str, out: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """Read a file within the limits of memory and time.

    Returns
    -------
    The facts; with an entry ``error`` if the file cannot be used.
    """
    for name in ("facts.json", "rows.arrow", "rejected.csv"):
        (out / name).unlink(missing_ok=True)
    command = [sys.executable, *_limits(), str(path), kind, str(out), json.dumps(dict(options))]
    environ = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    environ["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    for secret in ("DATABASE_URL", "BAILIWICK_SECRET_KEY", "BAILIWICK_DEMO_KEY", "BAILIWICK_SETUP_KEY"):
        environ.pop(secret, None)
    try:
        done = subprocess.run(command, env=environ, timeout=settings.IMPORT_TIMEOUT_SECONDS, capture_output=True, check=False)
    except subprocess.TimeoutExpired:
        return _refusal(
            f"Reading took longer than {settings.IMPORT_TIMEOUT_SECONDS} seconds. Split the file, or save it as CSV.", "too_slow"
        )
    facts = out / "facts.json"
    if done.returncode == 0 and facts.exists():
        found: dict[str, Any] = json.loads(facts.read_text(encoding="utf-8"))
        return found
    return _refusal(
        "The file could not be read within the limits of memory and time; it may be damaged, or far larger inside than outside. "
        "Save it as CSV and try again.",
        "too_large",
    )


def _limits() -> list[str]:
    if sys.platform.startswith("win"):
        return ["-m", "bailiwick_web.exchange.child"]
    return ["-c", _LIMITED, str(settings.IMPORT_MEMORY_BYTES), str(settings.IMPORT_TIMEOUT_SECONDS)]


def _refusal(message: str, code: str) -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "field": None}}


def rows_of(batch: ImportBatch) -> pa.Table:
    """The usable rows of a checked file."""
    return feather.read_table(folder_of(batch) / "rows.arrow")


def forget_file(batch: ImportBatch) -> None:
    """Take the file itself away; the account of its rows stays."""
    shutil.rmtree(folder_of(batch), ignore_errors=True)
