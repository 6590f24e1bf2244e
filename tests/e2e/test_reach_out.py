"""Stories of reaching out, in a real browser: calls by tap on a phone, a cadence that stops on an answer, pages in both lights."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser  # stories build on one another: one process tells those of a file
PAGES = ("/cadences/", "/calls/", "/calls/?who=contacts", "/referrals/", "/materials/", "/thanks/", "/campaigns/")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("reaching"), "--demo") as started:
        yield started


def enter(
    browser: Browser,
    server: Server,
    role: str,
    *,
    width: int = 1440,
    language: str = "en-GB",
    light: Literal["light", "dark"] = "light",
) -> Page:
    """Somebody of the demonstration."""
    is_phone = width < 800
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        reduced_motion="reduce",
        locale=language,
        has_touch=is_phone,
        is_mobile=is_phone,
        color_scheme=light,
    )
    page = context.new_page()
    page.goto(server.base + "/accounts/login/")
    page.locator(f"button[name=role][value={role}]").click()
    page.wait_for_url(re.compile(r"/(mine/|plans/)?$"))
    return page


def well_made(page: Page) -> None:
    """Nothing serious for people who cannot see or point, and nothing wider than the window."""
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:140]) for v in found if v["impact"] in {"serious", "critical"}] == []
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def keep(page: Page, name: str) -> None:
    """A picture, if somebody asks for pictures."""
    if folder := os.environ.get("BAILIWICK_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("width", "light", "language"), [(1440, "light", "en-GB"), (390, "dark", "de-DE")])
def test_pages_are_well_made(browser: Browser, server: Server, width: int, light: Literal["light", "dark"], language: str) -> None:
    page = enter(browser, server, "planner", width=width, language=language, light=light)
    page.goto(server.base + "/cadences/")
    cadence = page.locator("td.first a").first.get_attribute("href")
    page.goto(server.base + "/materials/")
    material = page.locator("td.first a").first.get_attribute("href")
    for address in (*PAGES, str(cadence), f"{cadence}?state=over", str(material)):
        page.goto(server.base + address)
        expect(page.locator("h1")).to_be_visible()
        well_made(page)
        keep(page, f"{width}-{re.sub(r'[^a-z]+', '-', address.split('/')[1] + address[-12:])}")
    page.goto(server.base + "/cadences/")
    page.locator("[data-open=cadence-dialog]").first.click()
    well_made(page)
    keep(page, f"{width}-new-cadence")
    page.context.close()


def test_a_call_is_logged_by_one_tap_and_taken_back(browser: Browser, server: Server) -> None:
    page = enter(browser, server, "rep", width=390)
    page.goto(server.base + "/calls/?who=contacts")
    there = page.locator("li.call strong a")
    name = there.first.inner_text()
    page.get_by_role("button", name=f"Nobody answered: {name}").tap()
    expect(page.locator("#toasts")).to_contain_text("Nobody answered")
    expect(there.first).not_to_have_text(name)
    page.locator("#toasts").get_by_role("button", name="Undo").tap()
    expect(page.locator("li.call strong a", has_text=name).first).to_be_visible()
    for button in page.locator(".taps").first.locator("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44, "a thumb is not a pointer"
    page.context.close()


def test_a_contact_follows_a_cadence_until_they_answer(browser: Browser, server: Server) -> None:
    page = enter(browser, server, "rep")
    page.goto(server.base + "/calls/?who=contacts")
    page.locator("li.call strong a").last.click()
    card = page.locator("#followed")
    expect(card).to_be_visible()
    customer = page.locator(".crumbs a[href^='/customers/']").last.get_attribute("href")
    name = page.locator("h1").inner_text()
    card.get_by_role("button", name="Put into the cadence").click()
    expect(page.locator("#followed .chip.good").first).to_have_text("running")
    well_made(page)
    keep(page, "contact")
    page.goto(server.base + str(customer))
    page.keyboard.press("c")
    dialog = page.locator("#call-dialog")
    dialog.locator("select[name=contact]").select_option(label=name)
    dialog.locator("select[name=reply]").select_option("answered")
    dialog.get_by_role("button", name="Keep").click()
    expect(page.locator("#timeline")).to_contain_text("Cadence ended")
    expect(page.locator("#timeline")).to_contain_text("they answered")
    well_made(page)
    keep(page, "customer")
    page.context.close()
