"""Segments become something that plans can ask for: written to the customers or areas that they are of."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import json_text, update
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, tell, touch
from bailiwick_web.insights.finding import study_of
from bailiwick_web.insights.storing import rows
from bailiwick_web.territories.models import Unit, UnitSet

SEGMENT = "segment"
"""Attribute of a unit; conditions of rules ask for it by this name."""


@transaction.atomic
def mark_units(actor: Actor, study_id: UUID, unit_set_id: UUID) -> tuple[int, int]:
    """Write the segment of each account to the unit with its id; planners may. Recorded.

    Returns
    -------
    Units that have the segment now, and all units of the set.

    Raises
    ------
    Invalid
        If the study is none of segments.
    Conflict
        If no account of it is a unit of the set.
    """
    actor.need(Right.PLAN)
    study = study_of(actor, study_id)
    segments = {str(row["account"]): str(row[SEGMENT]) for row in rows(study, "members")} if study.kind == "segments" else {}
    if not segments:
        raise Invalid(_("This answer has no segments."), code="no_segments")
    unit_set = UnitSet.objects.select_for_update().filter(public_id=unit_set_id).first()
    if unit_set is None:
        raise Missing(_("There are no such customers or areas."))
    found = Unit.objects.filter(unit_set=unit_set).values_list("pk", "code", "attributes")
    marked = [(key, attributes | {SEGMENT: segments[code]}, attributes) for key, code, attributes in found if code in segments]
    if not marked:
        raise Conflict(_("No account of this answer is among “%(name)s”; the ids differ.") % {"name": unit_set}, code="no_common_ids")
    update(Unit, ["attributes"], [(json_text(after), key) for key, after, before in marked if after != before])
    touch(actor, unit_set)
    audit(actor, "units.segmented", unit_set, field=SEGMENT, after=str(len(marked)), reason=str(study.public_id))
    tell(actor, "units.segmented", unit_set=str(unit_set.public_id), study=str(study.public_id))
    return len(marked), unit_set.n_units
