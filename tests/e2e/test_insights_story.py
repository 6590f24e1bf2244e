"""A planner brings in orders, asks about market and key figures, and opens a number; at two widths, light and dark."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect
from test_looks import WIDTHS, enter, look

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("insights"), "--demo") as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("BAILIWICK_SCREENSHOTS")
    path = Path(named) if named else tmp_path_factory.mktemp("pictures")
    path.mkdir(parents=True, exist_ok=True)
    return path


def write_orders(path: Path) -> None:
    draw = random.Random(3)
    with path.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["customer", "date", "amount", "territory"])
        for _ in range(800):
            customer = draw.randrange(90)
            day = f"{2024 + draw.randrange(2)}-{1 + draw.randrange(12):02d}-{1 + draw.randrange(28):02d}"
            lines.writerow([f"C{customer}", day, draw.randrange(20, 400), ("North", "South", "West")[customer % 3]])


def find_out(page: Page) -> None:
    if page.get_by_text("Ask anew").is_visible():
        page.get_by_text("Ask anew").click()
    page.get_by_role("button", name="Find out").click()
    expect(page.locator(".working")).to_have_count(0, timeout=180_000)
    expect(page.locator(".found li").first).to_be_visible()


def test_from_a_file_to_a_number_that_opens(browser: Browser, server: Server, folder: Path, tmp_path: Path) -> None:
    page = enter(browser, server, "planner")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(server.base + "/insights/market/")
    find_out(page)
    wrong = _at_both_widths(page, "insight-market", folder)
    write_orders(tmp_path / "orders.csv")
    page.goto(server.base + "/insights/tables/new")
    page.set_input_files("#file", tmp_path / "orders.csv")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_label("A row is")).to_have_value("orders")
    wrong += _at_both_widths(page, "insight-table", folder)
    page.goto(server.base + "/insights/figures/")
    find_out(page)
    wrong += _at_both_widths(page, "insight-figures", folder)
    page.locator("#group").select_option(label="South")
    page.locator(".board a", has_text="Customers retained").click()
    expect(page.locator(".formula")).to_have_text("customers_kept / customers_before")
    wrong += _at_both_widths(page, "insight-figure", folder)
    page.get_by_role("link", name="What it rests on").click()
    wrong += _at_both_widths(page, "insight-card", folder)
    page.context.close()
    assert wrong + complaints == []


def _at_both_widths(page: Page, name: str, folder: Path) -> list[str]:
    wrong = []
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wrong += look(page, f"{name}-{width}", folder)
        page.evaluate("document.documentElement.dir = 'ltr'")
    page.set_viewport_size(WIDTHS["wide"])  # type: ignore[arg-type]
    return wrong
