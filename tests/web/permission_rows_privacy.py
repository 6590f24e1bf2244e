"""The rows of what is kept of people, see ``permission_rows.py``; they come last, as who is erased is not there for what follows."""

from __future__ import annotations

from permission_rows_base import Row, post

from bailiwick_web.core.roles import Right

ROWS_PRIVACY: dict[str, Row] = {
    "contact_dossier": post(Right.PRIVACY, "contact"),
    "erase_contact": post(Right.PRIVACY, "contact"),
}
