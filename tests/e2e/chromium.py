"""Where the browser of the stories is."""

from __future__ import annotations

import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str:
    """Path of a Chromium on this machine; the tests fail, not skip, where there is none."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.fail(
        "these stories need a real browser: install Chromium (Debian: sudo apt-get install chromium) and run again; "
        f"looked for {', '.join(BROWSERS)} on the path",
        pytrace=False,
    )
