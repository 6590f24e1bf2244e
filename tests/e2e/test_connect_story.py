"""A planner connects a system, tries a rule on history and switches it on, and a rep takes their calendar along; at two widths."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect
from receiver import answers, receiving
from test_looks import WIDTHS, enter, look

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("connect"), "--demo", BAILIWICK_OUTBOUND_NETWORKS="127.0.0.0/8") as started:
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
        page.evaluate("document.documentElement.dir = 'ltr'")
    page.set_viewport_size(WIDTHS["wide"])  # type: ignore[arg-type]
    return wrong


def test_a_system_hears_what_happens_and_a_rule_acts(browser: Browser, server: Server, folder: Path) -> None:
    with receiving() as there:
        page = enter(browser, server, "planner")
        page.goto(server.base + "/webhooks/")
        wrong = at_both_widths(page, "connect-empty", folder)
        page.get_by_label("What hears there").fill("ERP")
        page.get_by_label("Address").fill(there.url)
        page.get_by_role("button", name="Let it hear").click()
        expect(page.locator(".key")).to_contain_text("whsec_")
        wrong += at_both_widths(page, "connect-secret", folder)
        page.get_by_role("link", name="ERP").click()
        there.answer = answers(500, b"database down")
        page.get_by_role("button", name="Send a test event").click()
        wait_for(page, "database down")
        wrong += at_both_widths(page, "connect-failed", folder)
        there.answer = None
        page.goto(server.base + "/rules/")
        wrong += at_both_widths(page, "rules-empty", folder)
        page.get_by_role("link", name="New rule").click()
        page.get_by_label("Name").fill("Fair")
        page.get_by_label("When this happens").select_option("lead.created")
        page.get_by_label("To a record that fits").fill("source = 'fair'")
        page.get_by_label("Make tasks").fill("Call {company} | 3")
        page.get_by_role("button", name="Try on 30 days").click()
        expect(page.get_by_role("heading", name="It would have acted on")).to_be_visible()
        wrong += at_both_widths(page, "rule-tried", folder)
        page.get_by_role("button", name="Keep").click()
        page.get_by_role("button", name="Switch on").click()
        page.goto(server.base + "/leads/new")
        page.locator("[name=company]").fill("Corner shop")
        page.locator("[name=source]").fill("fair")
        page.locator("main form button.primary").first.click()
        expect(page).not_to_have_url(server.base + "/leads/new")
        page.goto(server.base + "/rules/")
        page.get_by_role("link", name="Fair").click()
        wait_for(page, "\ttask\t")
        wrong += at_both_widths(page, "rule-log", folder)
        page.goto(server.base + "/webhooks/")
        page.get_by_role("link", name="ERP").click()
        wait_for(page, "lead.created")
        wrong += at_both_widths(page, "connect-sent", folder)
        page.goto(server.base + "/webhooks/incoming/")
        wrong += at_both_widths(page, "connect-incoming", folder)
        page.goto(server.base + "/calendar-feed/")
        page.get_by_role("button", name="Make an address").click()
        wrong += at_both_widths(page, "calendar-feed", folder)
        page.context.close()
        heard = [json.loads(got.body)["type"] for got in there.got]
    assert wrong == []
    assert {"test", "lead.created", "lead.routed", "activity.created"} <= set(heard)


def wait_for(page: Page, text: str) -> None:
    """Load the page again until the worker has done its part."""
    for _ in range(120):
        if text in page.locator("main").inner_text():
            return
        page.wait_for_timeout(1_000)
        page.reload()
    raise AssertionError(f"“{text}” did not come")
