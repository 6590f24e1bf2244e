"""Plan a pilot; whether a change helped."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind
from bailiwick_web.insights.models import DataTable

_OF_PANEL = (
    Field("unit", _("Unit"), "column", of="panel", role="unit", is_needed=True),
    Field("period", _("Period"), "column", of="panel", role="period", is_needed=True),
    Field("value", _("Result"), "column", of="panel", role="value", is_needed=True),
)
_PANEL = Input("panel", _("Results by unit and period"), (DataTable.Kind.PANEL,))


def effect(given: Given) -> Findings:
    """Difference in differences with matched controls."""
    treated = given.said("units") or given.said("treated")
    if treated is None:
        text = say("say which units had the change: a column with yes and no, or their names")
        raise InputError(text, code="needed", field="treated")
    return api.measure_effect(
        given.tables["panel"],
        treated=treated,
        since=str(given.said("since")),
        unit=str(given.said("unit")),
        period=str(given.said("period")),
        value=str(given.said("value")),
    )


def pilot(given: Given) -> Findings:
    """How many units, for how long, and which."""
    size, length = given.said("size"), given.said("length")
    return api.plan_pilot(
        given.tables["panel"],
        effect=float(given.options.get("effect") or 5) / 100,
        sizes=[int(size)] if size else None,
        lengths=[int(length)] if length else None,
        may=given.said("units"),
        unit=str(given.said("unit")),
        period=str(given.said("period")),
        value=str(given.said("value")),
    )


KINDS = (
    Kind(
        key="effect",
        page="experiment",
        label=_("Did it help?"),
        about=_("What units with a change did better than units like them without it, with an interval and placebos."),
        teaches=_(
            "Bring results by unit and period (a row each) with a column that says which units had the change: "
            "at least four periods before it, one after, and five units without it."
        ),
        run=effect,
        inputs=(_PANEL,),
        fields=(
            *_OF_PANEL,
            Field("treated", _("Had the change: yes or no"), "column", of="panel", role="treated"),
            Field("units", _("Or the units with the change, one a line"), "lines"),
            Field("since", _("Change since"), "date", is_needed=True),
        ),
    ),
    Kind(
        key="pilot",
        page="experiment",
        label=_("Plan a pilot"),
        about=_("How many units for how long, so that an effect would be found, and which units stand for all."),
        teaches=_("Bring results by unit and period of a time without the change: at least six units and five periods."),
        run=pilot,
        inputs=(_PANEL,),
        fields=(
            *_OF_PANEL,
            Field("effect", _("Effect that shall be found, %"), "number", default=5, least=0.1, most=500, is_needed=True),
            Field("size", _("Units with the change"), "number", least=1, most=100_000, is_whole=True, help=_("Empty: several are tried.")),
            Field("length", _("Periods after it"), "number", least=1, most=1_000, is_whole=True, help=_("Empty: several are tried.")),
            Field("units", _("Only these may have it, one a line"), "lines", is_rare=True),
        ),
    ),
)
