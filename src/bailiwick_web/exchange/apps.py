"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``exchange``."""

    name = "bailiwick_web.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Make the kinds of jobs known."""
        from bailiwick_web.exchange import tasks  # noqa: F401
