"""Stories of a planner who gives single accounts over the areas of a plan to other territories, on the map and beside it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from areas_data import LOGIN
from chromium import find_browser
from planning_page import accessible, all_is_well, drawn, saved, version, wrong
from planning_server import ROOT, Server, running
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser  # stories build on one another: one process tells those of a file
FILL = Path(__file__).parent / "areas_data.py"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder of an application with areas and accounts, and its scenarios: of four territories, of 36."""
    folder = tmp_path_factory.mktemp("areas")
    env = {**os.environ, "BAILIWICK_DATA": str(folder), "PYTHONPATH": str(ROOT / "src")}
    env.pop("DATABASE_URL", None)
    done = subprocess.run([sys.executable, str(FILL)], env=env, capture_output=True, text=True, check=True)
    return folder, done.stdout.split()


@pytest.fixture(scope="module")
def server(places: tuple[Path, list[str]]) -> Iterator[Server]:
    with running(places[0]) as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server, places: tuple[Path, list[str]]) -> Iterator[Page]:
    """The planner's browser, on the map of four territories; afterwards it must have complained about nothing."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, server)
    page.goto(f"{server.base}/scenarios/{places[1][0]}/")
    drawn(page)
    yield page
    context.close()
    assert complaints == []


def sign_in(page: Page, server: Server) -> None:
    page.goto(server.base + "/accounts/login/")
    page.locator("#id_login").fill(LOGIN[0])
    page.locator("#id_password").fill(LOGIN[1])
    page.locator("#id_password").press("Enter")
    page.wait_for_url(server.base + "/")


def show(page: Page, what: str) -> None:
    """Accounts or areas, once they can be chosen."""
    expect(page.locator(f"#scope option[value={what}]")).not_to_be_disabled()
    page.locator("#scope").select_option(what)


def chosen(page: Page) -> Locator:
    return page.locator("#accounts-count")


def give(page: Page, to: str, reason: str = "") -> None:
    """What is chosen, by the form that lies over the map."""
    form = page.locator("#accounts-chosen")
    form.locator("select").select_option(label=to)
    form.get_by_label("Reason").fill(reason)
    form.get_by_role("button", name="Move", exact=True).click()


def hours(page: Page, territory: str) -> float:
    """What a territory has, as its bar tells."""
    bar = page.locator(".bars > li").filter(has_text=territory).locator(".bar-row")
    return float((bar.get_attribute("title") or "").split(" of ")[0].replace(",", ""))


def pull(page: Page, west: float, east: float, *, north: float = 0.0, south: float = 1.0) -> None:
    """A box or lasso over the middle of the map, whose areas are a square; shares of that square."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    reach = min(box["width"], box["height"]) / 2 - 56  # below what lies at the upper edge
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    at = [(x + (2 * sx - 1) * reach, y + (2 * sy - 1) * reach) for sx, sy in ((west, north), (east, north), (east, south), (west, south))]
    page.mouse.move(*at[0])
    page.mouse.down()
    is_box = page.locator("#map").get_attribute("data-tool") == "box"
    for point in [at[2]] if is_box else [*at[1:], at[0]]:
        page.mouse.move(*point, steps=5)
    page.mouse.up()


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("#map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_1_one_account_is_clicked_and_given_away_with_a_reason(page: Page) -> None:
    all_is_well(page)
    show(page, "accounts")
    expect(page.locator("#accounts-title")).to_have_text("72 of 72")
    expect(page.locator("#selection")).to_be_hidden()
    page.locator("#accounts-q").fill("Customer 14")
    expect(page.locator("#accounts-title")).to_have_text("1 of 1")
    page.get_by_role("button", name="Customer 14", exact=True).click()  # the map goes there
    expect(chosen(page)).to_have_text("1 account chosen")
    page.locator("#accounts-chosen").get_by_role("button", name="Clear").click()
    expect(chosen(page)).to_be_hidden()
    page.mouse.click(*middle(page))
    expect(chosen(page)).to_have_text("1 account chosen")
    expect(page.locator("#accounts-chosen")).to_contain_text("Customer 14, with Territory 1")
    before, mine, theirs = version(page), hours(page, "Territory 1"), hours(page, "Territory 4")
    give(page, "Territory 4", "knows the owner")
    saved(page, before + 1)
    expect(page.locator("#accounts tbody tr")).to_contain_text("given by name: knows the owner")
    expect(page.locator("#accounts tbody .named")).to_have_text("Territory 4")
    assert (hours(page, "Territory 1"), hours(page, "Territory 4")) == (mine - 4, theirs + 4)
    accessible(page)


def test_2_undo_and_redo_of_it(page: Page) -> None:
    before, mine = version(page), hours(page, "Territory 1")
    page.locator("#content").press("u")
    saved(page, before + 1)
    expect(page.locator("#accounts tbody tr")).to_contain_text("it lies in Area 7")
    assert hours(page, "Territory 1") == mine + 4
    page.locator("#content").press("r")
    saved(page, before + 2)
    expect(page.locator("#accounts tbody tr")).to_contain_text("knows the owner")
    assert hours(page, "Territory 1") == mine
    page.locator("#accounts-q").fill("")


def test_3_a_box_chooses_many_and_they_are_there_after_a_reload(page: Page) -> None:
    page.locator("#map").focus()
    page.keyboard.press("0")
    page.keyboard.press("x")
    pull(page, 0, 0.5)
    expect(chosen(page)).to_have_text("36 accounts chosen")
    before = version(page)
    give(page, "Territory 2")
    saved(page, before + 1)
    expect(wrong(page, "outside")).to_have_text("3")
    page.reload()
    drawn(page)
    expect(wrong(page, "outside")).to_have_text("3")
    show(page, "accounts")
    page.locator("#accounts-only").select_option("1")
    expect(page.locator("#accounts-title")).to_have_text("36 of 36")
    page.locator("#content").press("u")
    saved(page, before + 2)
    expect(page.locator("#accounts-title")).to_have_text("1 of 1")
    page.locator("#accounts-only").select_option("")


def test_4_a_lasso_and_a_brush_give_them_away_at_once(page: Page) -> None:
    before, theirs = version(page), hours(page, "Territory 3")
    page.locator("#drag-to").select_option(label="moves to Territory 3")
    page.locator("#map").focus()
    page.keyboard.press("l")
    pull(page, 0.5, 1, south=0.45)
    saved(page, before + 1)
    given = hours(page, "Territory 3") - theirs
    assert given >= 4
    assert given % 4 == 0
    page.locator("#map").focus()
    page.keyboard.press("b")
    pull(page, 0.1, 0.9)
    saved(page, before + 2)
    assert hours(page, "Territory 3") > theirs + given
    for step in range(3):
        page.locator("#content").press("u")
        saved(page, before + 3 + step)
    all_is_well(page)
    expect(page.locator("#undo")).to_be_disabled()
    page.locator("#drag-to").select_option(label="chooses")


def test_5_the_table_does_the_same_with_the_keyboard_alone(page: Page) -> None:
    before = version(page)
    page.locator("#accounts-q").fill("Customer 71")
    expect(page.locator("#accounts-title")).to_have_text("1 of 1")
    page.get_by_label("Choose Customer 71").focus()
    page.keyboard.press("Space")
    expect(chosen(page)).to_have_text("1 account chosen")
    page.keyboard.press("m")
    expect(page.locator("#move-accounts-to")).to_be_focused()
    page.keyboard.type("Territory 1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    saved(page, before + 1)
    expect(page.locator("#accounts tbody .named")).to_have_text("Territory 1")
    give(page, "back with their areas")
    saved(page, before + 2)
    expect(page.locator("#accounts tbody tr")).to_contain_text("it lies in Area 35")
    page.locator("#accounts-q").fill("")


def test_6_over_the_areas_a_click_means_what_lies_on_top(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"^Choose and look")).click()
    page.get_by_role("button", name="Customer 14", exact=True).click()
    page.locator("#accounts-chosen").get_by_role("button", name="Clear").click()
    show(page, "both")
    x, y = middle(page)
    page.mouse.click(x, y)
    expect(chosen(page)).to_have_text("1 account chosen")
    expect(page.locator("#selection")).to_be_hidden()
    page.mouse.click(x + 60, y)
    expect(page.locator("#selection-count")).to_have_text("1 chosen")
    expect(chosen(page)).to_be_hidden()


def test_7_areas_have_the_colour_of_the_segment_of_most_of_their_accounts(page: Page) -> None:
    page.locator("#colour-by").select_option(label="Kind of most accounts")
    expect(page.locator(".ws-legend li")).to_have_text(["Clinic", "Shop"])
    before = version(page)
    page.locator("#move-to").select_option(label="Territory 4")
    page.locator("#selection").get_by_role("button", name="Move", exact=True).click()
    saved(page, before + 1)
    expect(page.locator("#colour-by")).to_have_value("over:Kind")
    page.locator("#content").press("u")
    saved(page, before + 2)


def test_8_without_a_graphics_card_the_map_is_whole_beside_the_legend(
    browser: Browser, server: Server, places: tuple[Path, list[str]]
) -> None:
    plain = browser.browser_type.launch(executable_path=find_browser(), args=["--no-sandbox"])
    page = plain.new_page(viewport={"width": 1440, "height": 900})
    sign_in(page, server)
    page.goto(f"{server.base}/scenarios/{places[1][1]}/")
    drawn(page)
    expect(page.locator(".ws-legend li")).to_have_count(36)
    assert page.locator(".ws-legend ul").evaluate("list => list.scrollHeight > list.clientHeight")
    page.wait_for_timeout(800)  # until Chromium has put its layers together
    box = page.locator(".ws-legend").bounding_box()
    assert box is not None
    stripe = {"x": box["x"] + 8, "y": box["y"] - 190, "width": 100, "height": 180}
    lost = page.screenshot(clip=stripe)
    page.locator(".ws-legend").evaluate("legend => legend.hidden = true")
    page.wait_for_timeout(300)
    assert page.screenshot(clip=stripe) == lost
    plain.close()
