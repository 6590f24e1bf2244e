"""Stories of one customer, once: a hint while somebody is entered again, two that become one and two again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser  # stories build on one another: one process tells those of a file


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("once"), "--demo") as started:
        yield started


def enter(browser: Browser, server: Server, role: str, *, width: int, height: int, language: str = "en-GB", touch: bool = False) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", locale=language, has_touch=touch, is_mobile=touch
    )
    page = context.new_page()
    page.goto(server.base + "/accounts/login/")
    page.locator(f"button[name=role][value={role}]").click()
    page.wait_for_url(re.compile(r"/(mine/)?$"))
    return page


@pytest.fixture(scope="module")
def desk(browser: Browser, server: Server) -> Iterator[Page]:
    """The desk of a planner who reads English; afterwards it must have complained about nothing."""
    page = enter(browser, server, "planner", width=1440, height=900)
    yield from watched(page)


@pytest.fixture(scope="module")
def phone(browser: Browser, server: Server) -> Iterator[Page]:
    """The phone of a planner who reads German."""
    page = enter(browser, server, "planner", width=390, height=844, language="de-DE", touch=True)
    yield from watched(page)


def watched(page: Page) -> Iterator[Page]:
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.context.close()
    assert complaints == []


def well_made(page: Page) -> None:
    """Nothing serious for people who cannot see or point, and nothing wider than the window."""
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:140]) for v in found if v["impact"] in {"serious", "critical"}] == []
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def add(page: Page, server: Server, name: str, phone_number: str) -> None:
    page.goto(server.base + "/customers/new")
    page.locator("[name=name]").fill(name)
    page.locator("[name=street]").fill("Speicherstrasse 7")
    page.locator("[name=postal_code]").fill("99999")
    page.locator("[name=city]").fill("Quayside")
    page.locator("[name=phone]").fill(phone_number)
    page.locator("[name=segment]").fill("Chains")


def test_somebody_who_is_here_already_is_shown_while_they_are_entered(desk: Page, server: Server) -> None:
    add(desk, server, "Quayside Roasters Ltd", "0207 555 0101")
    desk.get_by_role("button", name="Add").click()
    expect(desk.get_by_role("heading", name="Quayside Roasters Ltd", level=1)).to_be_visible()
    add(desk, server, "Quayside Roaster", "0207 555 0101")
    hint = desk.locator("#alike")
    expect(hint).to_contain_text("Is it here already?")
    expect(hint.get_by_role("link", name="Quayside Roasters Ltd")).to_be_visible()
    well_made(desk)
    desk.get_by_role("button", name="Add").click()  # a hint, no wall
    expect(desk.get_by_role("heading", name="Quayside Roaster", level=1)).to_be_visible()


def test_everything_is_compared_and_a_pair_is_merged_and_unmerged(desk: Page, server: Server) -> None:
    desk.goto(server.base + "/customers/")
    desk.get_by_role("link", name="Duplicates").click()
    well_made(desk)
    desk.get_by_role("button", name="Compare everything").click()
    expect(desk.get_by_role("button", name="Compare everything")).to_be_visible(timeout=180_000)
    desk.goto(server.base + "/duplicates/?q=quayside")
    expect(desk.locator(".pair")).to_have_count(1)
    well_made(desk)
    desk.keyboard.press("j")
    expect(desk.locator(".pair a[data-main]")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Two or one?", level=1)).to_be_visible()
    expect(desk.locator(".evidence")).to_contain_text("Phone")
    well_made(desk)
    desk.locator("input[name=choose-name][value=gone]").check()
    desk.get_by_role("button", name="Merge", exact=True).click()
    expect(desk).to_have_url(re.compile(r"/customers/0"))
    expect(desk.locator(".note", has_text="It can be undone for 90 days")).to_be_visible()
    survivor = desk.url
    card = desk.locator("section.card", has=desk.get_by_role("heading", name="Merged into it"))
    expect(card).to_be_visible()
    expect(desk.locator(".map-room ~ ul li")).to_have_count(2)
    well_made(desk)
    desk.goto(server.base + "/customers/?q=quayside")
    expect(desk.locator("#found td.first a")).to_have_count(1)
    desk.goto(survivor)
    desk.locator("section.card", has=desk.get_by_role("heading", name="Merged into it")).get_by_role("button").click()
    expect(desk.locator(".note", has_text="They are two again")).to_be_visible()
    desk.goto(server.base + "/customers/?q=quayside")
    expect(desk.locator("#found td.first a")).to_have_count(2)


def test_on_a_phone_a_pair_is_looked_at_and_put_away(phone: Page, server: Server) -> None:
    phone.goto(server.base + "/duplicates/?q=quayside")
    expect(phone.locator(".pair")).to_have_count(1)
    well_made(phone)
    phone.locator(".pair a[data-main]").tap()
    expect(phone.get_by_role("heading", name="Zwei oder einer?")).to_be_visible()
    well_made(phone)
    phone.go_back()
    phone.locator("[data-dismiss]").tap()
    expect(phone.locator(".pair")).to_have_count(0)
    phone.locator(".with-undo button").tap()
    expect(phone.locator(".pair")).to_have_count(1)
    phone.locator("[data-dismiss]").tap()
    expect(phone.locator(".pair")).to_have_count(0)
    phone.goto(server.base + "/duplicates/?state=dismissed")
    expect(phone.locator(".pair")).to_have_count(1)
    well_made(phone)
