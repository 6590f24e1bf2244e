"""One way to send a message, which tells whether the server took it, refused it, or nobody knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    content: bytes
    media_type: str


class NotTaken(Exception):  # noqa: N818  an answer of the server
    """The server did not take the message, so it may be sent again; a permanent refusal stays one."""

    def __init__(self, message: str, *, is_permanent: bool = False) -> None:
        super().__init__(message)
        self.is_permanent = is_permanent


class Unsure(Exception):  # noqa: N818
    """The connection broke after the message went out: it may have arrived, so it must not be sent again by itself."""


def post(
    to: str,
    subject: str,
    text: str,
    *,
    attachments: Sequence[Attachment] = (),
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send a message to one address.

    Raises
    ------
    NotTaken
        If no server is set up, it cannot be reached, or it refused: the message is not on its way.
    Unsure
        If nobody knows.
    """
    if not settings.EMAIL_IS_SET_UP:
        raise NotTaken(_("No mail server is set up; an administrator sets BAILIWICK_EMAIL_URL."), is_permanent=True)
    message = EmailMessage(" ".join(subject.split()), text, None, [to], headers=dict(headers or {}))
    for file in attachments:
        message.attach(file.name, file.content, file.media_type)
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        raise NotTaken(str(error)[:200]) from error
    try:
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        raise NotTaken(_("The mail server does not take this address."), is_permanent=all(code >= 500 for code in codes)) from error
    except SMTPResponseException as error:
        raise NotTaken(f"{error.smtp_code} {error.smtp_error!r}"[:200], is_permanent=error.smtp_code >= 500) from error
    except (OSError, SMTPException) as error:
        raise Unsure(str(error)[:200]) from error
    finally:
        connection.close()
