"""``python -m bailiwick_web``: serve, work, or manage."""

from __future__ import annotations

import sys

from bailiwick_web.serving import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
