"""Without bringing anything in: a planner finds key figures and accounts in danger, says what is known better; a rep sees the own ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect
from test_looks import WIDTHS, enter, look

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("health"), "--demo") as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("BAILIWICK_SCREENSHOTS")
    path = Path(named) if named else tmp_path_factory.mktemp("pictures")
    path.mkdir(parents=True, exist_ok=True)
    return path


def at_both_widths(page: Page, name: str, folder: Path) -> list[str]:
    wrong = []
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wrong += look(page, f"{name}-{width}", folder)
    page.set_viewport_size(WIDTHS["wide"])  # type: ignore[arg-type]
    return wrong


def test_who_is_in_danger_and_what_is_known_better(browser: Browser, server: Server, folder: Path) -> None:
    page = enter(browser, server, "planner")
    page.goto(server.base + "/insights/accounts/")
    for _ in range(300):
        if page.locator("tbody tr").count():
            break
        page.wait_for_timeout(1_000)
        page.reload()
    page.get_by_role("link", name="In danger").click()
    expect(page.locator("tbody tr").first).to_be_visible()
    wrong = at_both_widths(page, "health-list", folder)
    page.locator("tbody tr th a").first.click()
    page.get_by_text("I know better").click()
    page.get_by_label("Health, 0 to 100").fill("80")
    page.locator("#said-why").fill("They moved house.")
    page.get_by_role("button", name="Say so").click()
    expect(page.locator("#health-card")).to_contain_text("said by Pat Ferris")
    expect(page.locator("#health-card")).to_contain_text("computed")
    wrong += at_both_widths(page, "health-card", folder)
    page.goto(server.base + "/insights/accounts/")
    page.get_by_role("link", name="How it was found and tested").click()
    expect(page.locator(".found li").first).to_be_visible()
    wrong += at_both_widths(page, "health-study", folder)
    page.context.close()
    assert wrong == []


def test_a_rep_asks_about_the_own_customers(browser: Browser, server: Server, folder: Path) -> None:
    page = enter(browser, server, "rep")
    page.goto(server.base + "/insights/figures/")
    page.get_by_role("button", name="Find out").click()
    expect(page.locator(".working")).to_have_count(0, timeout=180_000)
    expect(page.locator(".board a").first).to_be_visible()
    assert at_both_widths(page, "figures-rep", folder) == []
    page.context.close()
