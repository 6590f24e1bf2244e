"""Stories of people who sell, in a real browser: a day on a phone, from a lead to a deal that is won, from a complaint to its end."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser  # stories build on one another: one process tells those of a file


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("selling"), "--demo") as started:
        yield started


def enter(browser: Browser, server: Server, *, width: int, height: int, language: str = "en-GB", touch: bool = False) -> Page:
    """The rep of the demonstration."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", locale=language, has_touch=touch, is_mobile=touch
    )
    page = context.new_page()
    page.goto(server.base + "/accounts/login/")
    page.locator("button[name=role][value=rep]").click()
    page.wait_for_url(re.compile(r"/(mine/)?$"))
    return page


@pytest.fixture(scope="module")
def phone(browser: Browser, server: Server) -> Iterator[Page]:
    """The phone of a rep; afterwards it must have complained about nothing and asked nobody else."""
    page = enter(browser, server, width=390, height=844, touch=True)
    yield from watched(page, server)


@pytest.fixture(scope="module")
def desk(browser: Browser, server: Server) -> Iterator[Page]:
    """The desk of a rep who reads German."""
    page = enter(browser, server, width=1440, height=900, language="de-DE")
    yield from watched(page, server)


def watched(page: Page, server: Server) -> Iterator[Page]:
    complaints: list[str] = []
    foreign: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith((server.base, "blob:", "data:")) else foreign.append(r.url))
    yield page
    page.context.close()
    # Somebody was faster (412), and a deal is lost without a reason (422): the browser and htmx say so.
    expected = ("412", "422", "htmx:afterRequest")
    assert [c for c in complaints if not any(text in c for text in expected)] == []
    assert foreign == []


def well_made(page: Page) -> None:
    """Nothing serious for people who cannot see or point, and nothing wider than the window."""
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:140]) for v in found if v["impact"] in {"serious", "critical"}] == []
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_rep_on_a_phone_finds_a_customer_and_keeps_a_visit_in_three_taps(phone: Page, server: Server) -> None:
    phone.goto(server.base + "/customers/")
    first = phone.locator("#found td.first a").first
    name = first.inner_text()
    phone.locator("#q").fill(name)
    expect(phone.locator("#found td.first a").first).to_have_text(name)
    expect(phone).to_have_url(re.compile(r"q="))
    well_made(phone)
    phone.locator("#found td.first a").first.tap()  # one
    expect(phone.get_by_role("heading", name=name, level=1)).to_be_visible()
    before = phone.locator("#timeline .event").count()
    phone.locator("#do-visit").tap()  # two
    expect(phone.locator("#visit-dialog")).to_be_visible()
    well_made(phone)
    phone.locator("#visit-dialog").get_by_role("button", name="Keep").tap()  # three
    expect(phone.locator("#visit-dialog")).to_be_hidden()
    expect(phone.locator(".with-undo")).to_contain_text("is kept")
    expect(phone.locator("#timeline .event").first).to_contain_text("Visit")
    well_made(phone)
    phone.locator(".with-undo button").tap()
    expect(phone.locator(".toast", has_text="is gone")).to_be_visible()
    if before < 30:
        expect(phone.locator("#timeline .event")).to_have_count(before)


def test_the_day_of_a_rep_is_planned_done_and_undone(phone: Page, server: Server) -> None:
    phone.goto(server.base + "/day/")
    phone.locator("#do-task").tap()
    dialog = phone.locator("#task-dialog")
    dialog.get_by_label("What is to be done").fill("Bring the samples")
    dialog.get_by_role("button", name="Plan").tap()
    task = phone.locator(".task", has_text="Bring the samples")
    expect(task).to_be_visible()
    well_made(phone)
    task.get_by_role("button", name="Done").tap()
    expect(task).to_have_count(0)
    phone.locator(".with-undo button").tap()
    expect(task).to_be_visible()
    phone.goto(server.base + "/calendar/")
    expect(phone.locator(".entry", has_text="Bring the samples")).to_be_visible()
    well_made(phone)


def test_a_field_is_changed_where_it_stands_also_when_somebody_else_was_faster(
    browser: Browser, phone: Page, desk: Page, server: Server
) -> None:
    phone.goto(server.base + "/customers/")
    address = phone.locator("#found td.first a").first.get_attribute("href")
    for page in (phone, desk):
        page.goto(f"{server.base}{address}")
        page.locator("#edit-segment").click()
        expect(page.locator("form#field-segment [name=value]")).to_be_visible()
    desk.locator("form#field-segment [name=value]").fill("Ketten")
    desk.locator("form#field-segment").get_by_role("button", name="Speichern").click()
    expect(desk.locator("#field-segment .fact-value")).to_have_text("Ketten")
    phone.locator("form#field-segment [name=value]").fill("Chains")
    phone.locator("form#field-segment").get_by_role("button", name="Save").tap()
    expect(phone.locator("form#field-segment .note")).to_contain_text("It is “Ketten” now.")
    expect(phone.locator("form#field-segment [name=value]")).to_have_value("Chains")
    phone.locator("form#field-segment").get_by_role("button", name="Save").tap()
    expect(phone.locator("#field-segment .fact-value")).to_have_text("Chains")


def test_a_lead_becomes_a_deal_that_is_won(desk: Page, server: Server) -> None:
    desk.goto(server.base + "/leads/new")
    desk.get_by_label("Firma").fill("Hafenrösterei Nord")
    desk.get_by_label("Name der Person").fill("Jo Lang")
    desk.get_by_label("Geschätzter Betrag").fill("12000")
    desk.get_by_role("button", name="Anlegen").click()
    expect(desk.get_by_role("heading", name="Hafenrösterei Nord", level=1)).to_be_visible()
    for part in ("budget", "authority", "need", "timing"):
        desk.locator(f"#bant_{part}").select_option("2")
        desk.locator(f"#bant_{part}-evidence").fill("am Telefon gesagt")
    desk.get_by_role("button", name="Noten speichern").click()
    expect(desk.get_by_text("erfüllt jedes Kriterium")).to_be_visible()
    well_made(desk)
    desk.get_by_role("button", name="Umwandeln").click()
    expect(desk).to_have_url(re.compile(r"/deals/"))
    deal = desk.url
    well_made(desk)
    desk.locator(".path li.open button").first.click()
    expect(desk.locator(".path li.now")).not_to_have_text(re.compile("^$"))
    desk.locator(".path li.won button").click()
    dialog = desk.locator("#close-dialog")
    expect(dialog.get_by_text("Gewonnen! Was gab den Ausschlag?")).to_be_visible()
    well_made(desk)
    dialog.locator("textarea").fill("Die Verkostung")
    with desk.expect_response(deal):  # the page behind is fetched anew: what is being typed stays
        desk.evaluate("document.body.dispatchEvent(new CustomEvent('customer-changed'))")
    expect(dialog.locator("textarea")).to_have_value("Die Verkostung")
    dialog.get_by_role("button", name="Abschließen").click()
    expect(desk.locator(".path li.won.now")).to_be_visible()
    desk.goto(deal)
    expect(desk.locator(".note.success", has_text="Die Verkostung")).to_be_visible()
    desk.locator(".crumbs a[href^='/customers/']").click()
    expect(desk.locator("#head")).to_contain_text("Kunde")


def test_a_deal_is_dragged_moved_by_keys_and_lost_with_a_reason(desk: Page, server: Server) -> None:
    desk.goto(server.base + "/customers/")
    key = str(desk.locator("#found td.first a").first.get_attribute("href")).split("/")[2]
    desk.goto(f"{server.base}/deals/new?account={key}")
    desk.get_by_label("Worum es geht").fill("Zweiter Standort")
    desk.get_by_label("Abschlusstag").fill("2020-01-01")  # so that it stands on top
    desk.get_by_role("button", name="Anlegen").click()
    expect(desk).to_have_url(re.compile(r"/deals/0"))
    desk.goto(server.base + "/pipeline/")
    lanes = desk.locator(".lane")
    card = desk.locator(".deal-card", has_text="Zweiter Standort")
    expect(lanes.nth(0).locator(".deal-card", has_text="Zweiter Standort")).to_be_visible()
    well_made(desk)
    card.drag_to(lanes.nth(1).locator("header"))
    expect(lanes.nth(1).locator(".deal-card", has_text="Zweiter Standort")).to_be_visible()
    card.locator("> a").focus()
    desk.keyboard.press("Shift+ArrowRight")
    expect(lanes.nth(2).locator(".deal-card", has_text="Zweiter Standort")).to_be_visible()
    desk.locator(".with-undo button").last.click()
    expect(lanes.nth(1).locator(".deal-card", has_text="Zweiter Standort")).to_be_visible()
    card.locator("summary").click()
    card.locator("[data-kind=lost]").click()
    dialog = desk.locator("#close-dialog")
    dialog.get_by_role("button", name="Abschließen").click()
    expect(desk.locator(".toast.refused")).to_be_visible()  # without a reason it is not lost
    dialog.locator("textarea").fill("Zu teuer")
    dialog.get_by_role("button", name="Abschließen").click()
    expect(desk.locator(".lane.lost .deal-card", has_text="Zweiter Standort")).to_be_visible()


def test_a_complaint_goes_to_its_end(desk: Page, server: Server) -> None:
    desk.goto(server.base + "/customers/")
    key = str(desk.locator("#found td.first a").first.get_attribute("href")).split("/")[2]
    desk.goto(f"{server.base}/cases/new?account={key}")
    desk.get_by_label("Worum es geht").fill("Die Mühle ist zu laut")
    desk.get_by_label("Art").select_option("complaint")
    desk.get_by_label("Wie sehr es drückt").select_option("urgent")
    desk.get_by_role("button", name="Anlegen").click()
    expect(desk).to_have_url(re.compile(r"/cases/0"))
    case = desk.url
    well_made(desk)
    desk.goto(server.base + "/cases/?q=M%C3%BChle")
    expect(desk.locator(".clock")).to_contain_text("Antwort: noch")
    well_made(desk)
    desk.goto(case)
    desk.get_by_role("button", name="In Arbeit nehmen").click()
    expect(desk.get_by_role("button", name="In Arbeit nehmen")).to_have_count(0)
    desk.locator("[data-open=solve-dialog]").click()
    desk.locator("#solve-dialog textarea").fill("Neue Mahlscheiben")
    desk.get_by_role("button", name="Es ist gelöst").click()
    expect(desk.locator(".note.success", has_text="Neue Mahlscheiben")).to_be_visible()
    desk.get_by_role("button", name="Schließen", exact=True).first.click()
    expect(desk.locator(".crumbs .chip")).to_have_text("Geschlossen")
    desk.goto(f"{server.base}/customers/{key}/?show=case")
    expect(desk.locator("#timeline .event").first).to_contain_text("Fall geschlossen")
