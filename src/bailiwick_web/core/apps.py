"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``core``."""

    name = "bailiwick_web.core"
    label = "core"

    def ready(self) -> None:
        """Listen to coming and going."""
        from bailiwick_web.core.entrance.signals import connect

        connect()
