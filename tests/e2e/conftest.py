"""A real Chromium for the stories, and pages to open in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from chromium import find_browser
from playwright.sync_api import Browser, Page, expect, sync_playwright

FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
VIEWS = Path(__file__).parents[1] / "library" / "pictures" / "views.py"

expect.set_options(timeout=40_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the stories of a file; it ends with them, as its event loop would be in the way of tests with a database."""
    path = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def views() -> ModuleType:
    """Makers of small plan views, shared with the tests of the library."""
    spec = spec_from_file_location("picture_views", VIEWS)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Opened:
    """An open page, with everything that it said and asked for."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def go(self, fragment: str = "") -> Page:
        """Open the page and wait until the map is drawn."""
        self.page.goto(self.address + fragment)
        expect(self.page.locator("html")).to_have_attribute("data-state", "ready")
        return self.page


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open a page from disk; afterwards it must have said nothing and asked for nothing."""
    opened: list[Opened] = []

    def open_(html: str, fragment: str = "", **options: Any) -> Opened:
        file = tmp_path / f"map{len(opened)}.html"
        file.write_text(html, encoding="utf-8", newline="\n")
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options})
        opened.append(Opened(context.new_page(), file.as_uri()))
        opened[-1].go(fragment)
        return opened[-1]

    yield open_
    for one in opened:
        one.page.context.close()
        assert one.complaints == []
        assert [url for url in one.requests if not url.startswith((one.address, "data:", "blob:null/"))] == []
