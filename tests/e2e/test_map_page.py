"""Stories of people who open map.html, in a real browser and from disk."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bailiwick.pictures.basemap import load
from bailiwick.pictures.map_page import map_html

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def row(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def colour_choice(page: Page):
    return page.get_by_role("combobox", name="Colour", exact=True)


def hits(page: Page):
    return page.locator("#hits").get_by_role("option")


def place_of(page: Page, x: float, y: float) -> dict[str, float]:
    """Pixels on the map of a place given as shares of the drawn plan, which is square and fills the height but for a margin."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    side = min(box["width"], box["height"]) - 72
    return {"x": box["width"] / 2 + (x - 0.5) * side * 0.8, "y": box["height"] / 2 + (y - 0.5) * side}


def colours_at(page: Page, places: list[dict[str, float]]) -> list[tuple[int, ...]]:
    """Red, green and blue of the map at some places, once what was asked for is drawn."""
    colours = page.evaluate(
        """async (places) => {
            for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
            const map = document.getElementById("map");
            const ratio = map.width / map.clientWidth;
            const copy = Object.assign(document.createElement("canvas"), { width: map.width, height: map.height });
            const context = copy.getContext("2d", { willReadFrequently: true });
            context.drawImage(map, 0, 0);
            return places.map(({ x, y }) => [...context.getImageData(x * ratio, y * ratio, 1, 1).data.slice(0, 3)]);
        }""",
        places,
    )
    return [tuple(colour) for colour in colours]


def colour_at(page: Page, place: dict[str, float]) -> tuple[int, ...]:
    return colours_at(page, [place])[0]


def near(colour: tuple[int, ...], hexed: str, most: int = 60) -> bool:
    wanted = [int(hexed[at : at + 2], 16) for at in (1, 3, 5)]
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= most


def serious(page: Page) -> list[str]:
    result = Axe().run(page)
    return [f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:3]}" for v in result.response["violations"]]


def two_long_measures(views):
    view = views.grid_view()
    measures = [
        replace(m, name=name, totals=1e4 * m.totals) for m, name in zip(view.measures, ("Workload hours", "Revenue potential"), strict=True)
    ]
    farthest = replace(view.territory_columns[0], name="Farthest unit")
    return views.changed(
        view,
        unit_noun=("customer", "customers"),
        territory_names=np.array(["Tessa Haddad"] * 9, dtype=object),
        measures=tuple(measures),
        territory_columns=tuple(replace(column, values=column.values + 1250, decimals=0) for column in (*view.territory_columns, farthest)),
    )


@pytest.fixture
def grid(views) -> str:
    return map_html(views.grid_view(), load())


def test_a_manager_opens_the_map_and_sees_the_plan(open_page, grid):
    page = open_page(grid).page
    expect(page).to_have_title("Nine squares")
    expect(page.get_by_role("heading", name="Nine squares")).to_be_visible()
    expect(page.get_by_text("A made-up land.")).to_be_visible()
    expect(page.get_by_text("Elm cannot come below +40 %: its fields are too rich.")).to_be_visible()
    rows = page.locator("#territory-rows tr")
    expect(rows).to_have_count(9)
    expect(rows.first).to_contain_text("Elm")
    expect(rows.first).to_contain_text(re.compile(r"\+40\.0\s%"))
    expect(page.locator("#credit")).to_contain_text("Natural Earth")


def test_the_map_shows_each_territory_in_its_colour(open_page, views):
    view = views.grid_view()
    page = open_page(map_html(view)).page
    for territory in range(9):
        place = place_of(page, (territory % 3) / 3 + 0.09, 1 - (territory // 3) / 3 - 0.09)
        assert near(colour_at(page, place), view.territory_colours[territory]), territory


def test_points_are_drawn_where_they_are(open_page, views):
    page = open_page(map_html(views.point_view())).page
    low, high = place_of(page, 0.1, 0.1), place_of(page, 0.9, 0.9)
    steps = [step / 40 for step in range(41)]
    between = {axis: [low[axis] + step * (high[axis] - low[axis]) for step in steps] for axis in "xy"}
    shades = set(colours_at(page, [{"x": x, "y": y} for x in between["x"] for y in between["y"]]))
    assert len(shades) > 8


def test_a_planner_finds_a_field_by_typing(open_page, grid):
    page = open_page(grid).page
    page.keyboard.press("/")
    search = page.get_by_role("combobox", name="Find a territory or unit")
    expect(search).to_be_focused()
    page.keyboard.type("field d5")
    expect(hits(page)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(row(page, "Hazel")).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#live")).to_contain_text("Field D5 shown on the map, territory Hazel")
    expect(page).to_have_url(re.compile(r"territory=T8&unit=F28"))


def test_the_hits_can_be_walked_with_the_arrow_keys(open_page, grid):
    page = open_page(grid).page
    search = page.get_by_role("combobox", name="Find a territory or unit")
    search.fill("field a")
    options = hits(page)
    expect(options).to_have_count(6)
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(search).to_have_attribute("aria-activedescendant", "hit-1")
    page.keyboard.press("Escape")
    expect(page.locator("#hits")).to_be_hidden()
    search.fill("nowhere at all")
    expect(page.get_by_text("Nothing found by that name or id")).to_be_visible()


def test_a_click_on_a_row_selects_and_escape_clears(open_page, grid):
    page = open_page(grid).page
    row(page, "Cedar").click()
    expect(row(page, "Cedar")).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".card")).to_contain_text("T3 · 4 fields")
    expect(page.locator(".card")).to_contain_text("380 t a year")
    expect(page).to_have_url(re.compile(r"territory=T3"))
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(0)
    expect(page).not_to_have_url(re.compile(r"territory="))


def test_a_click_on_the_map_selects_and_dims_the_others(open_page, views):
    view = views.grid_view()
    page = open_page(map_html(view)).page
    corner = place_of(page, 0.09, 0.91)
    before = colour_at(page, corner)
    page.locator("#map").click(position=place_of(page, 0.5, 0.58))
    expect(row(page, "Elm")).to_have_attribute("aria-expanded", "true")
    page.mouse.move(1300, 10)
    assert colour_at(page, corner) != before
    page.locator("#map").click(position=place_of(page, 0.5, 0.58))
    expect(row(page, "Elm")).to_have_attribute("aria-expanded", "false")


def test_pointing_at_a_field_tells_about_it(open_page, grid):
    page = open_page(grid).page
    page.locator("#map").hover(position=place_of(page, 0.42, 0.58))
    tip = page.locator("#tip")
    expect(tip).to_contain_text("Field C3")
    expect(tip).to_contain_text("Elm")
    expect(tip).to_contain_text("140 t a year")
    expect(tip).to_contain_text("sand")


def test_everything_works_by_keyboard(open_page, grid):
    page = open_page(grid).page
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(row(page, "Elm")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("#live")).to_contain_text("territory Dogwood")
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile(r"at=-?\d+_-?\d+_1\.6"))
    page.keyboard.press("0")
    expect(page).not_to_have_url(re.compile(r"at="))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("c")
    expect(colour_choice(page)).to_have_value("deviation-0")


def test_single_keys_can_be_switched_off(open_page, grid):
    page = open_page(grid).page
    help_button = page.get_by_role("button", name="Help and keyboard shortcuts")
    expect(help_button).to_have_attribute("title", "Help and keyboard shortcuts (?)")
    help_button.click()
    page.get_by_role("checkbox", name="Single keys work everywhere on the page").uncheck()
    page.keyboard.press("Escape")
    for key in "c/t?0":
        page.keyboard.press(key)
    expect(colour_choice(page)).to_have_value("territory")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    expect(page.locator("#search")).not_to_be_focused()
    expect(page.locator("#search-box kbd")).to_be_hidden()
    expect(help_button).to_have_attribute("title", "Help and keyboard shortcuts")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-state", "ready")
    page.keyboard.press("c")
    expect(colour_choice(page)).to_have_value("territory")
    help_button.click()
    page.get_by_role("checkbox", name="Single keys work everywhere on the page").check()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(colour_choice(page)).to_have_value("deviation-0")


def test_nothing_of_the_table_is_cut_off_beside_the_map(open_page, views):
    page = open_page(map_html(two_long_measures(views))).page
    frame = page.locator("#table-frame")
    for name in ("Balance", "Figures"):
        page.get_by_role("button", name=name, exact=True).click()
        assert frame.evaluate("frame => frame.scrollWidth - frame.clientWidth") <= 0, name
    expect(page.get_by_role("columnheader", name="Mean distance")).to_be_visible()
    expect(page.locator("td.gauge").first).to_be_hidden()


def test_on_paper_the_headline_comes_before_the_map_and_the_table_after(open_page, views):
    page = open_page(map_html(two_long_measures(views))).page
    page.set_viewport_size({"width": 690, "height": 980})  # the width of A4 between its margins
    page.emulate_media(media="print")
    boxes = {name: page.locator(name).bounding_box() for name in ("h1", "#facts", "#map", "table")}
    tops = [boxes[name]["y"] for name in ("h1", "#facts", "#map", "table")]
    assert tops == sorted(tops)
    assert boxes["table"]["x"] + boxes["table"]["width"] <= 690
    expect(page.locator("td.gauge").first).to_be_visible()
    expect(page.get_by_role("columnheader", name="Mean distance")).to_be_visible()


def test_the_table_is_walked_and_sorted_by_keyboard(open_page, grid):
    page = open_page(grid).page
    row(page, "Elm").focus()
    page.keyboard.press("ArrowDown")
    expect(row(page, "Ash")).to_be_focused()
    page.keyboard.press("End")
    expect(row(page, "Ivy")).to_be_focused()
    page.get_by_role("button", name="Territory", exact=True).click()
    expect(page.locator("#territory-rows tr").first).to_contain_text("Ash")
    expect(page.get_by_role("columnheader", name="Territory")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("button", name="Territory", exact=True).click()
    expect(page.locator("#territory-rows tr").first).to_contain_text("Ivy")


def test_colours_can_show_balance_measures_and_categories(open_page, grid):
    page = open_page(grid).page
    choices = colour_choice(page).locator("option").all_inner_texts()
    assert choices == [
        "Territory",
        "Harvest against target",
        "Hours against target",
        "Harvest per field",
        "Hours per field",
        "Soil",
    ]
    colour_choice(page).select_option("Harvest against target")
    expect(page.locator("#legend")).to_contain_text(re.compile(r"above \+15\s%"))
    middle, corner = colour_at(page, place_of(page, 0.42, 0.58)), colour_at(page, place_of(page, 0.09, 0.91))
    assert near(middle, "#b9602c")
    assert not near(corner, "#b9602c")
    colour_choice(page).select_option("Soil")
    expect(page.locator("#legend")).to_contain_text("clay")


def test_an_address_brings_a_colleague_to_the_same_view(open_page, grid):
    first = open_page(grid)
    row(first.page, "Fir").click()
    colour_choice(first.page).select_option("Soil")
    first.page.keyboard.press("+")
    expect(first.page).to_have_url(re.compile("at="))
    fragment = first.page.evaluate("location.hash")
    second = open_page(grid, fragment).page
    expect(row(second, "Fir")).to_have_attribute("aria-expanded", "true")
    expect(colour_choice(second)).to_have_value("category-0")
    assert second.evaluate("location.hash") == fragment


@pytest.mark.parametrize(
    "fragment", ["#territory=gone&unit=nobody", "#at=x_y_z", "#colour=constructor&theme=pink", "#%%%", "#at=1e999_0_1"]
)
def test_a_broken_address_shows_the_whole_plan(open_page, grid, fragment):
    page = open_page(grid, fragment).page
    expect(colour_choice(page)).to_have_value("territory")
    expect(page.locator(".card")).to_have_count(0)


def test_the_alignment_can_be_saved(open_page, views):
    view = views.grid_view(unit_labels=np.array(["=cmd()", '"quoted", label', *["plain"] * 34], dtype=object))
    page = open_page(map_html(view)).page
    with page.expect_download() as caught:
        page.get_by_role("button", name="Alignment (CSV)").click()
    rows = list(csv.reader(io.StringIO(caught.value.path().read_text(encoding="utf-8"), newline="")))
    assert rows[0] == ["unit_id", "unit_name", "territory_id", "territory_name", "Harvest", "Hours"]
    assert rows[1] == ["F1", "'=cmd()", "T1", "Ash", "95", "1"]
    assert rows[2][1] == '"quoted", label'
    assert len(rows) == 37
    with page.expect_download() as caught:
        page.get_by_role("button", name="Territories (CSV)").click()
    assert len(caught.value.path().read_text(encoding="utf-8").splitlines()) == 10
    with page.expect_download() as caught:
        page.get_by_role("button", name="Map (PNG)").click()
    assert caught.value.path().read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(open_page, grid, scheme):
    page = open_page(grid, color_scheme=scheme).page
    assert serious(page) == []
    row(page, "Elm").click()
    page.locator(".card summary").click()
    page.get_by_role("combobox", name="Find a territory or unit").fill("field")
    expect(hits(page)).not_to_have_count(0)
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert serious(page) == []


def test_light_and_dark_can_be_switched(open_page, grid):
    page = open_page(grid, color_scheme="light").page
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != ground
    expect(page).to_have_url(re.compile("theme=dark"))


def test_a_rep_looks_at_it_on_a_phone(open_page, grid):
    page = open_page(grid, **PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    handle = page.get_by_role("button", name="Show more or less of the plan")
    expect(handle).to_have_attribute("aria-expanded", "false")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, summary")]
            .filter((element) => element.checkVisibility() && element.id !== "help-close")
            .map((element) => [element.id || element.textContent, element.getBoundingClientRect()])
            .filter(([, box]) => box.height < 44 || box.width < 44)
            .map(([name, box]) => `${name} ${box.width} x ${box.height}`)"""
    )
    assert small == []
    handle.tap()
    expect(handle).to_have_attribute("aria-expanded", "true")
    handle.tap()
    expect(page.locator("#panel")).to_have_css("height", "780px")
    row(page, "Elm").tap()
    expect(page.locator(".card")).to_be_visible()
    assert serious(page) == []
    handle.tap()
    expect(handle).to_have_attribute("aria-expanded", "false")
    page.get_by_role("combobox", name="Find a territory or unit").fill("field b")
    hits(page).nth(2).tap()
    expect(page.locator("#live")).to_contain_text("shown on the map")


def test_hostile_names_are_shown_as_they_are(open_page, views):
    evil = "</script><img src=x onerror=alert(1)> {{script}} \u202egnitfihs"
    view = views.grid_view(title=evil, territory_names=np.array([evil] * 9, dtype=object), unit_labels=np.array([evil] * 36, dtype=object))
    page = open_page(map_html(view)).page
    expect(page.get_by_role("heading", level=1)).to_have_text(evil)
    expect(page.locator("#territory-rows bdi").first).to_have_text(evil)
    assert page.locator("img").count() == 0


def test_a_huge_plan_says_what_it_draws(open_page, views, monkeypatch):
    monkeypatch.setattr("bailiwick.pictures.map_page.content.MOST_POINTS", 100)
    page = open_page(map_html(views.point_view(1000, 4))).page
    expect(page.locator("#drawn")).to_contain_text(re.compile(r"Drawn: \d+ of 1,000 units"))
    expect(page.get_by_role("button", name="Alignment (CSV)")).to_be_disabled()
    expect(page.locator("#territory-rows tr").first).to_contain_text("250")


def test_on_paper_there_is_the_map_and_the_table(open_page, grid):
    page = open_page(grid).page
    page.emulate_media(media="print")
    expect(page.locator("#tools")).to_be_hidden()
    expect(page.locator("#map")).to_be_visible()
    expect(page.locator("#territory-rows tr").last).to_be_visible()
