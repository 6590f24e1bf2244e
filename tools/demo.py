"""`make demo`: territories for a generated coffee-bean supplier, shown in a browser if there is one."""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from pathlib import Path

FOLDER = Path("demo")
BAILIWICK = Path(sys.executable).with_name("bailiwick")


def main() -> int:
    run("sample", "coffee", "--out", FOLDER / "data")
    done = run(
        *("design", FOLDER / "data" / "customers.csv", "--reps", FOLDER / "data" / "reps.csv"),
        *("--balance", "workload_hours:5", "--balance", "revenue_potential:10", "--out", FOLDER / "plan"),
        allowed=(0, 3),
    )
    page = (FOLDER / "plan" / "map.html").resolve()
    if not (has_display() and webbrowser.open(page.as_uri())):
        print(f"The map: {page}")
    return 0 if done in (0, 3) else done


def run(*args: object, allowed: tuple[int, ...] = (0,)) -> int:
    """Run a command and show it."""
    words = [str(a) for a in args]
    print(f"$ bailiwick {' '.join(words)}", flush=True)
    code = subprocess.run([str(BAILIWICK), *words], check=False).returncode
    if code not in allowed:
        sys.exit(code)
    return code


def has_display() -> bool:
    """Whether somebody sits in front of this machine who could see a browser."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
