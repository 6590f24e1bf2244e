"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``automation``."""

    name = "bailiwick_web.automation"
    label = "automation"

    def ready(self) -> None:
        """Collect events, and run what is to be run."""
        from bailiwick_web.automation import tasks  # noqa: F401
