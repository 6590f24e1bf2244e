"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``territories``."""

    name = "bailiwick_web.territories"
    label = "territories"
