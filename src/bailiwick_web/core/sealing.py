"""Secrets that must be read again, such as those that sign webhooks, are kept sealed by the key of the installation."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from bailiwick_web.core.refusals import Conflict


def seal(text: str) -> str:
    """Text that only this installation reads."""
    return _lock().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again.

    Raises
    ------
    Conflict
        If it was sealed by another key.
    """
    try:
        return _lock().decrypt(sealed.encode()).decode()
    except InvalidToken:
        message = "This secret was sealed by another BAILIWICK_SECRET_KEY; make a new one."
        raise Conflict(message, code="sealed_by_another_key") from None


def _lock() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"bailiwick sealing\0" + settings.SECRET_KEY.encode()).digest()))
