"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``insights``."""

    name = "bailiwick_web.insights"
    label = "insights"

    def ready(self) -> None:
        """Make the kinds of jobs known."""
        from bailiwick_web.insights import tasks  # noqa: F401
