"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``core``."""

    name = "bailiwick_web.core"
    label = "core"

    def ready(self) -> None:
        """Listen to coming and going, and make known what is done by the clock."""
        from bailiwick_web.core.entrance.signals import connect
        from bailiwick_web.core.notices import mailing  # noqa: F401

        connect()
