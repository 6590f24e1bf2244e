"""Who is told that a plan counts: in the application and by mail, once, in their language, unless they do not want it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone
from mailboxes import Mailbox

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Job, Notice, User
from bailiwick_web.core.notices import mailing, services
from bailiwick_web.core.notices.services import remember_language, tell_people, wish_for_mail
from bailiwick_web.planning import services as planning
from bailiwick_web.planning.models import Publication, Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]


def publish(act: Act, scenario: Scenario, *, valid_from: datetime | None = None) -> Publication:
    """Propose, approve and publish, and let the worker tell those concerned."""
    scenario.refresh_from_db()
    planning.propose(act("planner"), scenario.public_id, version=scenario.version)
    planning.decide(act("administrator"), scenario.public_id, version=scenario.version + 1, is_approved=True)
    scenario.refresh_from_db()
    publication = planning.publish(act("planner"), scenario.public_id, version=scenario.version, valid_from=valid_from)
    work()
    return publication


def work() -> None:
    for job in Job.objects.filter(kind="tell", state=Job.State.QUEUED):
        jobs.perform(job.pk)


def told() -> dict[str, str]:
    return {notice.user.role: notice.text for notice in Notice.objects.select_related("user").order_by("pk")}


def test_those_concerned_are_told_what_it_means_for_them(act: Act, scenario: Scenario) -> None:
    publish(act, scenario)
    assert set(told()) == {"rep", "manager"}, "the planner published it, the viewer and the administrator have no territory"
    assert "It is the first plan" in told()["rep"]
    Notice.objects.all().delete()
    other = planning.branch(act("planner"), scenario, name="Next")
    planning.move_units(act("planner"), other.public_id, [0, 1], "P3", version=1)
    planning.move_units(act("planner"), other.public_id, [3], "P1", version=2)
    publish(act, other)
    assert "“Next” counts from" in told()["rep"]
    assert "1 customer or area comes to you, 2 go to somebody else." in told()["rep"]
    assert "Nothing changes" not in told()["manager"]


def test_nobody_is_told_twice_however_often_the_job_is_done(act: Act, scenario: Scenario) -> None:
    publish(act, scenario)
    Job.objects.filter(kind="tell").update(state=Job.State.QUEUED)
    work()
    assert Notice.objects.count() == 2


def test_a_roll_back_is_told_too(act: Act, scenario: Scenario) -> None:
    first = publish(act, scenario)
    other = planning.branch(act("planner"), scenario, name="Next")
    planning.move_units(act("planner"), other.public_id, [0], "P3", version=1)
    publish(act, other)
    planning.roll_back(act("planner"), first.public_id, reason="too early")
    work()
    assert Notice.objects.filter(user__role="rep").count() == 3


def test_who_was_told_of_a_plan_hears_that_it_is_called_off(act: Act, scenario: Scenario) -> None:
    publish(act, scenario)
    other = planning.branch(act("planner"), scenario, name="Next")
    later = publish(act, other, valid_from=timezone.now() + timedelta(days=30))
    planning.call_off(act("planner"), later.public_id, reason="too early")
    work()
    told = Notice.objects.filter(user__role="rep").order_by("pk").values_list("text", flat=True)
    assert "“Next” does not count from" in told[2]


def test_a_message_is_mailed_in_the_language_of_its_reader(act: Act, scenario: Scenario, mailbox: Mailbox, settings: Any) -> None:
    settings.PUBLIC_ADDRESS = "https://plans.example.org"
    remember_language(act("rep").user, "de")  # type: ignore[arg-type]
    publish(act, scenario)
    assert mailing.send_waiting(timezone.now()) == 2
    assert mailing.send_waiting(timezone.now()) == 0, "nothing is sent twice"
    by_reader = {str(m["To"]): m for m in mailbox.messages}
    german = by_reader["rep@example.org"].get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "Es ist der erste Plan" in german
    assert "https://plans.example.org/mine/" in german
    assert by_reader["rep@example.org"]["List-Unsubscribe"] == "<https://plans.example.org/notices/>"
    english = by_reader["manager@example.org"].get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "It is the first plan" in english
    assert set(Notice.objects.values_list("mail", flat=True)) == {"sent"}


def test_who_does_not_want_mail_gets_none_but_the_message(act: Act, sign_in: SignIn, scenario: Scenario, mailbox: Mailbox) -> None:
    assert sign_in("rep").post("/notices/change", {"act": "mail"})["Location"] == "/notices/"
    publish(act, scenario)
    wish_for_mail(act("manager"), wants_mail=False)  # after it was told, before it was sent
    assert mailing.send_waiting(timezone.now()) == 0
    assert mailbox.messages == []
    assert Notice.objects.filter(mail="unwanted").count() == 2
    sign_in("rep").post("/notices/change", {"act": "mail", "wants_mail": "on"})
    assert services.wants_mail(act("rep").user)  # type: ignore[arg-type]


def test_a_server_that_is_away_is_tried_again_and_then_given_up(act: Act, users: dict[str, User], settings: Any) -> None:
    settings.EMAIL_IS_SET_UP = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    tell_people(act("planner"), "test", "1", [(users["rep"], "Hello")], address="/mine/")
    now = timezone.now()
    for wait in (*mailing.AGAIN, timedelta(0)):
        assert mailing.send_waiting(now) == 0
        now += wait + timedelta(seconds=1)
    notice = Notice.objects.get()
    assert (notice.mail, notice.mail_attempts) == ("failed", len(mailing.AGAIN) + 1)
    assert mailing.send_waiting(now + timedelta(days=1)) == 0


def test_a_mail_that_was_begun_is_not_sent_again(act: Act, users: dict[str, User], mailbox: Mailbox) -> None:
    """The worker died while the server took it: it may have arrived."""
    tell_people(act("planner"), "test", "1", [(users["rep"], "Hello")], address="/mine/")
    Notice.objects.update(mail="sending")
    assert mailing.send_waiting(timezone.now() + timedelta(days=1)) == 0
    assert mailbox.messages == []


def test_a_mail_that_two_workers_saw_waiting_is_sent_by_one(act: Act, users: dict[str, User], mailbox: Mailbox) -> None:
    tell_people(act("planner"), "test", "1", [(users["rep"], "Hello")], address="/mine/")
    first, second = (Notice.objects.select_related("user").get() for _ in range(2))
    assert [mailing._send(seen, timezone.now()) for seen in (first, second)] == [True, False]
    assert len(mailbox.messages) == 1


def test_a_name_cannot_add_lines_to_the_head_of_a_mail(act: Act, users: dict[str, User], mailbox: Mailbox) -> None:
    tell_people(act("planner"), "test", "1", [(users["rep"], "Plan\r\nBcc: eve@example.org")], address="/mine/")
    assert mailing.send_waiting(timezone.now()) == 1
    assert mailbox.messages[0]["Bcc"] is None


def test_the_page_counts_shows_and_marks_as_read(act: Act, sign_in: SignIn, scenario: Scenario) -> None:
    client = sign_in("rep")
    assert "No messages yet" in client.get("/notices/").content.decode()
    publish(act, scenario)
    client.cookies[configured.LANGUAGE_COOKIE_NAME] = "de"
    page = client.get("/notices/").content.decode()
    assert "Es ist der erste Plan" in page
    assert "Nachrichten: 1 neue" in page
    notice = Notice.objects.get(user__role="rep")
    assert client.post(f"/notices/{notice.public_id}/read")["Location"] == "/mine/"
    assert "Nachrichten: 0 neue" in client.get("/notices/").content.decode()
    assert sign_in("manager").post(f"/notices/{notice.public_id}/read").status_code == 404


def test_the_interface_gives_ones_own_messages(act: Act, sign_in: SignIn, scenario: Scenario) -> None:
    publish(act, scenario)
    client = sign_in("rep")
    found = client.get("/api/v1/notices?unread=true").json()["items"]
    assert [item["kind"] for item in found] == ["plan.published"]
    assert client.post(f"/api/v1/notices/{found[0]['id']}/read").status_code == 204
    assert client.get("/api/v1/notices?unread=true").json()["items"] == []
    assert client.post("/api/v1/notices/mail", {"wants_mail": False}, content_type="application/json").status_code == 204
    assert not services.wants_mail(act("rep").user)  # type: ignore[arg-type]


def test_the_language_that_somebody_chooses_is_kept_for_what_is_written_to_them(act: Act, sign_in: SignIn) -> None:
    sign_in("rep").post("/language", {"language": "de", "next": "/mine/"})
    user = act("rep").user
    assert user is not None
    assert User.objects.get(pk=user.pk).notice_wish.language == "de"
