"""A planner gives single accounts of a plan of areas to another territory, from their table; the bars follow, undo takes it back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from planning_page import accessible, drawn, saved, version
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser  # stories build on one another: one process tells those of a file
SIDE, WEST, SOUTH = 6, -72.0, 41.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("accounts")) as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(120_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """36 squares with sales of 10 each, and in the middle of each a customer with sales of 4."""
    folder = tmp_path_factory.mktemp("files")
    corners = [(WEST + 0.2 * (i % SIDE), SOUTH + 0.2 * (i // SIDE)) for i in range(SIDE * SIDE)]
    squares = [[(x, y), (x + 0.2, y), (x + 0.2, y + 0.2), (x, y + 0.2), (x, y)] for x, y in corners]
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"A{i:02d}", "name": f"Area {i}", "sales": 10},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for i, ring in enumerate(squares)
    ]
    areas, customers = folder / "areas.geojson", folder / "customers.csv"
    areas.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    rows = [f"C{i:02d},Customer {i},{x + 0.1:.2f},{y + 0.1:.2f},4" for i, (x, y) in enumerate(corners)]
    customers.write_text("id,name,lon,lat,sales\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return {"areas": areas, "customers": customers}


def brought(page: Page, server: Server, file: Path) -> None:
    page.goto(server.base + "/imports/new")
    page.get_by_label("Drop the file here").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("link", name="Make a plan")).to_be_visible()


def picture(page: Page, name: str) -> None:
    """Kept where somebody asked for pictures."""
    if folder := os.environ.get("BAILIWICK_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_1_customers_lie_over_the_areas_of_a_plan(page: Page, server: Server, files: dict[str, Path]) -> None:
    page.goto(server.entrance)
    page.get_by_label("Your name").fill("Ada Stone")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password").fill("four plain words here")
    page.get_by_role("button", name="Start").click()
    brought(page, server, files["areas"])
    page.get_by_role("link", name="Make a plan").click()
    page.get_by_role("spinbutton", name="Number of territories").fill("4")
    page.get_by_role("button", name="Make the plan").click()
    expect(page.get_by_text("A plan was found")).to_be_visible(timeout=150_000)
    page.get_by_role("link", name="Look", exact=True).click()
    drawn(page)
    expect(page.locator("#scope")).to_have_value("areas")  # always there; what this plan does not have cannot be chosen
    expect(page.locator("#scope option[value=accounts]")).to_be_disabled()
    scenario = page.url
    brought(page, server, files["customers"])
    page.goto(scenario)
    drawn(page)
    expect(page.locator("#scope")).to_have_value("both")
    expect(page.locator("#scope option[value=accounts]")).to_be_enabled()


def test_2_one_is_moved_from_the_table_and_the_bars_follow(page: Page) -> None:
    page.locator("#scope").select_option("accounts")
    expect(page.locator("#accounts-title")).to_have_text("36 of 36")
    page.locator("#accounts-q").fill("Customer 7")
    expect(page.locator("#accounts-title")).to_have_text("1 of 1")
    row = page.locator("#accounts tbody tr")
    expect(row).to_contain_text("it lies in Area 7")
    here = row.locator(".named").text_content() or ""
    other = next(text for text in page.locator("#move-accounts-to option").all_text_contents()[1:-1] if text != here)
    page.get_by_label("Choose Customer 7").check()
    expect(page.locator("#accounts-chosen")).to_contain_text(f"Customer 7, with {here}")
    accessible(page)
    before = version(page)
    page.locator("#move-accounts-to").select_option(label=other)
    page.locator("#move-reason").fill("knows the buyer")
    page.locator("#accounts-chosen").get_by_role("button", name="Move", exact=True).click()
    saved(page, before + 1)
    expect(row.locator(".named")).to_have_text(other)
    expect(row).to_contain_text("given by name: knows the buyer")
    bars = page.locator(".bars > li")
    expect(bars.filter(has_text=other).first).to_contain_text("+4.4 %")  # 94 of 90
    expect(bars.filter(has_text=here).first).to_contain_text("−4.4 %")
    picture(page, "accounts-table")
    page.locator("#content").press("u")
    saved(page, before + 2)
    expect(row).to_contain_text("it lies in Area 7")
    expect(bars.filter(has_text="+4.4 %")).to_have_count(0)
    page.locator("#content").press("r")
    saved(page, before + 3)
    expect(row.locator(".named")).to_have_text(other)
