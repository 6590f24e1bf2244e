"""A manager on Monday: opens the pipeline, goes from a bar to its deals, builds a report and saves it, orders it, looks at the funnel."""

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
    with running(tmp_path_factory.mktemp("reports"), "--demo") as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("BAILIWICK_SCREENSHOTS")
    path = Path(named) if named else tmp_path_factory.mktemp("pictures")
    path.mkdir(parents=True, exist_ok=True)
    return path


def both_widths(page: Page, name: str, folder: Path) -> list[str]:
    wrong = []
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)
        wrong += look(page, f"{name}-{width}", folder)
    page.set_viewport_size(WIDTHS["wide"])
    return wrong


def test_monday(browser: Browser, server: Server, folder: Path) -> None:
    page = enter(browser, server, "manager")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(server.base + "/reports/")
    wrong = both_widths(page, "reports", folder)
    page.get_by_role("link", name="Pipeline by stage and rep").click()
    expect(page.locator(".plot.wide-plot")).to_be_visible()
    wrong += both_widths(page, "report-pipeline", folder)
    page.locator("tbody th a").first.click()
    expect(page.locator("h1")).to_contain_text("record")
    wrong += both_widths(page, "report-rows", folder)
    for key in ("orders", "silent"):
        page.goto(f"{server.base}/reports/ready/{key}")
        wrong += both_widths(page, f"report-{key}", folder)
    page.goto(server.base + "/reports/funnel/")
    wrong += both_widths(page, "funnel", folder)
    page.goto(server.base + "/reports/goals/")
    page.locator("td input[type=number]").first.fill("50000")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("td input[type=number]").first).to_have_value("50000.00")
    wrong += both_widths(page, "goals", folder)
    wrong += build_and_save(page, server, folder)
    page.context.close()
    assert wrong + complaints == []


def build_and_save(page: Page, server: Server, folder: Path) -> list[str]:
    """By keyboard where it matters: every choice is a field of a form."""
    page.goto(server.base + "/reports/build")
    page.get_by_label("Group by").select_option("account_segment")
    expect(page.locator(".figures-list thead")).to_contain_text("Segment")
    page.get_by_label("Add a filter").select_option("stage")
    expect(page.get_by_label("Values")).to_be_visible()
    page.get_by_label("Condition").select_option("known")
    expect(page.locator(".figures-list tbody tr").first).to_be_visible()
    wrong = both_widths(page, "report-builder", folder)
    page.get_by_role("button", name="Save as").press("Enter")
    page.locator("#save").get_by_label("Name").fill("Deals by segment")
    page.locator("#save").get_by_label("Name").press("Enter")
    expect(page.locator("h1")).to_have_text("Deals by segment")
    page.get_by_role("button", name="By e-mail").click()
    wrong += look(page, "report-order-wide", folder)
    page.locator("#order").get_by_role("button", name="Subscribe").click()
    expect(page.locator(".note.success")).to_contain_text("every week")
    return wrong
