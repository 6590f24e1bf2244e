"""Times are those of whoever looks, days are the same everywhere, and what comes again is shifted by no change of the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from crm_world import put_into_force
from django.test import Client
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bailiwick_web.core.access import Actor
from bailiwick_web.core.zones import COOKIE
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Activity, ActivitySeries, Opportunity, TimelineEvent
from bailiwick_web.crm.services.series import days, starts_at
from bailiwick_web.planning.models import Scenario

Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]
ZONES = ("Etc/GMT+12", "America/Los_Angeles", "UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati")
"""From twelve hours behind to fourteen ahead, with changes of the clock by an hour and by half an hour."""


def at(client: Client, zone: str) -> Client:
    client.cookies[COOKIE] = zone
    return client


@pytest.fixture
def account(act: Act, scenario: Scenario) -> Account:
    put_into_force(act, scenario)
    return crm.customers.create_account(act("planner"), name="Westwind", location={"lon": 0.1, "lat": 0.1})


@given(
    zone=st.sampled_from(ZONES),
    start=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    clock=st.times(),
    every=st.sampled_from(("day", "week", "month")),
    interval=st.integers(1, 5),
)
@example(zone="Europe/Berlin", start=date(2026, 3, 28), clock=time(2, 30), every="day", interval=1)
@example(zone="Europe/Berlin", start=date(2026, 10, 24), clock=time(2, 30), every="day", interval=1)
@example(zone="Australia/Lord_Howe", start=date(2026, 4, 4), clock=time(1, 45), every="day", interval=1)
@settings(max_examples=150, deadline=None)
def test_what_comes_again_keeps_its_local_time_over_every_change_of_the_clock(
    zone: str, start: date, clock: time, every: str, interval: int
) -> None:
    series = ActivitySeries(
        starts_on=start, local_time=clock.replace(second=0, microsecond=0), time_zone=zone, every=every, interval=interval
    )
    before: datetime | None = None
    for on, _n in zip(days(series), range(40), strict=False):
        instant = starts_at(series, on)
        assert instant is not None
        local = instant.astimezone(ZoneInfo(zone))
        is_gap = local.replace(tzinfo=None) != datetime.combine(on, series.local_time)
        assert local.date() == on, "an appointment never goes to another day"
        assert not is_gap or timedelta(0) < local.replace(tzinfo=None) - datetime.combine(on, series.local_time) <= timedelta(hours=1)
        assert before is None or instant > before
        before = instant


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
def test_a_day_is_the_same_day_after_ten_saves_in_every_zone(account: Account, act: Act, sign_in: SignIn, zone: str) -> None:
    deal = crm.deals.create_opportunity(act("planner"), account=account, name="Big", close_on="2026-03-29", amount="5")
    client = at(sign_in("planner"), zone)
    for n in range(10):
        page = client.get(f"/deals/{deal.public_id}/").content.decode()
        assert 'name="close_on" value="2026-03-29"' in page
        deal.refresh_from_db()
        given = {"act": "change", "version": deal.version, "name": f"Big {n}", "close_on": "2026-03-29", "amount": "5", "currency": ""}
        assert client.post(f"/deals/{deal.public_id}/change", given).status_code == 302
    assert Opportunity.objects.get().close_on == date(2026, 3, 29)
    order = crm.trading.create_order(act("planner"), account=account, number="1", ordered_on=date(2026, 3, 29), amount="7")
    event = TimelineEvent.objects.get(record_id=order.public_id)
    assert event.data["on"] == "2026-03-29"
    assert "29 Mar 2026</time>" in client.get(f"/customers/{account.public_id}/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "hour"), [("America/Los_Angeles", 21), ("Europe/Berlin", 12), ("Pacific/Kiritimati", 0), ("Mars", 14)])
def test_an_appointment_is_at_the_time_of_whoever_makes_it(account: Account, sign_in: SignIn, zone: str, hour: int) -> None:
    client = at(sign_in("rep"), zone)
    given = {"account": str(account.public_id), "kind": "visit", "subject": "Tasting", "starts_at": "2026-07-01T14:00"}
    assert client.post("/activities/plan", given).status_code == 302
    activity = Activity.objects.get()
    assert activity.starts_at is not None
    assert activity.starts_at.astimezone(UTC).hour == hour, "a zone that there is not is that of the installation"
    page = client.get("/tasks/").content.decode()
    assert "2 p.m." in page or "14:00" in page


@pytest.mark.django_db
def test_today_is_the_day_of_whoever_looks(account: Account, act: Act, sign_in: SignIn) -> None:
    far = ZoneInfo("Pacific/Kiritimati")
    there, behind = timezone.now().astimezone(far).date(), timezone.now().astimezone(ZoneInfo("Etc/GMT+12")).date()
    crm.work.create_activity(act("rep"), account=account, kind="task", subject="There", due_on=there)
    if there == behind:
        pytest.skip("for two hours of the day it is the same day everywhere")
    page = at(sign_in("rep"), "Pacific/Kiritimati").get("/day/").content.decode()
    assert "Overdue" not in page
    crm.work.create_activity(act("rep"), account=account, kind="task", subject="Behind", due_on=behind)
    page = at(sign_in("rep"), "Pacific/Kiritimati").get("/day/").content.decode()
    assert "Overdue" in page
    page = at(sign_in("rep"), "Etc/GMT+12").get("/day/").content.decode()
    assert "Overdue" not in page


@pytest.mark.django_db
def test_a_check_in_is_planned_again_and_again_until_somebody_ends_it(account: Account, sign_in: SignIn) -> None:
    client = at(sign_in("rep"), "Europe/Berlin")
    given: dict[str, Any] = {"account": str(account.public_id), "kind": "call", "subject": "Check in", "every": "2weeks"}
    refused = client.post("/activities/plan", given)
    assert (refused.status_code, Activity.objects.count()) == (422, 0)
    assert client.post("/activities/plan", given | {"starts_at": "2027-03-15T09:30"}).status_code == 302
    series = ActivitySeries.objects.get()
    assert (series.every, series.interval, series.local_time, series.time_zone) == ("week", 2, time(9, 30), "Europe/Berlin")
    first = Activity.objects.get()
    assert (first.starts_at, first.person) == (datetime(2027, 3, 15, 8, 30, tzinfo=UTC), series.person)
    page = client.get("/tasks/").content.decode()
    assert "↻ every 2 weeks" in page
    done = {"act": "done", "version": first.version}
    assert [client.post(f"/activities/{first.public_id}/act", done).status_code for _ in range(2)] == [302, 412], (
        "a double click does it once"
    )
    following = Activity.objects.get(state="planned")
    assert following.starts_at == datetime(2027, 3, 29, 7, 30, tzinfo=UTC), "the clocks went forward on the 28th"
    assert client.post(f"/activities/{following.public_id}/act", {"act": "end", "version": following.version}).status_code == 302
    assert not Activity.objects.filter(state="planned", deleted_at=None).exists()
    assert "↻" not in client.get(f"/customers/{account.public_id}/").content.decode()
