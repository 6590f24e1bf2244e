"""The story of somebody who wants to be forgotten: they are everywhere, an administrator erases them, and they are nowhere."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from planning_server import Server, running
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
MARK = "Zqcanaryqz"
MAIL = f"{MARK.lower()}@example.com"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("erasing"), "--demo") as started:
        yield started


@pytest.fixture(scope="module")
def desk(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="en-GB")
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(server.base + "/accounts/login/")
    page.locator("button[name=role][value=administrator]").click()
    page.wait_for_url(re.compile(r"/(mine/)?$"))
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.context.close()
    assert complaints == []


def holders(server: Server) -> list[str]:
    """Files of the installation in which a byte of them stands."""
    marks = [mark.encode(encoding) for mark in (MARK, MARK.lower(), MARK.upper()) for encoding in ("utf-8", "utf-16-le")]
    files = [path for path in server.folder.rglob("*") if path.is_file()]
    return sorted(path.name for path in files if any(mark in path.read_bytes() for mark in marks))


def places(page: Page, server: Server, customer: str, contact: str) -> list[str]:
    """Everywhere where one would look for them."""
    found = []
    pages = ("/history/", "/tasks/", "/cases/", "/data/", "/leads/", "/duplicates/", f"/history/?q={MARK}", f"/customers/?q={MARK}")
    files = ("/customers.csv", "/history.csv", *(f"/exports/{kind}.csv" for kind in ("contacts", "activities", "accounts")))
    api = ("activities", "history", "imports", "jobs", f"contacts/{contact}", f"contacts?q={MARK}", f"accounts?q={MARK}")
    for address in (customer, f"{customer}timeline", *pages, *files, *(f"/api/v1/{path}" for path in api)):
        answer = page.request.get(server.base + address)
        assert answer.status < 500, address
        text = answer.body().decode("utf-8", "replace").lower().replace(f"q={MARK.lower()}", "").replace(f'value="{MARK.lower()}"', "")
        if MARK.lower() in text:
            found.append(address)
    return found


def test_somebody_who_is_erased_is_found_nowhere(desk: Page, server: Server) -> None:
    desk.goto(server.base + "/customers/")
    desk.locator("#found td.first a").first.click()
    expect(desk).to_have_url(re.compile(r"/customers/[0-9a-f-]{36}/"))
    customer = "/" + desk.url.split("/", 3)[3].split("?")[0].split("#")[0]
    address = server.base + customer
    csrf = {"X-CSRFToken": next(c["value"] for c in desk.context.cookies() if "csrf" in c["name"])}
    told = {"first_name": "Ann", "last_name": MARK, "role": "customer", "email": MAIL, "phone": "+49 89 7654321"}
    assert desk.request.post(f"{address}contacts", form=told, headers=csrf).ok
    desk.goto(address)
    desk.get_by_role("link", name=f"Ann {MARK}").first.click()
    expect(desk).to_have_url(re.compile(r"/contacts/"))
    contact = desk.url.rstrip("/").split("/")[-1]
    account = customer.split("/")[2]
    for kind, text in (("visit", f"Met Ann {MARK}"), ("call", f"Called {MAIL}")):
        body = {"account": account, "kind": kind, "subject": text, "state": "done", "text": f"{MAIL} said so"}
        assert desk.request.post(f"{server.base}/api/v1/activities", data=body, headers=csrf).ok
    file = {"name": f"{MARK}.csv", "mimeType": "text/csv", "buffer": f"Name,Email\nAnn {MARK},{MAIL}\nNobody,none\n".encode()}
    sent = desk.request.post(f"{server.base}/imports/new", multipart={"kind": "contacts", "file": file}, headers=csrf)
    assert sent.status < 500
    before = places(desk, server, customer, contact)
    assert len(before) >= 5, before
    assert "bailiwick.sqlite3" in holders(server) or "bailiwick.sqlite3-wal" in holders(server)
    desk.goto(f"{server.base}/contacts/{contact}/")
    desk.get_by_text("Erase this person").click()
    found = Axe().run(desk).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:140]) for v in found if v["impact"] in {"serious", "critical"}] == []
    desk.get_by_label("Why: the request, and when it came").fill(f"Ann {MARK} asked by letter")
    desk.get_by_role("button", name="Erase for good").click()
    expect(desk.get_by_text("The person is erased")).to_be_visible()
    assert places(desk, server, customer, contact) == []
    end = time.monotonic() + 30
    while (left := holders(server)) and time.monotonic() < end:
        time.sleep(1)  # somebody was reading when the log was to be emptied
        desk.request.get(f"{server.base}/healthz")
    assert left == []
