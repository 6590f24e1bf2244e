"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    """The app ``listening``."""

    name = "bailiwick_web.listening"
    label = "listening"

    def ready(self) -> None:
        """Say who sees its records, and what becomes of them at a merge and in the bin."""
        from bailiwick_web.crm.services import binning
        from bailiwick_web.crm.services.merging.rules import declare, moves, unless_there
        from bailiwick_web.listening import models as m
        from bailiwick_web.listening.visibility import register

        register()
        for name in ("surveyinvitation", "surveyresponse", "webvisit", "mention"):
            declare(f"listening.{name}.account", moves())
        declare("listening.surveyinvitation.contact", unless_there("survey"))
        for name in ("surveyresponse", "webvisit"):
            declare(f"listening.{name}.contact", moves())
        for model in (m.SurveyResponse, m.Survey, m.WebVisit, m.Mention):
            binning.declare(model)
