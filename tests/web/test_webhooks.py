"""Webhooks that go out: signed, once to each, again when nobody answers, and only of what their owner sees."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from crm_world import at_the_time, put_into_force
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from receiver import Got, Receiver, answers, floods, receiving

from bailiwick_web.core import outbox
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, OutboxEvent, User
from bailiwick_web.core.refusals import Conflict, Missing, NotAllowed, Refused
from bailiwick_web.core.services import tell
from bailiwick_web.crm.services import customers, leads
from bailiwick_web.exchange.webhooks import sending, services
from bailiwick_web.exchange.webhooks.models import Attempt, Delivery, Endpoint
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
State = Delivery.State


@pytest.fixture(autouse=True)
def _loopback(settings: Any) -> None:
    settings.OUTBOUND_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def middle() -> float:
    """No jitter."""
    return 0.5


def deliver(endpoint: Endpoint, *, after: timedelta = timedelta(0)) -> int:
    """Hand on what lies in the outbox and send what is due."""
    now = timezone.now() + after
    outbox.hand_on(now)
    return sending.send_due(endpoint.pk, dice=middle, clock=lambda: now)


def is_signed(secret: str, got: Got) -> bool:
    """As the specification says, without our own code."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return expected in got.headers["webhook-signature"].split(" ")


def test_a_change_arrives_signed_with_type_timestamp_and_data(planner: Actor, there: Receiver) -> None:
    endpoint, secret = services.create_endpoint(planner, name="ERP", url=there.url, kinds=["account"])
    account = customers.create_account(planner, name="Corner shop")
    leads.create_lead(planner, company="Not asked for")
    assert deliver(endpoint) == 1
    (got,) = there.got
    message = json.loads(got.body)
    assert set(message) == {"type", "timestamp", "data"}
    assert (message["type"], message["data"]["id"]) == ("account.created", str(account.public_id))
    assert message["data"]["href"] == f"/api/v1/accounts/{account.public_id}"
    assert got.headers["webhook-id"] == str(OutboxEvent.objects.get(kind="account.created").public_id)
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret[6:])) == 32
    assert is_signed(secret, got)
    assert not is_signed("whsec_" + base64.b64encode(bytes(32)).decode(), got)
    assert secret not in endpoint.secret
    assert (Delivery.objects.get().state, Attempt.objects.get().status) == (State.DONE, 204)
    assert deliver(endpoint) == 0


def test_nothing_is_told_of_a_change_that_was_taken_back(planner: Actor, there: Receiver) -> None:
    endpoint, _secret = services.create_endpoint(planner, name="ERP", url=there.url)
    with transaction.atomic():
        customers.create_account(planner, name="Never was")
        transaction.set_rollback(True)
    assert deliver(endpoint) == 0
    assert there.got == []


def test_after_a_rotation_both_secrets_sign_for_a_day(planner: Actor, there: Receiver) -> None:
    endpoint, old = services.create_endpoint(planner, name="ERP", url=there.url)
    endpoint, new = services.rotate_secret(planner, endpoint.public_id, version=endpoint.version)
    services.send_test(planner, endpoint.public_id)
    deliver(endpoint)
    services.send_test(planner, endpoint.public_id)
    deliver(endpoint, after=timedelta(hours=25))
    both, later = there.got
    assert (is_signed(new, both), is_signed(old, both)) == (True, True)
    assert (is_signed(new, later), is_signed(old, later)) == (True, False)


def test_the_schedule_of_attempts_is_kept_then_it_is_given_up_and_can_be_sent_again(planner: Actor, there: Receiver) -> None:
    endpoint, _secret = services.create_endpoint(planner, name="ERP", url=there.url)
    there.answer = answers(500, b"no")
    made = services.send_test(planner, endpoint.public_id)
    seconds, now = [], made.due_at
    for _ in range(20):
        made.refresh_from_db()
        if made.state != State.WAITING:
            break
        seconds.append((made.due_at - now).total_seconds())
        now = made.due_at
        sending.attempt(made, now=now, dice=middle)
        Endpoint.objects.update(failing_since=now)
    assert seconds == list(sending.SCHEDULE_SECONDS)
    assert (made.state, made.n_attempts) == (State.DEAD, 10)
    assert sum(seconds) / 3600 == pytest.approx(75.6, abs=0.1)
    there.answer = None
    services.replay(planner, made.public_id)
    assert deliver(endpoint) == 1
    made.refresh_from_db()
    assert (made.state, {got.headers["webhook-id"] for got in there.got}) == (State.DONE, {str(made.message_id)})
    assert AuditEntry.objects.filter(action="delivery.replayed").count() == 1


@pytest.mark.parametrize(("dice", "seconds"), [(0.0, 270), (1.0, 330)])
def test_jitter_is_a_tenth(planner: Actor, there: Receiver, dice: float, seconds: float) -> None:
    endpoint, _secret = services.create_endpoint(planner, name="ERP", url=there.url)
    there.answer = answers(500)
    made = services.send_test(planner, endpoint.public_id)
    Delivery.objects.update(n_attempts=1)
    made.refresh_from_db()
    sending.attempt(made, now=planner.now, dice=lambda: dice)
    assert (made.due_at - planner.now).total_seconds() == pytest.approx(seconds)


@pytest.mark.parametrize("as_date", [False, True])
def test_who_asks_us_to_wait_is_left_alone_so_long(planner: Actor, there: Receiver, *, as_date: bool) -> None:
    endpoint, _secret = services.create_endpoint(planner, name="ERP", url=there.url)
    now = timezone.now().replace(microsecond=0)
    text = format_datetime(now + timedelta(seconds=900)) if as_date else "900"
    there.answer = answers(429, Retry_After=text)
    made = services.send_test(planner, endpoint.public_id)
    services.send_test(planner, endpoint.public_id)
    Delivery.objects.update(due_at=now)
    made.refresh_from_db()
    assert sending.send_due(endpoint.pk, dice=middle, clock=lambda: now) == 1
    made.refresh_from_db()
    endpoint.refresh_from_db()
    assert ((made.due_at - now).total_seconds(), endpoint.paused_until) == (900, now + timedelta(seconds=900))
    assert deliver(endpoint, after=timedelta(seconds=600)) == 0
    there.answer = None
    assert deliver(endpoint, after=timedelta(seconds=960)) == 2


def test_gone_switches_off_and_gives_up_what_is_on_its_way(planner: Actor, there: Receiver) -> None:
    endpoint, _secret = services.create_endpoint(planner, name="ERP", url=there.url)
    there.answer = answers(410)
    for _ in range(3):
        services.send_test(planner, endpoint.public_id)
    assert deliver(endpoint) == 1
    endpoint.refresh_from_db()
    assert (endpoint.off, set(Delivery.objects.values_list("state", flat=True))) == ("gone", {State.DEAD})
    with pytest.raises(Conflict):
        services.send_test(planner, endpoint.public_id)
    services.change_endpoint(planner, endpoint.public_id, version=endpoint.version, is_on=True)
    there.answer = None
    assert services.replay_dead(planner, endpoint.public_id) == 3
    assert deliver(endpoint) == 3


def test_five_days_of_failure_switch_off(planner: Actor, there: Receiver) -> None:
    endpoint, _secret = services.create_endpoint(planner, name="ERP", url=there.url)
    there.answer = answers(500)
    services.send_test(planner, endpoint.public_id)
    Endpoint.objects.update(failing_since=planner.now - timedelta(days=5))
    deliver(endpoint)
    endpoint.refresh_from_db()
    assert endpoint.off == "failing"


def test_a_redirect_is_a_failure_and_a_flood_is_cut(planner: Actor, there: Receiver) -> None:
    endpoint, _secret = services.create_endpoint(planner, name="ERP", url=there.url)
    there.answer = answers(302, Location="http://127.0.0.1:1/")
    services.send_test(planner, endpoint.public_id)
    now = timezone.now()
    sending.attempt(Delivery.objects.select_related("endpoint").get(), now=now, dice=middle)
    assert (Delivery.objects.get().state, Attempt.objects.get().status, len(there.got)) == (State.WAITING, 302, 1)
    there.answer = floods
    sending.attempt(Delivery.objects.select_related("endpoint").get(), now=now, dice=middle)
    assert (Delivery.objects.get().state, len(Attempt.objects.first().answer)) == (State.DONE, sending.KEPT_OF_ANSWER)  # type: ignore[union-attr]


def test_an_address_that_was_closed_later_is_an_error_of_the_attempt(planner: Actor, there: Receiver, settings: Any) -> None:
    endpoint, _secret = services.create_endpoint(planner, name="ERP", url=there.url)
    settings.OUTBOUND_NETWORKS = []
    services.send_test(planner, endpoint.public_id)
    sending.attempt(Delivery.objects.select_related("endpoint").get(), now=timezone.now(), dice=middle)
    assert ("127.0.0.1" in Attempt.objects.get().error, there.got) == (True, [])
    with pytest.raises(Refused):
        services.create_endpoint(planner, name="ERP", url=there.url)


def test_a_manager_hears_of_west_only(act: Callable[[str], Actor], users: dict[str, User], scenario: Scenario, there: Receiver) -> None:
    """Canary: nothing of East leaves by the endpoint of somebody who sees West; what comes to them later is heard of from then on."""
    put_into_force(act, scenario)
    manager, _secret = services.create_endpoint(at_the_time(users["manager"]), name="of West", url=there.url)
    planner = at_the_time(users["planner"])
    west = customers.create_account(planner, name="West", location={"lon": 0.5, "lat": 0.5})
    east = customers.create_account(planner, name="CANARY", location={"lon": 4.5, "lat": 4.5})
    stranger = leads.create_lead(planner, company="CANARY-LEAD", lon=4.5, lat=4.5)
    deliver(manager)
    heard = b"".join(got.body for got in there.got).decode()
    assert str(west.public_id) in heard
    assert str(east.public_id) not in heard
    assert str(stranger.public_id) not in heard
    assert not Delivery.objects.filter(body__contains=str(east.public_id)).exists()
    tell(planner, "import.done", batch="CANARY-OF-NOBODY")
    tell(planner, "account.handed_over", account=str(west.public_id), before="P1", after="P4", layer="base")
    there.got.clear()
    deliver(manager)
    (got,) = there.got
    data = json.loads(got.body)["data"]
    assert (data["before"], data["after"]) == ("P1", None)
    User.objects.filter(pk=users["manager"].pk).update(is_active=False)
    tell(planner, "account.changed", id=str(west.public_id))
    assert deliver(manager) == 0


def test_who_may_not_connect_or_does_not_own_it_gets_nowhere(act: Callable[[str], Actor], there: Receiver) -> None:
    endpoint, _secret = services.create_endpoint(act("planner"), name="ERP", url=there.url)
    with pytest.raises(NotAllowed):
        services.create_endpoint(act("rep"), name="mine", url=there.url)
    with pytest.raises(Missing):
        services.send_test(act("manager"), endpoint.public_id)
    assert services.find_endpoint(act("administrator"), endpoint.public_id) == endpoint


def test_a_message_stays_under_20_kb(planner: Actor) -> None:
    from bailiwick_web.exchange.webhooks.kinds import body_of

    body = body_of("account.changed", "2026-01-01", {"id": "x", "fields": ["f" * 50] * 1_000})
    assert len(body.encode()) < 20_000
    assert json.loads(body)["data"] == {"id": "x", "is_cut": True}


def test_an_event_that_cannot_be_handed_on_keeps_no_other(planner: Actor, there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint, _secret = services.create_endpoint(planner, name="ERP", url=there.url)
    customers.create_account(planner, name="One")
    bad = OutboxEvent.objects.order_by("pk").first()
    assert bad is not None
    customers.create_account(planner, name="Two")

    def breaks(now: Any, events: Any) -> None:
        if any(event.pk == bad.pk for event in events):
            raise RuntimeError("bad luck")

    monkeypatch.setattr(outbox, "_COLLECTORS", [*outbox._COLLECTORS, breaks])
    n_others = OutboxEvent.objects.count() - 1
    assert outbox.hand_on(timezone.now()) == n_others
    assert list(OutboxEvent.objects.filter(delivered_at=None)) == [bad]
    assert not Delivery.objects.filter(message_id=bad.public_id).exists()
    monkeypatch.setattr(outbox, "_COLLECTORS", outbox._COLLECTORS[:-1])
    assert outbox.hand_on(timezone.now()) == 1
    assert Delivery.objects.filter(endpoint=endpoint, message_id=bad.public_id).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_send_each_once_and_a_slow_endpoint_makes_no_other_wait(planner: Actor, there: Receiver) -> None:
    with receiving() as slow:
        hold = threading.Event()

        def waits(handler: Any, got: Got) -> None:
            hold.wait(10)
            answers(204)(handler, got)

        slow.answer = waits
        services.create_endpoint(planner, name="slow", url=slow.url)
        quick, _secret = services.create_endpoint(planner, name="quick", url=there.url)
        for i in range(12):
            tell(planner, "account.created", id=str(customers.create_account(planner, name=f"A{i}").public_id))

        def schedule() -> None:
            outbox.hand_on(timezone.now())
            sending.start_senders(timezone.now())
            sending.send_due(quick.pk)
            connection.close()

        threads = [threading.Thread(target=schedule) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for _ in range(100):
            if Delivery.objects.filter(endpoint=quick, state=State.DONE).count() == Delivery.objects.filter(endpoint=quick).count():
                break
            threading.Event().wait(0.1)
        ids = [got.headers["webhook-id"] for got in there.got]
        assert len(ids) == len(set(ids)) == Delivery.objects.filter(endpoint=quick).count() >= 24
        assert len(slow.got) <= 1  # still held, and nobody waited for it
        hold.set()
        sending.wait_for_senders()
        assert len({got.headers["webhook-id"] for got in slow.got}) == len(slow.got)


def test_the_pages_show_the_secret_once_and_what_came_back(sign_in: SignIn, there: Receiver) -> None:
    client = sign_in("planner")
    page = client.post("/webhooks/", {"name": "ERP", "url": there.url, "kinds": ["lead"]})
    assert "whsec_" in page.content.decode()
    endpoint = Endpoint.objects.get()
    assert "whsec_" not in client.get(f"/webhooks/{endpoint.public_id}/").content.decode()
    there.answer = answers(500, b"<b>database down</b>")
    assert client.post(f"/webhooks/{endpoint.public_id}/act", {"act": "test"}).status_code == 302
    now = timezone.now()
    sending.attempt(Delivery.objects.select_related("endpoint").get(), now=now, dice=middle)
    shown = client.get(f"/webhooks/deliveries/{Delivery.objects.get().public_id}/").content.decode()
    assert "&lt;b&gt;database down" in shown
    assert "<b>database" not in shown
    refused = client.post("/webhooks/", {"name": "Metadata", "url": "http://169.254.169.254/latest", "kinds": []})
    assert (refused.status_code, Endpoint.objects.count()) == (422, 1)


def test_over_the_interface(sign_in: SignIn, there: Receiver) -> None:
    client = sign_in("planner")
    made = client.post(
        "/api/v1/webhooks", json.dumps({"name": "ERP", "url": there.url, "kinds": ["lead"]}), content_type="application/json"
    )
    assert (made.status_code, made.json()["secret"][:6], made["ETag"]) == (201, "whsec_", '"1"')
    address = f"/api/v1/webhooks/{made.json()['id']}"
    assert client.get(address).json()["secret"] is None
    turned = client.post(f"{address}/rotate", headers={"If-Match": '"1"'}).json()
    assert turned["secret"] != made.json()["secret"]
    assert client.post(f"{address}/test").status_code == 202
    deliver(Endpoint.objects.get())
    (shown,) = client.get(f"{address}/deliveries").json()["items"]
    assert (shown["state"], shown["attempts"][0]["status"]) == ("done", 204)
    assert client.post(f"/api/v1/deliveries/{shown['id']}/replay").status_code == 202
    off = client.patch(address, json.dumps({"is_on": False}), content_type="application/json", headers={"If-Match": '"2"'})
    assert (off.json()["is_on"], off.json()["off"]) == (False, "owner")
    wrong = client.patch(address, json.dumps({"kinds": ["user.password"]}), content_type="application/json", headers={"If-Match": '"3"'})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_event")
    assert client.delete(address, headers={"If-Match": '"3"'}).status_code == 204
