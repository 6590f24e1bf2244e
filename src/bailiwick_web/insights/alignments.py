"""Who had which unit when, from what was published: for crediting as it was and as it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pyarrow as pa
from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid
from bailiwick_web.planning.models import Publication, UnitAssignment
from bailiwick_web.territories.models import AlignmentPlan


def plans_with_history() -> list[AlignmentPlan]:
    """Plans of which something was published."""
    return list(AlignmentPlan.objects.filter(pk__in=Publication.objects.values("plan_id")).order_by("name"))


def history_of(plan: str) -> Any:
    """Account, territory, ``valid_from`` and ``valid_until`` of every publication of a plan; the first counts for what was before, too.

    Raises
    ------
    Invalid
        If nothing of the plan was published.
    """
    publications = list(Publication.objects.filter(plan__public_id=UUID(plan)).order_by("valid_from"))
    if not publications:
        raise Invalid(_("Nothing of this plan was published yet, so that no territory has a history."), code="no_history")
    columns: dict[str, list[str]] = {name: [] for name in ("account", "territory", "valid_from", "valid_until")}
    for number, publication in enumerate(publications):
        start = "1900-01-01" if number == 0 else publication.valid_from.date().isoformat()
        end = "" if publication.valid_until is None else publication.valid_until.date().isoformat()
        pairs = UnitAssignment.objects.filter(scenario_id=publication.scenario_id, territory__isnull=False)
        for code, territory in pairs.values_list("unit__code", "territory__name"):
            for name, value in zip(columns, (code, territory, start, end), strict=True):
                columns[name].append(value)
    return pa.table(columns)
