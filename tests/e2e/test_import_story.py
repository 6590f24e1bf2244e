"""The story of a file with errors, in a real browser: import, mend, import again, take back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from first_user import PATIENCE, fits, signed_up
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser  # stories build on one another: one process tells those of a file
ROWS = "".join(
    f"A{i:03d};Shop {i};{40 + i % 9};{-100 + i // 9};{'Ann Lee' if i % 2 else 'Bo Ray'};{100 + i},50;{'Food' if i % 3 else 'Tech'}\n"
    for i in range(60)
)
HEADER = "Account ID;Account Name;Billing Latitude;Billing Longitude;Account Owner;Annual Revenue;Industry\n"
BAD = "A900;Nowhere;;;Ann Lee;5;Food\nA901;No number;41;-101;Bo Ray;many;Food\nA001;Twice;40;-100;Bo Ray;7;Food\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("imports")) as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The browser of whoever sets it up."""
    with signed_up(browser, server, refusal="422") as page:
        yield page


def choose(page: Page, server: Server, name: str, content: bytes) -> None:
    page.goto(f"{server.base}/imports/new")
    page.get_by_label("Drop the file here").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Look at it").click()


def figures(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".outcome dd").all_text_contents()]


def test_1_what_is_no_table_is_refused_in_words(page: Page, server: Server) -> None:
    page.goto(f"{server.base}/data/")
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    fits(page)
    choose(page, server, "picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(2_000))
    expect(page.get_by_role("alert")).to_contain_text("“picture.csv” was not taken in")
    expect(page.get_by_role("alert")).to_contain_text("PNG picture")
    fits(page)
    page.goto(f"{server.base}/data/")
    expect(page.get_by_text("No import yet.")).to_be_visible()


def test_2_a_file_with_errors_is_understood_and_told(page: Page, server: Server) -> None:
    choose(page, server, "accounts.csv", (HEADER + ROWS + BAD).encode("cp1252"))
    expect(page.get_by_text("63 rows in the file")).to_be_visible(timeout=PATIENCE)
    page.locator(".understood summary").click()
    page.get_by_label("Field of Annual Revenue").select_option("measure")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator(".outcome .bad")).to_contain_text("3", timeout=PATIENCE)
    assert figures(page) == ["60", "0", "0", "3"]
    expect(page.get_by_label("Field of Account Owner")).to_have_value("owner")
    expect(page.get_by_text("decimal comma")).to_be_visible()
    expect(page.locator("#rejected")).to_contain_text("is not a number (found 'many')")
    page.locator("details summary", has_text="How the file is read").click()
    expect(page.locator(".raw tr.header")).to_contain_text("Account ID")
    fits(page)


def test_3_two_columns_cannot_be_one_thing(page: Page) -> None:
    page.locator(".understood summary").click()
    page.get_by_label("Field of Account Name").select_option("industry")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("alert")).to_contain_text("Two columns cannot both be the Industry")
    page.get_by_label("Field of Account Name").select_option("name")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator(".outcome .bad")).to_contain_text("3", timeout=PATIENCE)
    page.get_by_label("Keep these columns").fill("Accounts of the CRM")
    page.get_by_role("button", name="Keep as a template").click()
    expect(page.get_by_role("status").first).to_contain_text("Accounts of the CRM")


def test_4_it_is_imported_with_reps_and_territories_by_the_keyboard(page: Page) -> None:
    page.get_by_role("button", name="Import all parts").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Make a plan")).to_be_visible(timeout=PATIENCE)
    assert figures(page) == ["60", "0", "0", "3"]
    expect(page.get_by_role("link", name="Look at the territories")).to_be_visible()
    page.reload()
    expect(page.get_by_text("This is what it did")).to_be_visible()
    fits(page)


def test_5_the_rejected_rows_are_mended_and_join_the_others(page: Page, server: Server) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all 3").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("row,column,reason_code,reason,Account ID,")
    mended = text.replace("Nowhere,,,", "Nowhere,44,-99,").replace("many", "7").replace("A001,Twice", "A902,Once")
    choose(page, server, "rejected.csv", mended.encode())
    expect(page.get_by_text("3 rows in the file · into “Accounts”")).to_be_visible(timeout=PATIENCE)
    assert figures(page) == ["3", "0", "0", "0"]
    expect(page.get_by_text("Columns as in the template “Accounts of the CRM”")).to_be_visible()
    page.get_by_role("button", name=re.compile("Import")).first.click()
    expect(page.get_by_role("button", name="Take it back")).to_be_visible(timeout=PATIENCE)


def test_6_the_same_file_again_changes_nothing(page: Page, server: Server) -> None:
    choose(page, server, "accounts.csv", (HEADER + ROWS).encode())
    expect(page.get_by_text("60 are here already, known by their id")).to_be_visible(timeout=PATIENCE)
    assert figures(page) == ["0", "0", "60", "0"]
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("status").first).to_contain_text("Thrown away")


def test_7_it_is_taken_back_in_order(page: Page, server: Server) -> None:
    page.goto(f"{server.base}/data/")
    fits(page)
    page.get_by_role("link", name="accounts.csv").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("status").first).to_contain_text("take that back first", timeout=PATIENCE)
    page.goto(f"{server.base}/data/")
    page.get_by_role("link", name="rejected.csv").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".chip.reverted").first).to_be_visible(timeout=PATIENCE)
    page.goto(f"{server.base}/data/")
    page.get_by_role("link", name="accounts.csv").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".chip.reverted").first).to_be_visible(timeout=PATIENCE)
    page.goto(f"{server.base}/data/")
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    expect(page.get_by_text("No reps yet.")).to_be_visible()
