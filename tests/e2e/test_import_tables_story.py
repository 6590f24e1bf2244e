"""The story of tables that belong together, in a real browser: AdventureWorks comes in at once, its errors are mended, it goes again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from first_user import PATIENCE, fits, signed_up
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser  # stories build on one another: one process tells those of a file
WORKS, HOUSE = "crm_adventureworks", "crm_adventureworks_dw"
TABLES = (
    f"{WORKS}/ProductCategory.csv",
    f"{WORKS}/ProductSubcategory.csv",
    f"{WORKS}/Product.csv",
    f"{WORKS}/stores_joined.csv",
    f"{HOUSE}/ProspectiveBuyer.csv",
)
COUNTS = dict(zip((Path(name).name for name in TABLES), (4, 37, 504, 701, 2_059), strict=True))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("tables")) as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The browser of whoever sets it up."""
    with signed_up(browser, server) as page:
        yield page


def choose(page: Page, server: Server, *files: tuple[str, bytes]) -> None:
    """Files of records, looked at to the end."""
    page.goto(f"{server.base}/imports/new")
    page.locator("#kind-records").check()
    page.locator("#file").set_input_files([{"name": n, "mimeType": "text/csv", "buffer": b} for n, b in files])  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/"))
    expect(page.locator(".outcome dd").first).to_be_visible(timeout=PATIENCE)


def figures(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".outcome dd").all_text_contents()]


def parts(page: Page) -> dict[str, list[str]]:
    """File → created, updated, unchanged, failed, as the table of parts says."""
    rows = page.locator(".parts tbody tr").all()
    return {row.locator("th .quiet").inner_text().strip(): [c.inner_text() for c in row.locator("td.num").all()] for row in rows}


def run(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Import")).first.click()
    expect(page.get_by_role("button", name="Take it back")).to_be_visible(timeout=PATIENCE)


def test_five_tables_come_in_at_once_and_name_one_another(page: Page, server: Server, shared_data: Path) -> None:
    fits(page)  # the first page that anybody sees
    choose(page, server, *((Path(name).name, (shared_data / name).read_bytes()) for name in TABLES))
    assert figures(page) == ["3,305", "0", "0", "0"]
    assert parts(page) == {name: [f"{n:,}", "0", "0", "0"] for name, n in COUNTS.items()}
    fits(page)
    run(page)
    assert figures(page) == ["3,305", "0", "0", "0"]
    page.goto(f"{server.base}/customers?q=Next-Door+Bike")
    expect(page.get_by_text("Next-Door Bike Store").first).to_be_visible()


def test_what_was_rejected_is_mended_in_its_file_and_comes_in(page: Page, server: Server) -> None:
    content = b"ProductSubcategoryID,ProductCategoryID,Name\n101,1,Tandems\n102,77,Unicycles\n"
    choose(page, server, ("MoreSubcategories.csv", content))
    assert figures(page) == ["1", "0", "0", "1"]
    expect(page.get_by_text("there is no product line “77” to be above it; import it first")).to_be_visible()
    run(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Download all 1 ")).click()
    rejected = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert [row["Name"] for row in csv.DictReader(io.StringIO(rejected))] == ["Unicycles"]
    choose(page, server, (download.value.suggested_filename, rejected.replace("77", "2").encode()))
    assert figures(page) == ["1", "0", "0", "0"]
    run(page)


def test_the_same_tables_again_change_nothing_and_an_import_is_taken_back(page: Page, server: Server, shared_data: Path) -> None:
    stores = (shared_data / WORKS / "stores_joined.csv").read_bytes()
    choose(page, server, ("stores_joined.csv", stores))
    assert figures(page) == ["0", "0", "701", "0"]
    choose(page, server, ("stores_joined.csv", stores.replace(b"Next-Door Bike Store", b"Next-Door Bikes")))
    assert figures(page) == ["0", "1", "700", "0"]
    run(page)
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".chip.reverted").first).to_be_visible(timeout=PATIENCE)
    page.goto(f"{server.base}/customers?q=Next-Door+Bike")
    expect(page.get_by_text("Next-Door Bike Store").first).to_be_visible()
