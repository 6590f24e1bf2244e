"""The calendar of a rep at a secret address: right in every zone, on both sides of every change of the clock, and revocable."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from crm_world import at_the_time, put_into_force
from django.test import Client
from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AccessToken, Person, User
from bailiwick_web.crm.models import Activity
from bailiwick_web.crm.services import customers, series, work
from bailiwick_web.exchange.webhooks import calendar as feed
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def events(text: str) -> list[dict[str, str]]:
    """Read a calendar, with nothing of our own."""
    assert text.endswith("END:VCALENDAR\r\n")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    found: list[dict[str, str]] = []
    for line in text.replace("\r\n ", "").split("\r\n"):
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and name not in {"END", "BEGIN"}:
            found[-1][name] = value
    return found


@pytest.fixture
def rep(act: Any, users: dict[str, User], scenario: Scenario) -> Actor:
    put_into_force(act, scenario)
    return at_the_time(users["rep"])


def made(client: Client) -> str:
    page = client.post("/calendar-feed/", {"name": "Phone"}).content.decode()
    (path,) = re.findall(r"http://testserver(/calendar-feed/bwk_[\w-]+\.ics)", page)
    return path


def test_it_shows_ones_own_and_nobody_elses_until_it_is_taken_back(rep: Actor, sign_in: SignIn, users: dict[str, User]) -> None:
    planner = at_the_time(users["planner"])
    west = customers.create_account(planner, name="Corner, shop", location={"lon": 0.5, "lat": 0.5})
    at = timezone.now().replace(microsecond=0) + timedelta(days=1)
    visit = work.create_activity(
        rep, account=west, kind="visit", subject="Tasting; with milk" + "ü" * 60, starts_at=at, duration_minutes=45
    )
    work.create_activity(planner, kind="task", subject="CANARY")
    client = sign_in("rep")
    path = made(client)
    assert path not in client.get("/calendar-feed/").content.decode()
    answer = Client().get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "CANARY" not in answer.content.decode()
    (event,) = events(answer.content.decode())
    assert event["UID"] == f"{visit.public_id}@bailiwick"
    assert (event["DTSTART"], event["DTEND"]) == (f"{at:%Y%m%dT%H%M%SZ}", f"{at + timedelta(minutes=45):%Y%m%dT%H%M%SZ}")
    assert event["SUMMARY"] == "Tasting\\; with milk" + "ü" * 60 + " · Corner\\, shop"
    assert Client().get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    token = AccessToken.objects.get(purpose="calendar")
    assert Client().get("/api/v1/accounts", headers={"Authorization": f"Bearer {path[15:-4]}"}).status_code == 403
    client.post(f"/tokens/{token.public_id}/revoke")
    gone, never = Client().get(path), Client().get("/calendar-feed/bwk_nobody.ics")
    assert (gone.status_code, never.status_code) == (404, 404)


def test_a_token_for_the_interface_opens_no_calendar_and_a_user_without_access_has_none(rep: Actor, sign_in: SignIn) -> None:
    from bailiwick_web.core.token_services import create_token

    key = create_token(rep, name="all", may_write=True, days=1)[1]
    assert Client().get(f"/calendar-feed/{key}.ics").status_code == 404
    path = made(sign_in("rep"))
    User.objects.filter(role="rep").update(is_active=False)
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "UTC"])
@pytest.mark.parametrize("every", ["day", "week", "month"])
def test_what_comes_again_stays_at_its_local_time_over_every_change_of_the_clock(rep: Actor, zone: str, every: str) -> None:
    starts = timezone.now().astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    person = Person.objects.get(user=rep.user)
    one = {"kind": "visit", "subject": "Tour", "starts_on": starts, "local_time": time(9, 30), "time_zone": zone, "person": person}
    made_series = series.create_series(rep, every=every, **one)
    found = events(feed.calendar(feed.entries(rep), name="x"))
    at = [datetime.strptime(e["DTSTART"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) for e in found]
    assert {moment.time() for moment in at} == {time(9, 30)}
    assert len({event["UID"] for event in found}) == len(found) >= 12
    expected = [day for day in series.days(made_series) if day <= (rep.now + feed.AHEAD).date()][: len(found)] if every == "month" else None
    if expected is not None:
        assert sorted(moment.date() for moment in at) == expected


@pytest.mark.parametrize("hours", range(-12, 15, 2))
def test_a_day_stays_that_day_in_every_zone(rep: Actor, hours: int) -> None:
    on = timezone.now().date() + timedelta(days=3)
    work.create_activity(rep, kind="task", subject="Offer", due_on=on)
    with timezone.override(timezone.get_fixed_timezone(hours * 60)):
        (event,) = events(feed.calendar(feed.entries(rep), name="x"))
    assert (event["DTSTART;VALUE=DATE"], event["DTEND;VALUE=DATE"]) == (f"{on:%Y%m%d}", f"{on + timedelta(days=1):%Y%m%d}")


def test_an_occurrence_keeps_its_entry_when_it_is_planned(rep: Actor) -> None:
    on = date.today() + timedelta(days=1)
    person = Person.objects.get(user=rep.user)
    series.create_series(rep, kind="call", subject="Call", every="week", starts_on=on, person=person)
    before = {event["DTSTART;VALUE=DATE"]: event["UID"] for event in events(feed.calendar(feed.entries(rep), name="x"))}
    first = Activity.objects.get()
    later = Actor(rep.user, rep.now + timedelta(days=2), "test")
    work.complete_activity(later, first.public_id, version=first.version)
    after = {event["DTSTART;VALUE=DATE"]: event["UID"] for event in events(feed.calendar(feed.entries(later), name="x"))}
    assert {day: uid for day, uid in after.items() if day in before} == before
