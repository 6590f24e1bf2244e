"""Rules for new passwords: long, not easily guessed, not known from a breach. No rules about kinds of characters."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

LONGEST = 128
"""Longer ones are refused; ASVS wants at least 64 to be allowed."""
LEAST_SCORE = 3
"""Of zxcvbn: more than 10^8 guesses."""
SHORTEST_PART = 3
"""Of a name or address that counts for nothing in a password."""
CONTEXT = ("bailiwick", "sales territory", "territory")
LINE = 256
"""Longer than any line of a list of digests."""


class Unguessable:
    """Refuse what a patient attacker guesses: words, names, dates, rows of keys, and their usual disguises."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` for a weak password."""
        if len(password) > LONGEST:
            raise ValidationError(
                _("Choose a password of at most %(most)d characters; this one has %(found)d.") % {"most": LONGEST, "found": len(password)},
                code="password_too_long",
            )
        known = [str(getattr(user, name, "") or "") for name in ("name", "email")]
        parts = [part for text in known for part in text.replace("@", " ").replace(".", " ").split()]
        bare = password
        for part in {*CONTEXT, *known, *parts}:
            if len(part) >= SHORTEST_PART:
                bare = re.sub(re.escape(part), "", bare, flags=re.IGNORECASE)
        if not bare or zxcvbn(bare[:72])["score"] < LEAST_SCORE:
            raise ValidationError(
                _("This password is easy to guess. Four or five words that have nothing to do with each other make a good one."),
                code="password_too_weak",
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Four or five words that have nothing to do with each other make a good one.")


class NotBreached:
    """Refuse passwords of a list of SHA-1 digests of breached ones, sorted, on this machine; without a list there is nothing to do."""

    def __init__(self, file: str | None = None) -> None:
        self.file = file

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` for a password that is on the list."""
        file = self.file or settings.BREACHED_PASSWORDS
        if file and is_listed(Path(file), hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()):
            raise ValidationError(
                _("This password is known from a breach; attackers try such passwords first. Choose another."), code="password_breached"
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("It must not be known from a breach.")


def is_listed(file: Path, digest: str) -> bool:
    """Whether a sorted file of lines ``DIGEST`` or ``DIGEST:COUNT`` holds a digest: by halving, whatever its size."""
    wanted = digest.encode("ascii")
    with file.open("rb") as stream:
        low, high = 0, stream.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            start = _line_start(stream, middle)
            stream.seek(start)
            line = stream.readline(LINE)
            found = line.strip().partition(b":")[0].upper()
            if found == wanted:
                return True
            if found < wanted:
                low = max(start + len(line), middle + 1)
            else:
                high = start
    return False


def _line_start(stream: Any, position: int) -> int:
    """Where the line that holds a position begins."""
    begin = max(0, position - LINE)
    stream.seek(begin)
    before: bytes = stream.read(position - begin)
    return begin + before.rfind(b"\n") + 1
