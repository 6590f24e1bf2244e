"""Whoever sets a new installation up, in a browser, and what every page must keep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from planning_server import Server
from playwright.sync_api import Browser, Page

PATIENCE = 120_000  # milliseconds


@contextmanager
def signed_up(browser: Browser, server: Server, *, refusal: str | None = None) -> Iterator[Page]:
    """The page after the first account was made; at the end the browser must have complained of nothing but refusals of the story."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.entrance)
    page.get_by_label("Your name").fill("Ada Stone")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password").fill("four plain words here")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("heading", name="Ada Stone").wait_for()
    yield page
    context.close()
    assert [text for text in complaints if refusal is None or refusal not in text] == []


def fits(page: Page) -> None:
    """Nothing serious for those who read with other means; nothing wider than a phone."""
    _accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    _accessible(page)
    page.set_viewport_size({"width": 1440, "height": 900})


def _accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:160]) for v in found if v["impact"] in {"serious", "critical"}] == []
