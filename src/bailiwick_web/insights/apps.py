"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``insights``."""

    name = "bailiwick_web.insights"
    label = "insights"

    def ready(self) -> None:
        """Make the kinds of jobs known, and what becomes of the health of an account that is merged into another."""
        from bailiwick_web.crm.services.merging.rules import declare, stays
        from bailiwick_web.insights import tasks  # noqa: F401

        for key in ("insights.accountscore.account", "insights.healthsaid.account", "insights.accountsegment.account"):
            declare(key, stays())  # computed and said of that record; the survivor has its own
