"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``reports``."""

    name = "bailiwick_web.reports"
    label = "reports"

    def ready(self) -> None:
        """Make the jobs and what is done by the clock known."""
        from bailiwick_web.reports import tasks  # noqa: F401
