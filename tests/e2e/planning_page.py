"""What a planner does on the planning pages, and what is then to be seen."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect


def accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found if v["impact"] in {"serious", "critical"}] == []


def drawn(page: Page) -> None:
    expect(page.locator("#workspace")).to_have_attribute("data-state", "ready", timeout=120_000)


def saved(page: Page, version: int) -> None:
    """Wait until the server has what is on the screen."""
    expect(page.locator("#workspace")).to_have_attribute("data-version", str(version))
    expect(page.locator("#workspace")).not_to_have_attribute("data-saved", re.compile("saving|offline|conflict"))


def version(page: Page) -> int:
    return int(page.locator("#workspace").get_attribute("data-version") or 0)


def wrong(page: Page, which: str) -> Locator:
    """One of the counts that are always in sight."""
    return page.locator(f"[data-trouble={which}] strong")


def all_is_well(page: Page) -> None:
    for which in ("unassigned", "outside", "astray", "conflicts"):
        expect(wrong(page, which)).to_have_text("0")


def drag(page: Page, *, west: float = 0.0, east: float = 0.5) -> None:
    """Around everything between two shares of the width of the map."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    left, right = box["x"] + 70 + west * (box["width"] - 140), box["x"] + 70 + east * (box["width"] - 140)
    north, south = box["y"] + 60, box["y"] + box["height"] - 8
    page.mouse.move(left, north)
    page.mouse.down()
    for x, y in ((right, north), (right, south), (left, south), (left, north)):
        page.mouse.move(x, y, steps=4)
    page.mouse.up()


def sweep(page: Page) -> None:
    """To and fro over the whole map, without letting go."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 70, box["y"] + 70)
    page.mouse.down()
    for step in range(6):
        y = box["y"] + 70 + step * (box["height"] - 90) / 5
        for x in (box["x"] + 70, box["x"] + box["width"] - 70)[:: 1 if step % 2 == 0 else -1]:
            page.mouse.move(x, y, steps=6)
    page.mouse.up()


def alone_with(page: Page, *others: str) -> None:
    """Signs of life are answered here: who else is there; and no page hears of the other's changes before it makes its own."""
    answer = {"version": 0, "others": list(others)}
    page.context.route("**/presence", lambda route: route.fulfill(json=answer))


def assign(page: Page, name: str, *, is_elsewhere: bool = False) -> None:
    """Give a customer to no territory, or to another one than it has."""
    if page.locator("#selection").is_visible():
        page.locator("#selection").get_by_role("button", name="Clear").click()
    page.locator("#q").fill(name)
    expect(page.locator("#table-title")).to_have_text("1 of 80")
    page.get_by_label(f"Choose {name}", exact=True).check()
    here = page.locator(".ws-rows tbody tr").filter(has_text=name).locator(".named").text_content()
    others = [text for text in page.locator("#move-to option").all_text_contents()[1:-1] if text != here]
    page.locator("#move-to").select_option(label=others[0] if is_elsewhere else "no territory")
    page.locator("#selection").get_by_role("button", name="Move", exact=True).click()
