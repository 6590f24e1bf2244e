"""A real mail server on loopback that keeps what it is given."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Keeps what the mail server is given."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message."""
        self.messages.append(email.message_from_bytes(envelope.content))  # type: ignore[arg-type]
        return "250 taken"

    def text(self) -> str:
        """Of the last message."""
        return self.messages[-1].get_payload(decode=True).decode()  # type: ignore[union-attr]


@contextmanager
def post_office(settings: Any) -> Iterator[Mailbox]:
    """Start it, and let the application send there."""
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_IS_SET_UP = True
    try:
        yield box
    finally:
        controller.stop()
