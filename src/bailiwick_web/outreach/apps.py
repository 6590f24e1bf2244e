"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``outreach``."""

    name = "bailiwick_web.outreach"
    label = "outreach"

    def ready(self) -> None:
        """Say who sees its records, and what becomes of them at a merge; listen to what happens to those of customers."""
        from bailiwick_web.crm.services.merging.rules import declare, moves
        from bailiwick_web.outreach import tasks  # noqa: F401
        from bailiwick_web.outreach.visibility import register

        register()
        for name in ("enrolment", "gift", "materialshare"):
            declare(f"outreach.{name}.account", moves())
            declare(f"outreach.{name}.contact", moves())
