"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``exchange``."""

    name = "bailiwick_web.exchange"
    label = "exchange"
