"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``core``."""

    name = "bailiwick_web.core"
    label = "core"
