"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``outreach``."""

    name = "bailiwick_web.outreach"
    label = "outreach"

    def ready(self) -> None:
        """Say who sees its records, and what becomes of them at a merge and in the bin; listen to what happens to those of customers."""
        from bailiwick_web.crm.services import binning
        from bailiwick_web.crm.services.merging.rules import declare, moves
        from bailiwick_web.outreach import models as m
        from bailiwick_web.outreach import tasks  # noqa: F401
        from bailiwick_web.outreach.visibility import register

        register()
        for name in ("enrolment", "gift", "materialshare"):
            declare(f"outreach.{name}.account", moves())
            declare(f"outreach.{name}.contact", moves())
        for model in (m.Enrolment, m.Cadence, m.Campaign, m.Gift, m.MaterialShare):
            binning.declare(model)
        binning.declare(m.Material, lambda material: list(material.versions.all()))
