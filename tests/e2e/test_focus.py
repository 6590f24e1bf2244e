"""Who moves by the keyboard always sees where they are; what is to be hit is large enough; colours tell territories apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from planning_server import Server, running
from playwright.sync_api import Browser, Page
from test_looks import enter, go

pytestmark = pytest.mark.browser
PAGES = (
    "/",
    "/plans/",
    "/plans/new",
    "/data/",
    "/imports/new",
    "/history/",
    "/notices/",
    "/organisation/",
    "first:/plans/ td a[href^='/scenarios/']",
)
MOST_STEPS = 400
HERE = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const r = e.getBoundingClientRect();
  const said = e.outerHTML.slice(0, 110);
  const shown = e.closest('label') ?? e;
  const s = shown.getBoundingClientRect();
  const name = e.tagName + '|' + said + '|' + Math.round(r.x) + '|' + Math.round(r.y + window.scrollY);
  if (r.width < 1 || r.height < 1) return {name, said, seen: false, why: 'it has no size', width: 0, height: 0, inline: false};
  const spots = [[0.5, 0.5], [0.15, 0.3], [0.85, 0.7], [0.15, 0.7], [0.85, 0.3]].map(([a, b]) => [r.x + r.width * a, r.y + r.height * b]);
  const inside = spots.filter(([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight);
  const isIt = (t) => t && (e.contains(t) || t.contains(e) || shown.contains(t));
  const hit = inside.map(([x, y]) => document.elementFromPoint(x, y));
  const over = hit.find((t) => !isIt(t));
  const seen = hit.some(isIt);
  const line = getComputedStyle(e);
  const inline = line.display === 'inline' || (e.tagName === 'A' && e.closest('p, td, li, th, dd, label, figcaption') !== null);
  return {name, said, seen, why: inside.length ? 'covered by ' + (over ? over.outerHTML.slice(0, 90) : '') : 'outside of the window',
          width: Math.max(r.width, s.width), height: Math.max(r.height, s.height), inline};
}"""
"""Where the focus is; whether any of five spots of it can be seen; how large the target is. Links in a line of text may be smaller."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("focus"), "--demo") as started:
        yield started


def steps(page: Page) -> Iterator[dict[str, Any]]:
    """Every element that the tabulator reaches, once."""
    known: set[str] = set()
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        found = page.evaluate(HERE)
        if found is None or found["name"] in known:
            return
        known.add(found["name"])
        yield found


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_what_has_the_focus_is_never_hidden_and_large_enough(browser: Browser, server: Server, width: str) -> None:
    page = enter(browser, server, "planner", width)
    wrong, n = [], 0
    for address in PAGES:
        go(page, server, address)
        for found in steps(page):
            n += 1
            if not found["seen"]:
                wrong.append(f"{address}: {found['said']} is {found['why']}")
            if not found["inline"] and min(found["width"], found["height"]) < 24:
                wrong.append(f"{address}: {found['said']} is {found['width']:.0f} × {found['height']:.0f} px")
    page.context.close()
    assert n > 100
    assert not wrong, "\n".join(wrong)


TOLD_APART = """() => [...document.querySelectorAll('.ws-legend li')].map((row) =>
  row.querySelector('rect').getAttribute('fill') + (row.querySelector('[data-pattern]')?.dataset.pattern ?? ''))"""


def test_twenty_five_territories_can_be_told_apart(browser: Browser, server: Server) -> None:
    """More than there are colours: who shares a colour has a pattern of its own, in the legend as on the map; neighbours differ."""
    page = enter(browser, server, "planner")
    go(page, server, "first:/plans/ td a[href^='/scenarios/']")
    told = page.evaluate(TOLD_APART)
    assert len(told) == 25
    assert len(set(told)) == 25
    assert any(len(one) > 7 for one in told), "some share a colour, so that patterns are needed"
    page.emulate_media(color_scheme="dark")
    assert len(set(page.evaluate(TOLD_APART))) == 25
    page.context.close()
