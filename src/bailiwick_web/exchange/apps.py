"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``exchange``."""

    name = "bailiwick_web.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Make the kinds of jobs known, and how imports forget somebody."""
        from bailiwick_web.crm.services.privacy import ALSO
        from bailiwick_web.exchange import tasks  # noqa: F401
        from bailiwick_web.exchange.services.forgetting import forget

        ALSO.append(forget)
