"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``crm``."""

    name = "bailiwick_web.crm"
    label = "crm"

    def ready(self) -> None:
        """Register the jobs, and what follows from a publication."""
        from bailiwick_web.crm import tasks  # noqa: F401
