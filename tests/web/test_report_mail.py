"""Reports by e-mail: at local times whatever the clocks do, once however many look, of what the recipient may see at that moment."""

from __future__ import annotations

import email
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from email.message import Message
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from crm_world import put_into_force
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from report_world import world

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Job, User
from bailiwick_web.core.refusals import Conflict, Invalid, NotAllowed
from bailiwick_web.planning.models import Scenario
from bailiwick_web.reports import services
from bailiwick_web.reports.asking import Definition
from bailiwick_web.reports.models import Delivery, Report, Subscription
from bailiwick_web.reports.services import sending
from bailiwick_web.reports.services.sending import MOST_ATTEMPTS
from bailiwick_web.reports.services.subscriptions import next_time

Act = Callable[[str], Actor]
HERE = "http://testserver"


class Mailbox:
    """Keeps what the mail server is given, or refuses it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.answer, self.hangs_up = "250 taken", False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.messages.append(email.message_from_bytes(envelope.content))  # type: ignore[arg-type]
        if self.hangs_up:
            server.transport.abort()
        return self.answer

    def texts(self) -> str:
        """Everything in the last message, attachments too."""
        parts = [part.get_payload(decode=True) for part in self.messages[-1].walk() if not part.is_multipart()]
        return b"\n".join(part for part in parts if isinstance(part, bytes)).decode("utf-8", "replace")


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A real mail server on loopback."""
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_IS_SET_UP = "127.0.0.1", port, True
    yield box
    controller.stop()


@pytest.fixture
def report(act: Act, scenario: Scenario, planner: Actor) -> Report:
    """All deals, for everybody."""
    put_into_force(act, scenario)
    world(planner)
    wanted = Definition("opportunity", columns=("name", "account", "amount"), sort="name")
    return services.save(planner, name="Deals\r\nBcc: eve@example.org", definition=wanted, share="everybody")


def ordered(actor: Actor, report: Report, **more: Any) -> Subscription:
    given = {"origin": HERE, "every": "day", "local_time": "07:00", "time_zone": "Europe/Berlin", "format": "csv", **more}
    return services.subscribe(actor, report.public_id, **given)


def due(subscription: Subscription) -> list[str]:
    """Look at the clock when it is due, and do the jobs; what became of each."""
    subscription.refresh_from_db()
    return work(subscription.next_at)


def work(now: datetime) -> list[str]:
    before = set(Job.objects.values_list("pk", flat=True))
    services.look(now)
    keys = [job.params["delivery"] for job in Job.objects.filter(kind="reports.send").exclude(pk__in=before)]
    return [services.deliver(key, now) for key in keys]


@pytest.mark.parametrize(
    ("plan", "after", "found"),
    [
        ({"every": "day", "local_time": time(7)}, "2026-03-28T12:00", "2026-03-29T05:00"),  # summer time from 02:00 on
        ({"every": "day", "local_time": time(7)}, "2026-03-27T12:00", "2026-03-28T06:00"),
        ({"every": "day", "local_time": time(2, 30)}, "2026-03-28T12:00", "2026-03-29T01:30"),  # there is no 02:30 on that day
        ({"every": "day", "local_time": time(2, 30)}, "2026-10-24T12:00", "2026-10-25T00:30"),  # 02:30 comes twice: the first
        ({"every": "day", "local_time": time(2, 30)}, "2026-10-25T00:30", "2026-10-26T01:30"),  # … and not the second
        ({"every": "week", "weekday": 0, "local_time": time(7)}, "2026-11-28T00:00", "2026-11-30T06:00"),
        ({"every": "month", "month_day": 31, "local_time": time(7)}, "2027-02-01T00:00", "2027-02-28T06:00"),
        ({"every": "month", "month_day": 1, "local_time": time(0)}, "2026-10-31T22:59", "2026-10-31T23:00"),
    ],
)
def test_local_times_hold_when_the_clocks_change(plan: dict[str, Any], after: str, found: str) -> None:
    full = SimpleNamespace(**{"weekday": 0, "month_day": 1, "time_zone": "Europe/Berlin", **plan})
    assert next_time(full, datetime.fromisoformat(after).replace(tzinfo=UTC)) == datetime.fromisoformat(found).replace(tzinfo=UTC)


@pytest.mark.django_db
def test_everybody_gets_what_they_themselves_may_see(report: Report, act: Act, users: dict[str, User], mailbox: Mailbox) -> None:
    first = ordered(act("planner"), report)
    assert due(first) == ["sent"]
    assert "CANARY-DEAL" in mailbox.texts()
    message = mailbox.messages[0]
    assert (message["To"], message["Subject"]) == ("planner@example.org", "Deals Bcc: eve@example.org")
    assert message["Bcc"] is None
    services.end(act("planner"), first.public_id)
    second = ordered(act("planner"), report, to="rep@example.org", language="de")
    assert due(second) == ["sent"]
    assert mailbox.messages[-1]["To"] == "rep@example.org"
    assert ("CANARY" in mailbox.texts(), "Won" in mailbox.texts(), "Dein Bericht" in mailbox.texts()) == (False, True, True)
    assert work(second.next_at) == [], "once"
    assert work(second.next_at + timedelta(days=3)) == ["sent"], "one after a standstill, not three"


@pytest.mark.django_db
def test_permission_is_looked_at_when_it_is_sent(report: Report, act: Act, users: dict[str, User], mailbox: Mailbox) -> None:
    order = ordered(act("rep"), report)
    services.change(act("planner"), report.public_id, version=1, share="me")
    assert due(order) == ["refused"]
    services.change(act("planner"), report.public_id, version=2, share="everybody")
    User.objects.filter(pk=users["rep"].pk).update(is_active=False)
    assert due(order) == ["refused"]
    User.objects.filter(pk=users["rep"].pk).update(is_active=True)
    services.archive(act("planner"), report.public_id, version=3)
    assert due(order) == []
    assert mailbox.messages == []


@pytest.mark.django_db
def test_who_may_order_for_whom(report: Report, act: Act) -> None:
    ordered(act("rep"), report)
    with pytest.raises(Conflict, match="already"):
        ordered(act("rep"), report)
    with pytest.raises(NotAllowed, match="subscribe to it yourself"):
        ordered(act("rep"), report, to="manager@example.org")
    private = services.save(act("planner"), name="Mine", definition=Definition("account"))
    for address in ("manager@example.org", "nobody@example.org"):
        with pytest.raises(Invalid, match="share it with them first"):
            ordered(act("planner"), private, to=address)
    for wrong in ({"local_time": "25:00"}, {"time_zone": "Mars"}, {"every": "year"}, {"weekday": "7"}):
        with pytest.raises(Invalid):
            ordered(act("manager"), report, **wrong)


@pytest.mark.django_db
def test_a_refusal_for_now_is_tried_again_one_for_good_is_not(report: Report, act: Act, mailbox: Mailbox) -> None:
    order = ordered(act("rep"), report)
    mailbox.answer = "451 later"
    assert due(order) == ["waiting"]
    waiting = Delivery.objects.get()
    mailbox.answer = "250 taken"
    assert work(waiting.try_at - timedelta(seconds=1)) == []
    assert work(waiting.try_at) == ["sent"]
    assert len(mailbox.messages) == 1
    mailbox.answer = "554 never"
    assert due(order) == ["refused"]
    mailbox.answer = "451 later"
    due(order)
    for _ in range(MOST_ATTEMPTS):
        last = Delivery.objects.latest("due_at")
        work(last.try_at)
    assert (Delivery.objects.latest("due_at").state, Delivery.objects.latest("due_at").attempts) == ("refused", MOST_ATTEMPTS)


@pytest.mark.django_db
def test_what_nobody_knows_is_not_sent_again(report: Report, act: Act, mailbox: Mailbox) -> None:
    order = ordered(act("rep"), report)
    services.look(order.next_at)
    delivery = Delivery.objects.get()
    Delivery.objects.update(state="sending", attempts=1)  # a worker died over it
    assert services.deliver(delivery.pk, timezone.now()) == "unknown"
    assert services.deliver(delivery.pk, timezone.now()) == "unknown"
    assert mailbox.messages == []


@pytest.mark.django_db
def test_a_message_whose_answer_was_lost_is_not_sent_again(report: Report, act: Act, mailbox: Mailbox) -> None:
    """The server has it, and the line broke before it could say so."""
    mailbox.hangs_up = True
    assert due(ordered(act("rep"), report)) == ["unknown"]
    mailbox.hangs_up = False
    assert work(timezone.now() + timedelta(hours=12)) == []
    assert len(mailbox.messages) == 1


@pytest.mark.django_db
def test_who_saw_it_due_when_another_scheduler_did_makes_nothing(report: Report, act: Act) -> None:
    order = ordered(act("rep"), report)
    first, second = (Subscription.objects.get(pk=order.pk) for _ in range(2))
    assert [sending._make(order.next_at, seen) for seen in (first, second)] == [1, 0]
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_without_a_mail_server_it_says_so(report: Report, act: Act, settings: Any) -> None:
    settings.EMAIL_IS_SET_UP = False
    assert due(ordered(act("rep"), report)) == ["refused"]
    assert "BAILIWICK_EMAIL_URL" in Delivery.objects.get().told


@pytest.mark.django_db
def test_the_link_ends_it_without_signing_in(report: Report, act: Act, mailbox: Mailbox) -> None:
    order = ordered(act("rep"), report)
    assert due(order) == ["sent"]
    message = mailbox.messages[0]
    link = "".join(message["List-Unsubscribe"].split()).strip("<>").removeprefix(HERE)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    client = Client(enforce_csrf_checks=True)
    assert client.get(link).status_code == 200
    order.refresh_from_db()
    assert order.ended_at is None, "looking ends nothing: mail scanners look"
    for _ in range(2):
        assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    order.refresh_from_db()
    assert order.ended_at is not None
    assert due(order) == []
    assert client.post(reverse("stop_report", args=["guess"])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_make_one_message(report: Report, act: Act, mailbox: Mailbox) -> None:
    order = ordered(act("rep"), report)
    start = threading.Barrier(4)

    def look() -> None:
        start.wait()
        try:
            services.look(order.next_at)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs = Job.objects.filter(kind="reports.send")
    assert (Delivery.objects.count(), jobs.count()) == (1, 1)
    key = jobs.get().params["delivery"]
    assert [services.deliver(key, timezone.now()) for _ in range(2)] == ["sent", "sent"]
    assert len(mailbox.messages) == 1
