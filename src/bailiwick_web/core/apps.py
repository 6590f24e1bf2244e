"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class Config(AppConfig):
    """The app ``core``."""

    name = "bailiwick_web.core"
    label = "core"

    def ready(self) -> None:
        """Listen to coming and going, make known what is done by the clock, and what every app does when somebody is erased."""
        from bailiwick_web.core import logs  # noqa: F401
        from bailiwick_web.core.entrance.signals import connect
        from bailiwick_web.core.notices import mailing  # noqa: F401

        connect()
        autodiscover_modules("privacy")
