"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``market``."""

    name = "bailiwick_web.market"
    label = "market"

    def ready(self) -> None:
        """Say who sees its records, and what becomes of them at a merge and in the bin."""
        from bailiwick_web.crm.services import binning
        from bailiwick_web.crm.services.merging.rules import declare, unless_there
        from bailiwick_web.market import models as m
        from bailiwick_web.market.visibility import register

        register()
        declare("market.offeruse.account", unless_there("offer"))
        for model in (m.Evidence, m.Offer):
            binning.declare(model)
