"""Every page as it looks: at two widths, light and dark, in both languages; nothing serious for people who cannot see or point.

Pictures go to the folder that ``BAILIWICK_SCREENSHOTS`` names, else to a temporary one. Look at them after a change of looks.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parent))
from planning_server import Server, running

pytestmark = pytest.mark.browser
WIDTHS = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
PAGES = {
    "administrator": {
        "people": "/people/",
        "invite": "/people/invite",
        "person": "first:/people/ td a[href^='/people/']",
        "history": "/history/",
        "second-factor": "/accounts/2fa/",
        "recovery": "/accounts/2fa/recovery-codes/generate/",
        "passkeys": "/accounts/2fa/webauthn/",
        "sessions": "/accounts/sessions/",
        "password": "/accounts/password/set/",
        "refused": "/nothing/here",
    },
    "planner": {
        "home": "/",
        "plans": "/plans/",
        "new-plan": "/plans/new",
        "data": "/data/",
        "import": "/imports/new",
        "organisation": "/organisation/",
        "node": "first:/organisation/ a[href^='/organisation/nodes/']",
        "position": "first:/organisation/ a[href^='/organisation/positions/']",
        "who": "/who/?unit=C0001",
        "scenario": "first:/plans/ td a[href^='/scenarios/']",
    },
    "manager": {"home": "/", "mine": "/mine/", "organisation": "/organisation/"},
    "rep": {"mine": "/mine/", "plans": "/plans/", "scenario": "first:/mine/ a[href^='/scenarios/']"},
    "viewer": {"mine": "/mine/"},
}
DOORS = {"sign-in": "/accounts/login/", "forgot": "/accounts/password/reset/", "link-gone": "/accounts/welcome/nothing"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("looks"), "--demo") as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("BAILIWICK_SCREENSHOTS")
    path = Path(named) if named else tmp_path_factory.mktemp("pictures")
    path.mkdir(parents=True, exist_ok=True)
    return path


def go(page: Page, server: Server, address: str) -> None:
    """Open an address, or the first link of a kind on a page."""
    if address.startswith("first:"):
        listed, _, selector = address.removeprefix("first:").partition(" ")
        page.goto(server.base + listed)
        link = page.locator(f"main {selector}").first
        address = link.get_attribute("href") or ""
        assert address, f"no link {selector} on {listed}"
    page.goto(server.base + address)
    if page.locator("#map").count():
        page.locator("#map[data-state=ready]").wait_for()


def look(page: Page, name: str, folder: Path) -> list[str]:
    """Take a picture in light and dark, and say what is wrong with the page."""
    wrong = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=folder / f"{name}-{scheme}.png", full_page=True)
        for found in Axe().run(page).response["violations"]:
            if found["impact"] in {"serious", "critical"}:
                wrong.append(f"{name} {scheme}: {found['id']}: {found['nodes'][0]['html'][:140]}")
    width = page.viewport_size["width"] if page.viewport_size else 0
    if page.evaluate("document.documentElement.scrollWidth") > width:
        wrong.append(f"{name}: wider than the window")
    page.evaluate("document.documentElement.dir = 'rtl'")
    if page.evaluate("document.documentElement.scrollWidth") > width or page.evaluate("document.body.getBoundingClientRect().left") < 0:
        wrong.append(f"{name}: breaks when it is read from right to left")
    return wrong


@pytest.mark.parametrize("width", WIDTHS)
def test_doors(browser: Browser, server: Server, folder: Path, width: str) -> None:
    page = browser.new_context(viewport=WIDTHS[width], reduced_motion="reduce", locale="de-DE").new_page()  # type: ignore[arg-type]
    wrong = []
    for name, address in DOORS.items():
        go(page, server, address)
        wrong += look(page, f"door-{name}-{width}", folder)
    page.context.close()
    assert wrong == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", PAGES)
def test_pages(browser: Browser, server: Server, folder: Path, role: str, width: str) -> None:
    language = "de-DE" if role in {"rep", "manager"} else "en-GB"
    page = browser.new_context(viewport=WIDTHS[width], reduced_motion="reduce", locale=language).new_page()  # type: ignore[arg-type]
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type in {"error", "warning"} and "404" not in message.text else None,
    )
    page.goto(server.base + "/accounts/login/")
    page.locator(f"button[name=role][value={role}]").click()
    page.wait_for_url(re.compile(r"/(mine/)?$"))
    wrong = []
    for name, address in PAGES[role].items():
        go(page, server, address)
        wrong += look(page, f"{role}-{name}-{width}", folder)
    page.context.close()
    assert wrong + complaints == []
