"""Send the mails that wait: each once, again later where the server was away, never twice."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from bailiwick_web.core.models import Notice, NoticeWish
from bailiwick_web.core.retelling import retold
from bailiwick_web.core.ticking import every

log = logging.getLogger(__name__)
Mail = Notice.Mail
AGAIN = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""After so long a message is tried again; then it is given up. It stands in the application in any case."""
AT_ONCE = 200


@every(15, "mails")
def send_waiting(now: datetime) -> int:
    """Send what is due; returns how many the server took."""
    due = Notice.objects.filter(mail=Mail.WAITING, mail_due_at__lte=now, user__is_active=True).select_related("user")
    return sum(_send(notice, now) for notice in due.order_by("pk")[:AT_ONCE]) if settings.EMAIL_IS_SET_UP else 0


def _send(notice: Notice, now: datetime) -> bool:
    if not Notice.objects.filter(pk=notice.pk, mail=Mail.WAITING).update(mail=Mail.SENDING):
        return False  # another worker has it
    try:
        letter(notice).send()
    except (OSError, SMTPException) as error:
        log.warning("the mail server did not take a message: %s", error)
        _later(notice, now)
        return False
    Notice.objects.filter(pk=notice.pk).update(mail=Mail.SENT)
    return True


def _later(notice: Notice, now: datetime) -> None:
    is_over = notice.mail_attempts >= len(AGAIN)
    due = now if is_over else now + AGAIN[notice.mail_attempts]
    state = Mail.FAILED if is_over else Mail.WAITING
    Notice.objects.filter(pk=notice.pk).update(mail=state, mail_attempts=notice.mail_attempts + 1, mail_due_at=due)


def letter(notice: Notice) -> EmailMessage:
    """A message as a mail, in the language of the user."""
    wish = NoticeWish.objects.filter(user=notice.user).first()
    home = settings.PUBLIC_ADDRESS
    with override((wish.language if wish else "") or settings.LANGUAGE_CODE):
        text = retold(notice.made_of.get("text"), notice.text)
        context = {
            "user": notice.user,
            "text": text,
            "address": home and home + notice.address,
            "settings_address": home and home + reverse("notices"),
        }
        subject = " ".join(_("Bailiwick: %(text)s").replace("%(text)s", text).split())
        body = render_to_string("core/mail/notice.txt", context)
    headers = {"Auto-Submitted": "auto-generated", "X-Bailiwick-Notice": str(notice.public_id)}
    if context["settings_address"]:
        headers["List-Unsubscribe"] = f"<{context['settings_address']}>"
    return EmailMessage(subject[:200], body, None, [notice.user.email], headers=headers)
