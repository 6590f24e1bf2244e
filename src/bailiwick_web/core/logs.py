"""What must not stay readable: the log of an SQLite database after something was erased, and sessions that are over."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.db import connection

from bailiwick_web.core.ticking import every


def empty_log() -> bool:
    """Write the log into the database and cut it to nothing; whether that could be done, as nobody was reading. Else nothing to do: true.

    Freed pages are overwritten with zeros by the settings of the database. PostgreSQL has its own log, see the page on erasing.
    """
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (is_busy, _in_log, _written) = cursor.fetchone()
    return not is_busy


@every(600, "database.log")
def empty_regularly(now: datetime) -> bool:
    """Somebody may have been reading when it was to be emptied."""
    return empty_log()


@every(24 * 3600, "sessions.over")
def forget_sessions(now: datetime) -> None:
    """Sessions that are over say nothing to anybody any more."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
