"""The story of records with errors, in a real browser: two files at once, a slip mended by a tick, the rest comes in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from first_user import PATIENCE, fits, signed_up
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser  # stories build on one another: one process tells those of a file
ACCOUNTS = b'Account ID,Account Name,Industry,Annual Revenue\n001A,Acme,Technology,"$1,000"\n001B,Bolt,Retail,many\n001C,Cork,technolgy,5\n'
CONTACTS = b"Contact ID,First Name,Last Name,Email,Account ID\n003A,Jo,Doe,jo@acme.example,001A\n003B,Max,Roe,max@bolt.example,001B\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("records")) as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The browser of whoever sets it up."""
    with signed_up(browser, server) as page:
        yield page


def choose(page: Page, server: Server, kind: str, **files: bytes) -> None:
    page.goto(f"{server.base}/imports/new")
    page.locator("#one-kind summary").click()
    page.locator(f"#kind-{kind}").check()
    given = [{"name": f"{name}.csv", "mimeType": "text/csv", "buffer": content} for name, content in files.items()]
    page.locator("#file").set_input_files(given)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/"))


def figures(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".outcome dd").all_text_contents()]


def imported(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Import")).first.click()
    expect(page.get_by_role("button", name="Take it back")).to_be_visible(timeout=PATIENCE)


def test_two_files_are_understood_a_slip_is_mended_by_a_tick_and_the_rest_comes_in(page: Page, server: Server) -> None:
    choose(page, server, "records", accounts=ACCOUNTS, contacts=CONTACTS)
    assert figures(page) == ["3", "0", "0", "2"]
    expect(page.get_by_text("All 5 rows")).to_be_visible()
    fits(page)
    page.get_by_label(re.compile("technolgy.*technology")).check()
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_label(re.compile("technolgy.*technology"))).to_be_checked()
    imported(page)
    assert figures(page) == ["3", "0", "0", "2"]
