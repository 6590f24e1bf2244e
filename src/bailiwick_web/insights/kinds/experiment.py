"""Whether a change helped."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind
from bailiwick_web.insights.models import DataTable


def effect(given: Given) -> Findings:
    """Difference in differences with matched controls."""
    return api.measure_effect(
        given.tables["panel"],
        treated=str(given.said("treated")),
        since=str(given.said("since")),
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
        inputs=(Input("panel", _("Results by unit and period"), (DataTable.Kind.PANEL,)),),
        fields=(
            Field("unit", _("Unit"), "column", of="panel", role="unit", is_needed=True),
            Field("period", _("Period"), "column", of="panel", role="period", is_needed=True),
            Field("value", _("Result"), "column", of="panel", role="value", is_needed=True),
            Field("treated", _("Had the change: yes or no"), "column", of="panel", role="treated", is_needed=True),
            Field("since", _("Change since"), "date", is_needed=True),
        ),
    ),
)
