"""Reasons to refuse, each with the status that the web gives it.

Refused
├── Invalid        what was given cannot be used                        422
├── NotAllowed     this user may not do it                              403
├── Missing        there is none, or not for this user                  404
├── Conflict       it does not fit the present state                    409
├── VersionNeeded  a write without the version that it is based on      428
├── Stale          somebody else was faster                             412
├── TooMany        too often in too short a time                        429
└── Busy           others keep the database for too long                503
"""

from __future__ import annotations

from typing import Any


class Refused(Exception):  # noqa: N818  a refusal is an answer, not an accident
    """Base of every refusal; the message is for the user: what, where, what to do."""

    status = 400
    code = "refused"
    restore_path = ""
    """Where a POST brings back what is missing, for pages."""

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = details


class Invalid(Refused):
    """What was given cannot be used."""

    status, code = 422, "invalid"


class NotAllowed(Refused):
    """Not for the role or the scope of the user."""

    status, code = 403, "not_allowed"


class Missing(Refused):
    """There is none, or not for this user: the answer is the same."""

    status, code = 404, "missing"


class Conflict(Refused):
    """It does not fit the present state."""

    status, code = 409, "conflict"


class VersionNeeded(Refused):
    """A write that does not say which version it is based on."""

    status, code = 428, "version_needed"


class Stale(Refused):
    """Somebody else was faster; ``details`` name the version, who and when."""

    status, code = 412, "stale"


class Busy(Refused):
    """The database was kept by others for too long; ``retry_after`` says for how many seconds to wait."""

    status, code = 503, "database_busy"


class TooMany(Refused):
    """Too often in too short a time; ``retry_after`` says for how many seconds to wait."""

    status, code = 429, "too_many"
