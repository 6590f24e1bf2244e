"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``webhooks``."""

    name = "bailiwick_web.exchange.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        """Collect events, and send what is due."""
        from bailiwick_web.exchange.webhooks import tasks  # noqa: F401
