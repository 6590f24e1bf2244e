"""What to say when the database is kept by somebody else for too long, such as by a large import on SQLite."""

from __future__ import annotations

from django.db import OperationalError
from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Busy

SECONDS = 30
_SQLITE = ("database is locked", "database table is locked")
_POSTGRESQL = frozenset(("55P03", "40P01"))
"""The lock was not to be had; a deadlock."""


def refusal_of(error: OperationalError) -> Busy | None:
    """How a lock that was not to be had is told; none for other trouble with the database."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state not in _POSTGRESQL and not str(error).startswith(_SQLITE):
        return None
    message = _("Something large is being saved just now, such as an import. Nothing of yours was changed; try again in half a minute.")
    return Busy(message, retry_after=SECONDS)
