"""Stories of planners in a real browser: from a file to a plan that counts."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

sys.path.insert(0, str(Path(__file__).parent))
from planning_server import Server, running

pytestmark = pytest.mark.browser
CITIES = [("Boston", -71.06, 42.36), ("Chicago", -87.63, 41.88), ("Dallas", -96.8, 32.78), ("Denver", -104.99, 39.74)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("planning")) as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The planner's browser; afterwards it must have complained about nothing."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    foreign: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith((server.base, "blob:", "data:")) else foreign.append(request.url))
    yield page
    context.close()
    assert [c for c in complaints if "412" not in c] == []
    assert foreign == []


def accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found if v["impact"] in {"serious", "critical"}] == []


def drawn(page: Page) -> None:
    expect(page.locator("#map")).to_have_attribute("data-state", "ready")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 customers around four cities; one row without a position."""
    path = tmp_path_factory.mktemp("file") / "my customers.csv"
    rows = [
        f"C{c}{i:02d},Shop {name} {i},{lon + (i % 5) * 0.2:.2f},{lat + (i // 5) * 0.2:.2f},{5 + (i * 7 + c) % 11}"
        for c, (name, lon, lat) in enumerate(CITIES)
        for i in range(20)
    ]
    path.write_text("Customer ID,Name,Longitude,Latitude,Workload hours\n" + "\n".join([*rows, "X,Nowhere,,,1"]) + "\n", encoding="utf-8")
    return path


def test_1_from_nothing_to_balanced_territories_in_twelve_clicks(page: Page, server: Server, file: Path) -> None:
    page.goto(server.entrance)
    accessible(page)
    page.get_by_label("Your name").fill("Ada Stone")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password").fill("four plain words here")
    page.get_by_role("button", name="Start").click()  # 1
    expect(page.get_by_text("From a file to balanced territories")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="Choose a file").click()  # 2
    expect(page.get_by_role("heading", name="Import a file")).to_be_visible()
    accessible(page)
    page.get_by_label("Drop the file here").set_input_files(file)  # 3, 4
    page.get_by_role("button", name="Look at it").click()  # 5
    expect(page.locator(".facts")).to_contain_text("80")
    expect(page.get_by_role("cell", name="no coordinates")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Import", exact=True).click()  # 6
    page.get_by_role("link", name="Make a plan").click()  # 7
    expect(page.get_by_role("heading", name="New plan")).to_be_visible()
    accessible(page)
    page.get_by_role("spinbutton", name="Number of territories").fill("4")
    page.get_by_role("button", name="Make the plan").click()  # 8
    expect(page.get_by_text("A plan was found")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Look", exact=True).click()  # 9
    drawn(page)
    expect(page.locator(".bars > li")).to_have_count(4)
    expect(page.locator(".facts .fine")).to_have_count(3)
    accessible(page)


def test_2_a_lasso_moves_customers_and_undo_brings_them_back(page: Page) -> None:
    page.get_by_role("button", name="Lasso").click()
    box = page.locator("#map").bounding_box()
    assert box is not None
    west, middle, north, south = box["x"] + 20, box["x"] + box["width"] * 0.5, box["y"] + 90, box["y"] + box["height"] - 90
    page.mouse.move(west, north)
    page.mouse.down()
    for x, y in ((middle, north), (middle, south), (west, south), (west, north)):
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    expect(page.locator("#selection-count")).to_contain_text("selected")
    target = page.locator("#move-to option").nth(4).text_content() or ""
    page.locator("#move-to").select_option(label=target)
    page.locator("#selection").get_by_role("button", name="Move").click()
    expect(page.locator(".facts .bad")).not_to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    page.reload()
    drawn(page)
    page.locator("#content").press("u")
    expect(page.locator(".facts .fine")).to_have_count(3)
    expect(page.get_by_role("button", name="Redo")).to_be_enabled()


def test_3_customers_are_assigned_with_the_keyboard_alone(page: Page) -> None:
    page.locator("#content").press("/")
    page.keyboard.type("Shop Boston 7")
    expect(page.locator("#units h2")).to_have_text("1 of 80")
    page.get_by_label("Choose Shop Boston 7").focus()
    page.keyboard.press("Space")
    page.locator("#to").focus()
    page.keyboard.press("End")
    page.locator("#units").get_by_role("button", name="Move", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#units tbody")).to_contain_text("none")
    expect(page.locator("#units tbody")).to_contain_text("moved by hand")
    page.locator("#undo").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#units tbody")).not_to_contain_text("none")


def test_3a_the_engine_says_why_a_customer_is_where_it_is(page: Page) -> None:
    page.get_by_role("button", name="why is Shop Boston 7 here?").click()
    expect(page.locator("#why-body")).to_contain_text("because")
    page.get_by_label("Why not in").select_option(index=1)
    expect(page.locator("#why-body table")).to_be_visible()
    accessible(page)
    page.locator("#why-dialog").get_by_role("button", name="Close").click()


def test_4_who_comes_second_is_told(page: Page, browser: Browser) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    drawn(other)
    other.get_by_role("button", name="Redo").click()
    expect(other.locator(".toast")).to_contain_text("Done again")
    page.get_by_role("button", name="Redo").click()
    expect(page.locator(".toast.refused")).to_contain_text("Ada Stone changed this")
    expect(page.locator(".facts .bad")).not_to_have_count(0)
    other.close()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".facts .fine")).to_have_count(3)


def test_5_it_is_proposed_approved_published_and_stands_in_the_history(page: Page) -> None:
    page.get_by_role("button", name="Propose").click()
    page.locator("#propose-dialog").get_by_role("button", name="Propose").click()
    expect(page.locator(".chip.proposed")).to_be_visible()
    page.locator("#units").get_by_role("button", name="Challenge").first.click()
    page.get_by_label("Why").fill("The buyer moved")
    page.locator("#challenge-dialog").get_by_role("button", name="Send to the planner").click()
    expect(page.locator(".challenges")).to_contain_text("The buyer moved")
    accessible(page)
    page.locator(".challenges").get_by_label("Comment").fill("Next time")
    page.locator(".challenges").get_by_role("button", name="Decline").click()
    expect(page.locator(".challenges")).to_contain_text("declined")
    page.get_by_role("button", name="Decide").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".chip.approved")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    page.locator("#publish-dialog").get_by_role("button", name="Publish").click()
    expect(page.locator(".chip.published")).to_be_visible()
    accessible(page)
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Plans")).to_be_visible()
    page.get_by_text("What counted when").click()
    expect(page.locator("details")).to_contain_text(["Ada Stone", "open"][:1])
    accessible(page)
    page.goto(page.url.replace("/plans/", "/history/"))
    expect(page.locator("tbody")).to_contain_text("scenario.published")
    accessible(page)


@pytest.mark.parametrize("size", [(390, 844), (360, 640)])
def test_6_the_phone_shows_everything_in_its_width(page: Page, server: Server, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for path in ("/", "/plans/", "/data/", "/imports/new", "/plans/new", "/history/", "/people/"):
        page.goto(server.base + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
    page.goto(server.base + "/plans/")
    page.locator("td a[href^='/scenarios/']").first.click()
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    accessible(page)


def test_7_the_database_is_sound_after_all_this(server: Server) -> None:
    with sqlite3.connect(server.folder / "bailiwick.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
