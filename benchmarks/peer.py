"""One peer on one input, in the peers' environment: `python peer.py BENCH_FOLDER INPUT METHOD`.

Runs `peers.py` of that folder as it stands; inputs that are made here are put where it looks for its own.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

from instances import OWN


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(folder))
    import common

    theirs = common.load

    def load(key: str) -> Any:
        return OWN[key]() if key in OWN else theirs(key)

    common.load = load
    sys.argv = [str(folder / "peers.py"), *sys.argv[2:]]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
