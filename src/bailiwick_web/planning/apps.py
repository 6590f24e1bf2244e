"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``planning``."""

    name = "bailiwick_web.planning"
    label = "planning"

    def ready(self) -> None:
        """Make the kinds of jobs known."""
        from bailiwick_web.planning import fronts, runs, telling  # noqa: F401
