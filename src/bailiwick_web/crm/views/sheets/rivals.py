"""Who else sells it, as lists: competitors and where they are."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from bailiwick_web.core.roles import Right
from bailiwick_web.crm import models as m
from bailiwick_web.crm.forms import catalogue as f
from bailiwick_web.crm.services import catalogue
from bailiwick_web.crm.services.routing import BASE
from bailiwick_web.crm.views.sheets.sheet import Sheet, Values, adds, changes


def _presence(values: Values) -> Values:
    return {**values, "layer": BASE}


SHEETS = (
    Sheet(
        "competitors",
        gettext_lazy("Competitors"),
        gettext_lazy("Who else sells it: they stand in deals, in the reasons of lost ones, and in mentions."),
        m.Competitor,
        f.CompetitorForm,
        (
            (gettext_lazy("Where they are strong"), lambda r: r.strengths[:120]),
            (gettext_lazy("Where they are weak"), lambda r: r.weaknesses[:120]),
        ),
        adds(catalogue.COMPETITOR),
        changes(catalogue.COMPETITOR),
        right=Right.SELL,
        words=("name", "strengths", "weaknesses"),
    ),
    Sheet(
        "presences",
        gettext_lazy("Where competitors are"),
        gettext_lazy("How strong a competitor is in a territory, who says so and when. The newest word counts."),
        m.CompetitorPresence,
        f.PresenceForm,
        (
            (gettext_lazy("Territory"), lambda r: r.territory_code or str(r.unit or "")),
            (gettext_lazy("How strong"), lambda r: f"{r.strength} / 5"),
            (gettext_lazy("Who says so"), lambda r: r.source),
            (gettext_lazy("On which day"), lambda r: date_format(r.on, "SHORT_DATE_FORMAT")),
        ),
        adds(catalogue.PRESENCE),
        changes(catalogue.PRESENCE),
        right=Right.SELL,
        order=("-on", "-pk"),
        related=("competitor", "unit"),
        words=("competitor__name", "territory_code"),
        to=_presence,
    ),
)
