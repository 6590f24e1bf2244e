"""Every page as it looks: at two widths, light and dark, in both languages; nothing serious for people who cannot see or point.

Pictures go to the folder that ``BAILIWICK_SCREENSHOTS`` names, else to a temporary one. Look at them after a change of looks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser  # stories build on one another: one process tells those of a file
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
        "insights": "/insights/",
        "market": "/insights/market/",
        "standing": "/market/swot/",
        "company": "/market/company/",
        "evidence": "/market/evidence/",
        "offers": "/market/offers/",
        "utilisation": "/market/team/",
        "forecast": "/insights/forecast/",
        "table": "/insights/tables/new",
        "organisation": "/organisation/",
        "node": "first:/organisation/ a[href^='/organisation/nodes/']",
        "position": "first:/organisation/ a[href^='/organisation/positions/']",
        "staff": "/organisation/people/",
        "rep-or-manager": "first:/organisation/people/ td a[href^='/organisation/people/']",
        "who": "/who/?unit=H00123",
        "scenario": "first:/plans/ td a[href^='/scenarios/']",
    },
    "manager": {"home": "/", "figures": "/insights/figures/", "mine": "/mine/", "organisation": "/organisation/"},
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
    if page.locator("#workspace").count():
        expect(page.locator("#workspace")).to_have_attribute("data-state", "ready")


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


def enter(browser: Browser, server: Server, role: str, width: str = "wide", language: str = "en-GB") -> Page:
    """The browser of somebody in the demonstration."""
    page = browser.new_context(viewport=WIDTHS[width], reduced_motion="reduce", locale=language).new_page()  # type: ignore[arg-type]
    page.goto(server.base + "/accounts/login/")
    page.locator(f"button[name=role][value={role}]").click()
    page.wait_for_url(re.compile(r"/(mine/)?$"))
    return page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", PAGES)
def test_pages(browser: Browser, server: Server, folder: Path, role: str, width: str) -> None:
    language = "de-DE" if role in {"rep", "manager"} else "en-GB"
    page = enter(browser, server, role, width, language)
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type in {"error", "warning"} and "404" not in message.text else None,
    )
    wrong = []
    for name, address in PAGES[role].items():
        go(page, server, address)
        wrong += look(page, f"{role}-{name}-{width}", folder)
    page.context.close()
    assert wrong + complaints == []


def test_a_rep_challenges_a_proposal_and_is_answered(browser: Browser, server: Server, folder: Path) -> None:
    """Planner proposes, rep sees what changes and objects with a reason, planner accepts, rep reads that."""
    planner, rep = enter(browser, server, "planner"), enter(browser, server, "rep", language="de-DE")
    found = planner.locator("td a", has_text="Next year, balanced").first
    for _ in range(120):  # until the engine has found it
        planner.goto(server.base + "/plans/")
        if found.count():
            break
        planner.wait_for_timeout(2_000)
    planner.goto(server.base + str(found.get_attribute("href")))
    planner.get_by_role("button", name="Propose").click()
    planner.locator("#propose-dialog").get_by_role("button", name="Propose").click()
    expect(planner.locator(".chip.proposed")).to_be_visible()
    rep.goto(server.base + "/mine/")
    expect(rep.get_by_role("heading", name="Vorgeschlagen: Next year, balanced")).to_be_visible()
    row = rep.locator("tbody tr", has=rep.locator("summary")).first
    row.locator("summary").click()
    assert look(rep, "rep-mine-proposal-wide", folder) == []
    row.get_by_label("Warum soll er").fill(f"Seit zehn Jahren mein Kunde {'sehr' * 60}")
    row.get_by_role("button", name="An die Planung senden").dblclick()
    expect(rep.locator("aside")).to_contain_text("Seit zehn Jahren mein Kunde")
    expect(rep.locator(".toast.refused")).to_have_count(0)  # the second click sent nothing
    assert look(rep, "rep-mine-long-word-wide", folder) == []
    planner.reload()
    expect(planner.locator(".challenges")).to_contain_text("Seit zehn Jahren mein Kunde")
    planner.locator(".challenges").get_by_role("button", name="Accept").click()
    expect(planner.locator(".chip.draft")).to_be_visible()
    rep.reload()
    expect(rep.locator("aside")).to_contain_text("angenommen")
    assert look(rep, "rep-mine-answered-wide", folder) == []
    rep.set_viewport_size({"width": 390, "height": 844})
    assert look(rep, "rep-mine-answered-phone", folder) == []
    for page in (planner, rep):
        page.context.close()


def test_a_passkey_lets_in_without_a_password(browser: Browser, server: Server) -> None:
    """With the virtual key of the browser; by the name localhost, as addresses of numbers have no passkeys."""
    base = server.base.replace("127.0.0.1", "localhost")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}})
    page.goto(base + "/accounts/login/")
    page.locator("button[name=role][value=viewer]").click()
    page.goto(base + "/accounts/2fa/webauthn/add/")
    page.locator("input[type=checkbox]").check()
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="Use a security key").click()  # the codes are shown to whom it is sure to be
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Each of these codes")).to_be_visible()
    page.locator("summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(base + "/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="My territory")).to_be_visible()
    context.close()
